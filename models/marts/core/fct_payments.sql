{# Grain: one row per payment; a refund is negative. Additive: amount within a currency. #}
with

payments as (
    select
        payment_id,
        invoice_id,
        order_id,
        currency,
        amount,
        has_order_currency,
        invoiced_on,
        due_on,
        paid_on,
        source_file,
        source_row
    from {{ ref('int_payments') }}
),

final as (
    select
        payment_id,
        invoice_id,
        order_id,
        currency,
        amount,
        has_order_currency,
        invoiced_on,
        due_on,
        paid_on,
        source_file,
        source_row
    from payments
)

select * from final
