{#
    Grain: one row per subject, KPI, kind of period (week, month, quarter) and period. Groups are Σ numerator and Σ denominator over their
    members of the day, never a mean of ratios (engine.md §8 A13). No denominator above 0: no row. Days are in int_kpi_day_totals.
#}
with

kpis as (
    select
        kpi_no,
        kpi
    from {{ ref('int_kpis') }}
),

contributions as (
    select
        kpi_no,
        span_no,
        happened_on,
        numerator,
        denominator
    from {{ ref('int_kpi_contributions') }}
),

earnings as (
    select
        span_no,
        happened_on,
        numerator
    from {{ ref('int_kpi_earnings') }}
),

repurchases as (
    select
        period,
        period_start,
        span_no,
        numerator,
        denominator
    from {{ ref('int_kpi_repurchases') }}
    where period <> 'day'
),

pipelines as (
    select
        period,
        period_start,
        span_no,
        numerator,
        denominator
    from {{ ref('int_kpi_pipelines') }}
),

attainments as (
    select
        span_no,
        payee_no,
        happened_on,
        has_days,
        has_quarters,
        settles_on,
        numerator,
        denominator
    from {{ ref('int_kpi_attainments') }}
),

members as (
    select
        span_no,
        subject_no
    from {{ ref('int_kpi_members') }}
),

daily as (
    select
        kpi_no,
        span_no,
        happened_on,
        numerator,
        denominator
    from contributions
    union all
    select
        kpis.kpi_no,
        earnings.span_no,
        earnings.happened_on,
        earnings.numerator,
        cast(null as {{ step() }}) as denominator
    from earnings
    inner join kpis
        on kpis.kpi = 'earnings'
),

-- where the quota period stands on the last day of the period on which the payee is employed
last_days as (
    {%- for period in ['week', 'month', 'quarter'] %}
    select
        '{{ period }}' as period,
        cast({{ dbt.date_trunc(period, 'happened_on') }} as date) as period_start,
        payee_no,
        {{ period == 'quarter' }} as asks_quarters,
        max(happened_on) as happened_on
    from attainments
    where {{ 'has_quarters' if period == 'quarter' else 'has_days' }}
    group by cast({{ dbt.date_trunc(period, 'happened_on') }} as date), payee_no
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

attained as (
    select
        last_days.period,
        last_days.period_start,
        attainments.span_no,
        attainments.settles_on,
        attainments.numerator,
        attainments.denominator
    from last_days
    inner join attainments
        on
            last_days.payee_no = attainments.payee_no
            and last_days.happened_on = attainments.happened_on
            and case when last_days.asks_quarters then attainments.has_quarters else attainments.has_days end
),

by_period as (
    select
        'repurchase_rate' as kpi,
        period,
        period_start,
        span_no,
        cast(null as date) as settles_on,
        numerator,
        denominator
    from repurchases
    union all
    select
        'pipeline_coverage' as kpi,
        period,
        period_start,
        span_no,
        cast(null as date) as settles_on,
        numerator,
        denominator
    from pipelines
    union all
    select
        'quota_attainment' as kpi,
        period,
        period_start,
        span_no,
        settles_on,
        numerator,
        denominator
    from attained
),

by_span as (
    {%- for period in ['week', 'month', 'quarter'] %}
    select
        '{{ period }}' as period,
        cast({{ dbt.date_trunc(period, 'happened_on') }} as date) as period_start,
        kpi_no,
        span_no,
        cast(null as date) as settles_on,
        sum(numerator) as numerator,
        sum(denominator) as denominator
    from daily
    group by cast({{ dbt.date_trunc(period, 'happened_on') }} as date), kpi_no, span_no
    union all
    {%- endfor %}
    select
        by_period.period,
        by_period.period_start,
        kpis.kpi_no,
        by_period.span_no,
        by_period.settles_on,
        by_period.numerator,
        by_period.denominator
    from by_period
    inner join kpis
        on by_period.kpi = kpis.kpi
),

summed as (
    select
        members.subject_no,
        by_span.kpi_no,
        by_span.period,
        by_span.period_start,
        max(by_span.settles_on) as settles_on,
        cast(sum(by_span.numerator) as {{ step() }}) as numerator,
        cast(sum(by_span.denominator) as {{ step() }}) as denominator
    from by_span
    inner join members
        on by_span.span_no = members.span_no
    group by members.subject_no, by_span.kpi_no, by_span.period, by_span.period_start
),

final as (
    select
        subject_no,
        kpi_no,
        period,
        period_start,
        settles_on,
        numerator,
        denominator
    from summed
    where denominator is null or denominator > 0
)

select * from final
