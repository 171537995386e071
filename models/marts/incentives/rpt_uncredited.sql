{#
    Grain: one row per event share that nobody receives (no_owner, not_employed), and per matched credit that cannot be paid because an
    exchange rate is missing (no_rate) or whose amount in the plan's currency has more digits than money (too_large), with its component.
    Additive: value within a currency and reason, over the first two reasons.
#}
with

credits as (
    select
        credit_no,
        event_no,
        fact_no,
        span_no,
        uncredited_payee_id,
        credit_kind,
        value,
        currency
    from {{ ref('int_credits_allocated') }}
),

events as (
    select
        event_no,
        fact_no,
        event_id,
        measure,
        occurred_on
    from {{ ref('int_events') }}
),

spans as (
    select
        span_no,
        payee_id
    from {{ ref('int_payee_spans') }}
),

converted as (
    select
        credit_no,
        component_no,
        case
            when credit_rate_to_base is null or plan_rate_to_base is null then 'no_rate'
            else 'too_large'
        end as reason
    from {{ ref('int_credits_converted') }}
    where basis is null
),

components as (
    select
        component_no,
        component_id
    from {{ ref('int_components_numbered') }}
),

unreceived as (
    select
        events.event_id,
        credits.uncredited_payee_id as payee_id,
        '' as component_id,
        case when credits.uncredited_payee_id = '' then 'no_owner' else 'not_employed' end as reason,
        events.measure,
        events.occurred_on,
        credits.value,
        credits.currency
    from credits
    inner join events
        on
            credits.event_no = events.event_no
            and credits.fact_no = events.fact_no
    where
        credits.span_no is null
        and credits.credit_kind = 'direct'
),

unconverted as (
    select
        events.event_id,
        spans.payee_id,
        components.component_id,
        converted.reason,
        events.measure,
        events.occurred_on,
        sum(credits.value) as value,
        credits.currency
    from converted
    inner join credits
        on
            converted.credit_no = credits.credit_no
            and {{ fact_of_credit('converted.credit_no') }} = credits.fact_no
    inner join events
        on
            credits.event_no = events.event_no
            and credits.fact_no = events.fact_no
    inner join spans
        on credits.span_no = spans.span_no
    inner join components
        on converted.component_no = components.component_no
    group by
        events.event_id,
        spans.payee_id,
        components.component_id,
        converted.reason,
        events.measure,
        events.occurred_on,
        credits.currency
),

final as (
    select
        event_id,
        payee_id,
        component_id,
        reason,
        measure,
        occurred_on,
        value,
        currency
    from unreceived
    union all
    select
        event_id,
        payee_id,
        component_id,
        reason,
        measure,
        occurred_on,
        cast(value as {{ money() }}) as value,
        currency
    from unconverted
)

select * from final
