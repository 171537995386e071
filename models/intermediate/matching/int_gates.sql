{#
    Grain: one row per gate of a component that calculates: its own (modifier_no null), and those of its modifiers. What is measured, of whom,
    and where the gate is met: gate_min ≤ value < gate_max, an empty bound being open; for a
    KPI of which less is better, gate_max < value ≤ gate_min (engine.md §8 D10).
#}
with

components as (
    select
        component_no,
        gate_measure,
        gate_subject,
        gate_key,
        gate_min,
        gate_max
    from {{ ref('int_components_numbered') }}
    where gate_measure is not null
),

modifiers as (
    select
        modifier_no,
        component_no,
        gate_measure,
        gate_subject,
        gate_key,
        gate_min,
        gate_max
    from {{ ref('int_modifiers_numbered') }}
    where gate_measure is not null
),

measures as (
    select
        measure,
        measure_no
    from {{ ref('measures') }}
),

kpis as (
    select
        kpi,
        less_is_better,
        is_sum
    from {{ ref('int_judging_kpis') }}
),

united as (
    select
        component_no,
        cast(null as integer) as modifier_no,
        gate_measure,
        gate_subject,
        gate_key,
        gate_min,
        gate_max
    from components
    union all
    select
        component_no,
        modifier_no,
        gate_measure,
        gate_subject,
        gate_key,
        gate_min,
        gate_max
    from modifiers
),

final as (
    select
        cast(
            row_number() over (order by united.component_no, united.modifier_no nulls first) as integer
        ) as gate_no,
        united.component_no,
        united.modifier_no,
        united.gate_measure,
        measures.measure_no,
        kpis.kpi is not null as is_kpi,
        coalesce(kpis.is_sum, false) as is_sum,
        coalesce(kpis.less_is_better, false) as less_is_better,
        united.gate_subject,
        united.gate_key,
        united.gate_min,
        united.gate_max
    from united
    left join measures
        on united.gate_measure = measures.measure
    left join kpis
        on united.gate_measure = kpis.kpi
)

select * from final
