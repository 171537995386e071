{#
    Grain: one row per plan row that a close vouches for: the hash of its cells, but for valid_to and status, which may be corrected (engine.md §8
    C16). plan_id is '' for a credit rule and its conditions, which reach the plans of company_id, or of every company, from valid_from on; of a
    row of plans company_id is the plan's.
#}
{%- set tables = [
    'plans', 'plan_components', 'plan_tiers', 'plan_modifiers', 'plan_conditions', 'plan_scorecard_kpis', 'plan_draws', 'credit_rules'
] -%}
with

{% for table in tables -%}
{{ table }}_rows as (
    select *
    from {{ ref('stg_plans__' ~ table) }}
),

{% endfor -%}

owned as (
    select
        table_name,
        key_text,
        plan_id
    from {{ ref('int_plan_rows_owned') }}
),

hashed as (
    {%- for table in tables %}
    {%- set cells = [] %}
    {%- for column, cell in plan_contract()[table].columns.items() if column not in ('valid_to', 'status') %}
    {%- do cells.append("chr(10), coalesce(" ~ plan_cell_text(cell.type, column) ~ ", '')") %}
    {%- endfor %}
    select
        '{{ table }}' as table_name,
        key_text,
        {{ {'plan_conditions': 'owner_id', 'credit_rules': 'credit_rule_id'}.get(table, "''") }} as rule_id,
        {{ text_hash(text_of(["'" ~ table ~ "'"] + cells)) }} as row_hash
    from {{ table }}_rows
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

final as (
    select
        hashed.table_name,
        hashed.key_text,
        owned.plan_id,
        coalesce(credit_rules_rows.company_id, plans_rows.company_id) as company_id,
        credit_rules_rows.valid_from,
        hashed.row_hash
    from hashed
    inner join owned
        on
            hashed.table_name = owned.table_name
            and hashed.key_text = owned.key_text
    left join credit_rules_rows
        on
            hashed.rule_id = credit_rules_rows.credit_rule_id
            and owned.plan_id = ''
    left join plans_rows
        on
            hashed.table_name = 'plans'
            and owned.plan_id = plans_rows.plan_id
)

select * from final
