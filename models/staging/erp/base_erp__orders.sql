{# Grain: one row per raw row that does not count: an older version of its order, or one that deletes it. #}
{{ outdated_rows(
    source('erp', 'orders'),
    key=['order_id'],
    columns=[
        'order_id', 'account_id', 'opportunity_id', 'sales_user_id', 'dealer_id', 'channel',
        'ordered_at', 'status', 'currency', 'updated_at'
    ]
) }}
