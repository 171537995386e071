{#
    What the history of statements says of today is what the latest close knew and what is pending, for every payee and closed period.
#}
{{ config(meta={'dagster': {'ref': {'name': 'rpt_statement_history'}}}) }}
with

parts as (
    select
        payee_id,
        plan_id,
        period_start,
        -amount as amount
    from {{ ref('rpt_statement_history') }}
    where batch_id is null
    union all
    select
        payee_id,
        plan_id,
        earned_period_start as period_start,
        amount
    from {{ ref('fct_payout_ledger') }}
    union all
    select
        payee_id,
        plan_id,
        earned_period_start as period_start,
        amount
    from {{ ref('rpt_pending_adjustments') }}
)

select
    payee_id,
    plan_id,
    period_start,
    sum(amount) as amount
from parts
group by payee_id, plan_id, period_start
having sum(amount) <> 0
