{# Grain: one row per currency and span in which its rate is in force, [valid_from, valid_to). Not additive. #}
with

rates as (
    select
        currency,
        rate_on,
        rate_to_base
    from {{ ref('stg_erp__fx_rates') }}
    where currency <> '{{ var("base_currency") }}'
),

ranged as (
    select
        currency,
        rate_on as valid_from,
        coalesce(
            lead(rate_on) over (partition by currency order by rate_on),
            cast('9999-12-31' as date)
        ) as valid_to,
        rate_to_base
    from rates
),

base as (
    select
        '{{ var("base_currency") }}' as currency,
        cast('1900-01-01' as date) as valid_from,
        cast('9999-12-31' as date) as valid_to,
        cast(1 as {{ fx_rate() }}) as rate_to_base
),

final as (
    select
        currency,
        valid_from,
        valid_to,
        rate_to_base
    from ranged
    union all
    select
        currency,
        valid_from,
        valid_to,
        rate_to_base
    from base
)

select * from final
