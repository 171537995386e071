{# Grain: one row per currency of money: points are no payment. #}
with

currencies as (
    select
        currency,
        minor_units,
        is_money
    from {{ ref('currencies') }}
),

final as (
    select
        currency,
        minor_units
    from currencies
    where is_money
)

select * from final
