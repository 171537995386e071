{#
    Grain: one row per subject (payee, team with the teams below it, region, company), KPI, calendar period kind and
    period. Groups are Σ numerator over Σ denominator, never a mean of ratios (engine.md §8 A13). No denominator
    above 0: no row.
#}
with

contributions as (
    select
        kpi,
        span_no,
        happened_on,
        numerator,
        denominator
    from {{ ref('int_kpi_contributions') }}
),

repurchases as (
    select
        period,
        period_start,
        span_no,
        numerator,
        denominator
    from {{ ref('int_kpi_repurchases') }}
),

spans as (
    select
        span_no,
        payee_id,
        payee_kind,
        team_id,
        region
    from {{ ref('int_payee_spans') }}
),

team_ancestors as (
    select
        team_id,
        ancestor_team_id
    from {{ ref('int_team_ancestors') }}
),

by_span as (
    {%- for period in ['week', 'month', 'quarter'] %}
    select
        '{{ period }}' as period,
        cast({{ dbt.date_trunc(period, 'happened_on') }} as date) as period_start,
        kpi,
        span_no,
        sum(numerator) as numerator,
        sum(denominator) as denominator
    from contributions
    group by cast({{ dbt.date_trunc(period, 'happened_on') }} as date), kpi, span_no
    union all
    {%- endfor %}
    select
        period,
        period_start,
        'repurchase_rate' as kpi,
        span_no,
        sum(numerator) as numerator,
        sum(denominator) as denominator
    from repurchases
    group by period, period_start, span_no
),

by_subject as (
    select
        'payee' as subject_kind,
        spans.payee_id as subject_id,
        by_span.period,
        by_span.period_start,
        by_span.kpi,
        by_span.numerator,
        by_span.denominator
    from by_span
    inner join spans
        on by_span.span_no = spans.span_no
    union all
    select
        'team' as subject_kind,
        team_ancestors.ancestor_team_id as subject_id,
        by_span.period,
        by_span.period_start,
        by_span.kpi,
        by_span.numerator,
        by_span.denominator
    from by_span
    inner join spans
        on by_span.span_no = spans.span_no
    inner join team_ancestors
        on spans.team_id = team_ancestors.team_id
    union all
    select
        'region' as subject_kind,
        spans.region as subject_id,
        by_span.period,
        by_span.period_start,
        by_span.kpi,
        by_span.numerator,
        by_span.denominator
    from by_span
    inner join spans
        on by_span.span_no = spans.span_no
    where
        spans.region is not null
        and spans.payee_kind = 'employee'
    union all
    select
        'company' as subject_kind,
        'all' as subject_id,
        by_span.period,
        by_span.period_start,
        by_span.kpi,
        by_span.numerator,
        by_span.denominator
    from by_span
    inner join spans
        on by_span.span_no = spans.span_no
    where spans.payee_kind = 'employee'
),

summed as (
    select
        subject_kind,
        subject_id,
        kpi,
        period,
        period_start,
        cast(sum(numerator) as {{ step() }}) as numerator,
        cast(sum(denominator) as {{ step() }}) as denominator
    from by_subject
    group by subject_kind, subject_id, kpi, period, period_start
),

final as (
    select
        subject_kind,
        subject_id,
        kpi,
        period,
        period_start,
        case when denominator is null then numerator else {{ quotient10('numerator', 'denominator') }} end as value,
        numerator,
        denominator
    from summed
    where denominator is null or denominator > 0
)

select * from final
