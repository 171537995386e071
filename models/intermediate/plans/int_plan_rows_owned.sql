{#
    Grain: one row per plan table and row: the plan it belongs to, by its component or its owner where it does not name
    one, '' where it belongs to none. is_blocking: broken, it stops the build; rows of drafts and templates are only
    reported.
#}
{{ config(meta={'increments': plan_tables(plan_contract(), whole=['plans', 'plan_components', 'plan_modifiers'])}) }}
with

{% for table in plan_contract() -%}
{{ table }}_rows as (
    select *
    from {{ ref('stg_plans__' ~ table) }}
),

{% endfor -%}

all_rows as (
    {%- for table, contract in plan_contract().items() %}
    select
        '{{ table }}' as table_name,
        key_text,
        {{ 'plan_id' if 'plan_id' in contract.columns else 'cast(null as ' ~ dbt.type_string() ~ ')' }} as plan_id,
        {% if 'plan_id' in contract.columns -%}
        cast(null as {{ dbt.type_string() }}) as owner_id,
        {%- elif 'component_id' in contract.columns -%}
        component_id as owner_id,
        {%- elif 'owner_id' in contract.columns -%}
        owner_id,
        {%- else -%}
        cast(null as {{ dbt.type_string() }}) as owner_id,
        {%- endif %}
        broken_cells,
        source_file,
        source_row
    from {{ table }}_rows
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

owners_listed as (
    select
        component_id as owner_id,
        plan_id
    from plan_components_rows
    union all
    select
        plan_modifiers_rows.modifier_id as owner_id,
        plan_components_rows.plan_id
    from plan_modifiers_rows
    inner join plan_components_rows
        on plan_modifiers_rows.component_id = plan_components_rows.component_id
),

-- an id that a component and a modifier share belongs to one plan here, so that no row appears twice
owners as (
    select
        owner_id,
        min(plan_id) as plan_id
    from owners_listed
    group by owner_id
),

statuses as (
    select
        plan_id,
        status
    from plans_rows
),

placed as (
    select
        all_rows.table_name,
        all_rows.key_text,
        coalesce(all_rows.plan_id, owners.plan_id, '') as plan_id,
        all_rows.broken_cells,
        all_rows.source_file,
        all_rows.source_row
    from all_rows
    left join owners
        on all_rows.owner_id = owners.owner_id
),

final as (
    select
        placed.table_name,
        placed.key_text,
        placed.plan_id,
        coalesce(statuses.status, '') as plan_status,
        coalesce(statuses.status, '') not in ('draft', 'template') as is_blocking,
        placed.broken_cells,
        placed.source_file,
        placed.source_row
    from placed
    left join statuses
        on placed.plan_id = statuses.plan_id
)

select * from final
