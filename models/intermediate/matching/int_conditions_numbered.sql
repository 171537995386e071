{#
    Grain: one row per condition of a component or modifier that calculates, and of a credit rule (component_id null). Amounts are
    compared in the plan's currency, those of credit rules, which belong to no plan, in the base currency.
#}
with

conditions as (
    select
        owner_id,
        dimension,
        operator,
        value
    from {{ ref('stg_plans__plan_conditions') }}
),

components as (
    select
        component_id,
        currency
    from {{ ref('int_components_numbered') }}
),

modifiers as (
    select
        modifier_id,
        component_id
    from {{ ref('stg_plans__plan_modifiers') }}
),

rules as (
    select credit_rule_id
    from {{ ref('int_credit_rules_numbered') }}
),

owners as (
    select
        component_id as owner_id,
        component_id,
        currency
    from components
    union all
    select
        modifiers.modifier_id as owner_id,
        modifiers.component_id,
        components.currency
    from modifiers
    inner join components
        on modifiers.component_id = components.component_id
    union all
    select
        credit_rule_id as owner_id,
        cast(null as {{ dbt.type_string() }}) as component_id,
        '{{ var("base_currency") }}' as currency
    from rules
),

final as (
    select
        cast(row_number() over (
            order by
                conditions.owner_id,
                owners.component_id nulls first,
                conditions.dimension,
                conditions.operator,
                conditions.value
        ) as integer) as condition_no,
        conditions.owner_id,
        owners.component_id,
        conditions.dimension,
        conditions.operator,
        coalesce(conditions.value, '') as value,
        owners.currency
    from conditions
    inner join owners
        on conditions.owner_id = owners.owner_id
)

select * from final
