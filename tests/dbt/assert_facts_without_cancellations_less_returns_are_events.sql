{#
    Facts up to as_of, without cancelled orders and less what came back, add up to the events: difference zero per measure,
    currency and month. Collected cash counts where its order has lines to spread it over. What no fact holds (returns, invoices, cash of
    dealers, conversations, enrolments) is read from staging.
#}
{{ config(meta={'dagster': {'ref': {'name': 'fct_incentive_events'}}}) }}
with

lines as (
    select *
    from {{ ref('fct_order_lines') }}
    where
        status <> 'cancelled'
        and ordered_on is not null
),

came_back as (
    select
        returned_rows.returned_on,
        returned_rows.quantity,
        returned_rows.net_amount,
        lines.currency
    from {{ ref('stg_erp__returns') }} as returned_rows
    inner join lines
        on returned_rows.order_line_id = lines.order_line_id
),

orders_with_lines as (
    select order_id
    from lines
    group by order_id
),

dealer_lines as (
    select
        dealer_order_id,
        currency
    from {{ ref('stg_channel__dealer_order_lines') }}
    where status <> 'cancelled'
    group by dealer_order_id, currency
),

-- of one currency: cash of a dealer order in several bears no event
dealer_orders as (
    select
        dealer_order_id,
        max(currency) as currency
    from dealer_lines
    group by dealer_order_id
    having count(*) = 1
),

enrolments as (
    select
        {{ company_date('converted_at') }} as converted_on,
        {{ company_date('renewed_at') }} as renewed_on,
        {{ company_date('refunded_at') }} as refunded_on
    from {{ ref('stg_education__enrolments') }}
),

from_facts as (
    select
        'revenue_booked' as measure,
        currency,
        ordered_on as occurred_on,
        net_amount as value
    from lines
    union all
    select
        'revenue_booked' as measure,
        currency,
        returned_on as occurred_on,
        -net_amount as value
    from came_back
    union all
    select
        'units_sold' as measure,
        null as currency,
        ordered_on as occurred_on,
        quantity as value
    from lines
    union all
    select
        'units_sold' as measure,
        null as currency,
        returned_on as occurred_on,
        -quantity as value
    from came_back
    union all
    select
        'revenue_collected' as measure,
        payments.currency,
        payments.paid_on as occurred_on,
        payments.amount as value
    from {{ ref('fct_payments') }} as payments
    inner join orders_with_lines
        on payments.order_id = orders_with_lines.order_id
    where payments.has_order_currency
    union all
    select
        'revenue_invoiced' as measure,
        orders.currency,
        invoices.invoiced_on as occurred_on,
        invoices.net_amount as value
    from {{ ref('stg_erp__invoices') }} as invoices
    inner join {{ ref('stg_erp__orders') }} as orders
        on
            invoices.order_id = orders.order_id
            and invoices.currency = orders.currency
    inner join orders_with_lines
        on invoices.order_id = orders_with_lines.order_id
    union all
    select
        'dealer_collected' as measure,
        dealer_payments.currency,
        dealer_payments.paid_on as occurred_on,
        dealer_payments.amount as value
    from {{ ref('stg_channel__dealer_payments') }} as dealer_payments
    inner join dealer_orders
        on
            dealer_payments.dealer_order_id = dealer_orders.dealer_order_id
            and dealer_payments.currency = dealer_orders.currency
    union all
    select
        'interactions' as measure,
        null as currency,
        {{ company_date('occurred_at') }} as occurred_on,
        message_count as value
    from {{ ref('stg_messaging__interactions') }}
    union all
    select
        'tickets_resolved' as measure,
        null as currency,
        resolved_on as occurred_on,
        1 as value
    from {{ ref('fct_tickets') }}
    where resolved_on is not null
    {%- for measure, first_day in {'class_seats': 'converted_on', 'class_renewals': 'renewed_on'}.items() %}
    union all
    select
        '{{ measure }}' as measure,
        null as currency,
        {{ first_day }} as occurred_on,
        1 as value
    from enrolments
    where {{ first_day }} is not null
    union all
    select
        '{{ measure }}' as measure,
        null as currency,
        refunded_on as occurred_on,
        -1 as value
    from enrolments
    where
        {{ first_day }} is not null
        and refunded_on is not null
    {%- endfor %}
    union all
    select
        'deals_won' as measure,
        null as currency,
        closed_on as occurred_on,
        1 as value
    from {{ ref('fct_opportunities') }}
    where
        is_won
        and closed_on is not null
    union all
    select
        'bookings_won' as measure,
        currency,
        closed_on as occurred_on,
        amount as value
    from {{ ref('fct_opportunities') }}
    where
        is_won
        and closed_on is not null
    union all
    select
        concat(kind, 's') as measure,
        null as currency,
        occurred_on,
        1 as value
    from {{ ref('fct_activities') }}
    where kind in ('visit', 'call', 'demo')
    union all
    select
        concat('dealer_', sale_kind) as measure,
        currency,
        sold_on as occurred_on,
        net_amount as value
    from {{ ref('fct_dealer_sales') }}
    where coalesce(status, '') <> 'cancelled'
    union all
    select
        case when sale_kind = 'sell_in' then 'dealer_units_in' else 'dealer_units_through' end as measure,
        null as currency,
        sold_on as occurred_on,
        quantity as value
    from {{ ref('fct_dealer_sales') }}
    where coalesce(status, '') <> 'cancelled'
),

both_sides as (
    select
        from_facts.measure,
        from_facts.currency,
        from_facts.occurred_on,
        from_facts.value
    from from_facts
    cross join {{ ref('int_run_parameters') }} as run_parameters
    where from_facts.occurred_on <= run_parameters.as_of_on
    union all
    select
        measure,
        currency,
        occurred_on,
        -value as value
    from {{ ref('fct_incentive_events') }}
    where measure not in ('margin_booked', 'new_accounts')
)

select
    measure,
    currency,
    cast({{ dbt.date_trunc('month', 'occurred_on') }} as date) as month_start,
    sum(value) as difference
from both_sides
group by measure, currency, cast({{ dbt.date_trunc('month', 'occurred_on') }} as date)
having sum(value) <> 0
