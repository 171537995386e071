{#
    Grain: one row per order line, cancelled ones included, with what its order and its product say: what marts and KPIs read, and what
    events and credits do without. Additive: quantity, net_amount, cost_amount within a currency. Not additive: the rates.
#}
with

order_lines as (
    select
        line_no,
        order_line_id
    from {{ ref('int_order_lines') }}
),

lines as (
    select
        order_line_id,
        order_id,
        product_id,
        quantity,
        net_amount,
        cost_amount,
        source_file,
        source_row
    from {{ ref('stg_erp__order_lines') }}
),

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
        ordered_on,
        lead_source,
        sales_cycle_days,
        split_id
    from {{ ref('int_orders') }}
),

products as (
    select
        product_id,
        product_line,
        list_price,
        currency,
        launched_on
    from {{ ref('stg_erp__products') }}
),

list_prices as (
    select
        product_id,
        currency,
        ordered_on,
        list_price
    from {{ ref('int_list_prices') }}
),

joined as (
    select
        order_lines.line_no,
        lines.order_line_id,
        lines.order_id,
        orders.account_id,
        orders.opportunity_id,
        orders.sales_user_id,
        orders.dealer_id,
        lines.product_id,
        products.product_line,
        orders.channel,
        orders.status,
        orders.currency,
        orders.ordered_on,
        orders.lead_source,
        orders.sales_cycle_days,
        lines.quantity,
        lines.net_amount,
        lines.cost_amount,
        case
            when products.currency = orders.currency then products.list_price else list_prices.list_price
        end as list_price,
        {{ dbt.datediff('products.launched_on', 'orders.ordered_on', 'day') }} as product_age_days,
        lines.source_file,
        lines.source_row
    from order_lines
    inner join lines
        on order_lines.order_line_id = lines.order_line_id
    left join orders
        on lines.order_id = orders.order_id
    left join products
        on lines.product_id = products.product_id
    left join list_prices
        on
            lines.product_id = list_prices.product_id
            and orders.currency = list_prices.currency
            and orders.ordered_on = list_prices.ordered_on
),

final as (
    select
        line_no,
        order_line_id,
        order_id,
        account_id,
        opportunity_id,
        sales_user_id,
        dealer_id,
        product_id,
        product_line,
        channel,
        status,
        currency,
        ordered_on,
        lead_source,
        sales_cycle_days,
        quantity,
        net_amount,
        cost_amount,
        {{ discount_rate('net_amount', 'list_price', 'quantity') }} as discount_rate,
        {{ margin_rate('net_amount', 'cost_amount') }} as margin_rate,
        product_age_days,
        source_file,
        source_row
    from joined
)

select * from final
