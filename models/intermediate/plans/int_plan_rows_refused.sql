{#
    Grain: one row per plan row and rule of plan_rules() that it breaks. What a row shows only beside the rows it belongs to stands in a
    `_beside` CTE of its table.
#}
{% set ruled = plan_rules() | map(attribute='table') | list -%}
{% set tables = (ruled + ['plan_scorecard_kpis', 'contest_entries']) | unique | list -%}
{%- set shown_by = {
    'plan_tiers': ['plan_components'],
    'plan_scorecard_kpis': ['plan_components'],
    'contest_entries': ['plan_components'],
    'trigger_firings': ['triggers'],
} -%}
{% set touch = plan_tables(tables, shown_by, whole=['plans', 'plan_components']) -%}
{% do touch.touched_by.update({'crm.users': "select 'manual_adjustments' as table_name from {changed}"}) -%}
{{ config(meta={'increments': touch}) }}
with

{% for table in tables -%}
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

kpis as (
    select
        kpi,
        less_is_better
    from {{ ref('kpis') }}
),

condition_items as (
    select
        key_text,
        dimension,
        {{ split_rows('value', '|') }} as item
    from plan_conditions_rows
    where
        operator in ('eq', 'ne', 'in', 'not_in')
        and value <> ''
),

conditions_of_no_truth as (
    select condition_items.key_text
    from condition_items
    inner join dimensions
        on condition_items.dimension = dimensions.dimension
    where
        dimensions.value_kind = 'boolean'
        and lower(condition_items.item) not in ('true', 'false')
    group by condition_items.key_text
),

components_scored as (
    select component_id
    from plan_scorecard_kpis_rows
    group by component_id
),

components_tiered as (
    select component_id
    from plan_tiers_rows
    group by component_id
),

components_entered as (
    select
        component_id,
        max(case when subject_kind = 'team' then 1 else 0 end) as has_teams
    from contest_entries_rows
    group by component_id
),

currencies as (
    select
        currency,
        minor_units
    from {{ ref('currencies') }}
),

-- whom raw rows know is read only where somebody is named
named_at_all as (
    select distinct true as is_any
    from manual_adjustments_rows
),

users as (
    select named_users.user_id as payee_id
    from {{ ref('stg_crm__users') }} as named_users
    cross join named_at_all
),

triggers_fired as (
    select trigger_id
    from trigger_firings_rows
    group by trigger_id
),

plans_beside as (
    select
        plans_rows.*,
        coalesce(superseded.supersedes = plans_rows.plan_id and superseded.plan_id <> plans_rows.plan_id, false)
            as is_superseded_in_turn
    from plans_rows
    left join plans_rows as superseded
        on plans_rows.supersedes = superseded.plan_id
),

plan_assignments_beside as (
    select
        plan_assignments_rows.*,
        plans_rows.payee_kind
    from plan_assignments_rows
    left join plans_rows
        on plan_assignments_rows.plan_id = plans_rows.plan_id
),

plan_components_beside as (
    select
        plan_components_rows.*,
        plans_rows.payee_kind,
        measures.measure is not null as is_measured,
        measures.settled_by,
        coalesce(kpis.less_is_better, false) as less_is_better,
        components_scored.component_id is not null as is_scored,
        components_tiered.component_id is not null as has_tiers,
        components_entered.component_id is not null
        and (plan_components_rows.rank_subject <> 'team' or components_entered.has_teams = 1) as has_entries
    from plan_components_rows
    left join plans_rows
        on plan_components_rows.plan_id = plans_rows.plan_id
    left join measures
        on plan_components_rows.measure = measures.measure
    left join kpis
        on plan_components_rows.gate_measure = kpis.kpi
    left join components_scored
        on plan_components_rows.component_id = components_scored.component_id
    left join components_tiered
        on plan_components_rows.component_id = components_tiered.component_id
    left join components_entered
        on plan_components_rows.component_id = components_entered.component_id
),

plan_tiers_beside as (
    select
        plan_tiers_rows.*,
        plan_components_rows.method,
        plan_components_rows.accumulate
    from plan_tiers_rows
    left join plan_components_rows
        on plan_tiers_rows.component_id = plan_components_rows.component_id
),

plan_modifiers_beside as (
    select
        plan_modifiers_rows.*,
        plans_rows.payee_kind,
        coalesce(kpis.less_is_better, false) as less_is_better
    from plan_modifiers_rows
    left join plan_components_rows
        on plan_modifiers_rows.component_id = plan_components_rows.component_id
    left join plans_rows
        on plan_components_rows.plan_id = plans_rows.plan_id
    left join kpis
        on plan_modifiers_rows.gate_measure = kpis.kpi
),

plan_conditions_beside as (
    select
        plan_conditions_rows.*,
        conditions_of_no_truth.key_text is not null as is_no_truth
    from plan_conditions_rows
    left join conditions_of_no_truth
        on plan_conditions_rows.key_text = conditions_of_no_truth.key_text
),

manual_adjustments_beside as (
    select
        manual_adjustments_rows.*,
        plans_rows.currency as plan_currency,
        plan_components_rows.plan_id as component_plan_id,
        coalesce(plans_rows.payee_kind = 'employee' and users.payee_id is null, false) as is_of_no_user,
        manual_adjustments_rows.amount
        <> {{ round_minor('manual_adjustments_rows.amount', 'currencies.minor_units') }} as is_finer_than_money
    from manual_adjustments_rows
    left join plans_rows
        on manual_adjustments_rows.plan_id = plans_rows.plan_id
    left join currencies
        on plans_rows.currency = currencies.currency
    left join plan_components_rows
        on manual_adjustments_rows.component_id = plan_components_rows.component_id
    left join users
        on manual_adjustments_rows.payee_id = users.payee_id
),

triggers_beside as (
    select
        triggers_rows.*,
        triggers_fired.trigger_id is not null as has_fired
    from triggers_rows
    left join triggers_fired
        on triggers_rows.trigger_id = triggers_fired.trigger_id
),

{% set beside = [
    'plans', 'plan_assignments', 'plan_components', 'plan_tiers', 'plan_modifiers', 'plan_conditions', 'manual_adjustments', 'triggers'
] -%}
final as (
    {%- for rule in plan_rules() %}
    select
        '{{ rule.table }}' as table_name,
        key_text,
        '{{ rule.column }}' as column_name,
        coalesce({{ plan_cell_text(plan_contract()[rule.table].columns[rule.column].type, rule.column) }}, '') as value,
        '{{ rule.reason }}' as reason,
        '{{ rule.do }}' as what_to_do,
        {{ 'false' if rule.warns else 'true' }} as stops_build
    from {{ rule.table }}_{{ 'beside' if rule.table in beside else 'rows' }}
    where {{ rule.breaks }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from final
