{# Grain: one row per component and tier start: its newest version, typed, with the contract's defaults. #}
with

{{ plan_rows('plan_tiers') }},

final as (
    select
        ---------- ids
        component_id,
        ---------- numerics
        tier_from,
        rate,
        amount,
        ---------- the row itself
        broken_cells,
        is_repeated,
        key_text,
        source_file,
        source_row
    from newest_rows
)

select * from final
