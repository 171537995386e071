{#
    Grain: one row per deal item, where a credit rule or a registration is there to ask whose deal it is; else none, for it would be joined
    together for nobody (engine.md §8 B9, B11, B12).
#}
with

asked as (
    select 1 as is_asked
    from {{ ref('int_credit_rules_numbered') }}
    union
    select 1 as is_asked
    from {{ ref('int_registrations_ranged') }}
),

order_lines as (
    select
        order_lines.line_no,
        order_lines.order_line_id
    from {{ ref('int_order_lines') }} as order_lines
    cross join asked
),

lines as (
    select
        order_lines.order_line_id,
        order_lines.order_id
    from {{ ref('stg_erp__order_lines') }} as order_lines
    cross join asked
),

orders as (
    select
        orders.order_id,
        orders.account_id,
        orders.dealer_id,
        orders.sales_user_id,
        orders.split_kind,
        orders.split_id,
        orders.ordered_on
    from {{ ref('int_orders') }} as orders
    cross join asked
    where orders.status <> 'cancelled'
),

other_items as (
    select
        other_items.item_no,
        other_items.item_kind,
        other_items.account_id,
        other_items.dealer_id,
        other_items.owner_kind,
        other_items.owner_id,
        other_items.split_kind,
        other_items.split_id,
        other_items.dealt_on
    from {{ ref('int_other_items') }} as other_items
    cross join asked
),

final as (
    select
        order_lines.line_no as item_no,
        'order_line' as item_kind,
        orders.account_id,
        orders.dealer_id,
        'employee' as owner_kind,
        orders.sales_user_id as owner_id,
        orders.split_kind,
        orders.split_id,
        orders.ordered_on as dealt_on
    from order_lines
    inner join lines
        on order_lines.order_line_id = lines.order_line_id
    inner join orders
        on lines.order_id = orders.order_id
    union all
    select
        item_no,
        item_kind,
        account_id,
        dealer_id,
        owner_kind,
        owner_id,
        split_kind,
        split_id,
        dealt_on
    from other_items
)

select * from final
