{#
    Grain: one row per component, one without tiers too: its first tiers side by side. event_amount: what a flat component pays for each event on top of its rate;
    pays_amounts is 1 where entering a tier pays an amount (engine.md §4, §8 D1, D3, D4).
#}
with

components as (
    select
        component_no,
        component_id,
        method,
        tier_key,
        accumulate
    from {{ ref('int_components_numbered') }}
),

tiers as (
    select
        component_id,
        tier_no,
        tier_from,
        rate,
        amount
    from {{ ref('int_plan_tiers_effective') }}
),

final as (
    select
        components.component_no,
        components.method,
        components.tier_key,
        components.accumulate = 'event' as stands_alone,
        max(case when components.method = 'flat' and tiers.tier_no = 1 then tiers.amount end) as event_amount,
        max(case when components.method = 'marginal' and tiers.amount <> 0 then 1 else 0 end) as pays_amounts,
        {%- for tier_no in range(1, tiers_side_by_side() + 1) %}
        max(case when tiers.tier_no = {{ tier_no }} then tiers.tier_from end) as tier_from_{{ tier_no }},
        max(case when tiers.tier_no = {{ tier_no }} then tiers.rate end) as rate_{{ tier_no }},
        {%- endfor %}
        coalesce(max(tiers.tier_no), 0) as tier_count
    from components
    left join tiers
        on components.component_id = tiers.component_id
    group by
        components.component_no,
        components.method,
        components.tier_key,
        components.accumulate
)

select * from final
