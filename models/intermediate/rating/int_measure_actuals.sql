{#
    Grain: one row per plan, payee, measure, credit level (counts_team: what the teams he leads are credited directly) and period, for the measures that a component of the plan is judged by
    without being paid on them, and those of its gates and scorecards: what the payee is credited of it on days on the plan, in the plan's currency, whatever
    the conditions of components (engine.md §8 C9). Additive: actual within a measure and currency.
#}
with

components as (
    select
        component_no,
        component_id,
        plan_id,
        measure,
        quota_measure,
        counts_team,
        currency
    from {{ ref('int_components_numbered') }}
),

gates as (
    select
        component_no,
        gate_measure
    from {{ ref('int_gates') }}
    where gate_subject = 'payee'
),

scorecards as (
    select
        component_id,
        measure
    from {{ ref('stg_plans__plan_scorecard_kpis') }}
),

measures as (
    select
        measure_no,
        measure
    from {{ ref('measures') }}
),

plan_days as (
    select
        plan_id,
        payee_no,
        period_start,
        valid_from,
        valid_to
    from {{ ref('int_plan_days') }}
),

led_spans as (
    select
        payee_no,
        span_no
    from {{ ref('int_led_spans') }}
),

rates as (
    select
        currency,
        valid_from,
        valid_to,
        rate_to_base
    from {{ ref('int_fx_rates_ranged') }}
),

judging as (
    select
        plan_id,
        currency,
        counts_team,
        quota_measure as measure
    from components
    where quota_measure <> measure
    union
    select
        components.plan_id,
        components.currency,
        components.counts_team,
        gates.gate_measure as measure
    from gates
    inner join components
        on gates.component_no = components.component_no
    union
    select
        components.plan_id,
        components.currency,
        components.counts_team,
        scorecards.measure
    from scorecards
    inner join components
        on scorecards.component_id = components.component_id
),

asked as (
    select
        judging.plan_id,
        judging.measure,
        judging.currency,
        judging.counts_team,
        measures.measure_no
    from judging
    inner join measures
        on judging.measure = measures.measure
),

asked_at_all as (
    select distinct true as is_any
    from asked
),

credits as (
    select
        credits.measure_no,
        credits.payee_no,
        credits.span_no,
        credits.credit_kind = 'direct' as is_direct,
        credits.value,
        credits.currency,
        credits.occurred_on,
        credits.rate_on
    from {{ ref('int_credits_payable') }} as credits
    cross join asked_at_all
    where credits.span_no is not null
),

counted as (
    select
        asked.plan_id,
        plan_days.payee_no,
        asked.measure,
        asked.counts_team,
        plan_days.period_start,
        asked.currency as plan_currency,
        credits.currency,
        credits.rate_on,
        credits.value
    from asked
    inner join plan_days
        on asked.plan_id = plan_days.plan_id
    inner join credits
        on
            plan_days.payee_no = credits.payee_no
            and asked.measure_no = credits.measure_no
            and plan_days.valid_from <= credits.occurred_on
            and plan_days.valid_to > credits.occurred_on
    where not asked.counts_team
    union all
    select
        asked.plan_id,
        plan_days.payee_no,
        asked.measure,
        asked.counts_team,
        plan_days.period_start,
        asked.currency as plan_currency,
        credits.currency,
        credits.rate_on,
        credits.value
    from asked
    inner join plan_days
        on asked.plan_id = plan_days.plan_id
    inner join led_spans
        on plan_days.payee_no = led_spans.payee_no
    inner join credits
        on
            led_spans.span_no = credits.span_no
            and asked.measure_no = credits.measure_no
            and plan_days.valid_from <= credits.occurred_on
            and plan_days.valid_to > credits.occurred_on
    where
        asked.counts_team
        and credits.is_direct
),

converted as (
    select
        counted.plan_id,
        counted.payee_no,
        counted.measure,
        counted.counts_team,
        counted.period_start,
        {{ in_plan_currency('counted') }} as actual
    from counted
    {{- plan_rates_joined('counted') }}
),

final as (
    select
        plan_id,
        payee_no,
        measure,
        counts_team,
        period_start,
        cast(coalesce(sum(actual), 0) as {{ step() }}) as actual
    from converted
    group by plan_id, payee_no, measure, counts_team, period_start
)

select * from final
