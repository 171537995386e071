{#
    Grain: one row per plan row and rule that it breaks: plan_rules() for what a row shows by itself, and below them
    what it shows only beside the row it belongs to.
#}
with

{% for table in plan_rules() | map(attribute='table') | unique -%}
{{ table }}_rows as (
    select *
    from {{ ref('stg_plans__' ~ table) }}
),

{% endfor -%}

dimensions as (
    select
        dimension,
        value_kind
    from {{ ref('dimensions') }}
),

measures as (
    select
        measure,
        settled_by
    from {{ ref('measures') }}
),

condition_items as (
    select
        key_text,
        dimension,
        value,
        {{ split_rows('value', '|') }} as item
    from plan_conditions_rows
    where
        operator in ('eq', 'ne', 'in', 'not_in')
        and value <> ''
),

conditions_of_no_truth as (
    select
        condition_items.key_text,
        condition_items.value
    from condition_items
    inner join dimensions
        on condition_items.dimension = dimensions.dimension
    where
        dimensions.value_kind = 'boolean'
        and lower(condition_items.item) not in ('true', 'false')
    group by condition_items.key_text, condition_items.value
),

components_scored as (
    select component_id
    from plan_scorecard_kpis_rows
    group by component_id
),

final as (
    {%- for rule in plan_rules() %}
    select
        '{{ rule.table }}' as table_name,
        key_text,
        '{{ rule.column }}' as column_name,
        coalesce({{ plan_cell_text(plan_contract()[rule.table].columns[rule.column].type, rule.column) }}, '') as value,
        '{{ rule.reason }}' as reason,
        '{{ rule.do }}' as what_to_do
    from {{ rule.table }}_rows
    where {{ rule.breaks }}
    union all
    {%- endfor %}
    select
        'plan_conditions' as table_name,
        key_text,
        'value' as column_name,
        value,
        'is neither true nor false, and the dimension is one or the other' as reason,
        'write true or false' as what_to_do
    from conditions_of_no_truth
    union all
    select
        'plan_tiers' as table_name,
        plan_tiers_rows.key_text,
        'tier_from' as column_name,
        {{ plan_cell_text('decimal', 'plan_tiers_rows.tier_from') }} as value,
        'is below 0, where each event stands alone' as reason,
        'start the first tier at 0' as what_to_do
    from plan_tiers_rows
    inner join plan_components_rows
        on plan_tiers_rows.component_id = plan_components_rows.component_id
    where
        plan_components_rows.accumulate = 'event'
        and plan_tiers_rows.tier_from < 0
    union all
    select
        'plan_components' as table_name,
        plan_components_rows.key_text,
        'hold_until' as column_name,
        plan_components_rows.hold_until as value,
        'waits for the cash of an order, and this measure has none' as reason,
        'write days:N' as what_to_do
    from plan_components_rows
    inner join measures
        on plan_components_rows.measure = measures.measure
    where
        plan_components_rows.hold_share > 0
        and plan_components_rows.hold_until = 'collected'
        and measures.settled_by is null
    union all
    select
        'plan_components' as table_name,
        plan_components_rows.key_text,
        'clawback_unpaid_days' as column_name,
        {{ plan_cell_text('int', 'plan_components_rows.clawback_unpaid_days') }} as value,
        'waits for an invoice, and this measure has none' as reason,
        'leave it empty, or count a measure of orders or invoices' as what_to_do
    from plan_components_rows
    inner join measures
        on plan_components_rows.measure = measures.measure
    where
        plan_components_rows.clawback_unpaid_days is not null
        and coalesce(measures.settled_by, 'dealer_order') = 'dealer_order'
    union all
    select
        'plan_components' as table_name,
        plan_components_rows.key_text,
        'method' as column_name,
        plan_components_rows.method as value,
        'is scorecard, and nothing is scored' as reason,
        'add rows of plan_scorecard_kpis, or use another method' as what_to_do
    from plan_components_rows
    left join components_scored
        on plan_components_rows.component_id = components_scored.component_id
    where
        plan_components_rows.method = 'scorecard'
        and components_scored.component_id is null
)

select * from final
