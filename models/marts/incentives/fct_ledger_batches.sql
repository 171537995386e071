{#
    Grain: one row per batch: the close of one period of one plan. Each carries the hash of the one before it: a batch that is changed, lost or
    put in between breaks the chain (orchestration/ledger). Additive: line_count.
#}
with

batches as (
    select
        batch_id,
        batch_no,
        close_no,
        period,
        posted_period_start,
        plan_id,
        posted_at,
        approved_by,
        line_count,
        rows_hash,
        plan_hash,
        previous_hash,
        batch_hash,
        as_of_on
    from {{ ref('int_batches_posted') }}
),

final as (
    select
        batch_id,
        period,
        posted_period_start,
        plan_id,
        posted_at,
        approved_by,
        line_count,
        rows_hash,
        plan_hash,
        previous_hash,
        batch_hash,
        as_of_on,
        batch_no,
        close_no
    from batches
)

select * from final
