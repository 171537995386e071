{# Grain: one row per raw row that does not count: an older version of its order line, or one that deletes it. #}
{{ outdated_rows(
    source('erp', 'order_lines'),
    key=['order_line_id'],
    columns=[
        'order_line_id', 'order_id', 'product_id', 'quantity', 'net_amount', 'cost_amount',
        'updated_at'
    ]
) }}
