{# Grain: one row per absence: its newest version, deleted ones left out. #}
with

{{ newest_versions(
    source('crm', 'absences'),
    key=['absence_id'],
    columns=[
        'absence_id', 'user_id', 'starts_on', 'ends_on', 'kind', 'updated_at'
    ]
) }},

renamed as (
    select
        ---------- ids
        absence_id,
        user_id,
        ---------- text
        kind,
        ---------- dates
        starts_on,
        ends_on,
        ---------- timestamps
        updated_at,
        ---------- the row itself
        _file as source_file,
        _row as source_row
    from newest_rows
)

select * from renamed
