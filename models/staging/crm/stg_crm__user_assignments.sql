{# Grain: one row per person and start of the position: its newest version, deleted ones left out. #}
with

{{ newest_versions(
    source('crm', 'user_assignments'),
    key=['user_id', 'valid_from'],
    columns=[
        'user_id', 'valid_from', 'valid_to', 'role', 'team_id', 'manager_id', 'region', 'updated_at'
    ]
) }},

renamed as (
    select
        ---------- ids
        user_id,
        team_id,
        manager_id,
        ---------- text
        role,
        region,
        ---------- dates
        valid_from,
        valid_to,
        ---------- timestamps
        updated_at,
        ---------- the row itself
        _file as source_file,
        _row as source_row
    from newest_rows
)

select * from renamed
