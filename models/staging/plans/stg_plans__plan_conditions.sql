{# Grain: one row per owner, dimension, operator and value: its newest version, typed, with the contract's defaults. #}
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
        key_text,
        source_file,
        source_row
    from newest_rows
)

select * from final
