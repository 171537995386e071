{# Grain: one row per scenario, table, row and column: its newest version, typed, the contract's defaults filled in. #}
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
        source_file,
        source_row
    from newest_rows
)

select * from final
