{#
    Grain: one row per line that a payment hold reaches, and hold or release of it. Additive: amount within a currency, amount_base. Reached is every
    line but draws and manual ones whose own date lies in the hold, by its payee, its order or both. Where several holds lie on a line, the one that
    ends last holds it; what a hold brings about is not held again. Of an order only lines with an event are reached. Few rows, with their text keys:
    where nothing is held, nothing is read (engine.md §8 A11, E5, E10).
#}
with

holds as (
    select
        hold_id,
        payee_id,
        order_id,
        held_from,
        released_on,
        coalesce(released_on, cast('9999-12-31' as date)) as held_before,
        reason,
        approved_by
    from {{ ref('stg_plans__payment_holds') }}
),

held_at_all as (
    select distinct 1 as is_any
    from holds
),

payees_held as (
    select payee_id
    from holds
    where payee_id is not null
    group by payee_id
),

orders_held as (
    select order_id
    from holds
    where order_id is not null
    group by order_id
),

groups as (
    select
        payout_groups.group_no,
        payout_groups.payee_no,
        payout_groups.payee_id,
        payout_groups.plan_id,
        payout_groups.component_id,
        payout_groups.period,
        payout_groups.period_start,
        payout_groups.accumulate = 'year_to_date' as is_to_date,
        payout_groups.currency,
        payout_groups.minor_units,
        payees_held.payee_id is not null as is_of_payee_held
    from {{ ref('int_payout_groups') }} as payout_groups
    cross join held_at_all
    left join payees_held
        on payout_groups.payee_id = payees_held.payee_id
),

payout_lines as (
    select
        payout_lines.group_no,
        payout_lines.credit_no,
        payout_lines.amount
    from {{ ref('int_payout_lines') }} as payout_lines
    cross join held_at_all
),

period_lines as (
    select
        period_lines.group_no,
        period_lines.occurred_on,
        period_lines.amount
    from {{ ref('int_period_lines') }} as period_lines
    cross join held_at_all
),

adjusting_lines as (
    select
        adjusting_lines.group_no,
        adjusting_lines.line_kind,
        adjusting_lines.occurred_on,
        adjusting_lines.amount
    from {{ ref('int_payout_adjusting_lines') }} as adjusting_lines
    cross join held_at_all
),

following_lines as (
    select
        following_lines.group_no,
        following_lines.credit_no,
        following_lines.line_kind,
        following_lines.invoice_id,
        following_lines.occurred_on,
        following_lines.period_start,
        following_lines.amount
    from {{ ref('int_following_lines') }} as following_lines
    cross join held_at_all
),

credits as (
    select
        credits.credit_no,
        credits.event_no,
        credits.fact_no,
        credits.item_no,
        credits.span_no,
        credits.credit_kind,
        credits.occurred_on
    from {{ ref('int_credits_payable') }} as credits
    cross join held_at_all
),

events as (
    select
        events.event_no,
        events.fact_no,
        events.event_id
    from {{ ref('int_events') }} as events
    cross join held_at_all
),

items_of_orders as (
    select
        items.item_no,
        items.order_id
    from {{ ref('int_deal_items') }} as items
    inner join orders_held
        on items.order_id = orders_held.order_id
),

spans as (
    select
        span_no,
        payee_id
    from {{ ref('int_payee_spans') }}
),

periods as (
    select
        period,
        period_start,
        period_end
    from {{ ref('int_calendar_periods') }}
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

parameters as (
    select as_of_on
    from {{ ref('int_run_parameters') }}
),

credits_of_orders as (
    select
        credits.credit_no,
        items_of_orders.order_id
    from credits
    inner join items_of_orders
        on credits.item_no = items_of_orders.item_no
),

lines as (
    select
        group_no,
        credit_no,
        'earning' as line_kind,
        '' as invoice_id,
        cast(null as date) as occurred_on,
        cast(null as date) as period_start,
        amount
    from payout_lines
    union all
    select
        group_no,
        cast(null as bigint) as credit_no,
        'earning' as line_kind,
        '' as invoice_id,
        occurred_on,
        cast(null as date) as period_start,
        amount
    from period_lines
    union all
    select
        group_no,
        cast(null as bigint) as credit_no,
        line_kind,
        '' as invoice_id,
        occurred_on,
        cast(null as date) as period_start,
        amount
    from adjusting_lines
    union all
    select
        group_no,
        credit_no,
        line_kind,
        invoice_id,
        occurred_on,
        period_start,
        amount
    from following_lines
),

touched as (
    select
        lines.group_no,
        lines.credit_no,
        lines.line_kind,
        lines.invoice_id,
        lines.occurred_on,
        lines.period_start,
        lines.amount,
        groups.payee_id,
        credits_of_orders.order_id
    from lines
    inner join groups
        on lines.group_no = groups.group_no
    left join credits_of_orders
        on lines.credit_no = credits_of_orders.credit_no
    where
        lines.amount <> 0
        and (groups.is_of_payee_held or credits_of_orders.order_id is not null)
),

dated as (
    select
        touched.group_no,
        touched.credit_no,
        touched.line_kind,
        touched.invoice_id,
        coalesce(touched.occurred_on, credits.occurred_on) as occurred_on,
        touched.period_start,
        touched.amount,
        touched.payee_id,
        touched.order_id,
        credits.event_no,
        credits.fact_no,
        credits.span_no,
        credits.credit_kind
    from touched
    left join credits
        on
            touched.credit_no = credits.credit_no
            and {{ fact_of_credit('touched.credit_no') }} = credits.fact_no
),

reached as (
    select
        dated.group_no,
        dated.credit_no,
        dated.line_kind,
        dated.invoice_id,
        dated.occurred_on,
        dated.period_start,
        dated.amount,
        dated.event_no,
        dated.fact_no,
        dated.span_no,
        dated.credit_kind,
        holds.hold_id,
        holds.held_from,
        holds.released_on,
        holds.reason,
        holds.approved_by,
        row_number() over (
            partition by dated.group_no, dated.credit_no, dated.line_kind, dated.invoice_id, dated.occurred_on
            order by holds.held_before desc, holds.hold_id asc
        ) as place
    from dated
    inner join holds
        on
            dated.occurred_on >= holds.held_from
            and dated.occurred_on < holds.held_before
            and coalesce(holds.payee_id, holds.order_id) is not null
            and dated.payee_id = coalesce(holds.payee_id, dated.payee_id)
            and coalesce(dated.order_id, '') = coalesce(holds.order_id, dated.order_id, '')
),

identified as (
    select
        reached.group_no,
        reached.credit_no,
        reached.line_kind,
        reached.invoice_id,
        reached.occurred_on,
        coalesce(reached.period_start, groups.period_start) as period_start,
        reached.amount,
        reached.hold_id,
        reached.held_from,
        reached.released_on,
        reached.reason,
        reached.approved_by,
        events.event_id,
        case
            when reached.credit_no is not null
                then {{ credit_id('events.event_id', 'spans.payee_id', 'reached.credit_kind') }}
        end as credit_id,
        spans.payee_id as credited_payee_id,
        groups.payee_no,
        groups.payee_id,
        groups.plan_id,
        groups.component_id,
        groups.period,
        groups.period_start as group_period_start,
        groups.is_to_date,
        groups.currency,
        groups.minor_units
    from reached
    inner join groups
        on reached.group_no = groups.group_no
    left join events
        on
            reached.event_no = events.event_no
            and reached.fact_no = events.fact_no
    left join spans
        on reached.span_no = spans.span_no
    where reached.place = 1
),

originated as (
    select
        identified.*,
        case
            when identified.credit_id is null then cast(identified.group_period_start as {{ dbt.type_string() }})
            when identified.is_to_date
                then concat(identified.credit_id, '|', cast(identified.group_period_start as {{ dbt.type_string() }}))
            else identified.credit_id
        end as line_origin
    from identified
),

named as (
    select
        originated.*,
        {{ payout_line_id(
            'component_id',
            'payee_id',
            "case when line_kind in ('earning', 'cap', 'floor') then line_origin else "
            ~ following_origin('originated', 'originated') ~ ' end',
            'line_kind'
        ) }} as followed_line_id
    from originated
),

moved as (
    select
        named.*,
        'hold' as moved_kind,
        named.occurred_on as moved_on,
        named.period_start as moved_period_start,
        -named.amount as moved_amount
    from named
    union all
    select
        named.*,
        'release' as moved_kind,
        named.released_on as moved_on,
        greatest(named.period_start, periods.period_start) as moved_period_start,
        named.amount as moved_amount
    from named
    cross join parameters
    inner join periods
        on
            named.period = periods.period
            and named.released_on >= periods.period_start
            and named.released_on < periods.period_end
    where named.released_on <= parameters.as_of_on
),

final as (
    select
        concat(moved.followed_line_id, '|', moved.moved_kind) as payout_line_id,
        moved.followed_line_id,
        moved.group_no,
        moved.payee_no,
        moved.payee_id,
        moved.plan_id,
        moved.component_id,
        moved.period,
        moved.moved_period_start as period_start,
        moved.event_id,
        moved.credit_id,
        moved.credited_payee_id,
        moved.moved_on as occurred_on,
        moved.moved_kind as line_kind,
        moved.hold_id,
        moved.held_from,
        moved.released_on,
        moved.reason as hold_reason,
        moved.approved_by,
        moved.amount as basis,
        cast(moved.moved_amount as {{ money() }}) as amount,
        moved.currency,
        moved.minor_units,
        {{ in_base('moved.moved_amount', 'rates.rate_to_base', 'base.minor_units') }} as amount_base
    from moved
    cross join base
    left join rates
        on
            moved.currency = rates.currency
            and moved.moved_on >= rates.valid_from
            and moved.moved_on < rates.valid_to
)

select * from final
