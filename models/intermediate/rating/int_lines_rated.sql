{#
    Grain: one row per line (group_no, credit_no): what the tiers pay for it, before modifiers. Additive:
    amount_rated within a currency.
#}
with

positions as (
    select
        group_no,
        credit_no,
        basis,
        position_to,
        share,
        entry_ratio,
        event_amount,
        tier_no,
        is_sliced,
        rate,
        modifier_set_no,
        personal_factor
    from {{ ref('int_positions_tiered') }}
),

slices as (
    select
        group_no,
        credit_no,
        amount,
        step_kind,
        rate
    from {{ ref('int_payout_slices') }}
),

slice_totals as (
    select
        group_no,
        credit_no,
        cast(sum(amount) as {{ step() }}) as amount
    from slices
    group by group_no, credit_no
),

-- engine.md §8 D3: an amount for each event goes with the share of the credit, and a return takes back its part of it
amounts as (
    select
        positions.group_no,
        positions.credit_no,
        positions.basis,
        positions.position_to,
        positions.share,
        positions.entry_ratio,
        positions.event_amount,
        positions.tier_no,
        positions.is_sliced,
        case when not positions.is_sliced then positions.rate end as rate,
        case
            when positions.is_sliced
                then coalesce(slice_totals.amount, 0)
            else {{ mul10_rate('positions.basis', 'positions.rate') }}
        end as amount_by_rate,
        case
            when positions.event_amount <> 0
                then {{ mul10(mul10('positions.event_amount', 'positions.share'), 'positions.entry_ratio') }}
            else 0
        end as amount_by_event,
        positions.modifier_set_no,
        positions.personal_factor
    from positions
    left join slice_totals
        on
            positions.group_no = slice_totals.group_no
            and positions.credit_no = slice_totals.credit_no
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
        cast(amount_by_rate + amount_by_event as {{ step() }}) as amount_rated,
        modifier_set_no,
        personal_factor
    from amounts
)

select * from final
