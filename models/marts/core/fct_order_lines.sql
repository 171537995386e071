{#
    Grain: one row per order line, cancelled ones included. Additive: quantity; net_amount and cost_amount within
    a currency. Not additive: rates.
#}
with

order_lines as (
    select
        order_line_id,
        order_id,
        account_id,
        opportunity_id,
        sales_user_id,
        dealer_id,
        product_id,
        product_line,
        channel,
        status,
        currency,
        quantity,
        net_amount,
        cost_amount,
        discount_rate,
        margin_rate,
        ordered_on,
        source_file,
        source_row
    from {{ ref('int_order_lines_detailed') }}
),

final as (
    select
        order_line_id,
        order_id,
        account_id,
        opportunity_id,
        sales_user_id,
        dealer_id,
        product_id,
        product_line,
        channel,
        status,
        currency,
        quantity,
        net_amount,
        cost_amount,
        discount_rate,
        margin_rate,
        ordered_on,
        source_file,
        source_row
    from order_lines
)

select * from final
