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
),

credits as (
    select currency
    from {{ ref('int_credits_classed') }}
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

-- no rows where all deal and pay in one currency, so that the joins cost nothing
conversions as (
    select
        currencies.currency,
        components.component_no,
        components.currency as plan_currency
    from (
        select currency
        from credits
        group by currency
    ) as currencies
    inner join components
        on currencies.currency <> components.currency
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
    inner join conversions
        on
            matched.component_no = conversions.component_no
            and matched.currency = conversions.currency
    left join rates as credit_rates
        on
            matched.currency = credit_rates.currency
            and matched.rate_on >= credit_rates.valid_from
            and matched.rate_on < credit_rates.valid_to
    left join rates as plan_rates
        on
            conversions.plan_currency = plan_rates.currency
            and matched.rate_on >= plan_rates.valid_from
            and matched.rate_on < plan_rates.valid_to
)

select * from final
