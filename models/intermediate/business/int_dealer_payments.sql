{#
    Grain: one row per payment of a dealer. Additive: amount within a currency. has_order_currency is false where a line of the dealer
    order that is not cancelled has another currency: such a row bears no event and is listed in rpt_quarantine (engine.md §8 A15).
#}
with

payments as (
    select
        dealer_payment_id,
        dealer_order_id,
        amount,
        currency,
        paid_on,
        source_file,
        source_row
    from {{ ref('stg_channel__dealer_payments') }}
),

order_lines as (
    select
        dealer_order_id,
        currency
    from {{ ref('stg_channel__dealer_order_lines') }}
    where status <> 'cancelled'
),

orders as (
    select
        dealer_order_id,
        min(currency) as first_currency,
        max(currency) as last_currency
    from order_lines
    group by dealer_order_id
),

final as (
    select
        payments.dealer_payment_id,
        payments.dealer_order_id,
        payments.currency,
        payments.amount,
        coalesce(
            payments.currency = orders.first_currency and payments.currency = orders.last_currency,
            true
        ) as has_order_currency,
        case
            when orders.first_currency <> orders.last_currency
                then concat(orders.first_currency, ' and ', orders.last_currency)
            else orders.first_currency
        end as order_currency,
        payments.paid_on,
        payments.source_file,
        payments.source_row
    from payments
    left join orders
        on payments.dealer_order_id = orders.dealer_order_id
)

select * from final
