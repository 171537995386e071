{#
    Grain: one row per group: the tier it has reached, the next one, and what one more event that just reaches it
    would pay. Not additive. reward_at_next_tier: the component's total after one event of gap_to_next_tier, every gate
    judged with it (is_met_next, is_next), conditions met and no event modifier, minus what it is; null above the last tier,
    where each event stands alone, and, so far, over the year (engine.md §8 F6, docs/decisions/0014, 0017).
#}
with recursive

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
        minor_units,
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

period_amounts as (
    select
        group_no,
        is_next,
        reached,
        rate,
        tier_from,
        amount_rated
    from {{ ref('int_period_amounts') }}
),

period_lines as (
    select
        group_no,
        personal_factor
    from {{ ref('int_period_lines') }}
),

gates as (
    select
        group_no,
        is_met,
        is_met_next
    from {{ ref('int_group_gates') }}
    where modifier_no is null
),

unrounded as (
    select
        group_no,
        coalesce(amount_modified, amount_rated, {{ mul10_rate('basis', 'rate') }}) as amount_modified
    from {{ ref('int_payout_lines') }}
),

-- what a gate that is not met keeps back
unpaid as (
    select
        unrounded.group_no,
        cast(sum({{ round_minor(
            'case when unrounded.amount_modified > components.cap_per_event then components.cap_per_event'
            ~ ' when unrounded.amount_modified < -components.cap_per_event then -components.cap_per_event'
            ~ ' else unrounded.amount_modified end',
            'components.minor_units'
        ) }}) as {{ money() }}) as earning
    from unrounded
    inner join gates
        on
            unrounded.group_no = gates.group_no
            and not gates.is_met
    inner join groups
        on unrounded.group_no = groups.group_no
    inner join components
        on groups.component_no = components.component_no
    group by unrounded.group_no
),

group_sets as (
    select
        group_no,
        effective_set_no
    from {{ ref('int_group_modifier_sets') }}
    where
        modifier_set_no = 0
        and is_next
),

sets as (
    select
        modifier_set_no,
        seq,
        modifier_id,
        factor,
        is_last
    from {{ ref('int_modifier_sets') }}
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

-- the line of the event that leads there, or the one line of the period as it will then be
new_lines as (
    select
        rewarded.group_no,
        cast(0 as bigint) as credit_no,
        group_sets.effective_set_no as modifier_set_no,
        rewarded.amount as amount_rated,
        rewarded.next_tier_from,
        rewarded.gap,
        groups.personal_factor,
        components.cap_per_event,
        false as is_whole
    from rewarded
    inner join groups
        on rewarded.group_no = groups.group_no
    inner join components
        on groups.component_no = components.component_no
    left join group_sets
        on rewarded.group_no = group_sets.group_no
    union all
    select
        period_amounts.group_no,
        cast(0 as bigint) as credit_no,
        group_sets.effective_set_no as modifier_set_no,
        period_amounts.amount_rated,
        period_amounts.tier_from as next_tier_from,
        cast(period_amounts.reached - groups.reached as {{ step() }}) as gap,
        period_lines.personal_factor,
        cast(null as {{ money() }}) as cap_per_event,
        true as is_whole
    from period_amounts
    inner join groups
        on period_amounts.group_no = groups.group_no
    inner join components
        on groups.component_no = components.component_no
    inner join period_lines
        on period_amounts.group_no = period_lines.group_no
    left join group_sets
        on period_amounts.group_no = group_sets.group_no
    where
        period_amounts.is_next
        and components.accumulate = 'period'
),

{{ modified_lines('new_lines', 'sets') }},

multiplied as (
    select
        new_lines.group_no,
        new_lines.next_tier_from,
        new_lines.gap,
        new_lines.cap_per_event,
        new_lines.is_whole,
        {{ mul10_rate(
            'coalesce(modified.amount_after, new_lines.amount_rated)', 'new_lines.personal_factor'
        ) }} as amount
    from new_lines
    left join modified
        on
            new_lines.group_no = modified.group_no
            and modified.is_last
),

paid as (
    select
        multiplied.group_no,
        multiplied.next_tier_from,
        multiplied.gap,
        totals.total,
        case
            when not gates.is_met_next then 0
            else
                case
                    when multiplied.is_whole then 0
                    else coalesce(raised.earning, unpaid.earning, totals.earning)
                end
                + {{ round_minor(
                    'case when multiplied.amount > multiplied.cap_per_event then multiplied.cap_per_event else multiplied.amount end',
                    'groups.minor_units'
                ) }}
        end as earning_then,
        groups.minor_units,
        components.cap_per_period,
        components.floor_per_period
    from multiplied
    inner join groups
        on multiplied.group_no = groups.group_no
    inner join components
        on groups.component_no = components.component_no
    inner join totals
        on multiplied.group_no = totals.group_no
    left join raised
        on multiplied.group_no = raised.group_no
    left join unpaid
        on multiplied.group_no = unpaid.group_no
    left join gates
        on multiplied.group_no = gates.group_no
),

final as (
    select
        groups.group_no,
        cast(case
            when group_rates.method = 'flat' then group_rates.rate_1
            else coalesce(reached.rate, period_rates.rate)
        end as {{ step() }}) as rate,
        paid.next_tier_from,
        paid.gap as gap_to_next_tier,
        cast(paid.earning_then + case
            when paid.earning_then > paid.cap_per_period
                then {{ round_minor('paid.cap_per_period - paid.earning_then', 'paid.minor_units') }}
            when paid.earning_then < paid.floor_per_period
                then {{ round_minor('paid.floor_per_period - paid.earning_then', 'paid.minor_units') }}
            else 0
        end - paid.total as {{ money() }}) as reward_at_next_tier
    from groups
    left join group_rates
        on groups.group_no = group_rates.group_no
    left join period_amounts as period_rates
        on
            groups.group_no = period_rates.group_no
            and not period_rates.is_next
    left join reached
        on groups.group_no = reached.group_no
    left join paid
        on groups.group_no = paid.group_no
)

select * from final
