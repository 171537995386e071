{#
    Grain: one row per modifier of a component that calculates. modifier_no follows modifier_id: the order in which
    factors multiply.
#}
with

modifiers as (
    select
        modifier_id,
        component_id,
        name,
        scope,
        stack,
        gate_measure,
        gate_subject,
        gate_key,
        gate_min,
        gate_max,
        factor
    from {{ ref('stg_plans__plan_modifiers') }}
),

components as (
    select
        component_no,
        component_id
    from {{ ref('int_components_numbered') }}
),

final as (
    select
        cast(row_number() over (order by modifiers.modifier_id) as integer) as modifier_no,
        modifiers.modifier_id,
        components.component_no,
        modifiers.name as modifier_name,
        modifiers.scope,
        modifiers.stack,
        modifiers.gate_measure,
        modifiers.gate_subject,
        modifiers.gate_key,
        modifiers.gate_min,
        modifiers.gate_max,
        cast(modifiers.factor as {{ factor() }}) as factor
    from modifiers
    inner join components
        on modifiers.component_id = components.component_id
)

select * from final
