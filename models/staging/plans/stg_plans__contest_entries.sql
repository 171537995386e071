{# Grain: one row per component and subject: its newest version, typed, with the contract's defaults. #}
with

{{ plan_rows('contest_entries') }},

final as (
    select
        ---------- ids
        component_id,
        subject_id,
        group_id,
        ---------- text
        subject_kind,
        ---------- the row itself
        broken_cells,
        key_text,
        source_file,
        source_row
    from newest_rows
)

select * from final
