{#
    Grain: one row per source table that has control totals, and day or quarter of an hour. Additive: row_count, amount.
    A view of the ingest counts them anew from the raw rows, all versions of them.
#}
with

source as (
    select *
    from {{ source('ingest', 'controlled_days') }}
),

renamed as (
    select
        ---------- text
        table_name,
        slot,
        ---------- numerics
        row_count,
        amount,
        ---------- dates
        day_on,
        ---------- timestamps
        quarter_at
    from source
)

select * from renamed
