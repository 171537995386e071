{#
    Grain: one row per KPI over credits, payee span and day. Additive: numerator, denominator, within a KPI. denominator is null for
    KPIs that are sums. Money is in the base currency; credits are direct ones (engine.md §8 A13).
#}
with

kpis as (
    select
        kpi_no,
        kpi
    from {{ ref('int_kpis') }}
),

credits as (
    select
        event_no,
        item_no,
        measure_no,
        payee_no,
        span_no,
        value,
        currency,
        occurred_on,
        rate_on
    from {{ ref('int_credits_allocated') }}
    where
        span_no is not null
        and credit_kind = 'direct'
),

measures as (
    select
        measure_no,
        measure
    from {{ ref('measures') }}
    where measure in ('revenue_booked', 'margin_booked', 'revenue_collected', 'visits')
),

events as (
    select
        event_no,
        measure,
        item_no,
        is_return,
        source_key
    from {{ ref('int_events') }}
    where measure in ('revenue_booked', 'margin_booked', 'revenue_collected')
),

items as (
    select
        item_no,
        account_id,
        dealt_on
    from {{ ref('int_deal_items') }}
    where account_id is not null
),

rates as (
    select
        currency,
        valid_from,
        valid_to,
        rate_to_base
    from {{ ref('int_fx_rates_ranged') }}
),

payments as (
    select
        payment_id,
        invoiced_on,
        paid_on
    from {{ ref('int_payments') }}
),

measured as (
    select
        measures.measure,
        credits.event_no,
        credits.item_no,
        credits.payee_no,
        credits.span_no,
        credits.value,
        credits.currency,
        credits.occurred_on,
        credits.rate_on
    from credits
    inner join measures
        on credits.measure_no = measures.measure_no
),

in_base as (
    select
        measured.measure,
        measured.event_no,
        measured.item_no,
        measured.span_no,
        measured.occurred_on,
        case
            when measured.currency = '{{ var("base_currency") }}' then cast(measured.value as {{ step() }})
            else {{ mul10('measured.value', 'rates.rate_to_base') }}
        end as value_base
    from measured
    inner join rates
        on
            measured.currency = rates.currency
            and measured.rate_on >= rates.valid_from
            and measured.rate_on < rates.valid_to
),

costed_items as (
    select item_no
    from events
    where measure = 'margin_booked'
    group by item_no
),

visits as (
    select
        measured.payee_no,
        measured.span_no,
        measured.occurred_on,
        items.account_id
    from measured
    inner join items
        on measured.item_no = items.item_no
    where measured.measure = 'visits'
),

order_days as (
    select
        measured.payee_no,
        items.account_id,
        items.dealt_on
    from measured
    inner join events
        on
            measured.event_no = events.event_no
            and not events.is_return
    inner join items
        on measured.item_no = items.item_no
    where measured.measure = 'revenue_booked'
    group by measured.payee_no, items.account_id, items.dealt_on
),

visits_followed as (
    select
        visits.payee_no,
        visits.account_id,
        visits.occurred_on
    from visits
    inner join order_days
        on
            visits.payee_no = order_days.payee_no
            and visits.account_id = order_days.account_id
            and visits.occurred_on <= order_days.dealt_on
            and order_days.dealt_on <= cast({{ dbt.dateadd('day', 30, 'visits.occurred_on') }} as date)
    group by visits.payee_no, visits.account_id, visits.occurred_on
),

contributions as (
    select
        'revenue' as kpi,
        span_no,
        occurred_on as happened_on,
        value_base as numerator,
        cast(null as {{ step() }}) as denominator
    from in_base
    where measure = 'revenue_booked'
    union all
    select
        'gross_margin_rate' as kpi,
        in_base.span_no,
        in_base.occurred_on as happened_on,
        case when in_base.measure = 'margin_booked' then in_base.value_base else 0 end as numerator,
        case when in_base.measure = 'revenue_booked' then in_base.value_base else 0 end as denominator
    from in_base
    inner join costed_items
        on in_base.item_no = costed_items.item_no
    where in_base.measure in ('revenue_booked', 'margin_booked')
    union all
    select
        'collection_days' as kpi,
        in_base.span_no,
        in_base.occurred_on as happened_on,
        {{ mul10('in_base.value_base', dbt.datediff('payments.invoiced_on', 'payments.paid_on', 'day')) }} as numerator,
        in_base.value_base as denominator
    from in_base
    inner join events
        on in_base.event_no = events.event_no
    inner join payments
        on events.source_key = payments.payment_id
    where in_base.measure = 'revenue_collected'
    union all
    select
        'visit_to_order_rate' as kpi,
        visits.span_no,
        visits.occurred_on as happened_on,
        cast(case when visits_followed.payee_no is null then 0 else 1 end as {{ step() }}) as numerator,
        cast(1 as {{ step() }}) as denominator
    from visits
    left join visits_followed
        on
            visits.payee_no = visits_followed.payee_no
            and visits.account_id = visits_followed.account_id
            and visits.occurred_on = visits_followed.occurred_on
),

final as (
    select
        kpis.kpi_no,
        contributions.span_no,
        contributions.happened_on,
        cast(sum(contributions.numerator) as {{ step() }}) as numerator,
        cast(sum(contributions.denominator) as {{ step() }}) as denominator
    from contributions
    inner join kpis
        on contributions.kpi = kpis.kpi
    group by kpis.kpi_no, contributions.span_no, contributions.happened_on
)

select * from final
