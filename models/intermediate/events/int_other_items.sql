{#
    Grain: one row per thing other than an order line that bears events: order (its first-order event), won opportunity, activity,
    conversation, resolved ticket, dealer order line, terminal sale, and the seat, renewal and refund of an enrolment. item_no is negative.
    Cancelled orders bear nothing (engine.md §8 A3, A4, A10, B8).
#}
with

first_orders as (
    select
        order_id,
        account_id,
        opportunity_id,
        sales_user_id,
        dealer_id,
        channel,
        currency,
        ordered_on,
        lead_source,
        sales_cycle_days,
        split_kind,
        split_id
    from {{ ref('int_first_orders') }}
),

opportunities as (
    select
        opportunity_id,
        account_id,
        owner_user_id,
        product_line,
        currency,
        amount,
        has_team,
        closed_on
    from {{ ref('int_opportunities') }}
    where
        is_won
        and closed_on is not null
),

activities as (
    select
        activity_id,
        user_id,
        account_id,
        occurred_on
    from {{ ref('int_activities') }}
    where kind in ('visit', 'call', 'demo')
),

interactions as (
    select
        interaction_id,
        user_id,
        account_id,
        occurred_on
    from {{ ref('int_interactions') }}
),

tickets as (
    select
        ticket_id,
        assignee_user_id,
        account_id,
        resolved_on
    from {{ ref('int_tickets') }}
),

enrolments as (
    select
        enrolment_id,
        course,
        is_high_potential_class,
        teacher_user_id,
        converted_on,
        renewed_on,
        case when converted_on is not null or renewed_on is not null then refunded_on end as refunded_on
    from {{ ref('int_enrolments') }}
),

dealer_sales as (
    select
        sale_kind,
        sale_id,
        dealer_id,
        product_id,
        account_id,
        currency,
        net_amount,
        cost_amount,
        quantity,
        sold_on
    from {{ ref('int_dealer_sales') }}
    where status <> 'cancelled'
),

products as (
    select
        product_id,
        product_line,
        list_price,
        currency,
        launched_on
    from {{ ref('int_products') }}
),

list_prices as (
    select
        product_id,
        currency,
        ordered_on,
        list_price
    from {{ ref('int_list_prices') }}
),

{% set no_text = 'cast(null as ' ~ dbt.type_string() ~ ')' -%}
{% set no_number = 'cast(null as integer)' -%}
{% set no_flag = 'cast(null as boolean)' -%}
{% set no_rate = 'cast(null as ' ~ step() ~ ')' -%}
items as (
    select
        'order' as item_kind,
        order_id as item_id,
        order_id,
        opportunity_id,
        account_id,
        {{ no_text }} as product_id,
        dealer_id,
        'employee' as owner_kind,
        sales_user_id as owner_id,
        split_kind,
        split_id,
        currency,
        ordered_on as dealt_on,
        cast(null as {{ money() }}) as deal_amount,
        {{ no_text }} as product_line,
        {{ no_number }} as product_age_days,
        channel,
        lead_source,
        {{ no_rate }} as discount_rate,
        {{ no_rate }} as margin_rate,
        sales_cycle_days,
        {{ no_text }} as class_course,
        {{ no_flag }} as is_high_potential_class
    from first_orders
    union all
    select
        'opportunity' as item_kind,
        opportunity_id as item_id,
        {{ no_text }} as order_id,
        opportunity_id,
        account_id,
        {{ no_text }} as product_id,
        {{ no_text }} as dealer_id,
        'employee' as owner_kind,
        owner_user_id as owner_id,
        case when has_team then 'opportunity' end as split_kind,
        case when has_team then opportunity_id end as split_id,
        currency,
        closed_on as dealt_on,
        amount as deal_amount,
        product_line,
        {{ no_number }} as product_age_days,
        {{ no_text }} as channel,
        {{ no_text }} as lead_source,
        {{ no_rate }} as discount_rate,
        {{ no_rate }} as margin_rate,
        {{ no_number }} as sales_cycle_days,
        {{ no_text }} as class_course,
        {{ no_flag }} as is_high_potential_class
    from opportunities
    union all
    {%- for kind, (relation, id, owner, account, day, course, potential) in {
        'activity': ['activities', 'activity_id', 'user_id', 'account_id', 'occurred_on', no_text, no_flag],
        'interaction': ['interactions', 'interaction_id', 'user_id', 'account_id', 'occurred_on', no_text, no_flag],
        'ticket': ['tickets', 'ticket_id', 'assignee_user_id', 'account_id', 'resolved_on', no_text, no_flag],
        'seat': ['enrolments', 'enrolment_id', 'teacher_user_id', no_text, 'converted_on', 'course', 'is_high_potential_class'],
        'renewal': ['enrolments', 'enrolment_id', 'teacher_user_id', no_text, 'renewed_on', 'course', 'is_high_potential_class'],
        'refund': ['enrolments', 'enrolment_id', 'teacher_user_id', no_text, 'refunded_on', 'course', 'is_high_potential_class'],
    }.items() %}
    select
        '{{ kind }}' as item_kind,
        {{ id }} as item_id,
        {{ no_text }} as order_id,
        {{ no_text }} as opportunity_id,
        {{ account }} as account_id,
        {{ no_text }} as product_id,
        {{ no_text }} as dealer_id,
        'employee' as owner_kind,
        {{ owner }} as owner_id,
        {{ no_text }} as split_kind,
        {{ no_text }} as split_id,
        {{ no_text }} as currency,
        {{ day }} as dealt_on,
        cast(null as {{ money() }}) as deal_amount,
        {{ no_text }} as product_line,
        {{ no_number }} as product_age_days,
        {{ no_text }} as channel,
        {{ no_text }} as lead_source,
        {{ no_rate }} as discount_rate,
        {{ no_rate }} as margin_rate,
        {{ no_number }} as sales_cycle_days,
        {{ course }} as class_course,
        {{ potential }} as is_high_potential_class
    from {{ relation }}
    where {{ day }} is not null
    union all
    {%- endfor %}
    select
        dealer_sales.sale_kind as item_kind,
        dealer_sales.sale_id as item_id,
        {{ no_text }} as order_id,
        {{ no_text }} as opportunity_id,
        dealer_sales.account_id,
        dealer_sales.product_id,
        dealer_sales.dealer_id,
        'dealer' as owner_kind,
        dealer_sales.dealer_id as owner_id,
        {{ no_text }} as split_kind,
        {{ no_text }} as split_id,
        dealer_sales.currency,
        dealer_sales.sold_on as dealt_on,
        dealer_sales.net_amount as deal_amount,
        products.product_line,
        {{ dbt.datediff('products.launched_on', 'dealer_sales.sold_on', 'day') }} as product_age_days,
        'dealer' as channel,
        {{ no_text }} as lead_source,
        {{ discount_rate(
            'dealer_sales.net_amount',
            'case when products.currency = dealer_sales.currency then products.list_price else list_prices.list_price end',
            'dealer_sales.quantity'
        ) }} as discount_rate,
        case
            when dealer_sales.net_amount <> 0
                then {{ quotient10('dealer_sales.net_amount - dealer_sales.cost_amount', 'dealer_sales.net_amount') }}
        end as margin_rate,
        {{ no_number }} as sales_cycle_days,
        {{ no_text }} as class_course,
        {{ no_flag }} as is_high_potential_class
    from dealer_sales
    left join products
        on dealer_sales.product_id = products.product_id
    left join list_prices
        on
            dealer_sales.product_id = list_prices.product_id
            and dealer_sales.currency = list_prices.currency
            and dealer_sales.sold_on = list_prices.ordered_on
),

final as (
    select
        cast(-row_number() over (order by item_kind, item_id) as bigint) as item_no,
        item_kind,
        item_id,
        order_id,
        opportunity_id,
        account_id,
        product_id,
        dealer_id,
        owner_kind,
        owner_id,
        split_kind,
        split_id,
        currency,
        dealt_on,
        deal_amount,
        product_line,
        product_age_days,
        channel,
        lead_source,
        discount_rate,
        margin_rate,
        sales_cycle_days,
        class_course,
        is_high_potential_class
    from items
)

select * from final
