{#
    Grain: one row per component, payee and span of days on which its credits count, within one period, [valid_from,
    valid_to). group_no is payee × component × period: the unit that positions, attainment, caps and floors run over
    (engine.md §3, §8 C5).
#}
with

plan_days as (
    select
        plan_id,
        payee_no,
        payee_id,
        period_start,
        period_end,
        valid_from,
        valid_to,
        assignment_id,
        personal_factor
    from {{ ref('int_plan_days') }}
),

components as (
    select
        component_no,
        plan_id,
        measure_no,
        valid_from,
        valid_to
    from {{ ref('int_components_numbered') }}
),

overlapping as (
    select
        components.component_no,
        components.measure_no,
        plan_days.payee_no,
        plan_days.payee_id,
        plan_days.period_start,
        plan_days.period_end,
        greatest(plan_days.valid_from, components.valid_from) as valid_from,
        least(plan_days.valid_to, components.valid_to) as valid_to,
        plan_days.assignment_id,
        plan_days.personal_factor
    from plan_days
    inner join components
        on
            plan_days.plan_id = components.plan_id
            and plan_days.valid_from < components.valid_to
            and plan_days.valid_to > components.valid_from
),

final as (
    select
        cast(dense_rank() over (order by period_start, payee_no, component_no) as integer) as group_no,
        component_no,
        measure_no,
        payee_no,
        payee_id,
        period_start,
        period_end,
        valid_from,
        valid_to,
        assignment_id,
        personal_factor
    from overlapping
)

select * from final
