{#
    Grain: one row per combination of value classes and component whose conditions all hold there. modifier_set_no
    names the event modifiers that hold there too (int_modifier_sets); null where none does (engine.md §3, §4, §8
    D9).
#}
with

credit_classes as (
    select class_code
    from {{ ref('int_credit_classes') }}
),

classes as (
    select
        dimension,
        class_code,
        weight,
        next_weight,
        signature
    from {{ ref('int_dimension_classes') }}
),

conditions as (
    select
        condition_no,
        owner_id
    from {{ ref('int_conditions_numbered') }}
),

components as (
    select
        component_no,
        component_id
    from {{ ref('int_components_numbered') }}
),

modifiers as (
    select
        modifier_no,
        modifier_id,
        component_no
    from {{ ref('int_modifiers_numbered') }}
),

combinations as (
    select class_code
    from credit_classes
    group by class_code
),

dimensions as (
    select
        dimension,
        weight,
        next_weight
    from classes
    group by dimension, weight, next_weight
),

distinct_classes as (
    select
        dimension,
        class_code,
        signature
    from classes
    where signature <> ''
    group by dimension, class_code, signature
),

class_conditions as (
    select
        dimension,
        class_code,
        {{ split_rows('signature', ',') }} as condition_no
    from distinct_classes
),

held as (
    select
        combinations.class_code,
        conditions.owner_id,
        count(*) as condition_count
    from combinations
    cross join dimensions
    inner join class_conditions
        on
            dimensions.dimension = class_conditions.dimension
            and class_conditions.class_code
            = combinations.class_code % dimensions.next_weight - combinations.class_code % dimensions.weight
    inner join conditions
        on cast(class_conditions.condition_no as integer) = conditions.condition_no
    group by combinations.class_code, conditions.owner_id
),

required as (
    select
        owner_id,
        count(*) as condition_count
    from conditions
    group by owner_id
),

components_matched as (
    select
        combinations.class_code,
        components.component_no
    from combinations
    cross join components
    left join required
        on components.component_id = required.owner_id
    left join held
        on
            combinations.class_code = held.class_code
            and components.component_id = held.owner_id
    where coalesce(required.condition_count, 0) = coalesce(held.condition_count, 0)
),

modifiers_matched as (
    select
        components_matched.class_code,
        components_matched.component_no,
        {{ text_list(
            'cast(modifiers.modifier_no as ' ~ dbt.type_string() ~ ')', 'modifiers.modifier_no'
        ) }} as modifier_list
    from components_matched
    inner join modifiers
        on components_matched.component_no = modifiers.component_no
    left join required
        on modifiers.modifier_id = required.owner_id
    left join held
        on
            components_matched.class_code = held.class_code
            and modifiers.modifier_id = held.owner_id
    where coalesce(required.condition_count, 0) = coalesce(held.condition_count, 0)
    group by components_matched.class_code, components_matched.component_no
),

modifiers_set as (
    select
        class_code,
        component_no,
        modifier_list,
        cast(dense_rank() over (order by modifier_list) as integer) as modifier_set_no
    from modifiers_matched
),

final as (
    select
        components_matched.class_code,
        components_matched.component_no,
        modifiers_set.modifier_set_no,
        modifiers_set.modifier_list
    from components_matched
    left join modifiers_set
        on
            components_matched.class_code = modifiers_set.class_code
            and components_matched.component_no = modifiers_set.component_no
)

select * from final
