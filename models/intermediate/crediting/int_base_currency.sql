{# Grain: one row: the base currency of the warehouse (var base_currency) and its minor units. #}
with

currencies as (
    select
        currency,
        minor_units
    from {{ ref('currencies') }}
),

final as (
    select
        currency,
        minor_units
    from currencies
    where currency = '{{ var("base_currency") }}'
)

select * from final
