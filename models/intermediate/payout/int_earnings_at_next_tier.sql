{#
    Grain: one row per group whose whole total is paid at one tier's rate (retroactive) and that has a tier above it:
    what its lines would earn at the rate of the next tier, modifiers, personal factor, cap_per_event and rounding of
    each line included. Additive: earning within a currency.
#}
with recursive

groups as (
    select
        group_no,
        component_no,
        case when tier_key = 'attainment' then actual else total end as reached,
        minor_units
    from {{ ref('int_payout_groups') }}
    where
        method = 'retroactive'
        and accumulate = 'period'
),

bands as (
    select
        group_no,
        tier_no,
        bound,
        rate
    from {{ ref('int_group_bands') }}
),

counted as (
    select
        group_no,
        credit_no,
        basis,
        modifier_set_no,
        personal_factor
    from {{ ref('int_lines_counted') }}
),

group_sets as (
    select
        group_no,
        modifier_set_no,
        effective_set_no
    from {{ ref('int_group_modifier_sets') }}
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

components as (
    select
        component_no,
        cap_per_event
    from {{ ref('int_components_numbered') }}
),

tiers_above as (
    select
        groups.group_no,
        groups.component_no,
        groups.minor_units,
        bands.rate,
        row_number() over (partition by groups.group_no order by bands.tier_no) as place
    from groups
    inner join bands
        on
            groups.group_no = bands.group_no
            and groups.reached < bands.bound
),

lines as (
    select
        counted.group_no,
        counted.credit_no,
        tiers_above.component_no,
        tiers_above.minor_units,
        {{ effective_set('counted', 'group_sets') }} as modifier_set_no,
        counted.personal_factor,
        {{ mul10_rate('counted.basis', 'tiers_above.rate') }} as amount_rated
    from counted
    inner join tiers_above
        on counted.group_no = tiers_above.group_no
    left join group_sets
        on
            counted.group_no = group_sets.group_no
            and counted.modifier_set_no = group_sets.modifier_set_no
    where tiers_above.place = 1
),

{{ modified_lines('lines', 'sets') }},

multiplied as (
    select
        lines.group_no,
        lines.component_no,
        lines.minor_units,
        {{ mul10_rate('coalesce(modified.amount_after, lines.amount_rated)', 'lines.personal_factor') }} as amount
    from lines
    left join modified
        on
            lines.group_no = modified.group_no
            and lines.credit_no = modified.credit_no
            and modified.is_last
),

capped as (
    select
        multiplied.group_no,
        multiplied.minor_units,
        cast(case
            when multiplied.amount > components.cap_per_event then components.cap_per_event
            when multiplied.amount < -components.cap_per_event then -components.cap_per_event
            else multiplied.amount
        end as {{ step() }}) as amount
    from multiplied
    inner join components
        on multiplied.component_no = components.component_no
),

final as (
    select
        group_no,
        cast(sum({{ round_minor('amount', 'minor_units') }}) as {{ money() }}) as earning
    from capped
    group by group_no
)

select * from final
