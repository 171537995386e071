{# Grain: one row per period and plan: its newest version, typed, with the contract's defaults. #}
with

{{ plan_rows('period_closes') }},

final as (
    select
        ---------- ids
        plan_id,
        ---------- text
        plan_period,
        approved_by,
        ---------- dates
        period_start,
        ---------- timestamps
        closed_at,
        ---------- the row itself
        broken_cells,
        key_text,
        source_file,
        source_row
    from newest_rows
)

select * from final
