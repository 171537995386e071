{# Grain: one row per order, person and kind of share: its newest version, deleted ones left out. #}
with

{{ newest_versions(
    source('erp', 'order_splits'),
    key=['order_id', 'user_id', 'kind'],
    columns=[
        'order_id', 'user_id', 'kind', 'share', 'updated_at'
    ]
) }},

renamed as (
    select
        ---------- ids
        order_id,
        user_id,
        ---------- text
        kind,
        ---------- numerics
        share,
        ---------- timestamps
        updated_at,
        ---------- the row itself
        _file as source_file,
        _row as source_row
    from newest_rows
)

select * from renamed
