{#
    Grain: one row per event. Additive: value within a measure and currency; quantity. A view over the narrow
    events and their deal items.
#}
with

events as (
    select
        event_id,
        measure,
        item_no,
        occurred_on,
        value,
        quantity,
        currency,
        source_table,
        source_key,
        source_file,
        source_row
    from {{ ref('int_events') }}
),

items as (
    select
        item_no,
        order_id,
        order_line_id,
        opportunity_id,
        account_id,
        product_id,
        dealer_id,
        source_file,
        source_row
    from {{ ref('int_deal_items') }}
),

final as (
    select
        events.event_id,
        events.measure,
        events.occurred_on,
        events.value,
        events.quantity,
        events.currency,
        items.order_id,
        items.order_line_id,
        items.opportunity_id,
        items.account_id,
        items.product_id,
        items.dealer_id,
        events.source_table,
        events.source_key,
        coalesce(events.source_file, items.source_file) as source_file,
        coalesce(events.source_row, items.source_row) as source_row
    from events
    inner join items
        on events.item_no = items.item_no
)

select * from final
