{# Grain: one row per modifier: its newest version, typed, with the contract's defaults. #}
with

{{ plan_rows('plan_modifiers') }},

final as (
    select
        ---------- ids
        modifier_id,
        component_id,
        ---------- text
        name,
        scope,
        stack,
        gate_measure,
        gate_subject,
        gate_key,
        ---------- numerics
        factor,
        gate_min,
        gate_max,
        ---------- the row itself
        broken_cells,
        key_text,
        source_file,
        source_row
    from newest_rows
)

select * from final
