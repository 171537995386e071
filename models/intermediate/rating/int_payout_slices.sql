{#
    Grain: one row per sliced line and step, as explanations show them: the parts of the walk through the tiers, then the amounts of the
    tiers it enters or falls below. Additive: amount. amount_before and amount_after chain the steps (engine.md §4, §8 D2).
#}
with

payout_lines as (
    select
        group_no,
        credit_no,
        basis,
        position_to
    from {{ ref('int_payout_lines') }}
    where is_sliced
),

rates as (
    select
        group_no,
        stands_alone,
        first_credit_no
    from {{ ref('int_group_rates') }}
),

bands as (
    select
        group_no,
        tier_no,
        bound,
        band_from,
        band_to,
        rate,
        amount
    from {{ ref('int_group_bands') }}
),

lines as (
    select
        payout_lines.group_no,
        payout_lines.credit_no,
        payout_lines.basis,
        case when rates.stands_alone then 0 else payout_lines.position_to - payout_lines.basis end as position_from,
        payout_lines.position_to,
        rates.stands_alone,
        rates.first_credit_no
    from payout_lines
    inner join rates
        on payout_lines.group_no = rates.group_no
),

{{ steps_through_tiers('lines', 'bands') }},

chained as (
    select
        group_no,
        credit_no,
        step_kind,
        step_no,
        tier_no,
        basis,
        rate,
        amount,
        cast(sum(amount) over (
            partition by group_no, credit_no
            order by step_no, tier_no
            rows between unbounded preceding and current row
        ) as {{ step() }}) as amount_after
    from steps
),

final as (
    select
        group_no,
        credit_no,
        step_kind,
        cast(row_number() over (partition by group_no, credit_no order by step_no, tier_no) as integer) as seq,
        tier_no,
        basis,
        rate,
        amount,
        cast(amount_after - amount as {{ step() }}) as amount_before,
        amount_after
    from chained
)

select * from final
