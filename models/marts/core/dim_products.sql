{# Grain: one row per product, its newest version. Not additive. #}
with

products as (
    select
        product_id,
        product_name,
        product_line,
        sales_unit,
        list_price,
        standard_cost,
        currency,
        launched_on
    from {{ ref('int_products') }}
),

final as (
    select
        product_id,
        product_name,
        product_line,
        sales_unit,
        list_price,
        standard_cost,
        currency,
        launched_on
    from products
)

select * from final
