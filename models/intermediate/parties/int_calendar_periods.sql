{#
    Grain: one row per calendar period (week, month, quarter, half, year), [period_start, period_end), from ten years before as_of, or the
    year of the first plan if that is earlier, to the end of the year after as_of's, for quotas of the next period. month_count is 0 for
    weeks (Monday to Sunday).
#}
with recursive

plans as (
    select valid_from
    from {{ ref('int_plans_effective') }}
),

parameters as (
    select as_of_on
    from {{ ref('int_run_parameters') }}
),

bounds as (
    select
        cast({{ dbt.date_trunc('year', 'least(
            coalesce(min(plans.valid_from), max(parameters.as_of_on)),
            cast(' ~ dbt.dateadd('year', -10, 'max(parameters.as_of_on)') ~ ' as date)
        )') }} as date) as first_year,
        cast({{ dbt.dateadd('year', 1, 'max(parameters.as_of_on)') }} as date) as last_on
    from parameters
    left join plans
        on true
),

years (year_start, last_on) as (
    select
        first_year as year_start,
        last_on
    from bounds
    where first_year <= last_on
    union all
    select
        cast({{ dbt.dateadd('year', 1, 'year_start') }} as date) as year_start,
        last_on
    from years
    where cast({{ dbt.dateadd('year', 1, 'year_start') }} as date) <= last_on
),

spans_of_year as (
    {%- for period, months in {'month': 1, 'quarter': 3, 'half': 6, 'year': 12}.items() %}
    {%- for first_month in range(0, 12, months) %}
    select
        '{{ period }}' as period,
        {{ months }} as month_count,
        cast({{ dbt.dateadd('month', first_month, 'year_start') }} as date) as period_start,
        cast({{ dbt.dateadd('month', first_month + months, 'year_start') }} as date) as period_end
    from years
    {{ 'union all' if not loop.last }}
    {%- endfor %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

tens as (
    {%- for tens in range(0, 60, 10) %}
    select {{ tens }} as tens
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

ones as (
    {%- for ones in range(10) %}
    select {{ ones }} as ones
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

mondays as (
    select
        years.year_start,
        cast(
            {{ dbt.dateadd('week', 'tens.tens + ones.ones', dbt.date_trunc('week', 'years.year_start')) }} as date
        ) as monday
    from years
    cross join tens
    cross join ones
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
