{#
    Grain: one row per KPI that a gate or scorecard reads, payee or team (payee_no 0; with the teams below it, by the team of the day), period kind of
    a plan and period. Additive: numerator, denominator, over periods side by side (engine.md §8 A13).
#}
with

kpis as (
    select
        kpis.kpi_no,
        kpis.kpi
    from {{ ref('int_kpis') }} as kpis
    inner join {{ ref('int_judging_kpis') }} as judging_kpis
        on kpis.kpi = judging_kpis.kpi
),

credited as (
    select
        kpi_no,
        span_no,
        happened_on,
        numerator,
        denominator
    from {{ ref('int_kpi_contributions_judging') }}
),

owned as (
    select
        kpi_no,
        span_no,
        happened_on,
        numerator,
        denominator
    from {{ ref('int_kpi_contributions_owned') }}
),

spans as (
    select
        span_no,
        payee_no,
        team_id
    from {{ ref('int_payee_spans') }}
),

team_ancestors as (
    select
        team_id,
        ancestor_team_id
    from {{ ref('int_team_ancestors') }}
),

components as (
    select period
    from {{ ref('int_components_numbered') }}
    group by period
),

periods as (
    select
        periods.period,
        periods.period_start,
        periods.period_end
    from {{ ref('int_calendar_periods') }} as periods
    inner join components
        on periods.period = components.period
),

contributions as (
    select
        kpi_no,
        span_no,
        happened_on,
        numerator,
        denominator
    from credited
    union all
    select
        kpi_no,
        span_no,
        happened_on,
        numerator,
        denominator
    from owned
),

placed as (
    select
        kpis.kpi,
        spans.payee_no,
        spans.team_id,
        contributions.happened_on,
        contributions.numerator,
        contributions.denominator
    from kpis
    inner join contributions
        on kpis.kpi_no = contributions.kpi_no
    inner join spans
        on contributions.span_no = spans.span_no
),

by_subject as (
    select
        kpi,
        payee_no,
        '' as team_id,
        happened_on,
        numerator,
        denominator
    from placed
    union all
    select
        placed.kpi,
        0 as payee_no,
        team_ancestors.ancestor_team_id as team_id,
        placed.happened_on,
        placed.numerator,
        placed.denominator
    from placed
    inner join team_ancestors
        on placed.team_id = team_ancestors.team_id
),

final as (
    select
        by_subject.kpi,
        by_subject.payee_no,
        by_subject.team_id,
        periods.period,
        periods.period_start,
        cast(sum(by_subject.numerator) as {{ step() }}) as numerator,
        cast(sum(by_subject.denominator) as {{ step() }}) as denominator
    from by_subject
    inner join periods
        on
            by_subject.happened_on >= periods.period_start
            and by_subject.happened_on < periods.period_end
    group by by_subject.kpi, by_subject.payee_no, by_subject.team_id, periods.period, periods.period_start
)

select * from final
