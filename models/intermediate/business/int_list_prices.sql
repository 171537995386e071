{#
    Grain: one row per product, currency and day on which it is sold, by dealers too, in another currency than it is listed in: the list price in that currency,
    null where a rate is missing (engine.md §8 A10).
#}
with

dealer_sales as (
    select
        product_id,
        currency,
        sold_on
    from {{ ref('int_dealer_sales') }}
),

products as (
    select
        product_id,
        list_price,
        currency
    from {{ ref('stg_erp__products') }}
),

rates as (
    select
        currency,
        valid_from,
        valid_to,
        rate_to_base
    from {{ ref('int_fx_rates_ranged') }}
),

currencies_sold_in as (
    select currency
    from {{ ref('stg_erp__orders') }}
    union
    select currency
    from dealer_sales
),

-- what is listed and sold in one currency alone joins nothing here
exchanged as (
    select currencies_sold_in.currency
    from currencies_sold_in
    inner join products
        on currencies_sold_in.currency <> products.currency
    group by currencies_sold_in.currency
),

exchanged_at_all as (
    select distinct true as is_any
    from exchanged
),

lines as (
    select
        order_lines.order_id,
        order_lines.product_id
    from {{ ref('stg_erp__order_lines') }} as order_lines
    cross join exchanged_at_all
),

orders_exchanged as (
    select
        orders.order_id,
        orders.currency,
        {{ company_date('orders.ordered_at') }} as ordered_on
    from {{ ref('stg_erp__orders') }} as orders
    inner join exchanged
        on orders.currency = exchanged.currency
),

sold as (
    select
        lines.product_id,
        orders_exchanged.currency,
        orders_exchanged.ordered_on
    from lines
    inner join orders_exchanged
        on lines.order_id = orders_exchanged.order_id
    union all
    select
        dealer_sales.product_id,
        dealer_sales.currency,
        dealer_sales.sold_on as ordered_on
    from dealer_sales
    inner join exchanged
        on dealer_sales.currency = exchanged.currency
),

list_days as (
    select
        products.product_id,
        products.list_price,
        products.currency as product_currency,
        sold.currency,
        sold.ordered_on
    from sold
    inner join products
        on sold.product_id = products.product_id
    where
        products.list_price is not null
        and products.currency <> sold.currency
    group by
        products.product_id,
        products.list_price,
        products.currency,
        sold.currency,
        sold.ordered_on
),

final as (
    select
        list_days.product_id,
        list_days.currency,
        list_days.ordered_on,
        {{ converted('list_days.list_price', 'product_rates.rate_to_base', 'order_rates.rate_to_base') }} as list_price
    from list_days
    left join rates as product_rates
        on
            list_days.product_currency = product_rates.currency
            and list_days.ordered_on >= product_rates.valid_from
            and list_days.ordered_on < product_rates.valid_to
    left join rates as order_rates
        on
            list_days.currency = order_rates.currency
            and list_days.ordered_on >= order_rates.valid_from
            and list_days.ordered_on < order_rates.valid_to
)

select * from final
