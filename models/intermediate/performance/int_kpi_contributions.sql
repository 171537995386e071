{#
    Grain: one row per KPI, payee span and day. Additive: numerator, denominator, within a KPI. denominator is null
    for KPIs that are sums. Money is in the base currency; credits are direct ones. Formulas: engine.md §8 A13
    (repurchase_rate counts accounts of a period and is in int_kpi_repurchases).
#}
with

credits as (
    select
        credit_no,
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
    from {{ ref('int_measures_numbered') }}
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
),

items as (
    select
        item_no,
        account_id,
        dealt_on
    from {{ ref('int_deal_items') }}
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
        invoice_id,
        paid_on
    from {{ ref('stg_erp__payments') }}
),

invoices as (
    select
        invoice_id,
        invoiced_on
    from {{ ref('stg_erp__invoices') }}
),

opportunities as (
    select
        owner_user_id,
        {{ company_date('closed_at') }} as closed_on,
        is_won
    from {{ ref('stg_crm__opportunities') }}
    where
        is_closed
        and closed_at is not null
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

parameters as (
    select as_of_on
    from {{ ref('int_run_parameters') }}
),

payout_lines as (
    select
        group_no,
        credit_no,
        amount
    from {{ ref('int_payout_lines') }}
),

payout_lines_in_base as (
    select
        group_no,
        credit_no,
        amount_base
    from {{ ref('int_payout_lines_in_base') }}
),

adjusting_lines as (
    select
        group_no,
        occurred_on,
        amount_base
    from {{ ref('int_payout_adjusting_lines') }}
),

groups as (
    select
        group_no,
        payee_no,
        currency
    from {{ ref('int_payout_groups') }}
),

in_base as (
    select
        credits.event_no,
        credits.item_no,
        measures.measure,
        credits.payee_no,
        credits.span_no,
        credits.occurred_on,
        {{ mul10('credits.value', 'rates.rate_to_base') }} as value_base
    from credits
    inner join measures
        on credits.measure_no = measures.measure_no
    inner join rates
        on
            credits.currency = rates.currency
            and credits.rate_on >= rates.valid_from
            and credits.rate_on < rates.valid_to
),

costed_items as (
    select item_no
    from events
    where measure = 'margin_booked'
    group by item_no
),

visits as (
    select
        credits.payee_no,
        credits.span_no,
        credits.occurred_on,
        items.account_id
    from credits
    inner join measures
        on
            credits.measure_no = measures.measure_no
            and measures.measure = 'visits'
    inner join items
        on credits.item_no = items.item_no
    where items.account_id is not null
),

order_days as (
    select
        credits.payee_no,
        items.account_id,
        items.dealt_on
    from credits
    inner join measures
        on
            credits.measure_no = measures.measure_no
            and measures.measure = 'revenue_booked'
    inner join events
        on
            credits.event_no = events.event_no
            and not events.is_return
    inner join items
        on credits.item_no = items.item_no
    group by credits.payee_no, items.account_id, items.dealt_on
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

earnings as (
    select
        payout_lines.group_no,
        credits_of_lines.occurred_on,
        case
            when groups.currency = '{{ var("base_currency") }}'
                then payout_lines.amount
            else payout_lines_in_base.amount_base
        end as amount_base
    from payout_lines
    inner join groups
        on payout_lines.group_no = groups.group_no
    inner join {{ ref('int_credits_allocated') }} as credits_of_lines
        on payout_lines.credit_no = credits_of_lines.credit_no
    left join payout_lines_in_base
        on
            payout_lines.group_no = payout_lines_in_base.group_no
            and payout_lines.credit_no = payout_lines_in_base.credit_no
    union all
    select
        adjusting_lines.group_no,
        least(adjusting_lines.occurred_on, parameters.as_of_on) as occurred_on,
        adjusting_lines.amount_base
    from adjusting_lines
    cross join parameters
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
        {{ mul10('in_base.value_base', dbt.datediff('invoices.invoiced_on', 'payments.paid_on', 'day')) }} as numerator,
        in_base.value_base as denominator
    from in_base
    inner join events
        on in_base.event_no = events.event_no
    inner join payments
        on events.source_key = payments.payment_id
    inner join invoices
        on payments.invoice_id = invoices.invoice_id
    where in_base.measure = 'revenue_collected'
    union all
    select
        'win_rate' as kpi,
        spans.span_no,
        opportunities.closed_on as happened_on,
        cast(case when opportunities.is_won then 1 else 0 end as {{ step() }}) as numerator,
        cast(1 as {{ step() }}) as denominator
    from opportunities
    inner join spans
        on
            opportunities.owner_user_id = spans.payee_id
            and opportunities.closed_on >= spans.valid_from
            and opportunities.closed_on < spans.valid_to
    cross join parameters
    where opportunities.closed_on <= parameters.as_of_on
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
    union all
    select
        'earnings' as kpi,
        spans.span_no,
        earnings.occurred_on as happened_on,
        cast(earnings.amount_base as {{ step() }}) as numerator,
        cast(null as {{ step() }}) as denominator
    from earnings
    inner join groups
        on earnings.group_no = groups.group_no
    inner join spans
        on
            groups.payee_no = spans.payee_no
            and earnings.occurred_on >= spans.valid_from
            and earnings.occurred_on < spans.valid_to
    where earnings.amount_base is not null
),

final as (
    select
        kpi,
        span_no,
        happened_on,
        cast(sum(numerator) as {{ step() }}) as numerator,
        cast(sum(denominator) as {{ step() }}) as denominator
    from contributions
    group by kpi, span_no, happened_on
)

select * from final
