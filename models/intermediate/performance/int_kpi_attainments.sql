{#
    Grain: one row per employee, kind of quota period and employed day of it on or after the first on the plan, not after as_of. Additive:
    numerator, denominator, over payees of one day. numerator is the revenue of the quota period up to the day, denominator its quota, both
    in the base currency at one rate, so that their ratio is the attainment that the payee sees (engine.md §8 A13).
#}
with

quotas as (
    select
        payee_no,
        period,
        period_start,
        period_end,
        rate_to_base,
        {{ mul10('quota', 'rate_to_base') }} as quota_in_base,
        begins_on,
        has_days,
        has_quarters
    from {{ ref('int_kpi_quotas') }}
    where
        begins_on is not null
        and quota > 0
        and (has_days or has_quarters)
),

quota_days as (
    select
        payee_no,
        period,
        period_start,
        happened_on,
        amount
    from {{ ref('int_kpi_quota_days') }}
),

weeks as (
    select period_start
    from {{ ref('int_calendar_periods') }}
    where period = 'week'
),

spans as (
    select
        span_no,
        payee_no,
        valid_from,
        valid_to
    from {{ ref('int_payee_spans') }}
),

parameters as (
    select as_of_on
    from {{ ref('int_run_parameters') }}
),

days as (
    {%- for day in range(7) %}
    select cast({{ dbt.dateadd('day', day, 'period_start') }} as date) as day_on
    from weeks
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

accumulated as (
    select
        quotas.payee_no,
        quotas.period,
        days.day_on,
        quotas.period_end,
        quotas.rate_to_base,
        quotas.quota_in_base,
        quotas.has_days,
        quotas.has_quarters,
        coalesce(sum(quota_days.amount) over (
            partition by quotas.payee_no, quotas.period, quotas.period_start
            order by days.day_on
            rows between unbounded preceding and current row
        ), 0) as amount
    from quotas
    inner join days
        on
            quotas.begins_on <= days.day_on
            and quotas.period_end > days.day_on
    inner join parameters
        on days.day_on <= parameters.as_of_on
    left join quota_days
        on
            quotas.payee_no = quota_days.payee_no
            and quotas.period = quota_days.period
            and quotas.period_start = quota_days.period_start
            and days.day_on = quota_days.happened_on
),

final as (
    select
        spans.span_no,
        accumulated.payee_no,
        accumulated.period as quota_period,
        accumulated.day_on as happened_on,
        accumulated.has_days,
        accumulated.has_quarters,
        cast({{ dbt.dateadd('day', -1, 'accumulated.period_end') }} as date) as settles_on,
        case
            when accumulated.rate_to_base = 1 then cast(accumulated.amount as {{ step() }})
            else {{ mul10('accumulated.amount', 'accumulated.rate_to_base') }}
        end as numerator,
        accumulated.quota_in_base as denominator
    from accumulated
    inner join spans
        on
            accumulated.payee_no = spans.payee_no
            and accumulated.day_on >= spans.valid_from
            and accumulated.day_on < spans.valid_to
)

select * from final
