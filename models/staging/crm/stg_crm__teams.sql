{# Grain: one row per team: its newest version, deleted ones left out. #}
with

{{ newest_versions(
    source('crm', 'teams'),
    key=['team_id'],
    columns=[
        'team_id', 'name', 'parent_team_id', 'leader_user_id', 'region', 'updated_at'
    ]
) }},

renamed as (
    select
        ---------- ids
        team_id,
        parent_team_id,
        leader_user_id,
        ---------- text
        name,
        region,
        ---------- timestamps
        updated_at,
        ---------- the row itself
        _file as source_file,
        _row as source_row
    from newest_rows
)

select * from renamed
