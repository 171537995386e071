{# Grain: one row per draw: its newest version, typed, with the contract's defaults. #}
with

{{ plan_rows('plan_draws') }},

final as (
    select
        ---------- ids
        draw_id,
        plan_id,
        ---------- text
        kind,
        ---------- numerics
        amount,
        first_month,
        months,
        ---------- the row itself
        broken_cells,
        key_text,
        source_file,
        source_row
    from newest_rows
)

select * from final
