{#
    Grain: one row per group: the bounds and rates of its first tiers side by side, so that the tier of a position
    is found by comparison. A flat component has one rate for every position: tier_below is 1 and no bound is
    reached. Where the tier of the whole total decides for every line (retroactive), whole_tier_no and whole_rate are
    that tier's, 0 below the first; else they are null. walks: its lines take the general way (int_lines_walked).
#}
with

groups as (
    select
        group_no,
        component_no,
        case when tier_key = 'attainment' then actual else total end as reached,
        first_credit_no,
        quota,
        quota is not null or tier_key <> 'attainment' as has_bounds
    from {{ ref('int_payout_groups') }}
),

tiers as (
    select *
    from {{ ref('int_component_tiers') }}
),

rates as (
    select
        groups.group_no,
        groups.component_no,
        groups.first_credit_no,
        tiers.method,
        tiers.stands_alone,
        case when groups.has_bounds then tiers.pays_amounts else 0 end as pays_amounts,
        tiers.event_amount,
        tiers.method = 'retroactive' and not tiers.stands_alone as is_whole,
        tiers.tier_count > {{ tiers_side_by_side() }} as has_more_tiers,
        groups.has_bounds,
        groups.reached,
        case
            when tiers.method = 'flat' then 1
            when {{ tier_bound('tiers.tier_from_1', 'tiers.tier_key', 'groups.quota') }} <= 0 then 1
            else 0
        end as tier_below,
        {%- for tier_no in range(1, tiers_side_by_side() + 1) %}
        coalesce(
            case
                when tiers.method <> 'flat'
                    then {{ tier_bound('tiers.tier_from_' ~ tier_no, 'tiers.tier_key', 'groups.quota') }}
            end,
            {{ unreached() }}
        ) as bound_{{ tier_no }},
        tiers.rate_{{ tier_no }}{{ ',' if not loop.last }}
        {%- endfor %}
    from groups
    inner join tiers
        on groups.component_no = tiers.component_no
),

located as (
    select
        rates.*,
        case when is_whole then {{ tier_reached('reached', 'rates') }} end as whole_tier_no
    from rates
),

final as (
    select
        group_no,
        component_no,
        method,
        stands_alone,
        first_credit_no,
        tier_below,
        pays_amounts,
        event_amount,
        is_whole,
        reached,
        method <> 'flat' and has_bounds and (pays_amounts = 1 or has_more_tiers) as walks,
        whole_tier_no,
        case when is_whole then {{ rate_of_tier('whole_tier_no') }} end as whole_rate,
        {%- for tier_no in range(1, tiers_side_by_side() + 1) %}
        bound_{{ tier_no }},
        rate_{{ tier_no }}{{ ',' if not loop.last }}
        {%- endfor %}
    from located
)

select * from final
