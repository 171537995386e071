{# Grain: one row per component and measure: its newest version, typed, the contract's defaults filled in. #}
with

{{ plan_rows('plan_scorecard_kpis') }},

final as (
    select
        ---------- ids
        component_id,
        ---------- text
        measure,
        ---------- numerics
        weight,
        target,
        min_score,
        max_score,
        ---------- the row itself
        broken_cells,
        source_file,
        source_row
    from newest_rows
)

select * from final
