{# Grain: one row per subject, measure and period: its newest version, typed, the contract's defaults filled in. #}
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
        source_file,
        source_row
    from newest_rows
)

select * from final
