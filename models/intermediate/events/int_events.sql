{#
    Grain: one row per event: one measure of one fact. Additive: value within a measure and currency; quantity. event_id is the measure and
    the key of the raw row, so that the same row always gives the same event; event_no is, within a measure, the order of (occurred_on,
    event_id), with gaps. entry_ratio: 1 for what adds, minus the part of the sale for what comes back (engine.md §8 D2). Relations are
    read once a measure: one CTE for all measures would be worked out whole before any reader's filter.
#}
{# what lines and returns are counted by: measure_no, value, currency, what a return is a part of, condition -#}
{%- set no_text = 'cast(null as ' ~ dbt.type_string() ~ ')' %}
{%- set deal_measures = {
    'revenue_booked': [15, 'facts.net_amount', 'facts.currency', 'facts.sale_net_amount', 'true'],
    'margin_booked': [
        13, 'facts.net_amount - facts.cost_amount', 'facts.currency',
        'facts.sale_net_amount - facts.sale_cost_amount', 'facts.cost_amount is not null',
    ],
    'units_sold': [19, 'facts.quantity', no_text, 'facts.sale_quantity', 'true'],
} %}
{#- Three at most: an event_no that four divides is of another fact. #}
with

events as (
    {%- for measure, (measure_no, value, currency, sale_value, condition) in deal_measures.items() %}
    select
        facts.line_no * 4 + {{ loop.index }} as event_no,
        facts.line_no as fact_no,
        '{{ measure }}' as measure,
        {{ measure_no }} as measure_no,
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
        facts.class_code,
        facts.split_kind,
        facts.split_id,
        facts.is_shared,
        facts.order_line_id as event_key,
        'erp.order_lines' as source_table,
        facts.order_line_id as source_key,
        {{ no_text }} as source_file,
        cast(null as integer) as source_row
    from {{ ref('int_order_lines') }} as facts
    where
        facts.bears_events
        and {{ condition }}
    union all
    select
        facts.return_no * 4 + {{ loop.index }} as event_no,
        facts.return_no as fact_no,
        '{{ measure }}' as measure,
        {{ measure_no }} as measure_no,
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
        facts.class_code,
        facts.split_kind,
        facts.split_id,
        facts.is_shared,
        facts.return_id as event_key,
        'erp.returns' as source_table,
        facts.return_id as source_key,
        facts.source_file,
        facts.source_row
    from {{ ref('int_returned_lines') }} as facts
    where {{ condition }}
    union all
    {%- endfor %}
    select
        -facts.fact_no * 4 as event_no,
        facts.fact_no,
        facts.measure,
        facts.measure_no,
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
        facts.class_code,
        facts.split_kind,
        facts.split_id,
        facts.is_shared,
        facts.event_key,
        facts.source_table,
        coalesce(facts.raw_key, facts.event_key) as source_key,
        facts.source_file,
        facts.source_row
    from {{ ref('int_other_facts') }} as facts
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
        class_code,
        split_kind,
        split_id,
        is_shared,
        event_key,
        concat(measure, ':', event_key) as event_id,
        source_table,
        source_key,
        source_file,
        source_row
    from events
)

select * from final
