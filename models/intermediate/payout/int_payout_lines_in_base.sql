{#
    Grain: one row per line of a plan that does not pay in the base currency. Additive: amount_base.
    amount_base is the line at the rates of its day, null where a rate is missing.
#}
with

lines as (
    select
        group_no,
        credit_no,
        amount
    from {{ ref('int_payout_lines') }}
),

groups as (
    select
        group_no,
        currency
    from {{ ref('int_payout_groups') }}
    where currency <> '{{ var("base_currency") }}'
),

credits as (
    select
        credit_no,
        fact_no,
        occurred_on
    from {{ ref('int_credits_allocated') }}
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

final as (
    select
        lines.group_no,
        lines.credit_no,
        {{ in_base('lines.amount', 'rates.rate_to_base', 'base.minor_units') }} as amount_base
    from lines
    inner join groups
        on lines.group_no = groups.group_no
    inner join credits
        on
            lines.credit_no = credits.credit_no
            and {{ fact_of_credit('lines.credit_no') }} = credits.fact_no
    left join rates
        on
            groups.currency = rates.currency
            and credits.occurred_on >= rates.valid_from
            and credits.occurred_on < rates.valid_to
    cross join base
)

select * from final
