{# Grain: one row per adjustment: its newest version, typed, with the contract's defaults. #}
with

{{ plan_rows('manual_adjustments') }},

final as (
    select
        ---------- ids
        adjustment_id,
        payee_id,
        plan_id,
        component_id,
        dispute_id,
        ---------- text
        currency,
        reason,
        requested_by,
        approved_by,
        ---------- numerics
        amount,
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
