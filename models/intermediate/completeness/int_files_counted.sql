{#
    Grain: one row per landed or quarantined file. Additive: the counts. received_on is the day of the file's newest
    landed row, that of the calculation for a file without one.
#}
with

files as (
    select
        file_name,
        file_hash,
        table_name,
        status,
        rows_read,
        rows_landed,
        rows_quarantined,
        newest_updated_at
    from {{ ref('stg_ingest__files') }}
    where status in ('landed', 'quarantined')
),

parameters as (
    select as_of_on
    from {{ ref('int_run_parameters') }}
),

final as (
    select
        files.file_name,
        files.file_hash,
        files.table_name,
        coalesce({{ company_date('files.newest_updated_at') }}, parameters.as_of_on) as received_on,
        files.status,
        files.rows_read,
        files.rows_landed,
        files.rows_quarantined
    from files
    cross join parameters
)

select * from final
