{#
    Grain: one row per group and tier of a component whose tiers are looked up by position (methods marginal and
    retroactive): the band of positions the tier pays, [band_from, band_to). Groups without a quota have no bands
    where tiers are keyed on attainment: they pay nothing. A first tier from 0 or less also covers everything below
    it. Retroactive tiers pay rates only (engine.md §4, §8 D1, D4).
#}
with

groups as (
    select
        group_no,
        component_id,
        method,
        tier_key,
        quota,
        growth_base
    from {{ ref('int_payout_groups') }}
    where
        method in ('marginal', 'retroactive')
        and has_bounds
),

tiers as (
    select
        component_id,
        tier_no,
        tier_from,
        tier_to,
        rate,
        amount
    from {{ ref('int_plan_tiers_effective') }}
),

bounded as (
    select
        groups.group_no,
        tiers.tier_no,
        tiers.tier_from,
        {{ tier_bound('tiers.tier_from', 'groups.tier_key', 'groups') }} as bound,
        {{ tier_bound('tiers.tier_to', 'groups.tier_key', 'groups') }} as next_bound,
        tiers.rate,
        case when groups.method = 'marginal' then tiers.amount else 0 end as amount
    from groups
    inner join tiers
        on groups.component_id = tiers.component_id
),

final as (
    select
        group_no,
        tier_no,
        tier_from,
        bound,
        case
            when tier_no = 1 and bound <= 0
                then -{{ unreached() }}
            else bound
        end as band_from,
        coalesce(next_bound, {{ unreached() }}) as band_to,
        rate,
        amount
    from bounded
)

select * from final
