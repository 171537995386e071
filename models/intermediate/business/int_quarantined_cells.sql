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

mismatches as (
    select
        table_name,
        source_file,
        source_row,
        currency,
        order_currency
    from {{ ref('int_currency_mismatches') }}
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
        'currency' as column_name,
        currency as value,
        concat('the order is in ', order_currency, ', this document is in ', currency) as reason,
        'Correct the currency in the source system and deliver the row again.' as what_to_do
    from mismatches
)

select * from final
