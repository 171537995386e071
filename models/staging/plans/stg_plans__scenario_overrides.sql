{# Grain: one row per scenario, table, row and column: its newest version, typed, with the contract's defaults. #}
with

{{ plan_rows('scenario_overrides') }},

final as (
    select
        ---------- ids
        scenario_id,
        ---------- text
        table_name,
        row_key,
        column_name,
        value,
        ---------- the row itself
        broken_cells,
        key_text,
        source_file,
        source_row
    from newest_rows
)

select * from final
