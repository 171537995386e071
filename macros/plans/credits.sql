{#-
    credits_parted(is_counted): the query of int_credits_parted (measures that a component counts or is judged by) and of
    int_credits_parted_uncounted (all other measures), over int_events: columns as in int_credits_allocated (engine.md §2, §8 B1 to B5, B8, B10).
-#}
{% macro credits_parted(is_counted) -%}
with

events as (
    select
        event_no,
        fact_no,
        measure_no,
        item_no,
        occurred_on,
        value,
        currency,
        rate_on,
        entry_ratio,
        class_code,
        owner_span_no,
        stray_owner_id,
        split_kind,
        split_id,
        is_shared
    from {{ ref('int_events') }}
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

components as (
    select
        measure,
        quota_measure
    from {{ ref('int_components_numbered') }}
),

gates as (
    select gate_measure
    from {{ ref('int_gates') }}
),

scorecards as (
    select measure
    from {{ ref('stg_plans__plan_scorecard_kpis') }}
),

judging_kpis as (
    select {{ split_rows('credited_measures', '|') }} as measure
    from {{ ref('int_judging_kpis') }}
),

measures_counted as (
    select measure
    from components
    union all
    select quota_measure as measure
    from components
    union all
    select gate_measure as measure
    from gates
    union all
    select measure
    from scorecards
    union all
    select measure
    from judging_kpis
),

measures as (
    select
        measures.measure_no,
        measures.unit_kind
    from {{ ref('measures') }} as measures
    {{ 'inner' if is_counted else 'left' }} join measures_counted
        on measures.measure = measures_counted.measure
    {%- if not is_counted %}
    where measures_counted.measure is null
    {%- endif %}
    group by measures.measure_no, measures.unit_kind
),

currencies as (
    select
        currency,
        minor_units
    from {{ ref('currencies') }}
),

events_ruled as (
    select event_no
    from rule_credits
    group by event_no
),

events_parted as (
    select
        events.event_no,
        events.fact_no,
        events.measure_no,
        events.item_no,
        events.occurred_on,
        events.value,
        events.currency,
        events.rate_on,
        events.entry_ratio,
        events.class_code,
        events.owner_span_no,
        events.stray_owner_id,
        events.split_kind,
        events.split_id,
        events.is_shared,
        measures.unit_kind
    from events
    inner join measures
        on events.measure_no = measures.measure_no
    left join events_ruled
        on events.event_no = events_ruled.event_no
    where events.is_shared or events_ruled.event_no is not null
),

-- minor units: what a whole is cut to when it is shared; measures that are no money are cut to 0.0001
split_events as (
    select
        events_parted.event_no,
        events_parted.value,
        events_parted.split_kind,
        events_parted.split_id,
        case when events_parted.unit_kind = 'money' then coalesce(currencies.minor_units, 4) else 4 end as minor_units
    from events_parted
    left join currencies
        on events_parted.currency = currencies.currency
    where events_parted.is_shared
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
        events_parted.event_no,
        coalesce(spans.payee_id, events_parted.stray_owner_id) as payee_id,
        spans.payee_kind,
        'direct' as credit_kind,
        cast(1 as {{ share() }}) as share,
        events_parted.value
    from events_parted
    left join spans
        on events_parted.owner_span_no = spans.span_no
    where not events_parted.is_shared
),

placed as (
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

final as (
    select
        -- a place of more than four digits cannot be cast, and stops the build
        events_parted.event_no * 10000 + cast(cast(placed.place as decimal(4, 0)) as bigint) as credit_no,
        events_parted.event_no,
        events_parted.fact_no,
        events_parted.item_no,
        events_parted.class_code,
        events_parted.measure_no,
        spans.payee_no,
        spans.span_no,
        case when spans.span_no is null then placed.payee_id end as uncredited_payee_id,
        placed.credit_kind,
        cast(placed.share as {{ share() }}) as share,
        cast(placed.value as {{ money() }}) as value,
        events_parted.currency,
        events_parted.occurred_on,
        events_parted.rate_on,
        events_parted.entry_ratio
    from placed
    inner join events_parted
        on placed.event_no = events_parted.event_no
    left join spans
        on
            placed.payee_id = spans.payee_id
            and placed.payee_kind = spans.payee_kind
            and events_parted.occurred_on >= spans.valid_from
            and events_parted.occurred_on < spans.valid_to
)

select * from final
{%- endmacro %}
