{#
    Grain: one row per payment. Additive: amount within a currency. has_order_currency is false where payment, invoice and order do not
    agree on the currency: such a row bears no event and is listed in rpt_quarantine (engine.md §8 A15).
#}
with

payments as (
    select
        payment_id,
        invoice_id,
        amount,
        currency,
        paid_on,
        source_file,
        source_row
    from {{ ref('stg_erp__payments') }}
),

invoices as (
    select
        invoice_id,
        order_id,
        currency,
        invoiced_on,
        due_on
    from {{ ref('stg_erp__invoices') }}
),

orders as (
    select
        order_id,
        currency
    from {{ ref('stg_erp__orders') }}
),

final as (
    select
        payments.payment_id,
        payments.invoice_id,
        invoices.order_id,
        payments.currency,
        payments.amount,
        coalesce(payments.currency = orders.currency, true) as has_order_currency,
        invoices.invoiced_on,
        invoices.due_on,
        payments.paid_on,
        payments.source_file,
        payments.source_row
    from payments
    left join invoices
        on payments.invoice_id = invoices.invoice_id
    left join orders
        on invoices.order_id = orders.order_id
)

select * from final
