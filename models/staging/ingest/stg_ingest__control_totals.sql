{# Grain: one row per row of a control file. Additive: stated_count, stated_amount. #}
with

source as (
    select *
    from {{ source('ingest', 'control_totals') }}
),

renamed as (
    select
        ---------- text
        concat({{ dbt.split_part('_file', "'/'", 1) }}, '.', table_name) as source,
        _file as source_file,
        ---------- numerics
        _row as source_row,
        row_count as stated_count,
        amount as stated_amount,
        ---------- dates
        day
    from source
)

select * from renamed
