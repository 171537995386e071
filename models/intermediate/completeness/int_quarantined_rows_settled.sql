{#
    Grain: one row per quarantined row, or file set aside whole (row_no 0), that a correction has settled.
    A row is settled by a whole row of its key in another file that is no older. Where its age or its key cannot be read, and for
    a file set aside whole, only a file can tell that says by its name what it corrects. Of several the oldest row settles it,
    so that later versions change nothing.
#}
with

cells as (
    select
        table_name,
        file_name,
        row_no,
        row_key,
        updated_at
    from {{ ref('stg_ingest__quarantine') }}
),

files as (
    select
        file_name,
        table_name,
        status,
        stem,
        corrects
    from {{ ref('stg_ingest__files') }}
    where status in ('landed', 'quarantined')
),

corrections as (
    select
        table_name,
        file_name,
        row_no,
        row_key,
        updated_at
    from {{ ref('stg_ingest__corrections') }}
),

quarantined as (
    select
        table_name,
        file_name,
        row_no,
        max(row_key) as row_key,
        max(updated_at) as updated_at
    from cells
    group by table_name, file_name, row_no
),

correcting_files as (
    select
        broken.file_name,
        correcting.file_name as settled_file
    from files as broken
    inner join files as correcting
        on
            broken.stem = correcting.corrects
            and broken.table_name = correcting.table_name
    where correcting.status = 'landed'
),

settling as (
    select
        quarantined.file_name,
        quarantined.row_no,
        corrections.file_name as settled_file,
        corrections.row_no as settled_row,
        corrections.updated_at as settled_at
    from quarantined
    inner join corrections
        on
            quarantined.table_name = corrections.table_name
            and quarantined.row_key = corrections.row_key
            and quarantined.file_name <> corrections.file_name
    where corrections.updated_at >= quarantined.updated_at
    union all
    select
        quarantined.file_name,
        quarantined.row_no,
        corrections.file_name as settled_file,
        corrections.row_no as settled_row,
        corrections.updated_at as settled_at
    from quarantined
    inner join correcting_files
        on quarantined.file_name = correcting_files.file_name
    inner join corrections
        on
            quarantined.table_name = corrections.table_name
            and quarantined.row_key = corrections.row_key
            and correcting_files.settled_file = corrections.file_name
    where quarantined.updated_at is null
    union all
    select
        quarantined.file_name,
        quarantined.row_no,
        correcting_files.settled_file,
        0 as settled_row,
        cast(null as timestamp) as settled_at
    from quarantined
    inner join correcting_files
        on quarantined.file_name = correcting_files.file_name
    where quarantined.row_key is null
),

ranked as (
    select
        file_name,
        row_no,
        settled_file,
        settled_row,
        row_number() over (
            partition by file_name, row_no
            order by settled_at nulls last, settled_file, settled_row
        ) as place
    from settling
),

final as (
    select
        file_name,
        row_no,
        settled_file,
        settled_row
    from ranked
    where place = 1
)

select * from final
