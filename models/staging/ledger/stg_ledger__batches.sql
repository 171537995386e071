{# Grain: one row per batch: the close of one period of one plan. #}
with

batches as (
    select *
    from {{ source('ledger', 'batches') }}
),

renamed as (
    select
        ---------- ids
        batch_id,
        batch_no,
        close_no,
        plan_id,
        ---------- text
        period,
        approved_by,
        rows_hash,
        plan_hash,
        previous_hash,
        batch_hash,
        ---------- numerics
        line_count,
        ---------- dates
        posted_period_start,
        posted_period_end,
        as_of_on,
        ---------- timestamps
        posted_at
    from batches
)

select * from renamed
