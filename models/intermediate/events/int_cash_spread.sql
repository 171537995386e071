{#
    Grain: one row per invoice or payment and line of its order. Additive: value within a currency: the parts of a document add up to it
    exactly (largest remainder by net_amount, ties: the smaller line id) (engine.md §1, §8 A8, A15).
#}
with

invoices as (
    select
        invoice_id,
        order_id,
        net_amount,
        currency,
        invoiced_on,
        source_file,
        source_row
    from {{ ref('stg_erp__invoices') }}
),

payments as (
    select
        payment_id,
        order_id,
        amount,
        currency,
        paid_on,
        source_file,
        source_row
    from {{ ref('int_payments') }}
),

orders as (
    select
        order_id,
        currency
    from {{ ref('stg_erp__orders') }}
    where status <> 'cancelled'
),

lines as (
    select
        order_line_id,
        order_id,
        net_amount
    from {{ ref('stg_erp__order_lines') }}
),

lines_numbered as (
    select
        order_line_id,
        line_no
    from {{ ref('int_order_lines') }}
),

currencies as (
    select
        currency,
        minor_units
    from {{ ref('currencies') }}
),

documents as (
    select
        'revenue_invoiced' as measure,
        'erp.invoices' as source_table,
        invoice_id as source_key,
        order_id,
        net_amount as amount,
        currency,
        invoiced_on as occurred_on,
        source_file,
        source_row
    from invoices
    union all
    select
        'revenue_collected' as measure,
        'erp.payments' as source_table,
        payment_id as source_key,
        order_id,
        amount,
        currency,
        paid_on as occurred_on,
        source_file,
        source_row
    from payments
),

orders_documented as (
    select order_id
    from documents
    group by order_id
),

order_lines as (
    select
        lines.order_line_id,
        lines.order_id,
        lines.net_amount,
        lines_numbered.line_no
    from lines
    inner join orders_documented
        on lines.order_id = orders_documented.order_id
    inner join lines_numbered
        on lines.order_line_id = lines_numbered.order_line_id
),

orders_counted as (
    select
        order_id,
        count(*) as line_count
    from order_lines
    group by order_id
),

ordered as (
    select
        documents.measure,
        documents.source_table,
        documents.source_key,
        documents.order_id,
        documents.amount,
        documents.currency,
        documents.occurred_on,
        documents.source_file,
        documents.source_row,
        orders_counted.line_count,
        coalesce(currencies.minor_units, 4) as minor_units
    from documents
    inner join orders
        on
            documents.order_id = orders.order_id
            and documents.currency = orders.currency
    inner join orders_counted
        on documents.order_id = orders_counted.order_id
    left join currencies
        on documents.currency = currencies.currency
),

sized as (
    select
        concat(ordered.measure, ':', ordered.source_key) as spread_id,
        order_lines.order_line_id as part_id,
        ordered.amount as whole,
        order_lines.net_amount as weight,
        {{ minor_step('ordered.minor_units') }} as unit,
        order_lines.line_no,
        ordered.measure,
        ordered.source_table,
        ordered.source_key,
        ordered.currency,
        ordered.occurred_on,
        ordered.source_file,
        ordered.source_row
    from ordered
    inner join order_lines
        on ordered.order_id = order_lines.order_id
    where ordered.line_count > 1
),

{{ largest_remainder('sized') }},

final as (
    select
        measure,
        source_table,
        source_key,
        line_no,
        part_id as order_line_id,
        part as value,
        currency,
        occurred_on,
        source_file,
        source_row
    from spread_parts
    union all
    select
        ordered.measure,
        ordered.source_table,
        ordered.source_key,
        order_lines.line_no,
        order_lines.order_line_id,
        ordered.amount as value,
        ordered.currency,
        ordered.occurred_on,
        ordered.source_file,
        ordered.source_row
    from ordered
    inner join order_lines
        on ordered.order_id = order_lines.order_id
    where ordered.line_count = 1
)

select * from final
