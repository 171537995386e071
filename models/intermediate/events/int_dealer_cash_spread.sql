{#
    Grain: one row per payment of a dealer and line of its dealer order that is not cancelled. Additive: value within a currency: the
    parts of a payment add up to it exactly (largest remainder by net_amount, ties: the smaller line id) (engine.md §1, §8 A4, A8, A15).
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
    from {{ ref('int_dealer_payments') }}
    where has_order_currency
),

order_lines as (
    select
        dealer_order_id,
        sale_id,
        net_amount
    from {{ ref('int_dealer_sales') }}
    where status <> 'cancelled'
),

currencies as (
    select
        currency,
        minor_units
    from {{ ref('currencies') }}
),

sized as (
    select
        payments.dealer_payment_id as spread_id,
        order_lines.sale_id as part_id,
        payments.amount as whole,
        order_lines.net_amount as weight,
        {{ minor_step('coalesce(currencies.minor_units, 4)') }} as unit,
        payments.currency,
        payments.paid_on,
        payments.source_file,
        payments.source_row
    from payments
    inner join order_lines
        on payments.dealer_order_id = order_lines.dealer_order_id
    left join currencies
        on payments.currency = currencies.currency
),

{{ largest_remainder('sized') }},

final as (
    select
        spread_id as dealer_payment_id,
        part_id as sale_id,
        part as value,
        currency,
        paid_on,
        source_file,
        source_row
    from spread_parts
)

select * from final
