{# Grain: one row per component and measure: its newest version, typed, with the contract's defaults. #}
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
        key_text,
        source_file,
        source_row
    from newest_rows
)

select * from final
