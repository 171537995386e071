{# Grain: one row per account: its newest version, deleted ones left out. #}
with

{{ newest_versions(
    source('crm', 'accounts'),
    key=['account_id'],
    columns=[
        'account_id', 'name', 'industry', 'tier', 'region', 'owner_user_id', 'is_key_account',
        'created_at', 'updated_at'
    ]
) }},

renamed as (
    select
        ---------- ids
        account_id,
        owner_user_id,
        ---------- text
        name,
        industry,
        tier,
        region,
        ---------- booleans
        is_key_account,
        ---------- timestamps
        created_at,
        updated_at,
        ---------- the row itself
        _file as source_file,
        _row as source_row
    from newest_rows
)

select * from renamed
