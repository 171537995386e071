{# Grain: one row per subject, KPI and period: its newest version, typed, with the contract's defaults. #}
with

{{ plan_rows('kpi_targets') }},

final as (
    select
        ---------- ids
        subject_id,
        ---------- text
        subject_kind,
        kpi,
        period,
        ---------- numerics
        target,
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
