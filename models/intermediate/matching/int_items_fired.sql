{#
    Grain: one row per component that a trigger switches on, deal item and days that a firing of its product line or opportunity reaches,
    [fired_on, active_until) (engine.md §8 C15). Read from where items are kept: nobody waits for the details of all others.
#}
with

firings as (
    select
        component_no,
        subject_kind,
        subject_id,
        fired_on,
        active_until
    from {{ ref('int_component_firings') }}
),

products as (
    select
        product_id,
        product_line
    from {{ ref('stg_erp__products') }}
),

fired_at_all as (
    select distinct true as is_any
    from firings
),

orders as (
    select
        orders.order_id,
        orders.opportunity_id
    from {{ ref('stg_erp__orders') }} as orders
    cross join fired_at_all
),

lines as (
    select
        order_lines.order_line_id,
        order_lines.order_id,
        order_lines.product_id
    from {{ ref('stg_erp__order_lines') }} as order_lines
    cross join fired_at_all
),

order_lines as (
    select
        line_no,
        order_line_id
    from {{ ref('int_order_lines') }}
),

other_items as (
    select
        item_no,
        product_line,
        opportunity_id
    from {{ ref('int_other_items') }}
),

products_fired as (
    select
        firings.component_no,
        firings.fired_on,
        firings.active_until,
        products.product_id
    from firings
    inner join products
        on
            firings.subject_kind = 'product_line'
            and firings.subject_id = products.product_line
),

orders_fired as (
    select
        firings.component_no,
        firings.fired_on,
        firings.active_until,
        orders.order_id
    from firings
    inner join orders
        on
            firings.subject_kind = 'opportunity'
            and firings.subject_id = orders.opportunity_id
),

lines_fired as (
    select
        products_fired.component_no,
        products_fired.fired_on,
        products_fired.active_until,
        lines.order_line_id
    from products_fired
    inner join lines
        on products_fired.product_id = lines.product_id
    union all
    select
        orders_fired.component_no,
        orders_fired.fired_on,
        orders_fired.active_until,
        lines.order_line_id
    from orders_fired
    inner join lines
        on orders_fired.order_id = lines.order_id
),

final as (
    select
        lines_fired.component_no,
        order_lines.line_no as item_no,
        lines_fired.fired_on,
        lines_fired.active_until
    from lines_fired
    inner join order_lines
        on lines_fired.order_line_id = order_lines.order_line_id
    union
    select
        firings.component_no,
        other_items.item_no,
        firings.fired_on,
        firings.active_until
    from firings
    inner join other_items
        on
            (firings.subject_kind = 'product_line' and firings.subject_id = other_items.product_line)
            or (firings.subject_kind = 'opportunity' and firings.subject_id = other_items.opportunity_id)
)

select * from final
