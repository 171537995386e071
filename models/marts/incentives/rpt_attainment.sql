{#
    Grain: one row per payee, component and period. Additive: nothing. actual, quota and gap_to_next_tier in the measure's unit
    (money measures: the plan's currency). Live: an open period shows what as_of knows.
#}
with

groups as (
    select
        group_no,
        payee_id,
        plan_id,
        component_id,
        measure,
        period,
        period_start,
        tier_key,
        actual,
        quota,
        attainment,
        currency
    from {{ ref('int_payout_groups') }}
),

ranked as (
    select
        group_no,
        rate,
        next_tier_from,
        gap_to_next_tier,
        reward_at_next_tier
    from {{ ref('int_attainment_ranked') }}
),

final as (
    select
        groups.payee_id,
        groups.plan_id,
        groups.component_id,
        groups.measure,
        groups.period,
        groups.period_start,
        groups.tier_key,
        groups.actual,
        groups.quota,
        groups.attainment,
        ranked.rate,
        ranked.next_tier_from,
        ranked.gap_to_next_tier,
        ranked.reward_at_next_tier,
        groups.currency
    from groups
    inner join ranked
        on groups.group_no = ranked.group_no
)

select * from final
