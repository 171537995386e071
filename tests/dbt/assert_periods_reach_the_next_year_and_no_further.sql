{#
    as_of, the same day of the next year, that of ten years ago and the first of each plan so far lie in one period of each kind; no
    period begins after the next year; each begins where the one before it ends, and says how many months it has.
#}
{{ config(meta={'dagster': {'ref': {'name': 'int_calendar_periods'}}}) }}
with

parameters as (
    select as_of_on
    from {{ ref('int_run_parameters') }}
),

plans as (
    select valid_from
    from {{ ref('int_plans_effective') }}
),

periods as (
    select
        period,
        month_count,
        period_start,
        period_end
    from {{ ref('int_calendar_periods') }}
),

followed as (
    select
        period,
        month_count,
        period_start,
        period_end,
        lead(period_start) over (partition by period order by period_start) as next_start
    from periods
),

days as (
    select as_of_on as day_on
    from parameters
    union
    select cast({{ dbt.dateadd('year', 1, 'as_of_on') }} as date) as day_on
    from parameters
    union
    select cast({{ dbt.dateadd('year', -10, 'as_of_on') }} as date) as day_on
    from parameters
    union
    select plans.valid_from as day_on
    from plans
    inner join parameters
        on plans.valid_from <= parameters.as_of_on
)

select
    days.day_on,
    count(distinct periods.period) as periods_of_other_kinds,
    count(periods.period) as periods
from days
left join periods
    on
        days.day_on >= periods.period_start
        and days.day_on < periods.period_end
group by days.day_on
having count(distinct periods.period) <> 5 or count(periods.period) <> 5
union all
select
    periods.period_start as day_on,
    0 as periods_of_other_kinds,
    1 as periods
from periods
inner join parameters
    on periods.period_start >= cast({{ dbt.date_trunc('year', dbt.dateadd('year', 2, 'parameters.as_of_on')) }} as date)
union all
select
    period_end as day_on,
    0 as periods_of_other_kinds,
    0 as periods
from followed
where
    period_end <> next_start
    or period_end <> cast({{ dbt.dateadd(
        'day',
        "case when period = 'week' then 7 else 0 end",
        dbt.dateadd('month', 'month_count', 'period_start')
    ) }} as date)
