{#
    Grain: one row per matched credit in another currency than its plan's. basis is null where a rate is missing
    or the amount does not fit: such a credit has no line, it waits in rpt_uncredited (engine.md §3, §8 C1).
#}
with

matched as (
    select
        group_no,
        credit_no,
        component_no,
        value,
        currency,
        rate_on
    from {{ ref('int_credits_matched') }}
    where not is_plan_currency
),

components as (
    select
        component_no,
        currency
    from {{ ref('int_components_numbered') }}
),

rates as (
    select
        currency,
        valid_from,
        valid_to,
        rate_to_base
    from {{ ref('int_fx_rates_ranged') }}
),

final as (
    select
        matched.group_no,
        matched.credit_no,
        matched.component_no,
        credit_rates.rate_to_base as credit_rate_to_base,
        plan_rates.rate_to_base as plan_rate_to_base,
        {{ converted('matched.value', 'credit_rates.rate_to_base', 'plan_rates.rate_to_base') }} as basis
    from matched
    inner join components
        on matched.component_no = components.component_no
    left join rates as credit_rates
        on
            matched.currency = credit_rates.currency
            and matched.rate_on >= credit_rates.valid_from
            and matched.rate_on < credit_rates.valid_to
    left join rates as plan_rates
        on
            components.currency = plan_rates.currency
            and matched.rate_on >= plan_rates.valid_from
            and matched.rate_on < plan_rates.valid_to
)

select * from final
