{#
    Grain: one row per fact: one thing that a raw row says was sold, brought back, paid or done. What lines and returns are counted by
    (revenue, margin, units) stands in columns of one row, and measure and value are null; of all else a row holds one measure.
    fact_no is the order of (occurred_on, measure, event_key), in which facts of one measure are accumulated: the day's number since 1970
    and the fact's place in the day. The texts of an event are here, once. Nothing after as_of (engine.md §1, §8 A1 to A6, A11, A15).
#}
with

items as (
    select
        item_no,
        item_kind,
        item_id,
        currency,
        dealt_on,
        deal_amount
    from {{ ref('int_other_items') }}
),

order_lines as (
    select
        line_no,
        order_line_id,
        quantity,
        net_amount,
        cost_amount,
        currency,
        ordered_on,
        source_file,
        source_row
    from {{ ref('int_order_lines') }}
    where
        status <> 'cancelled'
        and ordered_on is not null
),

returns as (
    select
        return_id,
        order_line_id,
        quantity,
        net_amount,
        returned_on,
        source_file,
        source_row
    from {{ ref('stg_erp__returns') }}
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

orders as (
    select
        order_id,
        source_file,
        source_row
    from {{ ref('int_orders') }}
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

currencies as (
    select
        currency,
        minor_units
    from {{ ref('currencies') }}
),

parameters as (
    select as_of_on
    from {{ ref('int_run_parameters') }}
),

returned_lines as (
    select
        returns.return_id,
        order_lines.line_no,
        returns.returned_on,
        returns.quantity,
        returns.net_amount,
        order_lines.quantity as sale_quantity,
        order_lines.net_amount as sale_net_amount,
        order_lines.cost_amount as sale_cost_amount,
        case
            when order_lines.quantity = 0 then 0
            else {{ portion(
                'order_lines.cost_amount', 'returns.quantity', 'order_lines.quantity',
                'coalesce(currencies.minor_units, 4)'
            ) }}
        end as cost_amount,
        order_lines.currency,
        order_lines.ordered_on,
        returns.source_file,
        returns.source_row
    from returns
    inner join order_lines
        on returns.order_line_id = order_lines.order_line_id
    left join currencies
        on order_lines.currency = currencies.currency
),

{% set no_money = 'cast(null as ' ~ money() ~ ')' -%}
{% set no_text = 'cast(null as ' ~ dbt.type_string() ~ ')' -%}
measured as (
    select
        measure,
        concat(source_key, '/', order_line_id) as event_key,
        line_no as item_no,
        occurred_on,
        value,
        {{ no_money }} as quantity,
        currency,
        source_table,
        source_key,
        source_file,
        source_row
    from cash
    union all
    select
        'dealer_collected' as measure,
        concat(dealer_cash.dealer_payment_id, '/', dealer_cash.sale_id) as event_key,
        items.item_no,
        dealer_cash.paid_on as occurred_on,
        dealer_cash.value,
        {{ no_money }} as quantity,
        dealer_cash.currency,
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
        items.dealt_on as occurred_on,
        {{ value }} as value,
        {{ terms.quantity or no_money }} as quantity,
        {{ terms.currency or no_text }} as currency,
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

facts as (
    select
        {{ no_text }} as measure,
        order_line_id as event_key,
        line_no as item_no,
        ordered_on as occurred_on,
        {{ no_money }} as value,
        quantity,
        net_amount,
        cost_amount,
        currency,
        ordered_on as rate_on,
        false as is_return,
        {{ no_money }} as sale_quantity,
        {{ no_money }} as sale_net_amount,
        {{ no_money }} as sale_cost_amount,
        'erp.order_lines' as source_table,
        order_line_id as source_key,
        source_file,
        source_row
    from order_lines
    union all
    select
        {{ no_text }} as measure,
        return_id as event_key,
        line_no as item_no,
        returned_on as occurred_on,
        {{ no_money }} as value,
        -quantity as quantity,
        -net_amount as net_amount,
        case when sale_cost_amount is not null then -cost_amount end as cost_amount,
        currency,
        ordered_on as rate_on,
        true as is_return,
        sale_quantity,
        sale_net_amount,
        sale_cost_amount,
        'erp.returns' as source_table,
        return_id as source_key,
        source_file,
        source_row
    from returned_lines
    union all
    select
        measure,
        event_key,
        item_no,
        occurred_on,
        value,
        quantity,
        {{ no_money }} as net_amount,
        {{ no_money }} as cost_amount,
        currency,
        occurred_on as rate_on,
        false as is_return,
        {{ no_money }} as sale_quantity,
        {{ no_money }} as sale_net_amount,
        {{ no_money }} as sale_cost_amount,
        source_table,
        source_key,
        source_file,
        source_row
    from measured
),

final as (
    select
        -- the days of a year are numbered side by side, where one numbering of all rows would keep one thread
        cast(
            {{ dbt.datediff("cast('1970-01-01' as date)", 'facts.occurred_on', 'day') }} * cast(2000000000 as bigint)
            + row_number() over (partition by facts.occurred_on order by facts.measure nulls first, facts.event_key)
            as bigint
        ) as fact_no,
        facts.measure,
        facts.event_key,
        facts.item_no,
        facts.occurred_on,
        cast(facts.value as {{ money() }}) as value,
        cast(facts.quantity as {{ money() }}) as quantity,
        cast(facts.net_amount as {{ money() }}) as net_amount,
        cast(facts.cost_amount as {{ money() }}) as cost_amount,
        facts.currency,
        facts.rate_on,
        facts.is_return,
        cast(facts.sale_quantity as {{ money() }}) as sale_quantity,
        cast(facts.sale_net_amount as {{ money() }}) as sale_net_amount,
        cast(facts.sale_cost_amount as {{ money() }}) as sale_cost_amount,
        facts.source_table,
        nullif(facts.source_key, facts.event_key) as raw_key,
        facts.source_file,
        facts.source_row
    from facts
    cross join parameters
    where facts.occurred_on <= parameters.as_of_on
)

select * from final
