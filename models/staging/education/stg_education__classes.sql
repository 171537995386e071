{# Grain: one row per class: its newest version, deleted ones left out. #}
with

{{ newest_versions(
    source('education', 'classes'),
    key=['class_id'],
    columns=[
        'class_id', 'course', 'teacher_user_id', 'capacity', 'starts_on', 'ends_on', 'updated_at'
    ]
) }},

renamed as (
    select
        ---------- ids
        class_id,
        teacher_user_id,
        ---------- text
        course,
        ---------- numerics
        capacity,
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
