{#
    Grain: one row per component that a trigger switches on and firing of it: whom or what it reaches, on [fired_on, active_until) (engine.md
    §8 C15). A component without a firing has one row without a subject, which reaches nobody.
#}
with

triggers as (
    select
        trigger_id,
        component_id
    from {{ ref('stg_plans__triggers') }}
),

firings as (
    select
        trigger_id,
        subject_kind,
        subject_id,
        fired_on,
        active_until
    from {{ ref('stg_plans__trigger_firings') }}
),

components as (
    select
        component_no,
        component_id
    from {{ ref('int_components_numbered') }}
),

final as (
    select
        components.component_no,
        triggers.trigger_id,
        coalesce(firings.subject_kind, '') as subject_kind,
        coalesce(firings.subject_id, '') as subject_id,
        coalesce(firings.fired_on, cast('9999-12-31' as date)) as fired_on,
        coalesce(firings.active_until, cast('9999-12-31' as date)) as active_until
    from triggers
    inner join components
        on triggers.component_id = components.component_id
    left join firings
        on triggers.trigger_id = firings.trigger_id
)

select * from final
