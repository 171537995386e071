{#
    Grain: one row per line (group_no, credit_no). Additive: amount within a currency. The narrow table behind
    fct_payout_lines: integers and decimals only, stored in the order of groups. amount_rated is what the tiers
    pay, null where it is basis × rate; amount_modified after modifiers and personal_factor, null where they change nothing; amount after
    cap_per_event, the component's gate and rounding (engine.md §5 steps 1 to 3, §8 E1, E2); over the year so far, less earlier periods.
#}
with

{{ lines_paid(is_to_date=false) }},

lines_to_date as (
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
        amount
    from {{ ref('int_lines_to_date') }}
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
        amount
    from paid
    union all
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
        amount
    from lines_to_date
    order by group_no, credit_no
)

select * from final
