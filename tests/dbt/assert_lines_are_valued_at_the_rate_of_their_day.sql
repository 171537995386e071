{#
    In the base currency a line is its amount at the newest rate that is not younger than its day, rounded to the minor unit; without such a
    rate, or beyond money, it has no value there (engine.md §3, §8 "Numbers").
#}
{{ config(meta={'dagster': {'ref': {'name': 'fct_payout_lines'}}, 'increments': touched_lines()}) }}
with

lines as (
    select
        payout_line_id,
        occurred_on,
        amount,
        currency,
        amount_base
    from {{ ref('fct_payout_lines') }}
),

days as (
    select
        currency,
        occurred_on
    from lines
    where currency <> '{{ var("base_currency") }}'
    group by currency, occurred_on
),

rates as (
    select
        currency,
        rate_on,
        rate_to_base
    from {{ ref('stg_erp__fx_rates') }}
),

newest as (
    select
        days.currency,
        days.occurred_on,
        max(rates.rate_on) as rate_on
    from days
    inner join rates
        on
            days.currency = rates.currency
            and days.occurred_on >= rates.rate_on
    group by days.currency, days.occurred_on
),

base as (
    select {{ minor_unit('minor_units') }} as unit
    from {{ ref('int_base_currency') }}
),

compared as (
    select
        lines.payout_line_id,
        lines.amount,
        lines.amount_base,
        base.unit,
        case
            when lines.currency = '{{ var("base_currency") }}' then cast(1 as {{ fx_rate() }}) else rates.rate_to_base
        end as rate_to_base
    from lines
    cross join base
    left join newest
        on
            lines.currency = newest.currency
            and lines.occurred_on = newest.occurred_on
    left join rates
        on
            newest.currency = rates.currency
            and newest.rate_on = rates.rate_on
)

select
    payout_line_id,
    amount,
    rate_to_base,
    amount_base
from compared
where
    case
        when rate_to_base is null then amount_base is not null
        when amount_base is null then {{ fits_money('amount', 'rate_to_base', 1) }}
        else 2 * abs(amount_base - {{ mul10('amount', 'rate_to_base') }}) > unit
    end
