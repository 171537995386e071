{#
    Grain: one row per group of a component that pays one line a period and state of its measure: as it is, and, where one more event can
    reach a next tier, once that is reached (is_next). What its tiers or its place pay, before factors. A score without tiers is its own
    rate. Additive: amount_rated within a currency, over rows of one state (engine.md §4, §8 D4, D6, D11, D12).
#}
with

groups as (
    select
        group_no,
        plan_id,
        payee_no,
        component_id,
        period_start,
        method,
        tier_key,
        accumulate,
        weight,
        prorate,
        case when tier_key = 'attainment' then actual else total end as total,
        quota,
        growth_base,
        has_bounds
    from {{ ref('int_payout_groups') }}
    where
        {{ pays_once('method') }}
        and method <> 'rank'
),

-- who is not reached by a firing on a day on the plan in the period itself has no line, also of the year so far
groups_unfired as (
    select component_days.group_no
    from {{ ref('int_component_days') }} as component_days
    inner join {{ ref('int_component_firings') }} as firings
        on component_days.component_no = firings.component_no
    left join {{ ref('int_spans_fired') }} as spans_fired
        on
            component_days.component_no = spans_fired.component_no
            and component_days.payee_no = spans_fired.payee_no
            and component_days.period_start <= component_days.valid_from
            and component_days.valid_from < spans_fired.valid_to
            and component_days.valid_to > spans_fired.valid_from
    group by component_days.group_no
    having count(spans_fired.span_no) = 0
),

group_spans as (
    select
        group_no,
        part_period_start
    from {{ ref('int_group_spans') }}
    where part_group_no is not null
),

scores as (
    select
        group_no,
        cast(sum(part) as {{ step() }}) as score
    from {{ ref('int_group_scores') }}
    group by group_no
),

contest_subjects as (
    select
        group_no,
        component_no,
        period_start,
        scope_id,
        subject_id
    from {{ ref('int_contest_subjects') }}
),

contest_places as (
    select
        component_no,
        period_start,
        scope_id,
        subject_id,
        total,
        place,
        prize
    from {{ ref('int_contest_places') }}
),

contest_groups as (
    select
        group_no,
        total
    from {{ ref('int_payout_groups') }}
    where method = 'rank'
),

plan_periods as (
    select
        plan_id,
        payee_no,
        period_start,
        target_worked,
        target_last
    from {{ ref('int_plan_periods') }}
),

tiers as (
    select
        component_id,
        tier_no,
        tier_from,
        tier_to,
        rate,
        lead(rate) over (partition by component_id order by tier_no) as next_rate,
        amount,
        has_amount
    from {{ ref('int_plan_tiers_effective') }}
),

tier_counts as (
    select component_id
    from tiers
    group by component_id
),

parts as (
    select
        group_no,
        plan_id,
        payee_no,
        period_start
    from groups
    where accumulate <> 'year_to_date'
    union all
    select
        groups.group_no,
        groups.plan_id,
        groups.payee_no,
        group_spans.part_period_start as period_start
    from groups
    inner join group_spans
        on groups.group_no = group_spans.group_no
),

targets as (
    select
        parts.group_no,
        sum(plan_periods.target_worked) as target_worked,
        sum(plan_periods.target_last) as target_last
    from parts
    inner join plan_periods
        on
            parts.plan_id = plan_periods.plan_id
            and parts.payee_no = plan_periods.payee_no
            and parts.period_start = plan_periods.period_start
    group by parts.group_no
),

targeted as (
    select
        groups.group_no,
        groups.component_id,
        groups.method,
        groups.tier_key,
        groups.quota,
        groups.growth_base,
        groups.has_bounds,
        case when groups.tier_key = 'score' then coalesce(scores.score, 0) else groups.total end as reached,
        cast(
            case when groups.prorate then targets.target_worked else targets.target_last end as {{ money() }}
        ) as target_incentive,
        groups.weight
    from groups
    inner join targets
        on groups.group_no = targets.group_no
    left join scores
        on groups.group_no = scores.group_no
    left join groups_unfired
        on groups.group_no = groups_unfired.group_no
    where groups_unfired.group_no is null
),

-- without a quota, or a year before, there are no bounds, and nothing is reached
bands as (
    select
        targeted.group_no,
        tiers.tier_no,
        tiers.tier_from,
        tiers.tier_to,
        {{ tier_bound('tiers.tier_from', 'targeted.tier_key', 'targeted') }} as bound,
        {{ tier_bound('tiers.tier_to', 'targeted.tier_key', 'targeted') }} as next_bound,
        tiers.rate,
        tiers.next_rate,
        tiers.amount,
        tiers.has_amount
    from targeted
    inner join tiers
        on targeted.component_id = tiers.component_id
    where targeted.has_bounds
),

next_bounds as (
    select
        targeted.group_no,
        min(bands.bound) as bound
    from targeted
    inner join bands
        on
            targeted.group_no = bands.group_no
            and targeted.reached < bands.bound
    where targeted.tier_key <> 'score'
    group by targeted.group_no
),

states as (
    select
        group_no,
        component_id,
        method,
        tier_key,
        quota,
        growth_base,
        target_incentive,
        weight,
        false as is_next,
        reached
    from targeted
    union all
    select
        targeted.group_no,
        targeted.component_id,
        targeted.method,
        targeted.tier_key,
        targeted.quota,
        targeted.growth_base,
        targeted.target_incentive,
        targeted.weight,
        true as is_next,
        next_bounds.bound as reached
    from targeted
    inner join next_bounds
        on targeted.group_no = next_bounds.group_no
),

valued as (
    select
        states.group_no,
        states.component_id,
        states.method,
        states.is_next,
        states.reached,
        states.target_incentive,
        states.weight,
        {{ mul10_rate('cast(states.target_incentive as ' ~ step() ~ ')', 'states.weight') }} as weighed_target,
        case
            when states.tier_key = 'attainment' then {{ quotient10('states.reached', 'states.quota') }}
            when states.tier_key = 'growth' then {{ quotient10('states.reached', 'states.growth_base') }} - 1
            else states.reached
        end as key_value,
        cast(sum(bands.amount) as {{ step() }}) as milestone_amount,
        max(bands.tier_no) as tier_no
    from states
    left join bands
        on
            states.group_no = bands.group_no
            and states.reached >= bands.bound
    group by
        states.group_no,
        states.component_id,
        states.method,
        states.tier_key,
        states.is_next,
        states.reached,
        states.quota,
        states.growth_base,
        states.target_incentive,
        states.weight
),

located as (
    select
        valued.group_no,
        valued.method,
        valued.is_next,
        valued.reached,
        valued.key_value,
        valued.target_incentive,
        valued.weight,
        valued.weighed_target,
        valued.milestone_amount,
        valued.method = 'scorecard' and tier_counts.component_id is null as is_own_rate,
        coalesce(valued.tier_no, 0) as tier_no,
        bands.tier_from,
        bands.amount as tier_amount,
        coalesce(bands.has_amount, false) as has_amount,
        cast(case
            when valued.method = 'scorecard' and tier_counts.component_id is null then valued.reached
            when valued.tier_no is null then 0
            when valued.method = 'interpolated' and bands.next_rate is not null
                then
                    bands.rate
                    + {{ slope(
                        'valued.key_value - bands.tier_from',
                        'bands.next_rate - bands.rate',
                        'bands.tier_to - bands.tier_from'
                    ) }}
            else bands.rate
        end as {{ step() }}) as rate
    from valued
    left join bands
        on
            valued.group_no = bands.group_no
            and valued.tier_no = bands.tier_no
    left join tier_counts
        on valued.component_id = tier_counts.component_id
),

contests as (
    select
        contest_groups.group_no,
        coalesce(contest_places.total, contest_groups.total) as reached,
        contest_places.place,
        contest_places.prize
    from contest_groups
    left join contest_subjects
        on contest_groups.group_no = contest_subjects.group_no
    left join contest_places
        on
            contest_subjects.component_no = contest_places.component_no
            and contest_subjects.period_start = contest_places.period_start
            and contest_subjects.scope_id = contest_places.scope_id
            and contest_subjects.subject_id = contest_places.subject_id
    left join groups_unfired
        on contest_groups.group_no = groups_unfired.group_no
    where groups_unfired.group_no is null
),

final as (
    select
        group_no,
        is_next,
        reached,
        key_value,
        cast(tier_no as integer) as tier_no,
        tier_from,
        target_incentive,
        weight,
        case when method <> 'milestones' and not (method = 'step' and has_amount) then rate end as rate,
        cast(case
            when tier_no = 0 and not is_own_rate then 0
            when method = 'milestones' then milestone_amount
            when method = 'step' and has_amount then tier_amount
            else {{ mul10('weighed_target', 'rate') }}
        end as {{ step() }}) as amount_rated
    from located
    union all
    select
        group_no,
        false as is_next,
        reached,
        cast(place as {{ step() }}) as key_value,
        coalesce(place, 0) as tier_no,
        cast(place as {{ plan_decimal() }}) as tier_from,
        cast(null as {{ money() }}) as target_incentive,
        cast(null as {{ factor() }}) as weight,
        cast(null as {{ step() }}) as rate,
        cast(coalesce(prize, 0) as {{ step() }}) as amount_rated
    from contests
)

select * from final
