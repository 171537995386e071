{#
    Grain: one row per fact and measure of all that is neither an order line nor a return: what was won, paid, done, taught or moved by dealers.
    fact_no: minus the order of (occurred_on, measure, event_key), in which facts of one measure are accumulated, with room as in
    int_lines_numbered. Who owns it on its day is here, and whether its deal is shared, as in int_order_lines. Nothing after as_of (engine.md §1, §8 A3, A6, A8, A11, A15, B1, B5, B8).
#}
with

items as (
    select
        item_no,
        item_kind,
        item_id,
        order_id,
        account_id,
        product_id,
        dealer_id,
        currency,
        dealt_on,
        deal_amount,
        owner_kind,
        owner_id,
        split_kind,
        split_id,
        product_line,
        product_age_days,
        channel,
        lead_source,
        discount_rate,
        margin_rate,
        sales_cycle_days,
        class_course,
        is_high_potential_class
    from {{ ref('int_other_items') }}
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

order_lines as (
    select
        line_no,
        class_code,
        owner_span_no,
        stray_owner_id,
        split_kind,
        split_id
    from {{ ref('int_order_lines') }}
),

cash as (
    select
        measure,
        source_table,
        source_key,
        line_no,
        order_line_id,
        value,
        currency,
        occurred_on,
        source_file,
        source_row
    from {{ ref('int_cash_spread') }}
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
        payee_kind,
        valid_from,
        valid_to
    from {{ ref('int_payee_spans') }}
),

orders as (
    select
        order_id,
        source_file,
        source_row
    from {{ ref('int_first_orders') }}
),

opportunities as (
    select
        opportunity_id,
        source_file,
        source_row
    from {{ ref('int_opportunities') }}
),

activities as (
    select
        activity_id,
        kind,
        source_file,
        source_row
    from {{ ref('int_activities') }}
),

interactions as (
    select
        interaction_id,
        cast(message_count as {{ money() }}) as message_count,
        source_file,
        source_row
    from {{ ref('int_interactions') }}
),

tickets as (
    select
        ticket_id,
        source_file,
        source_row
    from {{ ref('int_tickets') }}
),

enrolments as (
    select
        enrolment_id,
        converted_on,
        renewed_on,
        source_file,
        source_row
    from {{ ref('int_enrolments') }}
),

dealer_cash as (
    select
        dealer_payment_id,
        sale_id,
        value,
        currency,
        paid_on,
        source_file,
        source_row
    from {{ ref('int_dealer_cash_spread') }}
),

dealer_sales as (
    select
        sale_kind,
        sale_id,
        quantity,
        source_file,
        source_row
    from {{ ref('int_dealer_sales') }}
),

measures as (
    select
        measure,
        measure_no
    from {{ ref('measures') }}
),

parameters as (
    select as_of_on
    from {{ ref('int_run_parameters') }}
),

items_classed as (
    select
        items.item_no,
        {{ class_code(deal_dimensions()) }} as class_code
    from items
    {{- item_details_joined(deal_dimensions().values() | join) }}
    {{- classes_joined(deal_dimensions()) }}
),

{% set no_money = 'cast(null as ' ~ money() ~ ')' -%}
{% set no_text = 'cast(null as ' ~ dbt.type_string() ~ ')' -%}
facts as (
    select
        cash.measure,
        concat(cash.source_key, '/', cash.order_line_id) as event_key,
        cash.line_no as item_no,
        order_lines.class_code as line_class_code,
        cash.occurred_on,
        cash.value,
        {{ no_money }} as quantity,
        cash.currency,
        'employee' as owner_kind,
        coalesce(sellers.payee_id, order_lines.stray_owner_id) as owner_id,
        order_lines.split_kind,
        order_lines.split_id,
        cash.source_table,
        cash.source_key,
        cash.source_file,
        cash.source_row
    from cash
    inner join order_lines
        on cash.line_no = order_lines.line_no
    left join spans as sellers
        on order_lines.owner_span_no = sellers.span_no
    union all
    select
        'dealer_collected' as measure,
        concat(dealer_cash.dealer_payment_id, '/', dealer_cash.sale_id) as event_key,
        items.item_no,
        cast(null as bigint) as line_class_code,
        dealer_cash.paid_on as occurred_on,
        dealer_cash.value,
        {{ no_money }} as quantity,
        dealer_cash.currency,
        items.owner_kind,
        items.owner_id,
        items.split_kind,
        items.split_id,
        'channel.dealer_payments' as source_table,
        dealer_cash.dealer_payment_id as source_key,
        dealer_cash.source_file,
        dealer_cash.source_row
    from items
    inner join dealer_cash
        on items.item_id = dealer_cash.sale_id
    where items.item_kind = 'sell_in'
    {#- relation and key of the raw row; item kind, measure, value and what else is not nothing #}
    {%- set orders = ['orders', 'order_id', 'erp.orders'] %}
    {%- set opportunities = ['opportunities', 'opportunity_id', 'crm.opportunities'] %}
    {%- set activities = ['activities', 'activity_id', 'crm.activities'] %}
    {%- set interactions = ['interactions', 'interaction_id', 'messaging.interactions'] %}
    {%- set tickets = ['tickets', 'ticket_id', 'service.tickets'] %}
    {%- set sell_in = ['dealer_sales', 'sale_id', 'channel.dealer_order_lines'] %}
    {%- set sell_through = ['dealer_sales', 'sale_id', 'channel.sell_through'] %}
    {%- set enrolments = ['enrolments', 'enrolment_id', 'education.enrolments'] %}
    {%- set worth = {'currency': 'items.currency', 'where': 'items.deal_amount is not null'} %}
    {%- set sold_in = {'quantity': 'dealer_sales.quantity', 'where': "dealer_sales.sale_kind = 'sell_in'"} %}
    {%- set sold_on = {'quantity': 'dealer_sales.quantity', 'where': "dealer_sales.sale_kind = 'sell_through'"} %}
    {%- set refunded = {'key': "concat(items.item_id, '/refund')"} %}
    {%- for (relation, id, source_table), kind, measure, value, terms in [
        (orders, 'order', "'new_accounts'", '1', {}),
        (opportunities, 'opportunity', "'deals_won'", '1', {}),
        (opportunities, 'opportunity', "'bookings_won'", 'items.deal_amount', worth),
        (activities, 'activity', "concat(activities.kind, 's')", '1', {}),
        (interactions, 'interaction', "'interactions'", 'interactions.message_count', {}),
        (tickets, 'ticket', "'tickets_resolved'", '1', {}),
        (sell_in, 'sell_in', "'dealer_sell_in'", 'items.deal_amount', dict(sold_in, currency='items.currency')),
        (sell_in, 'sell_in', "'dealer_units_in'", 'dealer_sales.quantity', sold_in),
        (sell_through, 'sell_through', "'dealer_sell_through'", 'items.deal_amount', dict(sold_on, currency='items.currency')),
        (sell_through, 'sell_through', "'dealer_units_through'", 'dealer_sales.quantity', sold_on),
        (enrolments, 'seat', "'class_seats'", '1', {}),
        (enrolments, 'refund', "'class_seats'", '-1', dict(refunded, where='enrolments.converted_on is not null')),
        (enrolments, 'renewal', "'class_renewals'", '1', {}),
        (enrolments, 'refund', "'class_renewals'", '-1', dict(refunded, where='enrolments.renewed_on is not null')),
    ] %}
    union all
    select
        {{ measure }} as measure,
        {{ terms.key or 'items.item_id' }} as event_key,
        items.item_no,
        cast(null as bigint) as line_class_code,
        items.dealt_on as occurred_on,
        {{ value }} as value,
        {{ terms.quantity or no_money }} as quantity,
        {{ terms.currency or no_text }} as currency,
        items.owner_kind,
        items.owner_id,
        items.split_kind,
        items.split_id,
        '{{ source_table }}' as source_table,
        items.item_id as source_key,
        {{ relation }}.source_file,
        {{ relation }}.source_row
    from items
    inner join {{ relation }}
        on items.item_id = {{ relation }}.{{ id }}
    where
        items.item_kind = '{{ kind }}'
        and {{ terms.where or 'true' }}
    {%- endfor %}
),

owned as (
    select
        facts.measure,
        facts.event_key,
        facts.item_no,
        facts.occurred_on,
        facts.value,
        facts.quantity,
        facts.currency,
        coalesce(items_classed.class_code, facts.line_class_code) as class_code,
        facts.source_table,
        facts.source_key,
        facts.source_file,
        facts.source_row,
        measures.measure_no,
        spans.payee_no as owner_payee_no,
        spans.span_no as owner_span_no,
        case when spans.span_no is null then coalesce(facts.owner_id, '') end as stray_owner_id,
        case when split_deals.split_id is not null then split_deals.split_kind end as split_kind,
        split_deals.split_id,
        coalesce(split_deals.has_direct_shares, 0) = 1 as is_shared
    from facts
    inner join measures
        on facts.measure = measures.measure
    left join items_classed
        on facts.item_no = items_classed.item_no
    left join split_deals
        on
            facts.split_kind = split_deals.split_kind
            and facts.split_id = split_deals.split_id
    left join spans
        on
            facts.owner_id = spans.payee_id
            and facts.owner_kind = spans.payee_kind
            and facts.occurred_on >= spans.valid_from
            and facts.occurred_on < spans.valid_to
    cross join parameters
    where facts.occurred_on <= parameters.as_of_on
),

final as (
    select
        -- the days of a year are numbered side by side, where one numbering of all rows would keep one thread
        -(
            {{ days_numbered('occurred_on') }}
            + {{ numbered('row_number() over (partition by occurred_on order by measure, event_key) * 64') }}
        ) as fact_no,
        measure,
        measure_no,
        event_key,
        item_no,
        occurred_on,
        cast(value as {{ money() }}) as value,
        cast(quantity as {{ money() }}) as quantity,
        currency,
        class_code,
        owner_payee_no,
        owner_span_no,
        stray_owner_id,
        split_kind,
        split_id,
        is_shared,
        source_table,
        nullif(source_key, event_key) as raw_key,
        source_file,
        source_row
    from owned
)

select * from final
