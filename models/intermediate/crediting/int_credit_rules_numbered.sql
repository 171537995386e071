{# Grain: one row per credit rule, with the span of days it holds for, [valid_from, valid_to), and its short key. #}
with

rules as (
    select
        credit_rule_id,
        measure,
        receives,
        share,
        company_id,
        valid_from,
        valid_to
    from {{ ref('stg_plans__credit_rules') }}
),

final as (
    select
        cast(row_number() over (order by credit_rule_id) as integer) as rule_no,
        credit_rule_id,
        measure,
        receives,
        cast(share as {{ share() }}) as share,
        company_id,
        valid_from,
        coalesce(valid_to, cast('9999-12-31' as date)) as valid_to
    from rules
)

select * from final
