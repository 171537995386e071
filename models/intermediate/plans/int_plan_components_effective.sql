{# Grain: one row per component of a plan that pays, with the days it holds: [valid_from, valid_to). #}
with

components as (
    select
        component_id,
        plan_id,
        seq,
        name,
        kind,
        measure,
        coalesce(quota_measure, measure) as quota_measure,
        credit_level,
        method,
        tier_key,
        accumulate,
        weight,
        prorate,
        cap_per_event,
        cap_per_period,
        floor_per_period,
        gate_measure,
        gate_subject,
        gate_key,
        gate_min,
        gate_max,
        hold_share,
        hold_until,
        clawback_unpaid_days,
        rank_within,
        rank_subject,
        valid_from,
        valid_to
    from {{ ref('stg_plans__plan_components') }}
),

plans as (
    select
        plan_id,
        valid_from,
        valid_to
    from {{ ref('int_plans_effective') }}
),

bounded as (
    select
        components.component_id,
        components.plan_id,
        components.seq,
        components.name,
        components.kind,
        components.measure,
        components.quota_measure,
        components.credit_level,
        components.method,
        case
            when components.method = 'rank' then 'rank'
            when components.method = 'scorecard' then 'score'
            else components.tier_key
        end as tier_key,
        components.accumulate,
        cast(components.weight as {{ factor() }}) as weight,
        components.prorate,
        components.cap_per_event,
        components.cap_per_period,
        components.floor_per_period,
        components.gate_measure,
        components.gate_subject,
        components.gate_key,
        components.gate_min,
        components.gate_max,
        cast(components.hold_share as {{ factor() }}) as hold_share,
        components.hold_until,
        components.clawback_unpaid_days,
        components.rank_within,
        components.rank_subject,
        -- a bound that a component does not have is left out
        greatest(components.valid_from, plans.valid_from) as valid_from,
        least(components.valid_to, plans.valid_to) as valid_to
    from components
    inner join plans
        on components.plan_id = plans.plan_id
),

final as (
    select
        component_id,
        plan_id,
        seq,
        name,
        kind,
        measure,
        quota_measure,
        credit_level,
        method,
        tier_key,
        accumulate,
        weight,
        prorate,
        cap_per_event,
        cap_per_period,
        floor_per_period,
        gate_measure,
        gate_subject,
        gate_key,
        gate_min,
        gate_max,
        hold_share,
        hold_until,
        clawback_unpaid_days,
        rank_within,
        rank_subject,
        valid_from,
        valid_to
    from bounded
    where valid_from < valid_to
)

select * from final
