{# Grain: one row per terminal sale: its newest version, deleted ones left out. #}
with

{{ newest_versions(
    source('channel', 'sell_through'),
    key=['sell_through_id'],
    columns=[
        'sell_through_id', 'dealer_id', 'product_id', 'terminal_id', 'sold_on', 'quantity',
        'net_amount', 'currency', 'updated_at'
    ]
) }},

renamed as (
    select
        ---------- ids
        sell_through_id,
        dealer_id,
        product_id,
        terminal_id,
        ---------- text
        currency,
        ---------- numerics
        quantity,
        net_amount,
        ---------- dates
        sold_on,
        ---------- timestamps
        updated_at,
        ---------- the row itself
        _file as source_file,
        _row as source_row
    from newest_rows
)

select * from renamed
