{# Grain: one row per plan table, row and column that breaks the plan contract. Additive: nothing. #}
with

violations as (
    select
        table_name,
        row_key,
        column_name,
        plan_id,
        plan_status,
        is_blocking,
        value,
        reason,
        what_to_do,
        source_file,
        source_row
    from {{ ref('int_plan_violations') }}
),

final as (
    select
        table_name,
        row_key,
        column_name,
        plan_id,
        plan_status,
        is_blocking,
        value,
        reason,
        what_to_do,
        source_file,
        source_row
    from violations
)

select * from final
