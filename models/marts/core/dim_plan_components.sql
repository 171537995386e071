{# Grain: one row per component of a plan that pays. Additive: nothing. #}
with

components as (
    select
        component_id,
        plan_id,
        seq,
        name,
        kind,
        measure,
        method,
        tier_key,
        credit_level,
        accumulate,
        weight,
        cap_per_event,
        cap_per_period,
        floor_per_period,
        valid_from,
        valid_to
    from {{ ref('int_plan_components_effective') }}
),

final as (
    select
        component_id,
        plan_id,
        seq,
        name as component_name,
        kind,
        measure,
        method,
        tier_key,
        credit_level,
        accumulate,
        weight,
        cap_per_event,
        cap_per_period,
        floor_per_period,
        valid_from,
        valid_to
    from components
)

select * from final
