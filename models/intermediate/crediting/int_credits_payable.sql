{#
    Grain: one row per credit as in int_credits_allocated, without the shared ones of measures that no component counts or is judged by.
    A view: most events have one credit, their owner's, which they say themselves (engine.md §2, §8 B1 to B5, B10).
#}
with

events as (
    select
        event_no,
        fact_no,
        measure_no,
        item_no,
        class_code,
        occurred_on,
        value,
        currency,
        rate_on,
        entry_ratio,
        owner_payee_no,
        owner_span_no,
        stray_owner_id,
        is_shared
    from {{ ref('int_events') }}
),

parted as (
    select
        credit_no,
        event_no,
        fact_no,
        item_no,
        class_code,
        measure_no,
        payee_no,
        span_no,
        uncredited_payee_id,
        credit_kind,
        share,
        value,
        currency,
        occurred_on,
        rate_on,
        entry_ratio
    from {{ ref('int_credits_parted') }}
),

events_ruled as (
    select event_no
    from {{ ref('int_rule_credits') }}
    group by event_no
),

final as (
    select
        events.event_no * 10000 + 1 as credit_no,
        events.event_no,
        events.fact_no,
        events.item_no,
        events.class_code,
        events.measure_no,
        events.owner_payee_no as payee_no,
        events.owner_span_no as span_no,
        events.stray_owner_id as uncredited_payee_id,
        'direct' as credit_kind,
        cast(1 as {{ share() }}) as share,
        events.value,
        events.currency,
        events.occurred_on,
        events.rate_on,
        events.entry_ratio
    from events
    left join events_ruled
        on events.event_no = events_ruled.event_no
    where
        not events.is_shared
        and events_ruled.event_no is null
    union all
    select
        credit_no,
        event_no,
        fact_no,
        item_no,
        class_code,
        measure_no,
        payee_no,
        span_no,
        uncredited_payee_id,
        credit_kind,
        share,
        value,
        currency,
        occurred_on,
        rate_on,
        entry_ratio
    from parted
)

select * from final
