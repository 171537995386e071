{# Grain: one row per component that calculates: of an active or retired plan that passed the plan check. #}
with

components as (
    select
        component_id,
        plan_id,
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
    from {{ ref('int_plan_components_effective') }}
),

plans as (
    select
        plan_id,
        currency,
        period,
        valid_from
    from {{ ref('int_plans_effective') }}
),

periods as (
    select
        period,
        period_start,
        period_end
    from {{ ref('int_calendar_periods') }}
),

measures as (
    select
        measure_no,
        measure,
        unit_kind,
        settled_by
    from {{ ref('measures') }}
),

currencies as (
    select
        currency,
        minor_units
    from {{ ref('currencies') }}
),

final as (
    select
        cast(row_number() over (order by components.component_id) as integer) as component_no,
        components.component_id,
        components.plan_id,
        measures.measure_no,
        components.measure,
        components.quota_measure,
        measures.unit_kind,
        components.credit_level = 'team' as counts_team,
        components.method,
        components.tier_key,
        components.accumulate,
        components.weight,
        components.prorate,
        components.cap_per_event,
        components.cap_per_period,
        components.floor_per_period,
        components.gate_measure,
        components.gate_subject,
        components.gate_key,
        components.gate_min,
        components.gate_max,
        measures.settled_by,
        components.hold_share,
        components.hold_until,
        components.clawback_unpaid_days,
        components.rank_within,
        components.rank_subject,
        plans.currency,
        currencies.minor_units,
        plans.period,
        periods.period_start as first_period_start,
        components.valid_from,
        components.valid_to
    from components
    inner join plans
        on components.plan_id = plans.plan_id
    inner join measures
        on components.measure = measures.measure
    inner join currencies
        on plans.currency = currencies.currency
    left join periods
        on
            plans.period = periods.period
            and plans.valid_from >= periods.period_start
            and plans.valid_from < periods.period_end
)

select * from final
