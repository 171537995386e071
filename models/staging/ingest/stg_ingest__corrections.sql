{# Grain: one row per landed row that has the key of a row in the quarantine. #}
with

source as (
    select *
    from {{ source('ingest', 'corrections') }}
),

renamed as (
    select
        ---------- text
        table_name,
        file_name,
        row_key,
        ---------- numerics
        row_no,
        ---------- timestamps
        updated_at
    from source
)

select * from renamed
