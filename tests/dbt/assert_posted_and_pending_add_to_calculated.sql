{#
    What has been posted and what is pending add up to what is calculated, for every payee, component and earned period
    that is closed (engine.md §6).
#}
{{ config(meta={'dagster': {'ref': {'name': 'rpt_pending_adjustments'}}}) }}
with

parts as (
    select
        calculated.payee_id,
        calculated.plan_id,
        calculated.component_id,
        calculated.period_start as earned_period_start,
        -calculated.amount as amount
    from {{ ref('fct_payout_lines') }} as calculated
    inner join {{ ref('int_periods_closed') }} as periods_closed
        on
            calculated.plan_id = periods_closed.plan_id
            and calculated.period_start = periods_closed.period_start
    union all
    select
        payee_id,
        plan_id,
        component_id,
        earned_period_start,
        amount
    from {{ ref('fct_payout_ledger') }}
    union all
    select
        payee_id,
        plan_id,
        component_id,
        earned_period_start,
        amount
    from {{ ref('rpt_pending_adjustments') }}
)

select
    payee_id,
    plan_id,
    component_id,
    earned_period_start,
    sum(amount) as amount
from parts
group by payee_id, plan_id, component_id, earned_period_start
having sum(amount) <> 0
