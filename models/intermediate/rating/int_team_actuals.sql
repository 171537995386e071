{#
    Grain: one row per team, measure, currency, period kind and period that a gate asks for: what the members of the team and of the teams
    below it are credited directly, by their team of the day, in that currency (engine.md §8 B6, C9). Additive: actual within a measure and
    currency, over teams side by side.
#}
with

gates as (
    select
        component_no,
        gate_measure,
        measure_no
    from {{ ref('int_gates') }}
    where gate_subject = 'team'
),

components as (
    select
        component_no,
        currency,
        period
    from {{ ref('int_components_numbered') }}
),

periods as (
    select
        period,
        period_start,
        period_end
    from {{ ref('int_calendar_periods') }}
),

credits as (
    select
        measure_no,
        span_no,
        value,
        currency,
        occurred_on,
        rate_on
    from {{ ref('int_credits_payable') }}
    where credit_kind = 'direct'
),

spans as (
    select
        span_no,
        team_id
    from {{ ref('int_payee_spans') }}
),

team_ancestors as (
    select
        team_id,
        ancestor_team_id
    from {{ ref('int_team_ancestors') }}
),

rates as (
    select
        currency,
        valid_from,
        valid_to,
        rate_to_base
    from {{ ref('int_fx_rates_ranged') }}
),

asked as (
    select
        gates.gate_measure as measure,
        gates.measure_no,
        components.currency,
        components.period
    from gates
    inner join components
        on gates.component_no = components.component_no
    group by gates.gate_measure, gates.measure_no, components.currency, components.period
),

counted as (
    select
        team_ancestors.ancestor_team_id as team_id,
        asked.measure,
        asked.currency as plan_currency,
        asked.period,
        periods.period_start,
        credits.value,
        credits.currency,
        credits.rate_on
    from asked
    inner join credits
        on asked.measure_no = credits.measure_no
    inner join periods
        on
            asked.period = periods.period
            and credits.occurred_on >= periods.period_start
            and credits.occurred_on < periods.period_end
    inner join spans
        on credits.span_no = spans.span_no
    inner join team_ancestors
        on spans.team_id = team_ancestors.team_id
),

converted as (
    select
        counted.team_id,
        counted.measure,
        counted.plan_currency,
        counted.period,
        counted.period_start,
        {{ in_plan_currency('counted') }} as actual
    from counted
    {{- plan_rates_joined('counted') }}
),

final as (
    select
        team_id,
        measure,
        plan_currency as currency,
        period,
        period_start,
        cast(coalesce(sum(actual), 0) as {{ step() }}) as actual
    from converted
    group by team_id, measure, plan_currency, period, period_start
)

select * from final
