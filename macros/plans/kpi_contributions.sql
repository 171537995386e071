{#-
    kpi_contributions_credited(is_judging): the query of int_kpi_contributions_credited, and, for the KPIs that gates and scorecards read alone
    and from what pay waits for anyway, of int_kpi_contributions_judging: columns of the former (engine.md §8 A13).
-#}
{% macro kpi_contributions_credited(is_judging) -%}
with

kpis as (
    select
        kpis.kpi_no,
        kpis.kpi
    from {{ ref('int_kpis') }} as kpis
    {%- if is_judging %}
    inner join {{ ref('int_judging_kpis') }} as judging_kpis
        on kpis.kpi = judging_kpis.kpi
    {%- endif %}
),
{%- if is_judging %}

measures_asked as (
    select {{ split_rows('credited_measures', '|') }} as measure
    from {{ ref('int_judging_kpis') }}
    where credited_measures is not null
),

-- where no KPI asks whose order a line is of, or what it sold, that is not looked for
deals_judged as (
    select distinct true as is_any
    from kpis
    where kpi in ('visit_to_order_rate', 'contribution')
),

order_lines as (
    select
        order_lines.line_no,
        order_lines.order_line_id,
        order_lines.ordered_on
    from {{ ref('int_order_lines') }} as order_lines
    cross join deals_judged
),

lines as (
    select
        order_lines.order_line_id,
        order_lines.order_id,
        order_lines.product_id
    from {{ ref('stg_erp__order_lines') }} as order_lines
    cross join deals_judged
),

orders as (
    select
        orders.order_id,
        orders.account_id,
        orders.channel
    from {{ ref('stg_erp__orders') }} as orders
    cross join deals_judged
),

products as (
    select
        product_id,
        product_line
    from {{ ref('stg_erp__products') }}
),

other_items as (
    select
        item_no,
        account_id,
        dealt_on
    from {{ ref('int_other_items') }}
),
{%- endif %}

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
    from {{ ref('int_credits_payable' if is_judging else 'int_credits_allocated') }}
    where
        span_no is not null
        and credit_kind = 'direct'
),

measures as (
    select
        measure_no,
        measure
    from {{ ref('measures') }}
    where
        measure in ('revenue_booked', 'margin_booked', 'revenue_collected', 'visits')
        {%- if is_judging %}
        and measure in (select measures_asked.measure from measures_asked)
        {%- endif %}
),

events as (
    select
        event_no,
        measure,
        item_no,
        is_return,
        source_key
    from {{ ref('int_events') }}
    where
        measure in ('revenue_booked', 'margin_booked', 'revenue_collected')
        {%- if is_judging %}
        and measure in (select measures_asked.measure from measures_asked)
        {%- endif %}
),

{% if is_judging -%}
items as (
    select
        order_lines.line_no as item_no,
        orders.account_id,
        orders.channel,
        products.product_line,
        order_lines.ordered_on as dealt_on
    from order_lines
    inner join lines
        on order_lines.order_line_id = lines.order_line_id
    inner join orders
        on lines.order_id = orders.order_id
    left join products
        on lines.product_id = products.product_id
    union all
    select
        item_no,
        account_id,
        {{ without(['channel', 'product_line'], dbt.type_string()) }},
        dealt_on
    from other_items
),
{%- else -%}
items as (
    select
        item_no,
        account_id,
        channel,
        product_line,
        dealt_on
    from {{ ref('int_deal_items') }}
),
{%- endif %}

spans as (
    select
        span_no,
        region
    from {{ ref('int_payee_spans') }}
),

coefficients as (
    select
        channel,
        region,
        product_line,
        valid_from,
        valid_to,
        coefficient
    from {{ ref('int_contribution_coefficients_ranged') }}
),

{{ coefficients_named() }},

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
    where
        measured.measure = 'visits'
        and items.account_id is not null
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
    where
        measured.measure = 'revenue_booked'
        and items.account_id is not null
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

-- what was sold where matters only where something is weighted
weighed_items as (
    select
        items.item_no,
        items.channel,
        items.product_line
    from items
    cross join (select distinct true as is_any from coefficients) as weighs
),

weighed as (
    select
        in_base.span_no,
        in_base.occurred_on,
        {{ mul10_rate('in_base.value_base', 'coalesce(coefficients.coefficient, 1)') }} as contribution
    from in_base
    inner join spans
        on in_base.span_no = spans.span_no
    left join weighed_items
        on in_base.item_no = weighed_items.item_no
    {{ coefficients_joined('weighed_items.channel', 'spans.region', 'weighed_items.product_line', 'in_base.occurred_on') }}
    where in_base.measure = 'revenue_booked'
),

contributions as (
    select
        'contribution' as kpi,
        span_no,
        occurred_on as happened_on,
        contribution as numerator,
        cast(null as {{ step() }}) as denominator
    from weighed
    union all
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
{%- endmacro %}
