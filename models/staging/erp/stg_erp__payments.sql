{# Grain: one row per payment: its newest version, deleted ones left out. #}
with

{{ newest_versions(
    source('erp', 'payments'),
    key=['payment_id'],
    columns=[
        'payment_id', 'invoice_id', 'paid_on', 'amount', 'currency', 'updated_at'
    ]
) }},

renamed as (
    select
        ---------- ids
        payment_id,
        invoice_id,
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
