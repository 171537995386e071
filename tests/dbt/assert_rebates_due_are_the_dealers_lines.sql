{# What a dealer is due for a component and period is what its lines come to; each with lines has a row. #}
{{ config(meta={'dagster': {'ref': {'name': 'rpt_dealer_rebates'}}, 'increments': lines_by_dealer()}) }}
with

rebates as (
    select
        dealer_id,
        component_id,
        period_start,
        due
    from {{ ref('rpt_dealer_rebates') }}
),

dealers as (
    select
        payee_id,
        payee_kind
    from {{ ref('int_payee_spans') }}
    where payee_kind = 'dealer'
    group by payee_id, payee_kind
),

lines as (
    select
        payout_lines.payee_id,
        payout_lines.component_id,
        payout_lines.period_start,
        sum(payout_lines.amount) as amount
    from {{ ref('fct_payout_lines') }} as payout_lines
    inner join dealers
        on payout_lines.payee_id = dealers.payee_id
    where payout_lines.component_id is not null
    group by payout_lines.payee_id, payout_lines.component_id, payout_lines.period_start
)

select
    coalesce(rebates.dealer_id, lines.payee_id) as dealer_id,
    coalesce(rebates.component_id, lines.component_id) as component_id,
    coalesce(rebates.period_start, lines.period_start) as period_start,
    rebates.due,
    lines.amount
from rebates
full outer join lines
    on
        rebates.dealer_id = lines.payee_id
        and rebates.component_id = lines.component_id
        and rebates.period_start = lines.period_start
where
    coalesce(rebates.due, 0) <> coalesce(lines.amount, 0)
    or rebates.dealer_id is null
