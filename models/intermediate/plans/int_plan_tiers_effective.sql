{#
    Grain: one row per tier of a component of a plan that pays. tier_no counts from 1 by tier_from; the tier is
    [tier_from, tier_to), tier_to null for the last. An empty rate or amount is 0; has_amount: it is given (engine.md §8 D4).
#}
with

tiers as (
    select
        component_id,
        tier_from,
        rate,
        amount
    from {{ ref('stg_plans__plan_tiers') }}
),

components as (
    select component_id
    from {{ ref('int_plan_components_effective') }}
),

final as (
    select
        tiers.component_id,
        cast(row_number() over (partition by tiers.component_id order by tiers.tier_from) as integer) as tier_no,
        tiers.tier_from,
        lead(tiers.tier_from) over (partition by tiers.component_id order by tiers.tier_from) as tier_to,
        cast(coalesce(tiers.rate, 0) as {{ factor() }}) as rate,
        cast(coalesce(tiers.amount, 0) as {{ money() }}) as amount,
        tiers.amount is not null as has_amount
    from tiers
    inner join components
        on tiers.component_id = components.component_id
)

select * from final
