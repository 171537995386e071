{#
    Grain: one row per event: its id, which is the measure and the key of the raw row, so that the same row always gives the same event,
    and where that row came from. Additive: value within a measure and currency; quantity.
#}
with

events as (
    select
        event_no,
        fact_no,
        measure,
        item_no,
        occurred_on,
        value,
        quantity,
        currency,
        is_return
    from {{ ref('int_events') }}
),

facts as (
    select
        fact_no,
        event_key,
        source_table,
        source_key,
        source_file,
        source_row
    from {{ ref('int_facts_named') }}
),

final as (
    select
        events.event_no,
        concat(events.measure, ':', facts.event_key) as event_id,
        events.measure,
        events.item_no,
        events.occurred_on,
        events.value,
        events.quantity,
        events.currency,
        events.is_return,
        facts.source_table,
        facts.source_key,
        facts.source_file,
        facts.source_row
    from events
    inner join facts
        on events.fact_no = facts.fact_no
)

select * from final
