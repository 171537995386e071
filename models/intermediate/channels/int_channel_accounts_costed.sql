{#
    Grain: one row per account, channel, region and product line with revenue or pay in the twelve months up to as_of. Additive: all figures, in the base
    currency. A cost that no deal bears is spread by revenue: over what its account bought; without any, over what its payee sold; without any, over everything.
    So the costs of all rows add up to those gathered, but for what rounding to four decimals leaves.
#}
with

sales as (
    select
        account_id,
        payee_no,
        channel,
        region,
        product_line,
        revenue,
        revenue_costed,
        margin,
        -- returns of what was sold before bear nothing
        greatest(revenue, 0) as weight
    from {{ ref('int_channel_sales_summed') }}
),

costs as (
    select
        cost_kind,
        account_id,
        payee_no,
        channel,
        region,
        product_line,
        amount
    from {{ ref('int_channel_costs_gathered') }}
),

account_weights as (
    select
        account_id,
        cast(sum(weight) as {{ step() }}) as weight
    from sales
    where account_id <> ''
    group by account_id
    having sum(weight) > 0
),

payee_weights as (
    select
        payee_no,
        cast(sum(weight) as {{ step() }}) as weight
    from sales
    group by payee_no
    having sum(weight) > 0
),

company_weights as (
    select cast(sum(weight) as {{ step() }}) as weight
    from sales
    having sum(weight) > 0
),

costs_to_spread as (
    select
        costs.cost_kind,
        account_weights.account_id,
        case when account_weights.account_id is null then payee_weights.payee_no end as payee_no,
        costs.amount
    from costs
    left join account_weights
        on costs.account_id = account_weights.account_id
    left join payee_weights
        on costs.payee_no = payee_weights.payee_no
    where costs.channel = ''
),

pools as (
    select
        account_id,
        payee_no,
        cast(sum(case when cost_kind = 'activity' then amount else 0 end) as {{ step() }}) as activity_cost,
        cast(sum(case when cost_kind = 'payout' then amount else 0 end) as {{ step() }}) as payout_cost
    from costs_to_spread
    group by account_id, payee_no
),

account_rates as (
    select
        pools.account_id,
        {{ quotient10('pools.activity_cost', 'account_weights.weight') }} as activity_rate,
        {{ quotient10('pools.payout_cost', 'account_weights.weight') }} as payout_rate
    from pools
    inner join account_weights
        on pools.account_id = account_weights.account_id
),

payee_rates as (
    select
        pools.payee_no,
        {{ quotient10('pools.activity_cost', 'payee_weights.weight') }} as activity_rate,
        {{ quotient10('pools.payout_cost', 'payee_weights.weight') }} as payout_rate
    from pools
    inner join payee_weights
        on pools.payee_no = payee_weights.payee_no
),

-- one row, also where nothing is left for the whole company
company_rates as (
    select
        max({{ quotient10('pools.activity_cost', 'company_weights.weight') }}) as activity_rate,
        max({{ quotient10('pools.payout_cost', 'company_weights.weight') }}) as payout_rate
    from pools
    cross join company_weights
    where
        pools.account_id is null
        and pools.payee_no is null
),

sales_rated as (
    select
        sales.account_id,
        sales.channel,
        sales.region,
        sales.product_line,
        sales.revenue,
        sales.revenue_costed,
        sales.margin,
        sales.weight,
        coalesce(account_rates.activity_rate, 0) + coalesce(payee_rates.activity_rate, 0)
        + coalesce(company_rates.activity_rate, 0) as activity_rate,
        coalesce(account_rates.payout_rate, 0) + coalesce(payee_rates.payout_rate, 0)
        + coalesce(company_rates.payout_rate, 0) as payout_rate
    from sales
    cross join company_rates
    left join account_rates
        on sales.account_id = account_rates.account_id
    left join payee_rates
        on sales.payee_no = payee_rates.payee_no
),

figures as (
    select
        account_id,
        channel,
        region,
        product_line,
        revenue,
        revenue_costed,
        margin,
        {{ mul10('weight', 'activity_rate') }} as activity_cost,
        {{ mul10('weight', 'payout_rate') }} as payout_cost
    from sales_rated
    union all
    select
        account_id,
        channel,
        region,
        product_line,
        {{ without(['revenue', 'revenue_costed', 'margin', 'activity_cost'], step(), '0') }},
        amount as payout_cost
    from costs
    where channel <> ''
),

final as (
    select
        account_id,
        channel,
        region,
        product_line,
        cast(sum(revenue) as {{ money() }}) as revenue,
        cast(sum(revenue_costed) as {{ money() }}) as revenue_costed,
        cast(sum(margin) as {{ money() }}) as margin,
        cast(sum(activity_cost) as {{ money() }}) as activity_cost,
        cast(sum(payout_cost) as {{ money() }}) as payout_cost
    from figures
    group by account_id, channel, region, product_line
)

select * from final
