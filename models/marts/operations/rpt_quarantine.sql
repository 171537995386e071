{#
    Grain: one row per file, row and column that broke the contract or was set aside; row_no 0: the whole file.
    Not additive. The day is the one on which rpt_completeness counts the row; what a correction has settled stays, and says by what.
#}
with

quarantined_cells as (
    select
        table_name,
        file_name,
        row_no,
        column_name,
        value,
        reason,
        what_to_do
    from {{ ref('int_quarantined_cells') }}
),

files as (
    select
        file_name,
        received_on
    from {{ ref('int_files_counted') }}
),

settled as (
    select
        file_name,
        row_no,
        settled_file,
        settled_row
    from {{ ref('int_quarantined_rows_settled') }}
),

final as (
    select
        quarantined_cells.table_name,
        quarantined_cells.file_name,
        quarantined_cells.row_no,
        quarantined_cells.column_name,
        quarantined_cells.value,
        quarantined_cells.reason,
        quarantined_cells.what_to_do,
        files.received_on as day,
        settled.row_no is not null as is_settled,
        settled.settled_file,
        cast(settled.settled_row as bigint) as settled_row
    from quarantined_cells
    left join files
        on quarantined_cells.file_name = files.file_name
    left join settled
        on
            quarantined_cells.file_name = settled.file_name
            and quarantined_cells.row_no = settled.row_no
)

select * from final
