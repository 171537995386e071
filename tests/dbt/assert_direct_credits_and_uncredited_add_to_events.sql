{#
    Direct credits and the shares that nobody receives add up to the events, per measure, currency and month:
    difference zero.
#}
{{ config(meta={'dagster': {'ref': {'name': 'fct_credits'}}}) }}
with

events as (
    select
        measure,
        currency,
        cast({{ dbt.date_trunc('month', 'occurred_on') }} as date) as month_start,
        sum(value) as value
    from {{ ref('fct_incentive_events') }}
    group by measure, currency, cast({{ dbt.date_trunc('month', 'occurred_on') }} as date)
),

received as (
    select
        measure,
        currency,
        occurred_on,
        value
    from {{ ref('fct_credits') }}
    where credit_kind = 'direct'
    union all
    select
        measure,
        currency,
        occurred_on,
        value
    from {{ ref('rpt_uncredited') }}
    where reason in ('no_owner', 'not_employed')
),

credits as (
    select
        measure,
        currency,
        cast({{ dbt.date_trunc('month', 'occurred_on') }} as date) as month_start,
        sum(value) as value
    from received
    group by measure, currency, cast({{ dbt.date_trunc('month', 'occurred_on') }} as date)
)

select
    coalesce(events.measure, credits.measure) as measure,
    coalesce(events.currency, credits.currency) as currency,
    coalesce(events.month_start, credits.month_start) as month_start,
    events.value as event_value,
    credits.value as credit_value
from events
full outer join credits
    on
        events.measure = credits.measure
        and coalesce(events.currency, '') = coalesce(credits.currency, '')
        and events.month_start = credits.month_start
where coalesce(events.value, 0) <> coalesce(credits.value, 0)
