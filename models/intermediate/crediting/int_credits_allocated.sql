{#
    Grain: one row per event and payee it is credited to, plus one row for each share that nobody receives (span_no
    null). Additive: value, over credit_kind 'direct' (direct rows of an event, received or not, add to its value
    exactly). credit_no is the order of lines: (occurred_on, event_id, payee_id, credit_kind): event_no, then the place
    among the credits of the event in four digits, so that nothing is sorted but what is shared (engine.md §2, §8 B1 to
    B5, B8, B10). Credits on top of the direct ones are those of int_rule_credits.
#}
with

events as (
    select
        event_no,
        measure,
        item_no,
        occurred_on,
        value,
        currency,
        rate_on,
        entry_ratio
    from {{ ref('int_events') }}
),

items as (
    select
        item_no,
        owner_kind,
        owner_id,
        split_kind,
        split_id
    from {{ ref('int_deal_items') }}
),

shares as (
    select
        split_kind,
        split_id,
        payee_id,
        share
    from {{ ref('int_deal_shares') }}
    where
        is_valid
        and credit_kind = 'direct'
),

rule_credits as (
    select
        event_no,
        payee_kind,
        payee_id,
        credit_kind,
        share,
        value
    from {{ ref('int_rule_credits') }}
),

spans as (
    select
        span_no,
        payee_no,
        payee_id,
        payee_kind,
        valid_from,
        valid_to
    from {{ ref('int_payee_spans') }}
),

measures as (
    select
        measure_no,
        measure,
        unit_kind
    from {{ ref('int_measures_numbered') }}
),

currencies as (
    select
        currency,
        minor_units
    from {{ ref('currencies') }}
),

payees as (
    select
        payee_no,
        payee_id,
        payee_kind
    from spans
    group by payee_no, payee_id, payee_kind
),

split_deals as (
    select
        split_kind,
        split_id
    from shares
    group by split_kind, split_id
),

-- texts are compared once an item, not once an event
split_items as (
    select
        items.item_no,
        items.split_kind,
        items.split_id
    from items
    inner join split_deals
        on
            items.split_kind = split_deals.split_kind
            and items.split_id = split_deals.split_id
),

owned_items as (
    select
        items.item_no,
        payees.payee_no
    from items
    left join payees
        on
            items.owner_id = payees.payee_id
            and items.owner_kind = payees.payee_kind
),

-- who owns them is nobody the company knows
stray_items as (
    select
        owned_items.item_no,
        items.owner_id
    from owned_items
    inner join items
        on owned_items.item_no = items.item_no
    where owned_items.payee_no is null
),

events_ruled as (
    select event_no
    from rule_credits
    group by event_no
),

-- minor units: what a whole is cut to when it is shared; measures that are no money are cut to 0.0001
split_events as (
    select
        events.event_no,
        events.value,
        split_items.split_kind,
        split_items.split_id,
        case when measures.unit_kind = 'money' then coalesce(currencies.minor_units, 4) else 4 end as minor_units
    from events
    inner join split_items
        on events.item_no = split_items.item_no
    inner join measures
        on events.measure = measures.measure
    left join currencies
        on events.currency = currencies.currency
),

sized as (
    select
        split_events.event_no as spread_id,
        shares.payee_id as part_id,
        split_events.value as whole,
        shares.share as weight,
        {{ minor_step('split_events.minor_units') }} as unit
    from split_events
    inner join shares
        on
            split_events.split_kind = shares.split_kind
            and split_events.split_id = shares.split_id
),

{{ largest_remainder('sized') }},

-- events of several credits
parts as (
    select
        spread_id as event_no,
        part_id as payee_id,
        'employee' as payee_kind,
        'direct' as credit_kind,
        weight as share,
        part as value
    from spread_parts
    union all
    select
        event_no,
        payee_id,
        payee_kind,
        credit_kind,
        share,
        value
    from rule_credits
    union all
    select
        events.event_no,
        coalesce(items.owner_id, '') as payee_id,
        items.owner_kind as payee_kind,
        'direct' as credit_kind,
        cast(1 as {{ share() }}) as share,
        events.value
    from events
    inner join events_ruled
        on events.event_no = events_ruled.event_no
    inner join items
        on events.item_no = items.item_no
    left join split_items
        on events.item_no = split_items.item_no
    where split_items.item_no is null
),

parts_placed as (
    select
        event_no,
        payee_id,
        payee_kind,
        credit_kind,
        share,
        value,
        row_number() over (partition by event_no order by payee_id, credit_kind) as place
    from parts
),

-- the only credit of its event, so its owner need not be compared with others
whole as (
    select
        events.event_no,
        events.measure,
        events.item_no,
        events.occurred_on,
        events.value,
        events.currency,
        events.rate_on,
        events.entry_ratio,
        owned_items.payee_no
    from events
    inner join owned_items
        on events.item_no = owned_items.item_no
    left join split_items
        on events.item_no = split_items.item_no
    left join events_ruled
        on events.event_no = events_ruled.event_no
    where
        split_items.item_no is null
        and events_ruled.event_no is null
),

allocated as (
    select
        whole.event_no * 10000 + 1 as credit_no,
        whole.event_no,
        whole.measure,
        whole.item_no,
        whole.occurred_on,
        whole.currency,
        whole.rate_on,
        whole.entry_ratio,
        whole.payee_no,
        case when whole.payee_no is null then coalesce(stray_items.owner_id, '') end as stray_payee_id,
        'direct' as credit_kind,
        cast(1 as {{ share() }}) as share,
        whole.value
    from whole
    left join stray_items
        on whole.item_no = stray_items.item_no
    union all
    select
        -- a place of more than four digits cannot be cast, and stops the build
        cast(events.event_no * 10000 + cast(parts_placed.place as decimal(4, 0)) as bigint) as credit_no,
        events.event_no,
        events.measure,
        events.item_no,
        events.occurred_on,
        events.currency,
        events.rate_on,
        events.entry_ratio,
        payees.payee_no,
        case when payees.payee_no is null then parts_placed.payee_id end as stray_payee_id,
        parts_placed.credit_kind,
        parts_placed.share,
        parts_placed.value
    from parts_placed
    inner join events
        on parts_placed.event_no = events.event_no
    left join payees
        on
            parts_placed.payee_id = payees.payee_id
            and parts_placed.payee_kind = payees.payee_kind
),

final as (
    select
        allocated.credit_no,
        allocated.event_no,
        allocated.item_no,
        measures.measure_no,
        spans.payee_no,
        spans.span_no,
        coalesce(payees.payee_id, allocated.stray_payee_id) as uncredited_payee_id,
        allocated.credit_kind,
        cast(allocated.share as {{ share() }}) as share,
        cast(allocated.value as {{ money() }}) as value,
        case when measures.unit_kind = 'money' then allocated.currency end as currency,
        allocated.occurred_on,
        allocated.rate_on,
        allocated.entry_ratio
    from allocated
    inner join measures
        on allocated.measure = measures.measure
    left join spans
        on
            allocated.payee_no = spans.payee_no
            and allocated.occurred_on >= spans.valid_from
            and allocated.occurred_on < spans.valid_to
    left join payees
        on case when spans.span_no is null then allocated.payee_no end = payees.payee_no
)

select * from final
