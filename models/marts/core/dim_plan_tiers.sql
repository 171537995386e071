{# Grain: one row per tier of a component of a plan that pays. Additive: nothing. #}
with

tiers as (
    select
        component_id,
        tier_from,
        tier_to,
        rate,
        amount
    from {{ ref('int_plan_tiers_effective') }}
),

final as (
    select
        component_id,
        tier_from,
        tier_to,
        rate,
        amount
    from tiers
)

select * from final
