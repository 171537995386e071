{#
    Grain: one row per line (group_no, credit_no): its position in the tiers. A line that stays within one tier has
    that tier's rate, as has every line where one tier decides for the whole total; a line that crosses a bound, or
    whose tiers pay an amount on entering, is sliced (int_payout_slices).
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
        modifier_set_no,
        personal_factor
    from {{ ref('int_positions_accumulated') }}
),

rates as (
    select *
    from {{ ref('int_group_rates') }}
),

located as (
    select
        positions.group_no,
        positions.credit_no,
        positions.basis,
        positions.position_to,
        positions.share,
        positions.entry_ratio,
        positions.modifier_set_no,
        positions.personal_factor,
        rates.can_be_sliced,
        rates.method,
        rates.stands_alone,
        rates.whole_tier_no,
        rates.whole_rate,
        rates.event_amount,
        rates.first_credit_no,
        rates.pays_amounts,
        rates.tier_count,
        {%- for tier_no in range(1, tiers_side_by_side() + 1) %}
        rates.rate_{{ tier_no }},
        {%- endfor %}
        {{ tier_reached(
            'case when rates.stands_alone then 0 else positions.position_to - positions.basis end'
        ) }} as tier_before,
        coalesce(rates.whole_tier_no, {{ tier_reached('positions.position_to') }}) as tier_no
    from positions
    inner join rates
        on positions.group_no = rates.group_no
),

final as (
    select
        group_no,
        credit_no,
        basis,
        position_to,
        share,
        entry_ratio,
        modifier_set_no,
        personal_factor,
        first_credit_no,
        event_amount,
        stands_alone,
        cast(tier_no as integer) as tier_no,
        can_be_sliced,
        can_be_sliced
        and (
            method = 'retroactive'
            or tier_before <> tier_no
            or pays_amounts = 1
            or tier_count > {{ tiers_side_by_side() }}
        ) as is_sliced,
        case
            when whole_rate is not null then whole_rate
            {%- for tier_no in range(1, tiers_side_by_side() + 1) %}
            when tier_no = {{ tier_no }} then rate_{{ tier_no }}
            {%- endfor %}
            else 0
        end as rate
    from located
)

select * from final
