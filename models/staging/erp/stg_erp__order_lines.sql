{# Grain: one row per order line: its newest version, deleted ones left out. #}
with

{{ current_rows(source('erp', 'order_lines'), ref('base_erp__order_lines')) }},

renamed as (
    select
        ---------- ids
        order_line_id,
        order_id,
        product_id,
        ---------- numerics
        quantity,
        net_amount,
        cost_amount,
        ---------- timestamps
        updated_at,
        ---------- the row itself
        _file as source_file,
        _row as source_row
    from newest_rows
)

select * from renamed
