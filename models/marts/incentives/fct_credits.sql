{#
    Grain: one row per event, payee and credit kind. Additive: value and value_base over credit_kind 'direct'; the others (overlay and what
    credit rules give) come on top and are no part of company totals. Not additive: share. Shares that nobody receives: rpt_uncredited.
#}
with

credits as (
    select
        event_no,
        fact_no,
        measure_no,
        span_no,
        credit_kind,
        share,
        value,
        currency,
        occurred_on,
        rate_on
    from {{ ref('int_credits_allocated') }}
),

rule_credits as (
    select
        event_no,
        payee_kind,
        payee_id,
        credit_kind,
        credit_rules
    from {{ ref('int_rule_credits') }}
),

events as (
    select
        event_no,
        fact_no,
        event_id,
        measure
    from {{ ref('int_events') }}
),

spans as (
    select
        span_no,
        payee_kind,
        payee_id,
        role,
        team_id,
        region
    from {{ ref('int_payee_spans') }}
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
        {{ credit_id('events.event_id', 'spans.payee_id', 'credits.credit_kind') }} as credit_id,
        events.event_id,
        events.measure,
        spans.payee_id,
        credits.credit_kind,
        credits.share,
        credits.occurred_on,
        credits.value,
        credits.currency,
        {{ in_base('credits.value', 'rates.rate_to_base', 'base.minor_units') }} as value_base,
        spans.role,
        spans.team_id,
        spans.region,
        rule_credits.credit_rules
    from credits
    inner join events
        on
            credits.event_no = events.event_no
            and credits.fact_no = events.fact_no
    -- what nobody receives has no span
    inner join spans
        on credits.span_no = spans.span_no
    cross join base
    left join rule_credits
        on
            credits.event_no = rule_credits.event_no
            and credits.credit_kind = rule_credits.credit_kind
            and spans.payee_kind = rule_credits.payee_kind
            and spans.payee_id = rule_credits.payee_id
    left join rates
        on
            credits.currency = rates.currency
            and credits.rate_on >= rates.valid_from
            and credits.rate_on < rates.valid_to
)

select * from final
