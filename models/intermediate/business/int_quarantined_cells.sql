{#
    Grain: one row per broken cell of a landed file, and per landed row that the models set aside. row_no 0: the
    whole file.
#}
with

cells as (
    select
        table_name,
        file_name,
        row_no,
        column_name,
        value,
        reason,
        action
    from {{ ref('stg_ingest__quarantine') }}
),

set_aside as (
    select
        table_name,
        source_file,
        source_row,
        column_name,
        value,
        reason,
        what_to_do
    from {{ ref('int_rows_set_aside') }}
),

final as (
    select
        table_name,
        file_name,
        row_no,
        coalesce(column_name, '') as column_name,
        value,
        reason,
        action as what_to_do
    from cells
    union all
    select
        table_name,
        source_file as file_name,
        source_row as row_no,
        column_name,
        value,
        reason,
        what_to_do
    from set_aside
)

select * from final
