{# Grain: one row per dealer: its newest version, deleted ones left out. #}
with

{{ newest_versions(
    source('channel', 'dealers'),
    key=['dealer_id'],
    columns=[
        'dealer_id', 'name', 'tier', 'region', 'manager_user_id', 'currency', 'onboarded_on',
        'terminated_on', 'im_user_id', 'company_id', 'updated_at'
    ]
) }},

renamed as (
    select
        ---------- ids
        dealer_id,
        manager_user_id,
        im_user_id,
        company_id,
        ---------- text
        name,
        tier,
        region,
        currency,
        ---------- dates
        onboarded_on,
        terminated_on,
        ---------- timestamps
        updated_at,
        ---------- the row itself
        _file as source_file,
        _row as source_row
    from newest_rows
)

select * from renamed
