{#
    Grain: one row per order line. Additive: quantity, net_amount, cost_amount within a currency. Not additive: the rates.
    A line whose order has not come yet has no order columns: it is kept, and bears no event until the order comes; nor does a cancelled one,
    or one after as_of. line_no is the place of order_line_id among the ids of lines and returns, in which both are accumulated within a day.
    owner_payee_no and owner_span_no: the seller, where employed on the day; is_shared: valid split rows say who is credited
    (engine.md §8 A1, A4, A11, B1, B5).
#}
with

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

returns as (
    select return_id
    from {{ ref('stg_erp__returns') }}
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

rates as (
    select
        currency,
        valid_from,
        valid_to,
        rate_to_base
    from {{ ref('int_fx_rates_ranged') }}
),

split_deals as (
    select
        split_kind,
        split_id
    from {{ ref('int_deal_shares') }}
    where
        is_valid
        and credit_kind = 'direct'
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

parameters as (
    select as_of_on
    from {{ ref('int_run_parameters') }}
),

list_currencies as (
    select
        min(currency) as least_currency,
        max(currency) as greatest_currency
    from products
    where list_price is not null
),

-- what is listed and sold in one currency alone joins nothing here
orders_exchanged as (
    select
        orders.order_id,
        orders.currency,
        orders.ordered_on
    from orders
    inner join list_currencies
        on orders.currency <> list_currencies.least_currency or orders.currency <> list_currencies.greatest_currency
),

list_days as (
    select
        products.product_id,
        products.list_price,
        products.currency as product_currency,
        orders_exchanged.currency,
        orders_exchanged.ordered_on
    from lines
    inner join orders_exchanged
        on lines.order_id = orders_exchanged.order_id
    inner join products
        on lines.product_id = products.product_id
    where
        products.list_price is not null
        and products.currency <> orders_exchanged.currency
    group by
        products.product_id,
        products.list_price,
        products.currency,
        orders_exchanged.currency,
        orders_exchanged.ordered_on
),

list_prices as (
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
),

-- numbered while rows are narrow: sorting carries them along
keys as (
    select
        order_line_id as key_id,
        false as is_return,
        order_id,
        product_id,
        quantity,
        net_amount,
        cost_amount,
        source_file,
        source_row
    from lines
    union all
    select
        return_id as key_id,
        true as is_return,
        null as order_id,
        null as product_id,
        null as quantity,
        null as net_amount,
        null as cost_amount,
        null as source_file,
        null as source_row
    from returns
),

numbered as (
    select
        {{ numbered('row_number() over (order by key_id, is_return)') }} as line_no,
        key_id as order_line_id,
        is_return,
        order_id,
        product_id,
        quantity,
        net_amount,
        cost_amount,
        source_file,
        source_row
    from keys
),

joined as (
    select
        numbered.line_no,
        numbered.order_line_id,
        numbered.order_id,
        orders.account_id,
        orders.opportunity_id,
        orders.sales_user_id,
        orders.dealer_id,
        numbered.product_id,
        products.product_line,
        orders.channel,
        orders.status,
        orders.currency,
        orders.ordered_on,
        orders.lead_source,
        orders.sales_cycle_days,
        orders.split_kind,
        orders.split_id,
        numbered.quantity,
        numbered.net_amount,
        numbered.cost_amount,
        case
            when products.currency = orders.currency
                then cast(products.list_price as {{ step() }})
            else list_prices.list_price
        end as list_price,
        {{ dbt.datediff('products.launched_on', 'orders.ordered_on', 'day') }} as product_age_days,
        coalesce(orders.status <> 'cancelled' and orders.ordered_on <= parameters.as_of_on, false) as bears_events,
        spans.payee_no as owner_payee_no,
        spans.span_no as owner_span_no,
        case when spans.span_no is null then coalesce(orders.sales_user_id, '') end as stray_owner_id,
        split_deals.split_id is not null as is_shared,
        numbered.source_file,
        numbered.source_row
    from numbered
    left join orders
        on numbered.order_id = orders.order_id
    left join products
        on numbered.product_id = products.product_id
    left join list_prices
        on
            numbered.product_id = list_prices.product_id
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
    cross join parameters
    where not numbered.is_return
),

priced as (
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
        split_kind,
        split_id,
        quantity,
        net_amount,
        cost_amount,
        {{ mul10('list_price', 'quantity') }} as list_amount,
        product_age_days,
        bears_events,
        owner_payee_no,
        owner_span_no,
        stray_owner_id,
        is_shared,
        source_file,
        source_row
    from joined
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
        split_kind,
        split_id,
        quantity,
        net_amount,
        cost_amount,
        case when list_amount <> 0 then 1 - {{ quotient10('net_amount', 'list_amount') }} end as discount_rate,
        case when net_amount <> 0 then {{ quotient10('net_amount - cost_amount', 'net_amount') }} end as margin_rate,
        product_age_days,
        bears_events,
        owner_payee_no,
        owner_span_no,
        stray_owner_id,
        is_shared,
        source_file,
        source_row
    from priced
)

select * from final
