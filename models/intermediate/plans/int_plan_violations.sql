{#
    Grain: one row per plan cell that breaks the plan contract, with the first of its reasons: the others often follow
    from it. is_blocking: nothing may be calculated while it stands. Plan rows that ingest had to quarantine belong to
    no plan that could be told.
#}
with

plan_rows as (
    select
        table_name,
        key_text,
        plan_id,
        plan_status,
        is_blocking,
        source_file,
        source_row
    from {{ ref('int_plan_rows_owned') }}
),

cells_refused as (
    select
        check_no,
        table_name,
        key_text,
        column_name,
        value,
        reason,
        what_to_do,
        stops_build
    from {{ ref('int_plan_cells_refused') }}
),

rows_refused as (
    select
        table_name,
        key_text,
        column_name,
        value,
        reason,
        what_to_do,
        stops_build
    from {{ ref('int_plan_rows_refused') }}
),

quarantine as (
    select
        table_name,
        file_name,
        row_no,
        column_name,
        value,
        reason,
        action
    from {{ ref('stg_ingest__quarantine') }}
    where table_name like 'plans.%'
),

refused as (
    select
        check_no,
        table_name,
        key_text,
        column_name,
        value,
        reason,
        what_to_do,
        stops_build
    from cells_refused
    union all
    select
        6 as check_no,
        table_name,
        key_text,
        column_name,
        value,
        reason,
        what_to_do,
        stops_build
    from rows_refused
),

judged as (
    select
        refused.table_name,
        refused.key_text as row_key,
        refused.column_name,
        plan_rows.plan_id,
        plan_rows.plan_status,
        plan_rows.is_blocking and refused.stops_build as is_blocking,
        refused.value,
        refused.reason,
        refused.what_to_do,
        plan_rows.source_file,
        plan_rows.source_row,
        refused.check_no
    from refused
    inner join plan_rows
        on
            refused.table_name = plan_rows.table_name
            and refused.key_text = plan_rows.key_text
    union all
    select
        substring(table_name, 7) as table_name,
        concat(file_name, '#', cast(row_no as {{ dbt.type_string() }})) as row_key,
        coalesce(column_name, '') as column_name,
        '' as plan_id,
        '' as plan_status,
        true as is_blocking,
        coalesce(value, '') as value,
        reason,
        action as what_to_do,
        file_name as source_file,
        row_no as source_row,
        0 as check_no
    from quarantine
),

ranked as (
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
        source_row,
        row_number() over (
            partition by table_name, row_key, column_name
            order by
                check_no asc, case when is_blocking then 0 else 1 end asc, reason asc,
                source_file asc nulls last, source_row asc nulls last
        ) as place
    from judged
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
    from ranked
    where place = 1
)

select * from final
