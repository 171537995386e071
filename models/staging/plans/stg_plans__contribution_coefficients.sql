{# Grain: one row per channel, region, product line and day: its newest version, typed, with the contract's defaults. #}
with

{{ plan_rows('contribution_coefficients') }},

final as (
    select
        ---------- text
        channel,
        region,
        product_line,
        reason,
        ---------- numerics
        coefficient,
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
