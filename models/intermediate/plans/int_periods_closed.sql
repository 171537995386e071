{#
    Grain: one row per plan and period that is closed, [period_start, period_end). The periods of a plan that supersedes another are closed
    where the other's are (engine.md §8 C16), also down a chain of twenty.
#}
with recursive

batches as (
    select
        plan_id,
        period,
        posted_period_start,
        posted_period_end
    from {{ ref('stg_ledger__batches') }}
),

plans as (
    select
        plan_id,
        supersedes,
        period,
        valid_from
    from {{ ref('stg_plans__plans') }}
    where
        status in ('active', 'retired')
        and supersedes is not null
),

replacing (plan_id, replaced_plan_id, period, valid_from, depth) as (
    select
        plan_id,
        supersedes as replaced_plan_id,
        period,
        valid_from,
        1 as depth
    from plans
    union all
    select
        replacing.plan_id,
        plans.supersedes as replaced_plan_id,
        replacing.period,
        replacing.valid_from,
        replacing.depth + 1 as depth
    from replacing
    inner join plans
        on replacing.replaced_plan_id = plans.plan_id
    where replacing.depth < 20
),

-- union, not union all: a period that the plan itself has closed since
final as (
    select
        plan_id,
        period,
        posted_period_start as period_start,
        posted_period_end as period_end
    from batches
    union
    select
        replacing.plan_id,
        batches.period,
        batches.posted_period_start as period_start,
        batches.posted_period_end as period_end
    from replacing
    inner join batches
        on
            replacing.replaced_plan_id = batches.plan_id
            and replacing.period = batches.period
            and replacing.valid_from < batches.posted_period_end
)

select * from final
