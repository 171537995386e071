{#
    Grain: one row per sale of a dealer: sell_in or sell_through. Additive: quantity; amounts within a currency
    and sale_kind.
#}
with

dealer_sales as (
    select
        sale_kind,
        sale_id,
        dealer_order_id,
        dealer_id,
        product_id,
        account_id,
        terminal_id,
        currency,
        status,
        quantity,
        net_amount,
        cost_amount,
        sold_on,
        source_file,
        source_row
    from {{ ref('int_dealer_sales') }}
),

final as (
    select
        sale_kind,
        sale_id,
        dealer_order_id,
        dealer_id,
        product_id,
        account_id,
        terminal_id,
        currency,
        status,
        quantity,
        net_amount,
        cost_amount,
        sold_on,
        source_file,
        source_row
    from dealer_sales
)

select * from final
