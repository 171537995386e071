{#
    Grain: one row per group of a component with a scorecard and measure of it: the actual over the target, between min_score and max_score,
    and that times its weight. Additive: part, to the score of the group. A measure without a value scores min_score; targets are not
    prorated (engine.md §4 scorecard, §8 C9, D8).
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
        period_start
    from {{ ref('int_payout_groups') }}
),

group_spans as (
    select
        group_no,
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

parts as (
    select
        group_no,
        period_start
    from groups
    where accumulate <> 'year_to_date'
    union all
    select
        group_no,
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
        cast(sum(actuals.actual) as {{ step() }}) as actual
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
            and parts.period_start = actuals.period_start
            and scorecards.measure = actuals.measure
    group by
        groups.group_no,
        scorecards.measure,
        scorecards.target,
        scorecards.weight,
        scorecards.min_score,
        scorecards.max_score
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
        {{ quotient10('actual', 'target') }} as ratio
    from measured
),

clipped as (
    select
        group_no,
        measure,
        actual,
        target,
        weight,
        cast(case
            when actual is null or ratio < min_score then min_score
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
