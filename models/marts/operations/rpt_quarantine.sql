{#
    Grain: one row per file, row and column that broke the contract or was set aside; row_no 0: the whole file.
    Not additive.
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

final as (
    select
        table_name,
        file_name,
        row_no,
        column_name,
        value,
        reason,
        what_to_do
    from quarantined_cells
)

select * from final
