{# Grain: one row per hold: its newest version, typed, with the contract's defaults. #}
with

{{ plan_rows('payment_holds') }},

final as (
    select
        ---------- ids
        hold_id,
        payee_id,
        order_id,
        ---------- text
        reason,
        approved_by,
        ---------- dates
        held_from,
        released_on,
        ---------- the row itself
        broken_cells,
        key_text,
        source_file,
        source_row
    from newest_rows
)

select * from final
