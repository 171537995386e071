{#
    Grain: one row per KPI that a gate or a scorecard of a component reads. is_sum: it is a sum, not a ratio (engine.md §1, §8 A13).
#}
with

kpis as (
    select
        kpi,
        unit,
        less_is_better,
        credited_measures
    from {{ ref('kpis') }}
),

components as (
    select
        component_id,
        gate_measure
    from {{ ref('int_components_numbered') }}
),

modifiers as (
    select gate_measure
    from {{ ref('int_modifiers_numbered') }}
),

scorecards as (
    select
        component_id,
        measure
    from {{ ref('stg_plans__plan_scorecard_kpis') }}
),

asked as (
    select gate_measure as kpi
    from components
    union
    select gate_measure as kpi
    from modifiers
    union
    select scorecards.measure as kpi
    from scorecards
    inner join components
        on scorecards.component_id = components.component_id
),

final as (
    select
        kpis.kpi,
        kpis.less_is_better,
        kpis.unit = 'money' as is_sum,
        kpis.credited_measures
    from kpis
    inner join asked
        on kpis.kpi = asked.kpi
)

select * from final
