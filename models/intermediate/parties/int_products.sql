{# Grain: one row per product, its newest version. #}
with

products as (
    select
        product_id,
        name,
        product_line,
        unit,
        list_price,
        standard_cost,
        currency,
        launched_on
    from {{ ref('stg_erp__products') }}
),

final as (
    select
        product_id,
        name as product_name,
        product_line,
        unit as sales_unit,
        list_price,
        standard_cost,
        currency,
        launched_on
    from products
)

select * from final
