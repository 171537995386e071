{#
    Grain: one row per event: one measure of one fact. Additive: value within a measure and currency; quantity. Integers, decimals and days:
    the texts are those of its fact (int_events_named). event_no is, within a measure, the order of (occurred_on, event_id), with gaps.
    entry_ratio: 1 for what adds, minus the part of the sale for what comes back (engine.md §8 D2).
#}
with

facts as (
    select
        fact_no,
        measure,
        item_no,
        occurred_on,
        value,
        quantity,
        net_amount,
        cost_amount,
        currency,
        rate_on,
        is_return,
        sale_quantity,
        sale_net_amount,
        sale_cost_amount
    from {{ ref('int_event_facts') }}
),

{# what a fact of a deal is counted by: value, currency, what a return is a part of, where there is any -#}
{% set no_text = 'cast(null as ' ~ dbt.type_string() ~ ')' -%}
{% set deal_measures = {
    'revenue_booked': ['net_amount', 'currency', 'sale_net_amount', 'true'],
    'margin_booked': [
        'net_amount - cost_amount', 'currency', 'sale_net_amount - sale_cost_amount', 'cost_amount is not null',
    ],
    'units_sold': ['quantity', no_text, 'sale_quantity', 'true'],
} -%}
events as (
    {%- for measure, (value, currency, sale_value, condition) in deal_measures.items() %}
    select
        fact_no * 4 + {{ loop.index }} as event_no,
        fact_no,
        '{{ measure }}' as measure,
        item_no,
        occurred_on,
        cast({{ value }} as {{ money() }}) as value,
        quantity,
        {{ currency }} as currency,
        rate_on,
        is_return,
        cast({{ sale_value }} as {{ money() }}) as sale_value
    from facts
    where
        measure is null
        and {{ condition }}
    union all
    {%- endfor %}
    select
        fact_no * 4 as event_no,
        fact_no,
        measure,
        item_no,
        occurred_on,
        value,
        quantity,
        currency,
        rate_on,
        is_return,
        cast(null as {{ money() }}) as sale_value
    from facts
    where measure is not null
),

final as (
    select
        event_no,
        fact_no,
        measure,
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
        end as {{ step() }}) as entry_ratio
    from events
)

select * from final
