{# Grain: one row per payment: its newest version, deleted ones left out. #}
with

{{ newest_versions(
    source('channel', 'dealer_payments'),
    key=['dealer_payment_id'],
    columns=[
        'dealer_payment_id', 'dealer_order_id', 'paid_on', 'amount', 'currency', 'updated_at'
    ]
) }},

renamed as (
    select
        ---------- ids
        dealer_payment_id,
        dealer_order_id,
        ---------- text
        currency,
        ---------- numerics
        amount,
        ---------- dates
        paid_on,
        ---------- timestamps
        updated_at,
        ---------- the row itself
        _file as source_file,
        _row as source_row
    from newest_rows
)

select * from renamed
