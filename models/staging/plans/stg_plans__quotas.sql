{# Grain: one row per subject, measure and period: its newest version, typed, with the contract's defaults. #}
with

{{ plan_rows('quotas') }},

final as (
    select
        ---------- ids
        subject_id,
        ---------- text
        subject_kind,
        measure,
        period,
        ---------- numerics
        quota,
        ---------- dates
        period_start,
        ---------- the row itself
        broken_cells,
        key_text,
        source_file,
        source_row
    from newest_rows
)

select * from final
