{#
    Grain: one row per manual adjustment of a plan that pays and of a period that has begun: the line it is. Additive: amount within a currency,
    amount_base. It stands on the last day of the plan period that its period_start lies in, also where the payee has no day on the plan
    (engine.md §8 E10).
#}
with

adjustments as (
    select
        adjustment_id,
        payee_id,
        plan_id,
        component_id,
        period_start,
        amount,
        reason,
        requested_by,
        approved_by
    from {{ ref('stg_plans__manual_adjustments') }}
),

adjusted_at_all as (
    select distinct 1 as is_any
    from adjustments
),

plans as (
    select
        plan_id,
        name,
        payee_kind,
        period,
        currency,
        minor_units
    from {{ ref('int_plans_effective') }}
),

payees as (
    select
        spans.payee_no,
        spans.payee_id,
        spans.payee_kind
    from {{ ref('int_payee_spans') }} as spans
    cross join adjusted_at_all
    group by spans.payee_no, spans.payee_id, spans.payee_kind
),

periods as (
    select
        period,
        period_start,
        period_end
    from {{ ref('int_calendar_periods') }}
),

rates as (
    select
        currency,
        valid_from,
        valid_to,
        rate_to_base
    from {{ ref('int_fx_rates_ranged') }}
),

base as (
    select minor_units
    from {{ ref('int_base_currency') }}
),

parameters as (
    select as_of_on
    from {{ ref('int_run_parameters') }}
),

dated as (
    select
        adjustments.adjustment_id,
        payees.payee_no,
        adjustments.payee_id,
        adjustments.plan_id,
        plans.name as plan_name,
        adjustments.component_id,
        plans.period,
        periods.period_start,
        cast({{ dbt.dateadd('day', -1, 'periods.period_end') }} as date) as occurred_on,
        adjustments.reason,
        adjustments.requested_by,
        adjustments.approved_by,
        {{ round_minor('adjustments.amount', 'plans.minor_units') }} as amount,
        plans.currency,
        plans.minor_units
    from adjustments
    inner join plans
        on adjustments.plan_id = plans.plan_id
    inner join payees
        on
            adjustments.payee_id = payees.payee_id
            and plans.payee_kind = payees.payee_kind
    inner join periods
        on
            plans.period = periods.period
            and adjustments.period_start >= periods.period_start
            and adjustments.period_start < periods.period_end
    cross join parameters
    where periods.period_start <= parameters.as_of_on
),

final as (
    select
        {{ payout_line_id(
            'coalesce(dated.component_id, dated.plan_id)', 'dated.payee_id', 'dated.adjustment_id', "'manual'"
        ) }} as payout_line_id,
        dated.adjustment_id,
        dated.payee_no,
        dated.payee_id,
        dated.plan_id,
        dated.plan_name,
        dated.component_id,
        dated.period,
        dated.period_start,
        dated.occurred_on,
        dated.reason,
        dated.requested_by,
        dated.approved_by,
        dated.amount,
        dated.currency,
        dated.minor_units,
        {{ in_base('dated.amount', 'rates.rate_to_base', 'base.minor_units') }} as amount_base
    from dated
    cross join base
    left join rates
        on
            dated.currency = rates.currency
            and dated.occurred_on >= rates.valid_from
            and dated.occurred_on < rates.valid_to
)

select * from final
