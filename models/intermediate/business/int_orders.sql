{#
    Grain: one row per order. Additive: net_amount within a currency. Orders of an account are counted in the order of ordered_at and
    order_id, cancelled ones left out; is_new_account holds when none of the earlier ones lies in the 365 days before (engine.md §8 A9).
#}
with

orders as (
    select
        order_id,
        account_id,
        opportunity_id,
        sales_user_id,
        dealer_id,
        channel,
        status,
        currency,
        ordered_at,
        {{ company_date('ordered_at') }} as ordered_on,
        source_file,
        source_row
    from {{ ref('stg_erp__orders') }}
),

lines as (
    select
        order_id,
        sum(net_amount) as net_amount,
        count(*) as line_count
    from {{ ref('stg_erp__order_lines') }}
    group by order_id
),

opportunities as (
    select
        opportunity_id,
        lead_source,
        {{ company_date('created_at') }} as created_on,
        {{ company_date('closed_at') }} as closed_on
    from {{ ref('stg_crm__opportunities') }}
),

order_splits as (
    select order_id
    from {{ ref('stg_erp__order_splits') }}
    group by order_id
),

opportunity_team as (
    select opportunity_id
    from {{ ref('stg_crm__opportunity_team') }}
    group by opportunity_id
),

sequenced as (
    select
        order_id,
        row_number() over (partition by account_id order by ordered_at, order_id) as order_no,
        lag(ordered_on) over (partition by account_id order by ordered_at, order_id) as ordered_before_on
    from orders
    where
        status <> 'cancelled'
        and account_id is not null
),

final as (
    select
        orders.order_id,
        orders.account_id,
        orders.opportunity_id,
        orders.sales_user_id,
        orders.dealer_id,
        orders.channel,
        orders.status,
        orders.currency,
        orders.ordered_at,
        orders.ordered_on,
        cast(coalesce(lines.net_amount, 0) as {{ money() }}) as net_amount,
        coalesce(lines.line_count, 0) as line_count,
        coalesce(sequenced.order_no = 1, false) as is_first_order,
        sequenced.order_no is not null
        and coalesce(
            sequenced.ordered_before_on < cast({{ dbt.dateadd('day', -365, 'orders.ordered_on') }} as date),
            true
        ) as is_new_account,
        opportunities.lead_source,
        {{ dbt.datediff('opportunities.created_on', 'opportunities.closed_on', 'day') }} as sales_cycle_days,
        case
            when order_splits.order_id is not null then 'order'
            when opportunity_team.opportunity_id is not null then 'opportunity'
        end as split_kind,
        case
            when order_splits.order_id is not null then orders.order_id
            when opportunity_team.opportunity_id is not null then orders.opportunity_id
        end as split_id,
        orders.source_file,
        orders.source_row
    from orders
    left join lines
        on orders.order_id = lines.order_id
    left join sequenced
        on orders.order_id = sequenced.order_id
    left join opportunities
        on orders.opportunity_id = opportunities.opportunity_id
    left join order_splits
        on orders.order_id = order_splits.order_id
    left join opportunity_team
        on orders.opportunity_id = opportunity_team.opportunity_id
)

select * from final
