{#
    Grain: one row per account with an order that is not cancelled: the first one, by ordered_at and order_id (engine.md §8 A9). As
    int_orders, but chosen before anything is joined.
#}
with

placed as (
    select
        order_id,
        account_id,
        ordered_at
    from {{ ref('stg_erp__orders') }}
    where status <> 'cancelled'
),

first_moments as (
    select
        account_id,
        min(ordered_at) as ordered_at
    from placed
    group by account_id
),

first_ids as (
    select min(placed.order_id) as order_id
    from placed
    inner join first_moments
        on
            placed.account_id = first_moments.account_id
            and placed.ordered_at = first_moments.ordered_at
    group by placed.account_id
),

orders as (
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
        orders.source_file,
        orders.source_row
    from {{ ref('stg_erp__orders') }} as orders
    inner join first_ids
        on orders.order_id = first_ids.order_id
),

{{ orders_dealt('orders') }}

select * from orders_dealt
