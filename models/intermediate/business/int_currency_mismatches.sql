{#
    Grain: one row per invoice, payment or payment of a dealer in another currency than its order: it bears no event (engine.md §8 A15).
#}
with

invoices as (
    select
        invoice_id,
        order_id,
        currency,
        source_file,
        source_row
    from {{ ref('stg_erp__invoices') }}
),

payments as (
    select
        payment_id,
        order_id,
        currency,
        has_order_currency,
        source_file,
        source_row
    from {{ ref('int_payments') }}
),

dealer_payments as (
    select
        currency,
        order_currency,
        source_file,
        source_row
    from {{ ref('int_dealer_payments') }}
    where not has_order_currency
),

orders as (
    select
        order_id,
        currency
    from {{ ref('int_orders') }}
),

documents as (
    select
        'erp.invoices' as table_name,
        invoices.source_file,
        invoices.source_row,
        invoices.currency,
        orders.currency as order_currency
    from invoices
    inner join orders
        on invoices.order_id = orders.order_id
    where invoices.currency <> orders.currency
    union all
    select
        'erp.payments' as table_name,
        payments.source_file,
        payments.source_row,
        payments.currency,
        orders.currency as order_currency
    from payments
    inner join orders
        on payments.order_id = orders.order_id
    where not payments.has_order_currency
    union all
    select
        'channel.dealer_payments' as table_name,
        source_file,
        source_row,
        currency,
        order_currency
    from dealer_payments
),

final as (
    select
        table_name,
        source_file,
        source_row,
        currency,
        order_currency
    from documents
)

select * from final
