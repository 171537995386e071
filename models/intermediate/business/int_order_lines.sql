{#
    Grain: one row per order line: what events and credits read of it. Its texts stand in int_order_lines_detailed, which nothing that pays
    waits for, since writing them takes longer than all else here. Additive: quantity, net_amount, cost_amount within a currency.
    A line whose order has not come yet has no order columns: it is kept, and bears no event until the order comes; nor does a cancelled one,
    or one after as_of. line_no is that of int_lines_numbered.
    owner_payee_no and owner_span_no: the seller, where employed on the day; split_kind and split_id only where valid split rows credit
    anybody, is_shared where they say who has the deal itself; class_code: the classes of its deal, but for whether it is registered
    (engine.md §8 A1, A4, A10, A11, B1, B5, C12).
#}
with

lines as (
    select
        order_line_id,
        order_id,
        product_id,
        quantity,
        net_amount,
        cost_amount
    from {{ ref('stg_erp__order_lines') }}
),

numbered as (
    select
        line_no,
        key_id as order_line_id
    from {{ ref('int_lines_numbered') }}
    where not is_return
),

orders as (
    select
        order_id,
        account_id,
        sales_user_id,
        dealer_id,
        channel,
        status,
        currency,
        ordered_on,
        lead_source,
        sales_cycle_days,
        split_kind,
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

split_deals as (
    select
        split_kind,
        split_id,
        max(case when credit_kind = 'direct' then 1 else 0 end) as has_direct_shares
    from {{ ref('int_deal_shares') }}
    where is_valid
    group by split_kind, split_id
),

spans as (
    select
        span_no,
        payee_no,
        payee_id,
        valid_from,
        valid_to
    from {{ ref('int_payee_spans') }}
    where payee_kind = 'employee'
),

{{ item_details() }},

classes as (
    select
        dimension,
        value,
        band_from,
        band_to,
        class_code
    from {{ ref('int_dimension_classes') }}
),

parameters as (
    select as_of_on
    from {{ ref('int_run_parameters') }}
),

-- ratios that no condition names are not worked out
asked as (
    select
        coalesce(max(case when dimension = 'margin_rate' then 1 else 0 end), 0) as asks_margin,
        coalesce(max(case when dimension = 'discount_rate' then 1 else 0 end), 0) as asks_discount
    from classes
),

items as (
    select
        numbered.line_no,
        lines.order_line_id,
        'order_line' as item_kind,
        lines.order_id,
        orders.account_id,
        orders.sales_user_id,
        orders.dealer_id,
        lines.product_id,
        products.product_line,
        {{ dbt.datediff('products.launched_on', 'orders.ordered_on', 'day') }} as product_age_days,
        orders.channel,
        orders.status,
        orders.currency,
        orders.ordered_on as dealt_on,
        cast(null as {{ money() }}) as deal_amount,
        orders.lead_source,
        orders.sales_cycle_days,
        cast(null as {{ dbt.type_string() }}) as class_course,
        cast(null as boolean) as is_high_potential_class,
        case when split_deals.split_id is not null then split_deals.split_kind end as split_kind,
        split_deals.split_id,
        coalesce(split_deals.has_direct_shares, 0) = 1 as is_shared,
        lines.quantity,
        lines.net_amount,
        lines.cost_amount,
        case
            when asked.asks_discount = 1
                then {{ discount_rate(
                    'lines.net_amount',
                    'case when products.currency = orders.currency then products.list_price else list_prices.list_price end',
                    'lines.quantity'
                ) }}
        end as discount_rate,
        case
            when asked.asks_margin = 1 then {{ margin_rate('lines.net_amount', 'lines.cost_amount') }}
        end as margin_rate,
        spans.payee_no as owner_payee_no,
        spans.span_no as owner_span_no
    from lines
    inner join numbered
        on lines.order_line_id = numbered.order_line_id
    left join orders
        on lines.order_id = orders.order_id
    left join products
        on lines.product_id = products.product_id
    left join list_prices
        on
            lines.product_id = list_prices.product_id
            and orders.currency = list_prices.currency
            and orders.ordered_on = list_prices.ordered_on
    left join split_deals
        on
            orders.split_kind = split_deals.split_kind
            and orders.split_id = split_deals.split_id
    left join spans
        on
            orders.sales_user_id = spans.payee_id
            and orders.ordered_on >= spans.valid_from
            and orders.ordered_on < spans.valid_to
    cross join asked
),

final as (
    select
        items.line_no,
        items.order_line_id,
        items.dealt_on as ordered_on,
        items.currency,
        items.quantity,
        items.net_amount,
        items.cost_amount,
        {{ class_code(deal_dimensions()) }} as class_code,
        items.status = 'cancelled' as is_cancelled,
        coalesce(items.status <> 'cancelled' and items.dealt_on <= parameters.as_of_on, false) as bears_events,
        items.owner_payee_no,
        items.owner_span_no,
        case when items.owner_span_no is null then coalesce(items.sales_user_id, '') end as stray_owner_id,
        items.split_kind,
        items.split_id,
        items.is_shared
    from items
    {{- item_details_joined(deal_dimensions().values() | join) }}
    {{- classes_joined(deal_dimensions()) }}
    cross join parameters
)

select * from final
