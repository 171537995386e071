{#
    Grain: one row per payee and currency of money that has statements or payments: what is carried to the next close, and what the next close asks
    for. Additive within a currency: carried. minimum_payment is var minimum_payment in the currency, at the rate of the day that is calculated; 0 where it has no rate.
#}
with

statements as (
    select
        payee_id,
        currency
    from {{ ref('rpt_statements') }}
),

payments as (
    select
        payee_id,
        currency,
        carried_out,
        is_newest
    from {{ ref('int_payments_posted') }}
),

currencies as (
    select
        currency,
        minor_units
    from {{ ref('int_currencies_paid') }}
),

rates as (
    select
        currency,
        valid_from,
        valid_to,
        rate_to_base
    from {{ ref('int_fx_rates_ranged') }}
),

parameters as (
    select as_of_on
    from {{ ref('int_run_parameters') }}
),

payees as (
    select
        payee_id,
        payee_name,
        left_on
    from {{ ref('int_payees_named') }}
),

-- union, not union all: each payee and currency once
listed as (
    select
        payee_id,
        currency
    from statements
    union
    select
        payee_id,
        currency
    from payments
),

rated as (
    select
        rates.currency,
        rates.rate_to_base
    from rates
    inner join parameters
        on
            rates.valid_from <= parameters.as_of_on
            and rates.valid_to > parameters.as_of_on
),

minima as (
    select
        currencies.currency,
        currencies.minor_units,
        coalesce(
            {{ converted(
                'cast(' ~ var('minimum_payment') ~ ' as ' ~ money() ~ ')', 'cast(1 as ' ~ fx_rate() ~ ')', 'rated.rate_to_base'
            ) }}, 0
        ) as minimum
    from currencies
    left join rated
        on currencies.currency = rated.currency
),

final as (
    select
        listed.payee_id,
        coalesce(payees.payee_name, listed.payee_id) as payee_name,
        listed.currency,
        cast(coalesce(payments.carried_out, 0) as {{ money() }}) as carried,
        {{ round_minor('minima.minimum', 'minima.minor_units') }} as minimum_payment,
        {{ carried_status('payments.carried_out', 'payees.left_on') }} as status,
        payees.left_on
    from listed
    inner join minima
        on listed.currency = minima.currency
    left join payments
        on
            listed.payee_id = payments.payee_id
            and listed.currency = payments.currency
            and payments.is_newest
    left join payees
        on listed.payee_id = payees.payee_id
)

select * from final
