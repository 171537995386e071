{#
    The lines of a payee, plan and period add up to what the statement says is payable, in the plan's currency and in the base currency: of an open
    period those calculated and the adjustments pending for it, of a closed one those posted.
#}
{{ config(meta={'dagster': {'ref': {'name': 'rpt_statements'}}}) }}
with

shares_due as (
    select
        calculated.payee_id,
        calculated.plan_id,
        calculated.period_start,
        calculated.amount,
        calculated.amount_base
    from {{ ref('fct_payout_lines') }} as calculated
    left join {{ ref('int_periods_closed') }} as periods_closed
        on
            calculated.plan_id = periods_closed.plan_id
            and calculated.period_start = periods_closed.period_start
    where periods_closed.plan_id is null
    union all
    select
        payee_id,
        plan_id,
        posts_into_period_start as period_start,
        amount,
        amount_base
    from {{ ref('rpt_pending_adjustments') }}
    union all
    select
        payee_id,
        plan_id,
        posted_period_start as period_start,
        amount,
        amount_base
    from {{ ref('fct_payout_ledger') }}
),

lines as (
    select
        payee_id,
        plan_id,
        period_start,
        sum(amount) as amount,
        case when count(*) = count(amount_base) then sum(amount_base) end as amount_base
    from shares_due
    group by payee_id, plan_id, period_start
)

select
    coalesce(statements.payee_id, lines.payee_id) as payee_id,
    coalesce(statements.plan_id, lines.plan_id) as plan_id,
    coalesce(statements.period_start, lines.period_start) as period_start,
    statements.payable,
    lines.amount
from {{ ref('rpt_statements') }} as statements
full outer join lines
    on
        statements.payee_id = lines.payee_id
        and statements.plan_id = lines.plan_id
        and statements.period_start = lines.period_start
where
    coalesce(statements.payable, -1) <> coalesce(lines.amount, 0)
    or (lines.amount is not null and coalesce(statements.payable_base, -1) <> coalesce(lines.amount_base, -1))
