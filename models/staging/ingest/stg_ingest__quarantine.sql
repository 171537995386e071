{# Grain: one row per broken cell (row_no 0: the whole file). #}
with

source as (
    select *
    from {{ source('ingest', 'quarantine') }}
),

renamed as (
    select
        ---------- text
        table_name,
        file_name,
        column_name,
        value,
        reason,
        action,
        row_text,
        row_key,
        ---------- numerics
        row_no,
        amount,
        ---------- dates
        day_on,
        ---------- timestamps
        day_at,
        updated_at
    from source
)

select * from renamed
