{# Grain: one row per component and subject: its newest version, typed, the contract's defaults filled in. #}
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
        source_file,
        source_row
    from newest_rows
)

select * from final
