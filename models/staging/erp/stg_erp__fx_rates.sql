{# Grain: one row per currency and first day: its newest version, deleted ones left out. #}
with

{{ newest_versions(
    source('erp', 'fx_rates'),
    key=['currency', 'rate_on'],
    columns=[
        'currency', 'rate_on', 'rate_to_base', 'updated_at'
    ]
) }},

renamed as (
    select
        ---------- text
        currency,
        ---------- numerics
        rate_to_base,
        ---------- dates
        rate_on,
        ---------- timestamps
        updated_at,
        ---------- the row itself
        _file as source_file,
        _row as source_row
    from newest_rows
)

select * from renamed
