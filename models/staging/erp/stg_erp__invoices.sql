{# Grain: one row per invoice: its newest version, deleted ones left out. #}
with

{{ newest_versions(
    source('erp', 'invoices'),
    key=['invoice_id'],
    columns=[
        'invoice_id', 'order_id', 'invoiced_on', 'due_on', 'net_amount', 'currency', 'updated_at'
    ]
) }},

renamed as (
    select
        ---------- ids
        invoice_id,
        order_id,
        ---------- text
        currency,
        ---------- numerics
        net_amount,
        ---------- dates
        invoiced_on,
        due_on,
        ---------- timestamps
        updated_at,
        ---------- the row itself
        _file as source_file,
        _row as source_row
    from newest_rows
)

select * from renamed
