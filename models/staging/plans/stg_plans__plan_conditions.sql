{# Grain: one row per owner, dimension, operator and value: its newest version, typed, the contract's defaults filled in. #}
with

{{ plan_rows('plan_conditions') }},

final as (
    select
        ---------- ids
        owner_id,
        ---------- text
        dimension,
        operator,
        value,
        ---------- the row itself
        broken_cells,
        source_file,
        source_row
    from newest_rows
)

select * from final
