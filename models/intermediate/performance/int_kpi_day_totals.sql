{#
    Grain: one row per subject, KPI and day. Groups are Σ numerator and Σ denominator over their members of the day. No denominator above
    0: no row. pipeline_coverage has no days: quotas are of months and longer (engine.md §8 A13).
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
        period_start,
        span_no,
        numerator,
        denominator
    from {{ ref('int_kpi_repurchases') }}
    where period = 'day'
),

attainments as (
    select
        span_no,
        happened_on,
        settles_on,
        numerator,
        denominator
    from {{ ref('int_kpi_attainments') }}
    where has_days
),

members as (
    select
        span_no,
        subject_no
    from {{ ref('int_kpi_members') }}
),

named as (
    select
        'earnings' as kpi,
        span_no,
        happened_on,
        cast(null as date) as settles_on,
        numerator,
        cast(null as {{ step() }}) as denominator
    from earnings
    union all
    select
        'repurchase_rate' as kpi,
        span_no,
        period_start as happened_on,
        cast(null as date) as settles_on,
        numerator,
        denominator
    from repurchases
    union all
    select
        'quota_attainment' as kpi,
        span_no,
        happened_on,
        settles_on,
        numerator,
        denominator
    from attainments
),

by_span as (
    select
        kpi_no,
        span_no,
        happened_on,
        cast(null as date) as settles_on,
        numerator,
        denominator
    from contributions
    union all
    select
        kpis.kpi_no,
        named.span_no,
        named.happened_on,
        named.settles_on,
        named.numerator,
        named.denominator
    from named
    inner join kpis
        on named.kpi = kpis.kpi
),

summed as (
    select
        members.subject_no,
        by_span.kpi_no,
        by_span.happened_on,
        max(by_span.settles_on) as settles_on,
        cast(sum(by_span.numerator) as {{ step() }}) as numerator,
        cast(sum(by_span.denominator) as {{ step() }}) as denominator
    from by_span
    inner join members
        on by_span.span_no = members.span_no
    group by members.subject_no, by_span.kpi_no, by_span.happened_on
),

final as (
    select
        subject_no,
        kpi_no,
        happened_on,
        settles_on,
        numerator,
        denominator
    from summed
    where denominator is null or denominator > 0
)

select * from final
