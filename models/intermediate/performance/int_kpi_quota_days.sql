{#
    Grain: one row per payee, quota period and day with revenue_booked on the plan that reads the quota. Additive: amount, within one
    kind of period and currency. Direct credits, in the plan's currency (engine.md §8 A13, C1).
#}
{{ config(meta={'increments': credits_by_payee('payee_no', {
    'int_kpi_quotas': 'payee_no',
    'int_plan_days': 'payee_no',
})}) }}
with

quotas as (
    select
        payee_no,
        period,
        period_start,
        period_end,
        plan_id,
        currency
    from {{ ref('int_kpi_quotas') }}
    where
        begins_on is not null
        and (has_days or has_quarters)
),

plan_days as (
    select
        plan_id,
        payee_no,
        valid_from,
        valid_to
    from {{ ref('int_plan_days') }}
),

credits as (
    select
        measure_no,
        payee_no,
        value,
        currency,
        occurred_on,
        rate_on
    from {{ ref('int_credits_allocated') }}
    where
        span_no is not null
        and credit_kind = 'direct'
),

measures as (
    select measure_no
    from {{ ref('measures') }}
    where measure = 'revenue_booked'
),

rates as (
    select
        currency,
        valid_from,
        valid_to,
        rate_to_base
    from {{ ref('int_fx_rates_ranged') }}
),

revenue_days as (
    select
        credits.payee_no,
        credits.currency,
        credits.occurred_on,
        credits.rate_on,
        credits.value
    from credits
    inner join measures
        on credits.measure_no = measures.measure_no
),

counted as (
    select
        quotas.payee_no,
        quotas.period,
        quotas.period_start,
        revenue_days.occurred_on,
        case
            when revenue_days.currency = quotas.currency then cast(revenue_days.value as {{ step() }})
            else {{ converted('revenue_days.value', 'credit_rates.rate_to_base', 'plan_rates.rate_to_base') }}
        end as amount
    from quotas
    inner join revenue_days
        on
            quotas.payee_no = revenue_days.payee_no
            and quotas.period_start <= revenue_days.occurred_on
            and quotas.period_end > revenue_days.occurred_on
    inner join plan_days
        on
            quotas.plan_id = plan_days.plan_id
            and quotas.payee_no = plan_days.payee_no
            and revenue_days.occurred_on >= plan_days.valid_from
            and revenue_days.occurred_on < plan_days.valid_to
    left join rates as credit_rates
        on
            revenue_days.currency = credit_rates.currency
            and revenue_days.rate_on >= credit_rates.valid_from
            and revenue_days.rate_on < credit_rates.valid_to
    left join rates as plan_rates
        on
            quotas.currency = plan_rates.currency
            and revenue_days.rate_on >= plan_rates.valid_from
            and revenue_days.rate_on < plan_rates.valid_to
),

final as (
    select
        payee_no,
        period,
        period_start,
        occurred_on as happened_on,
        cast(sum(amount) as {{ step() }}) as amount
    from counted
    where amount is not null
    group by payee_no, period, period_start, occurred_on
)

select * from final
