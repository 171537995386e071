{#
    Grain: one row per thing that watched lines wait for (settled_by, settled_key) and document about it: the sale itself, its invoices, payments
    and returns, with the part that falls to it. Additive: amount, over documents of one kind. Nothing after as_of. Of an order line its part of
    each invoice and payment of the order; of an order (new accounts) all its lines; of an invoice its own payments; of a line of a dealer the
    whole dealer order (engine.md §8 A8, A11, A15, E4, E6, E8).
#}
with

watched as (
    select
        settled_by,
        settled_key
    from {{ ref('int_lines_watched') }}
    where settled_by <> 'cash'
    group by settled_by, settled_key
),

order_lines as (
    select
        line_no,
        order_line_id,
        net_amount
    from {{ ref('int_order_lines') }}
),

lines_of_orders as (
    select
        order_line_id,
        order_id
    from {{ ref('stg_erp__order_lines') }}
),

cash as (
    select
        measure,
        source_key,
        line_no,
        value,
        occurred_on
    from {{ ref('int_cash_spread') }}
),

returns as (
    select
        return_id,
        line_no,
        net_amount,
        returned_on
    from {{ ref('int_returned_lines') }}
),

invoices as (
    select
        invoice_id,
        net_amount,
        invoiced_on,
        due_on
    from {{ ref('stg_erp__invoices') }}
),

payments as (
    select
        payment_id,
        invoice_id,
        amount,
        paid_on
    from {{ ref('int_payments') }}
    where has_order_currency
),

dealer_lines as (
    select
        sale_id,
        dealer_order_id,
        net_amount,
        sold_on
    from {{ ref('int_dealer_sales') }}
    where
        sale_kind = 'sell_in'
        and status <> 'cancelled'
),

dealer_payments as (
    select
        dealer_payment_id,
        dealer_order_id,
        amount,
        paid_on
    from {{ ref('int_dealer_payments') }}
    where has_order_currency
),

parameters as (
    select as_of_on
    from {{ ref('int_run_parameters') }}
),

lines_watched as (
    select
        watched.settled_by,
        watched.settled_key,
        order_lines.line_no,
        order_lines.net_amount
    from watched
    inner join order_lines
        on watched.settled_key = order_lines.order_line_id
    where watched.settled_by = 'order_line'
    union all
    select
        watched.settled_by,
        watched.settled_key,
        order_lines.line_no,
        order_lines.net_amount
    from watched
    inner join lines_of_orders
        on watched.settled_key = lines_of_orders.order_id
    inner join order_lines
        on lines_of_orders.order_line_id = order_lines.order_line_id
    where watched.settled_by = 'order'
),

dealer_orders_watched as (
    select
        watched.settled_by,
        watched.settled_key,
        dealer_lines.dealer_order_id
    from watched
    inner join dealer_lines
        on watched.settled_key = dealer_lines.sale_id
    where watched.settled_by = 'dealer_order'
),

parts as (
    select
        settled_by,
        settled_key,
        'sale' as document_kind,
        settled_key as document_id,
        cast(null as {{ dbt.type_string() }}) as paid_invoice_id,
        cast(null as date) as occurred_on,
        net_amount as amount
    from lines_watched
    union all
    select
        lines_watched.settled_by,
        lines_watched.settled_key,
        case cash.measure when 'revenue_invoiced' then 'invoice' else 'payment' end as document_kind,
        cash.source_key as document_id,
        payments.invoice_id as paid_invoice_id,
        cash.occurred_on,
        cash.value as amount
    from lines_watched
    inner join cash
        on lines_watched.line_no = cash.line_no
    left join payments
        on
            cash.source_key = payments.payment_id
            and cash.measure = 'revenue_collected'
    union all
    select
        lines_watched.settled_by,
        lines_watched.settled_key,
        'return' as document_kind,
        returns.return_id as document_id,
        cast(null as {{ dbt.type_string() }}) as paid_invoice_id,
        returns.returned_on as occurred_on,
        returns.net_amount as amount
    from lines_watched
    inner join returns
        on lines_watched.line_no = returns.line_no
    {%- for document_kind in ['sale', 'invoice'] %}
    union all
    select
        watched.settled_by,
        watched.settled_key,
        '{{ document_kind }}' as document_kind,
        invoices.invoice_id as document_id,
        cast(null as {{ dbt.type_string() }}) as paid_invoice_id,
        invoices.invoiced_on as occurred_on,
        invoices.net_amount as amount
    from watched
    inner join invoices
        on watched.settled_key = invoices.invoice_id
    where watched.settled_by = 'invoice'
    {%- endfor %}
    union all
    select
        watched.settled_by,
        watched.settled_key,
        'payment' as document_kind,
        payments.payment_id as document_id,
        payments.invoice_id as paid_invoice_id,
        payments.paid_on as occurred_on,
        payments.amount
    from watched
    inner join payments
        on watched.settled_key = payments.invoice_id
    where watched.settled_by = 'invoice'
    union all
    select
        dealer_orders_watched.settled_by,
        dealer_orders_watched.settled_key,
        'sale' as document_kind,
        dealer_orders_watched.settled_key as document_id,
        cast(null as {{ dbt.type_string() }}) as paid_invoice_id,
        cast(null as date) as occurred_on,
        dealer_lines.net_amount as amount
    from dealer_orders_watched
    inner join dealer_lines
        on dealer_orders_watched.dealer_order_id = dealer_lines.dealer_order_id
    union all
    select
        dealer_orders_watched.settled_by,
        dealer_orders_watched.settled_key,
        'payment' as document_kind,
        dealer_payments.dealer_payment_id as document_id,
        cast(null as {{ dbt.type_string() }}) as paid_invoice_id,
        dealer_payments.paid_on as occurred_on,
        dealer_payments.amount
    from dealer_orders_watched
    inner join dealer_payments
        on dealer_orders_watched.dealer_order_id = dealer_payments.dealer_order_id
),

summed as (
    select
        parts.settled_by,
        parts.settled_key,
        parts.document_kind,
        parts.document_id,
        parts.paid_invoice_id,
        parts.occurred_on,
        sum(parts.amount) as amount
    from parts
    cross join parameters
    where
        parts.occurred_on is null
        or parts.occurred_on <= parameters.as_of_on
    group by
        parts.settled_by,
        parts.settled_key,
        parts.document_kind,
        parts.document_id,
        parts.paid_invoice_id,
        parts.occurred_on
),

final as (
    select
        summed.settled_by,
        summed.settled_key,
        summed.document_kind,
        summed.document_id,
        summed.paid_invoice_id,
        summed.occurred_on,
        invoices.due_on,
        cast(summed.amount as {{ money() }}) as amount
    from summed
    left join invoices
        on
            summed.document_kind = 'invoice'
            and summed.document_id = invoices.invoice_id
)

select * from final
