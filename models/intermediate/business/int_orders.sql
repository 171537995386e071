{#
    Grain: one row per order. What it comes to and its place among the orders of the account are worked out where somebody asks for them
    (int_first_orders, int_order_details, int_kpi_repurchases).
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
        source_file,
        source_row
    from {{ ref('stg_erp__orders') }}
),

{{ orders_dealt('orders') }}

select * from orders_dealt
