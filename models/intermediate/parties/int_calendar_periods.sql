{#
    Grain: one row per calendar period (week, month, quarter, half, year), [period_start, period_end), from ten years before as_of, or the
    year of the first plan if that is earlier, to the end of the year after as_of's, for quotas of the next period. month_count is 0 for
    weeks (Monday to Sunday).
#}
with

plans as (
    select min(valid_from) as first_on
    from {{ ref('int_plans_effective') }}
),

parameters as (
    select as_of_on
    from {{ ref('int_run_parameters') }}
),

-- without plans first_on is null, which least() leaves out
bounds as (
    select
        cast({{ dbt.date_trunc('year', 'least(
            plans.first_on,
            cast(' ~ dbt.dateadd('year', -10, 'parameters.as_of_on') ~ ' as date)
        )') }} as date) as first_year,
        cast({{ dbt.date_trunc('year', dbt.dateadd('year', 1, 'parameters.as_of_on')) }} as date) as last_year
    from parameters
    cross join plans
),

-- more years than plans can span, and more weeks than a year has
numbers as (
    select {{ numbers_to(299) }} as value
),

years as (
    select cast({{ dbt.dateadd('year', 'numbers.value', 'bounds.first_year') }} as date) as year_start
    from bounds
    inner join numbers
        on cast({{ dbt.dateadd('year', 'numbers.value', 'bounds.first_year') }} as date) <= bounds.last_year
),

shapes (period, month_count, first_month, next_month) as (
    values
    {%- for period, months in {'month': 1, 'quarter': 3, 'half': 6, 'year': 12}.items() %}
    {%- set last_period = loop.last %}
    {%- for first_month in range(0, 12, months) %}
    ('{{ period }}', {{ months }}, {{ first_month }}, {{ first_month + months }})
    {{- ',' if not (loop.last and last_period) }}
    {%- endfor %}
    {%- endfor %}
),

spans_of_year as (
    select
        shapes.period,
        shapes.month_count,
        cast({{ dbt.dateadd('month', 'shapes.first_month', 'years.year_start') }} as date) as period_start,
        cast({{ dbt.dateadd('month', 'shapes.next_month', 'years.year_start') }} as date) as period_end
    from years
    cross join shapes
),

mondays as (
    select
        years.year_start,
        cast(
            {{ dbt.dateadd('week', 'numbers.value', dbt.date_trunc('week', 'years.year_start')) }} as date
        ) as monday
    from years
    cross join numbers
),

spans as (
    select
        period,
        month_count,
        period_start,
        period_end
    from spans_of_year
    union all
    select
        'week' as period,
        0 as month_count,
        monday as period_start,
        cast({{ dbt.dateadd('day', 7, 'monday') }} as date) as period_end
    from mondays
    where
        monday >= year_start
        and monday < cast({{ dbt.dateadd('year', 1, 'year_start') }} as date)
),

final as (
    select
        period,
        month_count,
        period_start,
        period_end,
        {{ dbt.datediff('period_start', 'period_end', 'day') }} as day_count
    from spans
)

select * from final
