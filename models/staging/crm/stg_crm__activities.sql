{# Grain: one row per activity: its newest version, deleted ones left out. #}
with

{{ newest_versions(
    source('crm', 'activities'),
    key=['activity_id'],
    columns=[
        'activity_id', 'kind', 'user_id', 'account_id', 'opportunity_id', 'occurred_at',
        'duration_minutes', 'outcome', 'updated_at'
    ]
) }},

renamed as (
    select
        ---------- ids
        activity_id,
        user_id,
        account_id,
        opportunity_id,
        ---------- text
        kind,
        outcome,
        ---------- numerics
        duration_minutes,
        ---------- timestamps
        occurred_at,
        updated_at,
        ---------- the row itself
        _file as source_file,
        _row as source_row
    from newest_rows
)

select * from renamed
