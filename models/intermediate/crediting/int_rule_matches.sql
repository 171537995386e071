{#
    Grain: one row per credit rule and combination of value classes where all its conditions hold, for the combinations that its
    candidates have. Conditions on the payee are about who would receive the credit.
#}
with

candidates as (
    select
        rule_no,
        class_code
    from {{ ref('int_rule_candidates') }}
    where rule_no > 0
    group by rule_no, class_code
),

rules as (
    select
        rule_no,
        credit_rule_id
    from {{ ref('int_credit_rules_numbered') }}
),

rule_conditions as (
    select
        condition_no,
        owner_id,
        dimension
    from {{ ref('int_conditions_numbered') }}
    where component_id is null
),

classes as (
    select
        dimension,
        class_code,
        weight,
        next_weight,
        signature
    from {{ ref('int_dimension_classes') }}
    group by dimension, class_code, weight, next_weight, signature
),

class_conditions as (
    select
        class_code,
        {{ split_rows('signature', ',') }} as condition_no
    from classes
    where signature <> ''
),

dimensions as (
    select
        dimension,
        weight,
        next_weight
    from classes
    group by dimension, weight, next_weight
),

asked as (
    select
        candidates.rule_no,
        candidates.class_code,
        rule_conditions.condition_no,
        candidates.class_code % dimensions.next_weight - candidates.class_code % dimensions.weight as class_part
    from candidates
    inner join rules
        on candidates.rule_no = rules.rule_no
    inner join rule_conditions
        on rules.credit_rule_id = rule_conditions.owner_id
    inner join dimensions
        on rule_conditions.dimension = dimensions.dimension
),

broken as (
    select
        asked.rule_no,
        asked.class_code
    from asked
    left join class_conditions
        on
            asked.condition_no = cast(class_conditions.condition_no as integer)
            and asked.class_part = class_conditions.class_code
    where class_conditions.condition_no is null
    group by asked.rule_no, asked.class_code
),

final as (
    select
        candidates.rule_no,
        candidates.class_code
    from candidates
    left join broken
        on
            candidates.rule_no = broken.rule_no
            and candidates.class_code = broken.class_code
    where broken.rule_no is null
)

select * from final
