{# Grain: one row per trigger, subject and day: its newest version, typed, with the contract's defaults. #}
with

{{ plan_rows('trigger_firings') }},

final as (
    select
        ---------- ids
        trigger_id,
        subject_id,
        ---------- text
        subject_kind,
        ---------- numerics
        value,
        ---------- dates
        fired_on,
        active_until,
        ---------- the row itself
        broken_cells,
        key_text,
        source_file,
        source_row
    from newest_rows
)

select * from final
