{#
    Grain: one row per combination of value classes and component whose conditions all hold there, for the
    combinations that credits of the component's payees and measure have. modifier_set_no names the event modifiers
    that hold there too (int_modifier_sets); null where none does (engine.md §3, §4, §8 D9).
#}
with

credits as (
    select
        payee_no,
        measure_no,
        class_code
    from {{ ref('int_credits_classed') }}
),

component_days as (
    select
        component_no,
        measure_no,
        payee_no,
        counts_team
    from {{ ref('int_component_days') }}
),

led_spans as (
    select
        payee_no,
        member_payee_no
    from {{ ref('int_led_spans') }}
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
        owner_id,
        component_id,
        dimension
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

payee_classes as (
    select
        payee_no,
        measure_no,
        class_code
    from credits
    group by payee_no, measure_no, class_code
),

payee_components as (
    select
        payee_no,
        measure_no,
        component_no
    from component_days
    where not counts_team
    union
    select
        led_spans.member_payee_no as payee_no,
        component_days.measure_no,
        component_days.component_no
    from component_days
    inner join led_spans
        on component_days.payee_no = led_spans.payee_no
    where component_days.counts_team
),

combinations as (
    select
        payee_classes.class_code,
        payee_components.component_no
    from payee_classes
    inner join payee_components
        on
            payee_classes.payee_no = payee_components.payee_no
            and payee_classes.measure_no = payee_components.measure_no
    group by payee_classes.class_code, payee_components.component_no
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
        class_code,
        {{ split_rows('signature', ',') }} as condition_no
    from distinct_classes
),

asked as (
    select
        combinations.class_code,
        combinations.component_no,
        conditions.owner_id,
        conditions.condition_no,
        combinations.class_code % dimensions.next_weight
        - combinations.class_code % dimensions.weight as class_part
    from combinations
    inner join components
        on combinations.component_no = components.component_no
    inner join conditions
        on components.component_id = conditions.component_id
    inner join dimensions
        on conditions.dimension = dimensions.dimension
),

held as (
    select
        asked.class_code,
        asked.component_no,
        asked.owner_id,
        count(*) as condition_count
    from asked
    inner join class_conditions
        on
            asked.condition_no = cast(class_conditions.condition_no as integer)
            and asked.class_part = class_conditions.class_code
    group by asked.class_code, asked.component_no, asked.owner_id
),

required as (
    select
        conditions.owner_id,
        components.component_no,
        count(*) as condition_count
    from conditions
    inner join components
        on conditions.component_id = components.component_id
    group by conditions.owner_id, components.component_no
),

components_matched as (
    select
        combinations.class_code,
        combinations.component_no
    from combinations
    inner join components
        on combinations.component_no = components.component_no
    left join required
        on
            components.component_id = required.owner_id
            and components.component_no = required.component_no
    left join held
        on
            combinations.class_code = held.class_code
            and combinations.component_no = held.component_no
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
        on
            modifiers.modifier_id = required.owner_id
            and modifiers.component_no = required.component_no
    left join held
        on
            components_matched.class_code = held.class_code
            and components_matched.component_no = held.component_no
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
