{#
    Grain: one row per plan, payee and period with a day on the plan, of plans whose components read it: those that pay one line a period or
    have a gate.
    Not additive: the target incentive of the days worked, spread over the days of the period (target_worked), and what holds on the
    payee's last day on the plan in the period (engine.md §8 C3, D6).
#}
with

plan_days as (
    select
        plan_id,
        payee_no,
        span_no,
        period_start,
        period_end,
        valid_from,
        coalesce(target_incentive, 0) as target_incentive,
        personal_factor,
        assignment_id,
        is_absent,
        day_count
    from {{ ref('int_plan_days') }}
),

components as (
    select plan_id
    from {{ ref('int_components_numbered') }}
    where {{ pays_once('method') }}
    group by plan_id
    union
    select components.plan_id
    from {{ ref('int_components_numbered') }} as components
    inner join {{ ref('int_gates') }} as gates
        on components.component_no = gates.component_no
),

spans as (
    select
        span_no,
        payee_id,
        team_id,
        region
    from {{ ref('int_payee_spans') }}
),

days as (
    select
        plan_days.plan_id,
        plan_days.payee_no,
        plan_days.period_start,
        plan_days.target_incentive,
        plan_days.personal_factor,
        plan_days.assignment_id,
        plan_days.span_no,
        {{ wide_product(
            scaled('plan_days.target_incentive', 4), 'case when plan_days.is_absent then 0 else plan_days.day_count end'
        ) }} as target_units,
        {{ dbt.datediff('plan_days.period_start', 'plan_days.period_end', 'day') }} as period_day_count,
        row_number() over (
            partition by plan_days.plan_id, plan_days.payee_no, plan_days.period_start
            order by plan_days.valid_from desc
        ) as place
    from plan_days
    inner join components
        on plan_days.plan_id = components.plan_id
),

summed as (
    select
        plan_id,
        payee_no,
        period_start,
        cast(sum(target_units) as {{ wide_integer() }}) as target_units,
        cast(max(period_day_count) as {{ wide_integer() }}) as period_day_count
    from days
    group by plan_id, payee_no, period_start
),

final as (
    select
        summed.plan_id,
        summed.payee_no,
        summed.period_start,
        cast(
            {{ unscaled(half_up('summed.target_units', 'summed.period_day_count'), 4) }} as {{ money() }}
        ) as target_worked,
        days.target_incentive as target_last,
        days.personal_factor,
        days.assignment_id,
        spans.payee_id,
        spans.team_id,
        spans.region
    from summed
    inner join days
        on
            summed.plan_id = days.plan_id
            and summed.payee_no = days.payee_no
            and summed.period_start = days.period_start
            and days.place = 1
    inner join spans
        on days.span_no = spans.span_no
)

select * from final
