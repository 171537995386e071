{#
    Grain: one row per line (group_no, credit_no). Additive: amount within a currency. The narrow table behind
    fct_payout_lines: integers and decimals only, stored in the order of groups. amount_modified is after modifiers
    and personal_factor; amount after cap_per_event and rounding (engine.md §5 steps 1 and 3, §8 E1).
#}
with

lines as (
    select
        group_no,
        credit_no,
        basis,
        position_to,
        tier_no,
        is_sliced,
        rate,
        amount_rated,
        modifier_set_no,
        personal_factor
    from {{ ref('int_lines_rated') }}
),

modified as (
    select
        group_no,
        credit_no,
        amount_after
    from {{ ref('int_payout_modifications') }}
    where is_last
),

groups as (
    select
        group_no,
        component_no,
        minor_units
    from {{ ref('int_payout_groups') }}
),

components as (
    select
        component_no,
        cap_per_event
    from {{ ref('int_components_numbered') }}
),

multiplied as (
    select
        lines.group_no,
        lines.credit_no,
        lines.basis,
        lines.position_to,
        lines.tier_no,
        lines.is_sliced,
        lines.rate,
        lines.amount_rated,
        lines.modifier_set_no,
        lines.personal_factor,
        coalesce(modified.amount_after, lines.amount_rated) as amount_multiplied,
        groups.minor_units,
        components.cap_per_event
    from lines
    inner join groups
        on lines.group_no = groups.group_no
    inner join components
        on groups.component_no = components.component_no
    left join modified
        on
            lines.group_no = modified.group_no
            and lines.credit_no = modified.credit_no
),

personal as (
    select
        group_no,
        credit_no,
        basis,
        position_to,
        tier_no,
        is_sliced,
        rate,
        amount_rated,
        modifier_set_no,
        personal_factor,
        amount_multiplied,
        case
            when personal_factor = 1
                then amount_multiplied
            else {{ mul10_rate('amount_multiplied', 'personal_factor') }}
        end as amount_modified,
        minor_units,
        cap_per_event
    from multiplied
),

capped as (
    select
        group_no,
        credit_no,
        basis,
        position_to,
        tier_no,
        is_sliced,
        rate,
        amount_rated,
        modifier_set_no,
        personal_factor,
        amount_modified,
        minor_units,
        cast(case
            when amount_modified > cap_per_event then cap_per_event
            when amount_modified < -cap_per_event then -cap_per_event
            else amount_modified
        end as {{ step() }}) as amount_capped
    from personal
),

final as (
    select
        group_no,
        credit_no,
        basis,
        position_to,
        tier_no,
        is_sliced,
        rate,
        amount_rated,
        modifier_set_no,
        personal_factor,
        amount_modified,
        {{ round_minor('amount_capped', 'minor_units') }} as amount
    from capped
    order by group_no, credit_no
)

select * from final
