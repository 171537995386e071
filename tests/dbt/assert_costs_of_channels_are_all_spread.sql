{#
    What serving customers cost in the twelve months is all some row's, once: but for what rounding leaves. Where nothing was sold there is nothing to
    spread it over.
#}
{{ config(meta={'dagster': {'ref': {'name': 'int_channel_accounts_costed'}}}) }}
with

gathered as (
    select
        sum(case when cost_kind = 'activity' then amount else 0 end) as activity_cost,
        sum(case when cost_kind = 'payout' then amount else 0 end) as payout_cost
    from {{ ref('int_channel_costs_gathered') }}
),

spread as (
    select
        sum(activity_cost) as activity_cost,
        sum(payout_cost) as payout_cost,
        sum(greatest(revenue, 0)) as revenue,
        0.01 + 0.0001 * count(*) + 0.00000001 * sum(greatest(revenue, 0)) as tolerance
    from {{ ref('int_channel_accounts_costed') }}
)

select
    gathered.activity_cost,
    spread.activity_cost as activity_cost_spread,
    gathered.payout_cost,
    spread.payout_cost as payout_cost_spread
from gathered
cross join spread
where
    spread.revenue > 0
    and (
        abs(gathered.activity_cost - spread.activity_cost) > spread.tolerance
        or abs(gathered.payout_cost - spread.payout_cost) > spread.tolerance
    )
