{#
    Grain: one row per group whose lines would earn something else once one event more has reached the next tier: what they would earn then.
    Retroactive lines have the rate of that tier, and those of a group where the event changes the gate of a modifier have the modifiers
    that take part then; personal factor, cap_per_event and rounding of each line included. Additive: earning within a currency (engine.md §8 F6).
#}
with recursive

groups as (
    select
        group_no,
        component_no,
        method,
        case when tier_key = 'attainment' then actual else total end as reached,
        minor_units
    from {{ ref('int_payout_groups') }}
    where accumulate = 'period'
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
        effective_set_no,
        is_now
    from {{ ref('int_group_modifier_sets') }}
    where is_next
),

groups_changed as (
    select group_no
    from group_sets
    where not is_now
    group by group_no
),

paid as (
    select
        payout_lines.group_no,
        payout_lines.credit_no,
        payout_lines.basis,
        payout_lines.rate,
        payout_lines.amount_rated
    from {{ ref('int_payout_lines') }} as payout_lines
    inner join groups_changed
        on payout_lines.group_no = groups_changed.group_no
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
    where groups.method = 'retroactive'
),

-- without a rate of its own, each line keeps what its tiers pay
groups_raised as (
    select
        group_no,
        component_no,
        minor_units,
        rate
    from tiers_above
    where place = 1
    union all
    select
        groups.group_no,
        groups.component_no,
        groups.minor_units,
        null as rate
    from groups
    inner join groups_changed
        on groups.group_no = groups_changed.group_no
    where groups.method = 'marginal'
),

lines as (
    select
        counted.group_no,
        counted.credit_no,
        groups_raised.component_no,
        groups_raised.minor_units,
        {{ effective_set('counted', 'group_sets') }} as modifier_set_no,
        counted.personal_factor,
        coalesce(
            {{ mul10_rate('counted.basis', 'groups_raised.rate') }},
            paid.amount_rated,
            {{ mul10_rate('paid.basis', 'paid.rate') }}
        ) as amount_rated
    from counted
    inner join groups_raised
        on counted.group_no = groups_raised.group_no
    left join group_sets
        on
            counted.group_no = group_sets.group_no
            and counted.modifier_set_no = group_sets.modifier_set_no
    left join paid
        on
            counted.group_no = paid.group_no
            and counted.credit_no = paid.credit_no
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
