{#
    Grain: one row per payee, plan, period that is closed, and close of the plan from the period's own on; and one, without batch_id, for what is
    calculated now. amount: what was posted for the period up to that close, in it or as adjustments; now: what the period pays by today's
    calculation. difference: amount less that of the period's own close. Not additive over the rows of a period: each says all that was known.
#}
with

batches as (
    select
        batch_id,
        batch_no,
        plan_id,
        posted_period_start,
        as_of_on,
        posted_at
    from {{ ref('fct_ledger_batches') }}
),

posted as (
    select
        payee_id,
        plan_id,
        period,
        earned_period_start,
        batch_no,
        amount,
        amount_base,
        currency
    from {{ ref('fct_payout_ledger') }}
),

pending as (
    select
        payee_id,
        plan_id,
        period,
        earned_period_start,
        currency
    from {{ ref('rpt_pending_adjustments') }}
),

statements as (
    select
        payee_id,
        plan_id,
        period,
        period_start,
        currency
    from {{ ref('rpt_statements') }}
    where status = 'closed'
),

calculated as (
    select
        payee_id,
        plan_id,
        period_start,
        payable,
        payable_base
    from {{ ref('int_statements_calculated') }}
),

parameters as (
    select as_of_on
    from {{ ref('int_run_parameters') }}
),

-- union, not union all: each once, also whom a later close found to be due something
told as (
    select
        payee_id,
        plan_id,
        period,
        period_start,
        currency
    from statements
    union
    select
        payee_id,
        plan_id,
        period,
        earned_period_start as period_start,
        currency
    from posted
    union
    select
        payee_id,
        plan_id,
        period,
        earned_period_start as period_start,
        currency
    from pending
),

posted_by_batch as (
    select
        payee_id,
        plan_id,
        earned_period_start,
        batch_no,
        sum(amount) as amount,
        sum(amount_base) as amount_base,
        sum(case when amount_base is null then 1 else 0 end) as missing_count
    from posted
    group by payee_id, plan_id, earned_period_start, batch_no
),

at_closes as (
    select
        told.payee_id,
        told.plan_id,
        told.period,
        told.period_start,
        told.currency,
        batches.batch_id,
        batches.batch_no,
        batches.posted_period_start,
        batches.as_of_on,
        batches.posted_at,
        sum(coalesce(posted_by_batch.amount, 0)) over (
            partition by told.payee_id, told.plan_id, told.period_start
            order by batches.batch_no rows between unbounded preceding and current row
        ) as amount,
        sum(coalesce(posted_by_batch.amount_base, 0)) over (
            partition by told.payee_id, told.plan_id, told.period_start
            order by batches.batch_no rows between unbounded preceding and current row
        ) as amount_base,
        sum(coalesce(posted_by_batch.missing_count, 0)) over (
            partition by told.payee_id, told.plan_id, told.period_start
            order by batches.batch_no rows between unbounded preceding and current row
        ) as missing_count
    from told
    inner join batches
        on
            told.plan_id = batches.plan_id
            and told.period_start <= batches.posted_period_start
    left join posted_by_batch
        on
            told.payee_id = posted_by_batch.payee_id
            and told.plan_id = posted_by_batch.plan_id
            and told.period_start = posted_by_batch.earned_period_start
            and batches.batch_no = posted_by_batch.batch_no
),

-- none where the close was that of a plan which this one replaces: it posted nothing of this plan
at_own_closes as (
    select
        payee_id,
        plan_id,
        period_start,
        amount
    from at_closes
    where period_start = posted_period_start
),

known as (
    select
        payee_id,
        plan_id,
        period,
        period_start,
        currency,
        batch_id,
        batch_no,
        as_of_on,
        posted_at,
        amount,
        case when missing_count = 0 then amount_base end as amount_base
    from at_closes
    union all
    select
        told.payee_id,
        told.plan_id,
        told.period,
        told.period_start,
        told.currency,
        cast(null as {{ dbt.type_string() }}) as batch_id,
        cast(null as bigint) as batch_no,
        parameters.as_of_on,
        cast(null as timestamp) as posted_at,
        coalesce(calculated.payable, 0) as amount,
        case when calculated.payee_id is null then 0 else calculated.payable_base end as amount_base
    from told
    cross join parameters
    left join calculated
        on
            told.payee_id = calculated.payee_id
            and told.plan_id = calculated.plan_id
            and told.period_start = calculated.period_start
),

final as (
    select
        known.payee_id,
        known.plan_id,
        known.period,
        known.period_start,
        known.batch_id,
        known.as_of_on,
        known.posted_at,
        cast(known.amount as {{ money() }}) as amount,
        cast(known.amount - coalesce(at_own_closes.amount, 0) as {{ money() }}) as difference,
        known.currency,
        cast(known.amount_base as {{ money() }}) as amount_base,
        known.batch_no
    from known
    left join at_own_closes
        on
            known.payee_id = at_own_closes.payee_id
            and known.plan_id = at_own_closes.plan_id
            and known.period_start = at_own_closes.period_start
)

select * from final
