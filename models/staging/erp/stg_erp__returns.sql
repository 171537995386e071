{# Grain: one row per return: its newest version, deleted ones left out. #}
with

{{ newest_versions(
    source('erp', 'returns'),
    key=['return_id'],
    columns=[
        'return_id', 'order_line_id', 'returned_on', 'quantity', 'net_amount', 'updated_at'
    ]
) }},

renamed as (
    select
        ---------- ids
        return_id,
        order_line_id,
        ---------- numerics
        quantity,
        net_amount,
        ---------- dates
        returned_on,
        ---------- timestamps
        updated_at,
        ---------- the row itself
        _file as source_file,
        _row as source_row
    from newest_rows
)

select * from renamed
