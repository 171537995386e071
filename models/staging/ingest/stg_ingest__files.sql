{# Grain: one row per file and content met under landing. #}
with

source as (
    select *
    from {{ source('ingest', 'files') }}
),

renamed as (
    select
        ---------- text
        file_name,
        file_hash,
        source as source_name,
        table_name,
        batch,
        status,
        unknown_columns,
        missing_columns,
        reason,
        action,
        encoding,
        delimiter,
        stem,
        corrects,
        ---------- numerics
        file_bytes,
        rows_read,
        rows_landed,
        rows_quarantined,
        future_rows,
        ---------- timestamps
        newest_updated_at
    from source
)

select * from renamed
