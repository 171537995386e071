{# Grain: one row per product: its newest version, deleted ones left out. #}
with

{{ newest_versions(
    source('erp', 'products'),
    key=['product_id'],
    columns=[
        'product_id', 'name', 'product_line', 'unit', 'list_price', 'standard_cost', 'currency',
        'launched_on', 'updated_at'
    ]
) }},

renamed as (
    select
        ---------- ids
        product_id,
        ---------- text
        name,
        product_line,
        unit,
        currency,
        ---------- numerics
        list_price,
        standard_cost,
        ---------- dates
        launched_on,
        ---------- timestamps
        updated_at,
        ---------- the row itself
        _file as source_file,
        _row as source_row
    from newest_rows
)

select * from renamed
