{# Grain: one row per KPI: its unit and whether less of it is better. #}
with

kpis as (
    select
        kpi,
        unit,
        less_is_better
    from {{ ref('kpis') }}
),

final as (
    select
        kpi,
        unit,
        less_is_better
    from kpis
)

select * from final
