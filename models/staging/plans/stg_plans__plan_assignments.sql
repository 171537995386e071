{# Grain: one row per assignment: its newest version, typed, with the contract's defaults. #}
with

{{ plan_rows('plan_assignments') }},

final as (
    select
        ---------- ids
        assignment_id,
        plan_id,
        subject_id,
        ---------- text
        subject_kind,
        ---------- numerics
        target_incentive,
        personal_factor,
        ---------- booleans
        excluded,
        ---------- dates
        valid_from,
        valid_to,
        ---------- the row itself
        broken_cells,
        key_text,
        source_file,
        source_row
    from newest_rows
)

select * from final
