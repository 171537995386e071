{# Grain: one row per person: its newest version, deleted ones left out. #}
with

{{ newest_versions(
    source('crm', 'users'),
    key=['user_id'],
    columns=[
        'user_id', 'name', 'email', 'im_user_id', 'currency', 'hired_on', 'terminated_on',
        'company_id', 'updated_at'
    ]
) }},

renamed as (
    select
        ---------- ids
        user_id,
        im_user_id,
        company_id,
        ---------- text
        name,
        email,
        currency,
        ---------- dates
        hired_on,
        terminated_on,
        ---------- timestamps
        updated_at,
        ---------- the row itself
        _file as source_file,
        _row as source_row
    from newest_rows
)

select * from renamed
