{#
    Grain: one row per group: the bounds and rates of its first tiers side by side, so that the tier of a position
    is found by comparison. A flat component has one rate for every position: tier_below is 1 and no bound is
    reached; one without tiers pays nothing, and is judged all the same. Where the tier of the whole total decides
    for every line (retroactive), whole_tier_no and whole_rate are that tier's, 0 below the first; else they are
    null. walks: its lines take the general way (int_lines_walked).
#}
with

groups as (
    select
        group_no,
        component_no,
        accumulate = 'year_to_date' as is_to_date,
        case when tier_key = 'attainment' then actual else total end as reached,
        first_credit_no,
        quota,
        growth_base,
        has_bounds
    from {{ ref('int_payout_groups') }}
    where not {{ pays_once('method') }}
),

tiers as (
    select *
    from {{ ref('int_component_tiers') }}
),

scaled as (
    select
        groups.group_no,
        groups.component_no,
        groups.is_to_date,
        groups.first_credit_no,
        tiers.method,
        tiers.stands_alone,
        case when groups.has_bounds then tiers.pays_amounts else 0 end as pays_amounts,
        tiers.event_amount,
        tiers.method = 'retroactive' and not tiers.stands_alone as is_whole,
        tiers.tier_count > {{ tiers_side_by_side() }} as has_more_tiers,
        {%- for tier_no in range(1, tiers_side_by_side() + 1) %}
        {{ tier_bound('tiers.tier_from_' ~ tier_no, 'tiers.tier_key', 'groups') }} as start_{{ tier_no }},
        tiers.rate_{{ tier_no }},
        {%- endfor %}
        groups.has_bounds,
        groups.reached
    from groups
    inner join tiers
        on groups.component_no = tiers.component_no
),

bounded as (
    select
        scaled.*,
        {%- for tier_no in range(1, tiers_side_by_side() + 1) %}
        case
            when scaled.method <> 'flat' and scaled.start_{{ tier_no }} is not null then scaled.start_{{ tier_no }}
            else {{ unreached() }}
        end as bound_{{ tier_no }},
        {%- endfor %}
        case
            when scaled.method = 'flat' and scaled.rate_1 is not null then 1
            when scaled.start_1 <= 0 then 1
            else 0
        end as tier_below
    from scaled
),

located as (
    select
        bounded.*,
        case when bounded.is_whole then {{ tier_reached('bounded.reached', 'bounded') }} end as whole_tier_no
    from bounded
),

final as (
    select
        group_no,
        component_no,
        is_to_date,
        method,
        stands_alone,
        first_credit_no,
        tier_below,
        pays_amounts,
        event_amount,
        is_whole,
        reached,
        method <> 'flat' and has_bounds and (pays_amounts = 1 or has_more_tiers) as walks,
        {%- for tier_no in range(1, tiers_side_by_side() + 1) %}
        bound_{{ tier_no }},
        rate_{{ tier_no }},
        {%- endfor %}
        whole_tier_no,
        case when is_whole then {{ rate_of_tier('whole_tier_no') }} end as whole_rate
    from located
)

select * from final
