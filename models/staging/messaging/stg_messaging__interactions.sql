{# Grain: one row per conversation and day: its newest version, deleted ones left out. #}
with

{{ newest_versions(
    source('messaging', 'interactions'),
    key=['interaction_id'],
    columns=[
        'interaction_id', 'user_id', 'account_id', 'occurred_at', 'direction', 'message_count',
        'updated_at'
    ]
) }},

renamed as (
    select
        ---------- ids
        interaction_id,
        user_id,
        account_id,
        ---------- text
        direction,
        ---------- numerics
        message_count,
        ---------- timestamps
        occurred_at,
        updated_at,
        ---------- the row itself
        _file as source_file,
        _row as source_row
    from newest_rows
)

select * from renamed
