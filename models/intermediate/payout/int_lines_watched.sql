{#
    Grain: one row per event line of a watched group that pays something and is no return: what of it is held back, and which order line, order,
    invoice or dealer order line it waits for (settled_key). Additive: amount, held, within a currency. The few texts of these lines are stored,
    so that their holds, releases and clawbacks never unfold all lines (engine.md §5 steps 5 and 6, §8 E4, E6, E8).
#}
with

groups as (
    select
        group_no,
        period_start,
        minor_units,
        is_to_date,
        settled_by,
        hold_share
    from {{ ref('int_groups_watched') }}
),

watched_at_all as (
    select distinct true as is_any
    from groups
),

payout_lines as (
    select
        payout_lines.group_no,
        payout_lines.credit_no,
        payout_lines.amount
    from {{ ref('int_payout_lines') }} as payout_lines
    cross join watched_at_all
    where payout_lines.amount <> 0
),

credits as (
    select
        credits.credit_no,
        credits.event_no,
        credits.fact_no,
        credits.span_no,
        credits.credit_kind
    from {{ ref('int_credits_payable') }} as credits
    cross join watched_at_all
),

events as (
    select
        events.event_no,
        events.fact_no,
        events.event_id,
        events.occurred_on,
        events.source_key
    from {{ ref('int_events') }} as events
    cross join watched_at_all
    where not events.is_return
),

spans as (
    select
        span_no,
        payee_id
    from {{ ref('int_payee_spans') }}
),

lines as (
    select
        payout_lines.group_no,
        payout_lines.credit_no,
        payout_lines.amount,
        groups.period_start,
        groups.minor_units,
        groups.is_to_date,
        groups.settled_by,
        groups.hold_share
    from payout_lines
    inner join groups
        on payout_lines.group_no = groups.group_no
),

identified as (
    select
        lines.group_no,
        lines.credit_no,
        lines.period_start,
        lines.is_to_date,
        events.event_id,
        {{ credit_id('events.event_id', 'spans.payee_id', 'credits.credit_kind') }} as credit_id,
        spans.payee_id as credited_payee_id,
        events.occurred_on,
        lines.settled_by,
        events.source_key as settled_key,
        lines.hold_share,
        lines.minor_units,
        lines.amount
    from lines
    inner join credits
        on
            lines.credit_no = credits.credit_no
            and {{ fact_of_credit('lines.credit_no') }} = credits.fact_no
    inner join events
        on
            credits.event_no = events.event_no
            and credits.fact_no = events.fact_no
    inner join spans
        on credits.span_no = spans.span_no
),

final as (
    select
        group_no,
        credit_no,
        event_id,
        credit_id,
        credited_payee_id,
        {{ line_origin() }} as line_origin,
        occurred_on,
        settled_by,
        settled_key,
        amount,
        {{ round_minor(mul10_rate('amount', 'hold_share'), 'minor_units') }} as held
    from identified
)

select * from final
