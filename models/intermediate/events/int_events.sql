{#
    Grain: one row per event: one measure of one fact. Additive: value within a measure and currency; quantity. Integers, decimals and days:
    the texts are those of its fact (int_facts_named). event_no is, within a measure, the order of (occurred_on, event_id), with gaps.
    entry_ratio: 1 for what adds, minus the part of the sale for what comes back (engine.md §8 D2). Relations are read once a measure: one
    CTE for all measures would be worked out whole before any reader's filter.
#}
{# what lines and returns are counted by: value, currency, what a return is a part of, where there is any -#}
{%- set no_text = 'cast(null as ' ~ dbt.type_string() ~ ')' %}
{%- set deal_measures = {
    'revenue_booked': ['facts.net_amount', 'facts.currency', 'facts.sale_net_amount', 'true'],
    'margin_booked': [
        'facts.net_amount - facts.cost_amount', 'facts.currency', 'facts.sale_net_amount - facts.sale_cost_amount',
        'facts.cost_amount is not null',
    ],
    'units_sold': ['facts.quantity', no_text, 'facts.sale_quantity', 'true'],
} %}
with

measures as (
    select
        measure_no,
        measure
    from {{ ref('int_measures_numbered') }}
),

events as (
    {%- for measure, (value, currency, sale_value, condition) in deal_measures.items() %}
    select
        ({{ days_numbered('facts.ordered_on') }} + facts.line_no) * 4 + {{ loop.index }} as event_no,
        facts.line_no as fact_no,
        measures.measure,
        measures.measure_no,
        facts.line_no as item_no,
        facts.ordered_on as occurred_on,
        cast({{ value }} as {{ money() }}) as value,
        cast(facts.quantity as {{ money() }}) as quantity,
        {{ currency }} as currency,
        facts.ordered_on as rate_on,
        false as is_return,
        cast(null as {{ money() }}) as sale_value,
        facts.owner_payee_no,
        facts.owner_span_no,
        facts.stray_owner_id,
        facts.is_shared
    from {{ ref('int_order_lines') }} as facts
    inner join measures
        on
            facts.bears_events
            and measures.measure = '{{ measure }}'
    where {{ condition }}
    union all
    select
        ({{ days_numbered('facts.returned_on') }} + facts.return_no) * 4 + {{ loop.index }} as event_no,
        facts.return_no as fact_no,
        measures.measure,
        measures.measure_no,
        facts.line_no as item_no,
        facts.returned_on as occurred_on,
        cast(-({{ value }}) as {{ money() }}) as value,
        cast(-facts.quantity as {{ money() }}) as quantity,
        {{ currency }} as currency,
        facts.ordered_on as rate_on,
        true as is_return,
        cast({{ sale_value }} as {{ money() }}) as sale_value,
        facts.owner_payee_no,
        facts.owner_span_no,
        facts.stray_owner_id,
        facts.is_shared
    from {{ ref('int_returned_lines') }} as facts
    inner join measures
        on measures.measure = '{{ measure }}'
    where {{ condition }}
    union all
    {%- endfor %}
    select
        -facts.fact_no * 4 as event_no,
        facts.fact_no,
        measures.measure,
        measures.measure_no,
        facts.item_no,
        facts.occurred_on,
        facts.value,
        facts.quantity,
        facts.currency,
        facts.occurred_on as rate_on,
        false as is_return,
        cast(null as {{ money() }}) as sale_value,
        facts.owner_payee_no,
        facts.owner_span_no,
        facts.stray_owner_id,
        facts.is_shared
    from {{ ref('int_other_facts') }} as facts
    inner join measures
        on facts.measure = measures.measure
),

final as (
    select
        event_no,
        fact_no,
        measure,
        measure_no,
        item_no,
        occurred_on,
        value,
        quantity,
        currency,
        rate_on,
        is_return,
        cast(case
            when value > 0 then 1
            when value = 0 then 0
            when is_return then -coalesce({{ quotient10('abs(value)', 'sale_value') }}, 0)
            else -1
        end as {{ step() }}) as entry_ratio,
        owner_payee_no,
        owner_span_no,
        stray_owner_id,
        is_shared
    from events
)

select * from final
