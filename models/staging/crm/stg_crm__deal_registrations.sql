{# Grain: one row per registration: its newest version, deleted ones left out. #}
with

{{ newest_versions(
    source('crm', 'deal_registrations'),
    key=['registration_id'],
    columns=[
        'registration_id', 'account_id', 'user_id', 'dealer_id', 'registered_at', 'expires_on',
        'status', 'updated_at'
    ]
) }},

renamed as (
    select
        ---------- ids
        registration_id,
        account_id,
        user_id,
        dealer_id,
        ---------- text
        status,
        ---------- dates
        expires_on,
        ---------- timestamps
        registered_at,
        updated_at,
        ---------- the row itself
        _file as source_file,
        _row as source_row
    from newest_rows
)

select * from renamed
