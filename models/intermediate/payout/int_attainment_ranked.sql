{#
    Grain: one row per group: the tier it has reached, the next one, and what one more event that just reaches it
    would pay. Not additive. reward_at_next_tier: the component's total after one event of gap_to_next_tier,
    conditions met and no event modifier, minus what it is; null above the last tier, and where each event stands
    alone (engine.md §8 F6, docs/decisions/0014).
#}
with

groups as (
    select
        group_no,
        component_no,
        method,
        case when tier_key = 'attainment' then actual else total end as reached,
        quota_measure = measure or tier_key <> 'attainment' as is_own_measure,
        line_count,
        minor_units,
        personal_factor
    from {{ ref('int_payout_groups') }}
),

components as (
    select
        component_no,
        accumulate,
        cap_per_event,
        cap_per_period,
        floor_per_period
    from {{ ref('int_components_numbered') }}
),

bands as (
    select
        group_no,
        tier_no,
        tier_from,
        bound,
        band_from,
        band_to,
        rate,
        amount
    from {{ ref('int_group_bands') }}
),

group_rates as (
    select
        group_no,
        method,
        rate_1
    from {{ ref('int_group_rates') }}
),

totals as (
    select
        group_no,
        earning,
        total
    from {{ ref('int_payout_totals') }}
),

raised as (
    select
        group_no,
        earning
    from {{ ref('int_earnings_at_next_tier') }}
),

reached as (
    select
        groups.group_no,
        max(case when groups.reached >= bands.band_from and groups.reached < bands.band_to then bands.rate end) as rate,
        min(case when bands.bound > groups.reached then bands.tier_no end) as next_tier_no
    from groups
    inner join bands
        on groups.group_no = bands.group_no
    inner join components
        on groups.component_no = components.component_no
    where components.accumulate = 'period'
    group by groups.group_no
),

next_tiers as (
    select
        groups.group_no,
        next_bands.tier_from as next_tier_from,
        cast(next_bands.bound - groups.reached as {{ step() }}) as gap,
        case
            when not groups.is_own_measure then 0
            when groups.method = 'retroactive' then next_bands.rate
            else coalesce(reached.rate, 0)
        end as rate,
        sum(
            case
                when bands.bound <= next_bands.bound and not (groups.line_count > 0 and groups.reached >= bands.bound)
                    then bands.amount
                else 0
            end
        ) as entry_amount
    from groups
    inner join reached
        on groups.group_no = reached.group_no
    inner join bands as next_bands
        on
            groups.group_no = next_bands.group_no
            and reached.next_tier_no = next_bands.tier_no
    inner join bands
        on groups.group_no = bands.group_no
    group by
        groups.group_no,
        groups.method,
        groups.reached,
        groups.is_own_measure,
        next_bands.tier_from,
        next_bands.bound,
        next_bands.rate,
        reached.rate
),

rewarded as (
    select
        group_no,
        next_tier_from,
        gap,
        cast({{ mul10_rate('gap', 'rate') }} + entry_amount as {{ step() }}) as amount
    from next_tiers
),

multiplied as (
    select
        rewarded.group_no,
        rewarded.next_tier_from,
        rewarded.gap,
        {{ mul10_rate('rewarded.amount', 'groups.personal_factor') }} as amount,
        groups.minor_units,
        groups.component_no
    from rewarded
    inner join groups
        on rewarded.group_no = groups.group_no
),

capped as (
    select
        multiplied.group_no,
        multiplied.next_tier_from,
        multiplied.gap,
        multiplied.minor_units,
        cast(case
            when multiplied.amount > components.cap_per_event
                then components.cap_per_event
            else multiplied.amount
        end as {{ step() }}) as amount,
        components.cap_per_period,
        components.floor_per_period
    from multiplied
    inner join components
        on multiplied.component_no = components.component_no
),

paid as (
    select
        capped.group_no,
        capped.next_tier_from,
        capped.gap,
        totals.total,
        coalesce(raised.earning, totals.earning)
        + {{ round_minor('capped.amount', 'capped.minor_units') }} as earning_then,
        capped.cap_per_period,
        capped.floor_per_period
    from capped
    inner join totals
        on capped.group_no = totals.group_no
    left join raised
        on capped.group_no = raised.group_no
),

final as (
    select
        groups.group_no,
        case when group_rates.method = 'flat' then group_rates.rate_1 else reached.rate end as rate,
        paid.next_tier_from,
        paid.gap as gap_to_next_tier,
        cast(case
            when paid.earning_then > paid.cap_per_period then paid.cap_per_period
            when paid.earning_then < paid.floor_per_period then paid.floor_per_period
            else paid.earning_then
        end - paid.total as {{ money() }}) as reward_at_next_tier
    from groups
    inner join group_rates
        on groups.group_no = group_rates.group_no
    left join reached
        on groups.group_no = reached.group_no
    left join paid
        on groups.group_no = paid.group_no
)

select * from final
