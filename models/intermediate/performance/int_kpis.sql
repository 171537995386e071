{# Grain: one row per KPI of kpis.csv. kpi_no, its place in the order of names, is the key that figures are kept by. #}
with

kpis as (
    select
        kpi,
        unit,
        less_is_better,
        looks_ahead_days,
        board,
        has_weekly_board
    from {{ ref('kpis') }}
),

final as (
    select
        cast(row_number() over (order by kpi) as integer) as kpi_no,
        kpi,
        unit,
        less_is_better,
        looks_ahead_days,
        board,
        has_weekly_board
    from kpis
)

select * from final
