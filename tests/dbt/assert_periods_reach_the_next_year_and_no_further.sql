{#
    as_of, the same day of the next year and that of ten years ago lie in one period of each kind; no period begins after
    the next year.
#}
{{ config(meta={'dagster': {'ref': {'name': 'int_calendar_periods'}}}) }}
with

parameters as (
    select as_of_on
    from {{ ref('int_run_parameters') }}
),

periods as (
    select
        period,
        period_start,
        period_end
    from {{ ref('int_calendar_periods') }}
),

days as (
    select as_of_on as day_on
    from parameters
    union all
    select cast({{ dbt.dateadd('year', 1, 'as_of_on') }} as date) as day_on
    from parameters
    union all
    select cast({{ dbt.dateadd('year', -10, 'as_of_on') }} as date) as day_on
    from parameters
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
