{#
    Grain: one row per group: the bounds and rates of its first tiers side by side, so that the tier of a position
    is found by comparison. A flat component has one rate for every position: tier_below is 1 and no bound is
    reached. Where the tier of the whole total decides for every line (retroactive), whole_tier_no and whole_rate are
    that tier's, 0 below the first; else they are null.
#}
with

groups as (
    select
        group_no,
        component_id,
        method,
        accumulate,
        case when tier_key = 'attainment' then actual else total end as reached,
        first_credit_no
    from {{ ref('int_payout_groups') }}
),

tiers as (
    select
        component_id,
        tier_no,
        rate,
        amount
    from {{ ref('int_plan_tiers_effective') }}
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

walked as (
    select
        group_no,
        max(case when tier_no = 1 and bound <= 0 then 1 else 0 end) as tier_below,
        max(case when amount <> 0 then 1 else 0 end) as pays_amounts,
        {%- for tier_no in range(1, tiers_side_by_side() + 1) %}
        max(case when tier_no = {{ tier_no }} then bound end) as bound_{{ tier_no }},
        max(case when tier_no = {{ tier_no }} then rate end) as rate_{{ tier_no }},
        {%- endfor %}
        max(tier_no) as tier_count
    from bands
    group by group_no
),

flat as (
    select
        groups.group_no,
        1 as tier_below,
        case when tiers.amount <> 0 then 1 else 0 end as pays_amounts,
        1 as tier_count,
        tiers.amount as amount_1,
        tiers.rate as rate_1
    from groups
    inner join tiers
        on
            groups.component_id = tiers.component_id
            and tiers.tier_no = 1
    where groups.method = 'flat'
),

whole as (
    select
        groups.group_no,
        bands.tier_no,
        bands.rate
    from groups
    inner join bands
        on
            groups.group_no = bands.group_no
            and groups.reached >= bands.band_from
            and groups.reached < bands.band_to
    where
        groups.method = 'retroactive'
        and groups.accumulate = 'period'
),

final as (
    select
        groups.group_no,
        groups.method,
        groups.accumulate = 'event' as stands_alone,
        groups.first_credit_no,
        coalesce(flat.tier_below, walked.tier_below, 0) as tier_below,
        coalesce(flat.pays_amounts, walked.pays_amounts, 0) as pays_amounts,
        coalesce(flat.tier_count, walked.tier_count, 0) as tier_count,
        flat.amount_1 as event_amount,
        -- whose lines can have parts: of others none is looked for
        coalesce(
            groups.method = 'marginal'
            or (
                groups.method = 'retroactive'
                and groups.accumulate = 'event'
                and walked.tier_count > {{ tiers_side_by_side() }}
            ),
            false
        ) as can_be_sliced,
        case
            when groups.method = 'retroactive' and groups.accumulate = 'period' then coalesce(whole.tier_no, 0)
        end as whole_tier_no,
        case
            when groups.method = 'retroactive' and groups.accumulate = 'period' then coalesce(whole.rate, 0)
        end as whole_rate,
        {%- for tier_no in range(2, tiers_side_by_side() + 1) %}
        coalesce(walked.bound_{{ tier_no }}, {{ unreached() }}) as bound_{{ tier_no }},
        walked.rate_{{ tier_no }},
        {%- endfor %}
        coalesce(walked.bound_1, {{ unreached() }}) as bound_1,
        coalesce(flat.rate_1, walked.rate_1) as rate_1
    from groups
    left join flat
        on groups.group_no = flat.group_no
    left join walked
        on groups.group_no = walked.group_no
    left join whole
        on groups.group_no = whole.group_no
)

select * from final
