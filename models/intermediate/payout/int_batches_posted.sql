{# Grain: one row per batch: the close of one period of one plan. #}
with

batches as (
    select
        batch_id,
        period,
        posted_period_start,
        plan_id,
        as_of_on,
        posted_at,
        approved_by,
        line_count,
        rows_hash,
        plan_hash,
        previous_hash,
        batch_hash,
        batch_no,
        close_no
    from {{ ref('stg_ledger__batches') }}
),

final as (
    select
        batch_id,
        period,
        posted_period_start,
        plan_id,
        as_of_on,
        posted_at,
        approved_by,
        line_count,
        rows_hash,
        plan_hash,
        previous_hash,
        batch_hash,
        batch_no,
        close_no
    from batches
)

select * from final
