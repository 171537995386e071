{#
    Grain: one row per order, where a condition names one of order_dimensions(); else none: what all orders come to, and which of them are
    their account's first, is not worked out for nobody. Orders of an account are taken in the order of ordered_at and order_id, cancelled
    ones left out; is_new_account holds when none of the earlier ones lies in the 365 days before. Additive: deal_amount within a currency
    (engine.md §8 A9, A10).
#}
with

conditions as (
    select dimension
    from {{ ref('int_conditions_numbered') }}
    where dimension in ({{ order_dimensions() }})
),

asked as (
    select distinct true as is_any
    from conditions
),

orders as (
    select
        orders.order_id,
        orders.account_id,
        orders.ordered_at,
        {{ company_date('orders.ordered_at') }} as ordered_on,
        orders.status
    from {{ ref('stg_erp__orders') }} as orders
    cross join asked
),

lines as (
    select
        order_lines.order_id,
        sum(order_lines.net_amount) as net_amount
    from {{ ref('stg_erp__order_lines') }} as order_lines
    cross join asked
    group by order_lines.order_id
),

{{ orders_sequenced('orders') }},

final as (
    select
        orders.order_id,
        cast(coalesce(lines.net_amount, 0) as {{ money() }}) as deal_amount,
        coalesce(orders_sequenced.is_first_order, false) as is_first_order,
        coalesce(orders_sequenced.is_new_account, false) as is_new_account
    from orders
    left join lines
        on orders.order_id = lines.order_id
    left join orders_sequenced
        on orders.order_id = orders_sequenced.order_id
)

select * from final
