{# Grain: one row per line of a dealer order: its newest version, deleted ones left out. #}
with

{{ newest_versions(
    source('channel', 'dealer_order_lines'),
    key=['dealer_order_line_id'],
    columns=[
        'dealer_order_line_id', 'dealer_order_id', 'dealer_id', 'product_id', 'ordered_at',
        'quantity', 'net_amount', 'cost_amount', 'currency', 'status', 'account_id', 'updated_at'
    ]
) }},

renamed as (
    select
        ---------- ids
        dealer_order_line_id,
        dealer_order_id,
        dealer_id,
        product_id,
        account_id,
        ---------- text
        currency,
        status,
        ---------- numerics
        quantity,
        net_amount,
        cost_amount,
        ---------- timestamps
        ordered_at,
        updated_at,
        ---------- the row itself
        _file as source_file,
        _row as source_row
    from newest_rows
)

select * from renamed
