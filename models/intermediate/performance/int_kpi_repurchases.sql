{#
    Grain: one row per payee span, calendar period (week, month, quarter) and account with an order credited
    directly to the payee in it. Additive: numerator, denominator within one period kind. numerator 1: the account
    had an earlier order in the 365 days before its first of the period (engine.md §8 A13).
#}
with

credits as (
    select
        event_no,
        item_no,
        payee_no,
        span_no
    from {{ ref('int_credits_allocated') }}
    where
        span_no is not null
        and credit_kind = 'direct'
),

events as (
    select
        event_no,
        is_return
    from {{ ref('int_events') }}
    where measure = 'revenue_booked'
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

account_days as (
    select
        account_id,
        dealt_on
    from items
    group by account_id, dealt_on
),

days_linked as (
    select
        account_id,
        dealt_on,
        lag(dealt_on) over (partition by account_id order by dealt_on) as dealt_before_on
    from account_days
),

orders as (
    select
        credits.payee_no,
        credits.span_no,
        items.account_id,
        items.dealt_on
    from credits
    inner join events
        on
            credits.event_no = events.event_no
            and not events.is_return
    inner join items
        on credits.item_no = items.item_no
    group by credits.payee_no, credits.span_no, items.account_id, items.dealt_on
),

in_periods as (
    {%- for period in ['week', 'month', 'quarter'] %}
    select
        '{{ period }}' as period,
        cast({{ dbt.date_trunc(period, 'dealt_on') }} as date) as period_start,
        payee_no,
        account_id,
        min(dealt_on) as first_dealt_on,
        max(span_no) as span_no
    from orders
    group by cast({{ dbt.date_trunc(period, 'dealt_on') }} as date), payee_no, account_id
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

final as (
    select
        in_periods.period,
        in_periods.period_start,
        in_periods.span_no,
        in_periods.account_id,
        cast(case
            when
                days_linked.dealt_before_on
                >= cast({{ dbt.dateadd('day', -365, 'in_periods.first_dealt_on') }} as date)
                then 1
            else 0
        end as {{ step() }}) as numerator,
        cast(1 as {{ step() }}) as denominator
    from in_periods
    inner join days_linked
        on
            in_periods.account_id = days_linked.account_id
            and in_periods.first_dealt_on = days_linked.dealt_on
)

select * from final
