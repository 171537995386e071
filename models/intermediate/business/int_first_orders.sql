{#
    Grain: one row per account with an order that is not cancelled: the first one, by ordered_at and order_id (engine.md §8 A9).
#}
with

orders as (
    select
        order_id,
        account_id,
        ordered_at
    from {{ ref('int_orders') }}
    where
        status <> 'cancelled'
        and account_id is not null
),

first_moments as (
    select
        account_id,
        min(ordered_at) as ordered_at
    from orders
    group by account_id
),

final as (
    select
        orders.account_id,
        min(orders.order_id) as order_id
    from orders
    inner join first_moments
        on
            orders.account_id = first_moments.account_id
            and orders.ordered_at = first_moments.ordered_at
    group by orders.account_id
)

select * from final
