{# Grain: one row per trigger: its newest version, typed, with the contract's defaults. #}
with

{{ plan_rows('triggers') }},

final as (
    select
        ---------- ids
        trigger_id,
        component_id,
        ---------- text
        name,
        metric,
        subject_kind,
        operator,
        action,
        message,
        ---------- numerics
        window_days,
        threshold,
        active_days,
        cooldown_days,
        ---------- the row itself
        broken_cells,
        key_text,
        source_file,
        source_row
    from newest_rows
)

select * from final
