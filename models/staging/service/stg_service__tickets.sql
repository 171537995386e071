{# Grain: one row per ticket: its newest version, deleted ones left out. #}
with

{{ newest_versions(
    source('service', 'tickets'),
    key=['ticket_id'],
    columns=[
        'ticket_id', 'account_id', 'assignee_user_id', 'kind', 'opened_at', 'resolved_at',
        'satisfaction_score', 'updated_at'
    ]
) }},

renamed as (
    select
        ---------- ids
        ticket_id,
        account_id,
        assignee_user_id,
        ---------- text
        kind,
        ---------- numerics
        satisfaction_score,
        ---------- timestamps
        opened_at,
        resolved_at,
        updated_at,
        ---------- the row itself
        _file as source_file,
        _row as source_row
    from newest_rows
)

select * from renamed
