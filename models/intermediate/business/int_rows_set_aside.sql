{#
    Grain: one row per landed row that bears no event until another row is corrected or comes: a document in another currency than its
    order (engine.md §8 A15), and order lines, returns, invoices and payments whose order, line or invoice has not landed. They are
    never refused at ingest, because what they name may come later.
#}
with

order_lines as (
    select
        order_id,
        order_line_id,
        ordered_on,
        source_file,
        source_row
    from {{ ref('int_order_lines_detailed') }}
),

returns as (
    select
        order_line_id,
        source_file,
        source_row
    from {{ ref('stg_erp__returns') }}
),

invoices as (
    select
        order_id,
        currency,
        source_file,
        source_row
    from {{ ref('stg_erp__invoices') }}
),

payments as (
    select
        invoice_id,
        order_id,
        currency,
        source_file,
        source_row
    from {{ ref('int_payments') }}
),

dealer_payments as (
    select
        dealer_order_id,
        currency,
        has_order_currency,
        order_currency,
        source_file,
        source_row
    from {{ ref('int_dealer_payments') }}
),

orders as (
    select
        order_id,
        currency
    from {{ ref('int_orders') }}
),

orders_with_lines as (
    select order_id
    from order_lines
    group by order_id
),

faults as (
    select
        'erp.order_lines' as table_name,
        source_file,
        source_row,
        'order_id' as column_name,
        order_id as value,
        'no order of this id has landed' as reason
    from order_lines
    where ordered_on is null
    union all
    select
        'erp.returns' as table_name,
        returns.source_file,
        returns.source_row,
        'order_line_id' as column_name,
        returns.order_line_id as value,
        'no order line of this id has landed' as reason
    from returns
    left join order_lines
        on returns.order_line_id = order_lines.order_line_id
    where order_lines.order_line_id is null
    {%- for table, documents in {'erp.invoices': 'invoices', 'erp.payments': 'payments'}.items() %}
    union all
    select
        '{{ table }}' as table_name,
        {{ documents }}.source_file,
        {{ documents }}.source_row,
        case when {{ documents }}.currency <> orders.currency then 'currency' else 'order_id' end as column_name,
        case
            when {{ documents }}.currency <> orders.currency then {{ documents }}.currency
            else {{ documents }}.order_id
        end as value,
        case
            when {{ documents }}.currency <> orders.currency
                then concat('the order is in ', orders.currency, ', this document is in ', {{ documents }}.currency)
            when orders.order_id is null then 'no order of this id has landed'
            else 'no line of this order has landed'
        end as reason
    from {{ documents }}
    left join orders
        on {{ documents }}.order_id = orders.order_id
    left join orders_with_lines
        on {{ documents }}.order_id = orders_with_lines.order_id
    where
        {{ documents }}.order_id is not null
        and (
            orders.order_id is null
            or orders_with_lines.order_id is null
            or {{ documents }}.currency <> orders.currency
        )
    {%- endfor %}
    union all
    select
        'erp.payments' as table_name,
        source_file,
        source_row,
        'invoice_id' as column_name,
        invoice_id as value,
        'no invoice of this id has landed' as reason
    from payments
    where order_id is null
    union all
    select
        'channel.dealer_payments' as table_name,
        source_file,
        source_row,
        case when has_order_currency then 'dealer_order_id' else 'currency' end as column_name,
        case when has_order_currency then dealer_order_id else currency end as value,
        case
            when has_order_currency then 'no line of this order has landed, or all are cancelled'
            else concat('the order is in ', order_currency, ', this document is in ', currency)
        end as reason
    from dealer_payments
    where
        not has_order_currency
        or order_currency is null
),

final as (
    select
        table_name,
        source_file,
        source_row,
        column_name,
        value,
        reason,
        case
            when column_name = 'currency' then 'Correct the currency in the source system and deliver the row again.'
            else 'Deliver what it names, or correct the id and deliver the row again; until then it counts for nobody.'
        end as what_to_do
    from faults
)

select * from final
