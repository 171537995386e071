{#
    Facts up to as_of, without cancelled orders and less what came back, add up to the events: difference zero per measure,
    currency and month. Collected cash counts where its order has lines to spread it over.
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
    where
        measure in (
            'revenue_booked', 'units_sold', 'revenue_collected', 'bookings_won', 'visits', 'calls', 'demos',
            'dealer_sell_in', 'dealer_sell_through'
        )
)

select
    measure,
    currency,
    cast({{ dbt.date_trunc('month', 'occurred_on') }} as date) as month_start,
    sum(value) as difference
from both_sides
group by measure, currency, cast({{ dbt.date_trunc('month', 'occurred_on') }} as date)
having sum(value) <> 0
