{#
    Grain: one row per event and payee it is credited to, plus one row for each share that nobody receives (span_no
    null). Additive: value, over credit_kind 'direct' (direct rows of an event, received or not, add to its value
    exactly). credit_no is the order of lines: (occurred_on, event_id, payee_id, credit_kind) (engine.md §2, §8 B1
    to B5, B8, B10). Credits on top of the direct ones are those of int_rule_credits.
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
        is_return,
        sale_value
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

split_deals as (
    select
        split_kind,
        split_id
    from shares
    group by split_kind, split_id
),

owned as (
    select
        events.event_no,
        coalesce(items.owner_id, '') as payee_id,
        items.owner_kind as payee_kind,
        'direct' as credit_kind,
        cast(1 as {{ share() }}) as share,
        events.value
    from events
    inner join items
        on events.item_no = items.item_no
    left join split_deals
        on
            items.split_kind = split_deals.split_kind
            and items.split_id = split_deals.split_id
    where split_deals.split_id is null
),

-- minor units: what a whole is cut to when it is shared; measures that are no money are cut to 0.0001
split_events as (
    select
        events.event_no,
        events.value,
        items.split_kind,
        items.split_id,
        case when measures.unit_kind = 'money' then coalesce(currencies.minor_units, 4) else 4 end as minor_units
    from events
    inner join items
        on events.item_no = items.item_no
    inner join split_deals
        on
            items.split_kind = split_deals.split_kind
            and items.split_id = split_deals.split_id
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

allocated as (
    select
        event_no,
        payee_id,
        payee_kind,
        credit_kind,
        share,
        value
    from owned
    union all
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
),

final as (
    select
        cast(row_number() over (
            order by allocated.event_no asc, allocated.payee_id asc, allocated.credit_kind asc
        ) as bigint) as credit_no,
        allocated.event_no,
        events.item_no,
        measures.measure_no,
        spans.payee_no,
        spans.span_no,
        case when spans.span_no is null then allocated.payee_id end as uncredited_payee_id,
        allocated.credit_kind,
        cast(allocated.share as {{ share() }}) as share,
        cast(allocated.value as {{ money() }}) as value,
        case when measures.unit_kind = 'money' then events.currency end as currency,
        events.occurred_on,
        events.rate_on,
        cast(case
            when events.value > 0 then 1
            when events.value = 0 then 0
            when events.is_return then -coalesce({{ quotient10('abs(events.value)', 'events.sale_value') }}, 0)
            else -1
        end as {{ step() }}) as entry_ratio
    from allocated
    inner join events
        on allocated.event_no = events.event_no
    inner join measures
        on events.measure = measures.measure
    left join spans
        on
            allocated.payee_id = spans.payee_id
            and allocated.payee_kind = spans.payee_kind
            and events.occurred_on >= spans.valid_from
            and events.occurred_on < spans.valid_to
)

select * from final
