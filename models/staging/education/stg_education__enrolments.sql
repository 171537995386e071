{# Grain: one row per enrolment: its newest version, deleted ones left out. #}
with

{{ newest_versions(
    source('education', 'enrolments'),
    key=['enrolment_id'],
    columns=[
        'enrolment_id', 'class_id', 'student_id', 'enrolled_at', 'is_trial', 'converted_at',
        'net_amount', 'currency', 'renewed_at', 'refunded_at', 'updated_at'
    ]
) }},

renamed as (
    select
        ---------- ids
        enrolment_id,
        class_id,
        student_id,
        ---------- text
        currency,
        ---------- numerics
        net_amount,
        ---------- booleans
        is_trial,
        ---------- timestamps
        enrolled_at,
        converted_at,
        renewed_at,
        refunded_at,
        updated_at,
        ---------- the row itself
        _file as source_file,
        _row as source_row
    from newest_rows
)

select * from renamed
