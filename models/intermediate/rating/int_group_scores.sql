{#
    Grain: one row per group of a component with a scorecard and measure of it: the actual over the target, between min_score and max_score,
    and that times its weight. Additive: part, to the score of the group. A KPI without a value scores min_score, a measure of which
    nothing is credited is 0; a KPI of the year so far is that of the whole plan year; of what less is better, target over actual counts, and 0 or less scores max_score; targets are not prorated (engine.md §4 scorecard, §8 C9, D8).
#}
with

groups as (
    select
        group_no,
        plan_id,
        payee_no,
        component_id,
        counts_team,
        accumulate,
        period,
        period_start
    from {{ ref('int_payout_groups') }}
),

group_spans as (
    select
        group_no,
        part_group_no is not null as is_on_plan,
        part_period_start
    from {{ ref('int_group_spans') }}
),

scorecards as (
    select
        component_id,
        measure,
        weight,
        target,
        min_score,
        max_score
    from {{ ref('stg_plans__plan_scorecard_kpis') }}
),

actuals as (
    select
        plan_id,
        payee_no,
        measure,
        counts_team,
        period_start,
        actual
    from {{ ref('int_measure_actuals') }}
),

kpis as (
    select
        kpi,
        less_is_better,
        is_sum
    from {{ ref('int_judging_kpis') }}
),

kpi_totals as (
    select
        kpi,
        payee_no,
        period,
        period_start,
        numerator,
        denominator
    from {{ ref('int_judging_kpi_totals') }}
),

span_kpis as (
    select
        group_no,
        kpi,
        numerator,
        denominator
    from {{ ref('int_span_kpis_judged') }}
    where not is_of_team
),

parts as (
    select
        group_no,
        true as is_on_plan,
        period_start
    from groups
    where accumulate <> 'year_to_date'
    union all
    select
        group_no,
        is_on_plan,
        part_period_start as period_start
    from group_spans
),

measured as (
    select
        groups.group_no,
        scorecards.measure,
        scorecards.target,
        scorecards.weight,
        scorecards.min_score,
        scorecards.max_score,
        kpis.is_sum,
        coalesce(kpis.less_is_better, false) as less_is_better,
        sum(actuals.actual) as actual,
        coalesce(sum(kpi_totals.numerator), max(span_kpis.numerator)) as numerator,
        coalesce(sum(kpi_totals.denominator), max(span_kpis.denominator)) as denominator
    from groups
    inner join scorecards
        on groups.component_id = scorecards.component_id
    inner join parts
        on groups.group_no = parts.group_no
    left join actuals
        on
            groups.plan_id = actuals.plan_id
            and groups.payee_no = actuals.payee_no
            and groups.counts_team = actuals.counts_team
            and parts.is_on_plan
            and parts.period_start = actuals.period_start
            and scorecards.measure = actuals.measure
    left join kpis
        on scorecards.measure = kpis.kpi
    left join kpi_totals
        on
            kpis.kpi = kpi_totals.kpi
            and groups.payee_no = kpi_totals.payee_no
            and groups.period = kpi_totals.period
            and parts.period_start = kpi_totals.period_start
    left join span_kpis
        on
            groups.group_no = span_kpis.group_no
            and scorecards.measure = span_kpis.kpi
    group by
        groups.group_no,
        scorecards.measure,
        scorecards.target,
        scorecards.weight,
        scorecards.min_score,
        scorecards.max_score,
        kpis.is_sum,
        kpis.less_is_better
),

valued as (
    select
        group_no,
        measure,
        cast(case
            when is_sum is null then coalesce(actual, 0)
            when is_sum then coalesce(numerator, 0)
            when denominator > 0 then {{ quotient10('numerator', 'denominator') }}
        end as {{ step() }}) as actual,
        target,
        weight,
        min_score,
        max_score,
        less_is_better
    from measured
),

compared as (
    select
        group_no,
        measure,
        actual,
        target,
        weight,
        min_score,
        max_score,
        less_is_better,
        case
            when less_is_better then {{ quotient10('target', 'actual') }}
            else {{ quotient10('actual', 'target') }}
        end as ratio
    from valued
),

clipped as (
    select
        group_no,
        measure,
        actual,
        target,
        weight,
        cast(case
            when actual is null then min_score
            when less_is_better and actual <= 0 then max_score
            when ratio < min_score then min_score
            when ratio > max_score then max_score
            else ratio
        end as {{ step() }}) as score
    from compared
),

final as (
    select
        group_no,
        measure,
        actual,
        target,
        weight,
        score,
        {{ mul10_rate('score', 'weight') }} as part
    from clipped
)

select * from final
