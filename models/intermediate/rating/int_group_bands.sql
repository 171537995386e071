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
        quota
    from {{ ref('int_payout_groups') }}
    where method in ('marginal', 'retroactive')
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

bounded as (
    select
        groups.group_no,
        tiers.tier_no,
        tiers.tier_from,
        case
            when groups.tier_key = 'attainment'
                then {{ mul10_rate('groups.quota', 'tiers.tier_from') }}
            else cast(tiers.tier_from as {{ step() }})
        end as bound,
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
        coalesce(
            lead(bound) over (partition by group_no order by tier_no),
            {{ unreached() }}
        ) as band_to,
        rate,
        amount
    from bounded
    where bound is not null
)

select * from final
