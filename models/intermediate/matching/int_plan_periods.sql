{# Grain: one row per calendar period (month, quarter, half, year) from the first plan's year to the year of as_of, [period_start, period_end). #}
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
        cast({{ dbt.date_trunc('year', 'min(plans.valid_from)') }} as date) as first_year,
        max(parameters.as_of_on) as as_of_on
    from plans
    cross join parameters
),

years (year_start, as_of_on) as (
    select
        first_year as year_start,
        as_of_on
    from bounds
    where first_year <= as_of_on
    union all
    select
        cast({{ dbt.dateadd('year', 1, 'year_start') }} as date) as year_start,
        as_of_on
    from years
    where cast({{ dbt.dateadd('year', 1, 'year_start') }} as date) <= as_of_on
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

final as (
    select
        period,
        month_count,
        period_start,
        period_end,
        {{ dbt.datediff('period_start', 'period_end', 'day') }} as day_count
    from spans_of_year
)

select * from final
