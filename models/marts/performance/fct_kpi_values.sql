{#
    Grain: one row per subject (payee, team with the teams below it, region, company), KPI, period kind (day, week, month, quarter) and
    period. Not additive: value. numerator and denominator add up over payees; groups are their ratio, never a mean of ratios. A view:
    weeks, months and quarters are stored, days are added up when they are asked for.
#}
with

totals as (
    select
        subject_no,
        kpi_no,
        period,
        period_start,
        settles_on,
        numerator,
        denominator
    from {{ ref('int_kpi_totals') }}
),

day_totals as (
    select
        subject_no,
        kpi_no,
        happened_on,
        settles_on,
        numerator,
        denominator
    from {{ ref('int_kpi_day_totals') }}
),

subjects as (
    select
        subject_no,
        subject_kind,
        subject_id
    from {{ ref('int_kpi_subjects') }}
),

kpis as (
    select
        kpi_no,
        kpi,
        looks_ahead_days
    from {{ ref('int_kpis') }}
),

parameters as (
    select as_of_on
    from {{ ref('int_run_parameters') }}
),

by_period as (
    select
        subject_no,
        kpi_no,
        period,
        period_start,
        settles_on,
        numerator,
        denominator
    from totals
    union all
    select
        subject_no,
        kpi_no,
        'day' as period,
        happened_on as period_start,
        settles_on,
        numerator,
        denominator
    from day_totals
),

named as (
    select
        subjects.subject_kind,
        subjects.subject_id,
        kpis.kpi,
        by_period.period,
        by_period.period_start,
        by_period.settles_on,
        by_period.numerator,
        by_period.denominator,
        kpis.looks_ahead_days,
        cast(case by_period.period
            when 'day' then by_period.period_start
            when 'week' then {{ dbt.dateadd('day', 6, 'by_period.period_start') }}
            when 'month' then {{ dbt.dateadd('day', -1, dbt.dateadd('month', 1, 'by_period.period_start')) }}
            else {{ dbt.dateadd('day', -1, dbt.dateadd('month', 3, 'by_period.period_start')) }}
        end as date) as last_on
    from by_period
    inner join subjects
        on by_period.subject_no = subjects.subject_no
    inner join kpis
        on by_period.kpi_no = kpis.kpi_no
),

final as (
    select
        named.subject_kind,
        named.subject_id,
        named.kpi,
        named.period,
        named.period_start,
        cast(case
            when named.denominator is null then named.numerator
            else {{ quotient10('named.numerator', 'named.denominator') }}
        end as {{ step() }}) as value,
        named.numerator,
        named.denominator,
        parameters.as_of_on < greatest(
            cast({{ dbt.dateadd('day', 'named.looks_ahead_days', 'named.last_on') }} as date),
            coalesce(named.settles_on, named.last_on)
        ) as is_provisional
    from named
    cross join parameters
)

select * from final
