{#
    Grain: one row per calendar period (day, week, month, quarter) and payee span with orders. Additive: numerator, denominator, within
    one kind of period. denominator: accounts with an order credited directly to the payee in the period, each with the span of its
    first one; numerator: those of them whose first one was not their first in 365 days (engine.md §8 A9, A13).
#}
{{ config(meta={'increments': credits_by_payee('span_no // 1000', {
    'erp.orders': 'select payee_no from int_credits_allocated join int_deal_items using (item_no) where account_id in'
        ~ ' (select account_id from raw_erp.orders where order_id in (select order_id from {changed}))',
    'base_erp__orders': '',
    'crm.opportunities': '',
    'crm.opportunity_team': '',
    'erp.order_splits': '',
})}) }}
with

credits as (
    select
        event_no,
        item_no,
        measure_no,
        payee_no,
        span_no
    from {{ ref('int_credits_allocated') }}
    where
        span_no is not null
        and credit_kind = 'direct'
),

measures as (
    select measure_no
    from {{ ref('measures') }}
    where measure = 'revenue_booked'
),

events as (
    select event_no
    from {{ ref('int_events') }}
    where
        measure = 'revenue_booked'
        and not is_return
),

items as (
    select
        item_no,
        order_id,
        account_id,
        dealt_on
    from {{ ref('int_deal_items') }}
    where
        item_kind = 'order_line'
        and account_id is not null
),

orders as (
    select
        order_id,
        account_id,
        ordered_at,
        ordered_on,
        status
    from {{ ref('int_orders') }}
),

{{ orders_sequenced('orders') }},

{{ orders_credited() }},

accounts_in_periods as (
    {%- for period in ['day', 'week', 'month', 'quarter'] %}
    select
        '{{ period }}' as period,
        cast({{ dbt.date_trunc(period, 'dealt_on') }} as date) as period_start,
        min(span_no) as span_no,
        min(repurchase_count) as repurchase_count
    from orders_credited
    group by cast({{ dbt.date_trunc(period, 'dealt_on') }} as date), payee_no, account_id
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

final as (
    select
        period,
        period_start,
        span_no,
        cast(sum(repurchase_count) as {{ step() }}) as numerator,
        cast(count(*) as {{ step() }}) as denominator
    from accounts_in_periods
    group by period, period_start, span_no
)

select * from final
