{# Grain: one row per component and tier start: its newest version, typed, the contract's defaults filled in. #}
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
        source_file,
        source_row
    from newest_rows
)

select * from final
