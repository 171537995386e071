{#
    Grain: one row per claimant of an order in conflict, as in int_orders_claimed, with what he has of it up to as_of: revenue credited in any way, in the order's currency, less
    returns; and pay for all that the order brought about, in the base currency, without points and without what only says when it is paid. claim_rule: why he has it.
    Additive over claimants: paid_base; credited_value over direct credits alone.
#}
with

claims as (
    select
        order_id,
        claimant_kind,
        claimant_id,
        account_id,
        channel,
        currency,
        ordered_on,
        has_sold,
        registration_id,
        winning_registration_id,
        winner_kind,
        winner_id,
        is_winner
    from {{ ref('int_orders_claimed') }}
),

items as (
    select
        item_no,
        order_id
    from {{ ref('int_deal_items') }}
    where order_id is not null
),

revenue as (
    select measure_no
    from {{ ref('measures') }}
    where measure = 'revenue_booked'
),

events as (
    select
        event_no,
        measure_no,
        item_no,
        value
    from {{ ref('int_events') }}
),

credits as (
    select
        item_no,
        measure_no,
        span_no,
        credit_kind,
        value
    from {{ ref('int_credits_allocated') }}
    where span_no is not null
),

payees as (
    select
        span_no,
        payee_no,
        payee_kind,
        payee_id,
        payee_name,
        row_number() over (partition by payee_no order by valid_from desc) as place
    from {{ ref('int_payee_spans') }}
),

{{ lines_costed() }},

orders as (
    select order_id
    from claims
    group by order_id
),

order_items as (
    select
        items.item_no,
        items.order_id
    from items
    inner join orders
        on items.order_id = orders.order_id
),

order_values as (
    select
        order_items.order_id,
        sum(events.value) as order_value
    from order_items
    inner join events
        on order_items.item_no = events.item_no
    inner join revenue
        on events.measure_no = revenue.measure_no
    group by order_items.order_id
),

credited as (
    select
        order_items.order_id,
        payees.payee_kind,
        payees.payee_id,
        sum(case when revenue.measure_no is not null then credits.value end) as credited_value,
        max(case when credits.credit_kind = 'registrant' then 1 else 0 end) as is_registrant
    from order_items
    inner join credits
        on order_items.item_no = credits.item_no
    inner join payees
        on credits.span_no = payees.span_no
    left join revenue
        on credits.measure_no = revenue.measure_no
    group by order_items.order_id, payees.payee_kind, payees.payee_id
),

paid as (
    select
        order_items.order_id,
        payees.payee_kind,
        payees.payee_id,
        sum(lines_costed.amount_base) as paid_base
    from order_items
    inner join lines_costed
        on order_items.item_no = lines_costed.item_no
    inner join payees
        on
            lines_costed.payee_no = payees.payee_no
            and payees.place = 1
    group by order_items.order_id, payees.payee_kind, payees.payee_id
),

final as (
    select
        claims.order_id,
        claims.claimant_kind,
        claims.claimant_id,
        claimants.payee_name as claimant_name,
        claims.account_id,
        claims.channel,
        claims.ordered_on,
        claims.has_sold,
        claims.registration_id,
        claims.winning_registration_id,
        claims.winner_id,
        winners.payee_name as winner_name,
        claims.is_winner,
        case
            when claims.has_sold and claims.claimant_kind = 'dealer' and claims.is_winner then 'through_first'
            when claims.has_sold and claims.claimant_kind = 'dealer' then 'through_not_first'
            when claims.has_sold and claims.is_winner then 'sold_first'
            when claims.has_sold then 'sold_not_first'
            when claims.is_winner and credited.is_registrant = 1 then 'registered_credited'
            when claims.is_winner then 'registered_uncredited'
            else 'registered_later'
        end as claim_rule,
        cast(coalesce(order_values.order_value, 0) as {{ money() }}) as order_value,
        cast(coalesce(credited.credited_value, 0) as {{ money() }}) as credited_value,
        claims.currency,
        cast(coalesce(paid.paid_base, 0) as {{ money() }}) as paid_base
    from claims
    left join order_values
        on claims.order_id = order_values.order_id
    left join credited
        on
            claims.order_id = credited.order_id
            and claims.claimant_kind = credited.payee_kind
            and claims.claimant_id = credited.payee_id
    left join paid
        on
            claims.order_id = paid.order_id
            and claims.claimant_kind = paid.payee_kind
            and claims.claimant_id = paid.payee_id
    left join payees as claimants
        on
            claims.claimant_kind = claimants.payee_kind
            and claims.claimant_id = claimants.payee_id
            and claimants.place = 1
    left join payees as winners
        on
            claims.winner_kind = winners.payee_kind
            and claims.winner_id = winners.payee_id
            and winners.place = 1
)

select * from final
