{# Grain: one row per order line: its newest version, deleted ones left out. #}
with

{{ newest_versions(
    source('erp', 'order_lines'),
    key=['order_line_id'],
    columns=[
        'order_line_id', 'order_id', 'product_id', 'quantity', 'net_amount', 'cost_amount',
        'updated_at'
    ]
) }},

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
