{#
    Grain: one row per thing that bears events: order line, or what int_other_items holds. Its dimensions, null where it
    has none; those of its account, dealer and order are theirs (engine.md §1, §8 A3, A10).
    item_no is the line_no of order lines and negative for the others. Cancelled orders bear nothing (A4).
#}
with

order_lines as (
    select
        line_no as item_no,
        'order_line' as item_kind,
        order_line_id as item_id,
        order_id,
        order_line_id,
        opportunity_id,
        account_id,
        product_id,
        dealer_id,
        currency,
        ordered_on as dealt_on,
        cast(null as {{ money() }}) as deal_amount,
        product_line,
        product_age_days,
        channel,
        lead_source,
        discount_rate,
        margin_rate,
        sales_cycle_days,
        cast(null as {{ dbt.type_string() }}) as class_course,
        cast(null as boolean) as is_high_potential_class,
        source_file,
        source_row
    from {{ ref('int_order_lines_detailed') }}
    where status <> 'cancelled'
),

other_items as (
    select
        item_no,
        item_kind,
        item_id,
        order_id,
        cast(null as {{ dbt.type_string() }}) as order_line_id,
        opportunity_id,
        account_id,
        product_id,
        dealer_id,
        currency,
        dealt_on,
        deal_amount,
        product_line,
        product_age_days,
        channel,
        lead_source,
        discount_rate,
        margin_rate,
        sales_cycle_days,
        class_course,
        is_high_potential_class,
        cast(null as {{ dbt.type_string() }}) as source_file,
        cast(null as integer) as source_row
    from {{ ref('int_other_items') }}
),

final as (
    select
        item_no,
        item_kind,
        item_id,
        order_id,
        order_line_id,
        opportunity_id,
        account_id,
        product_id,
        dealer_id,
        currency,
        dealt_on,
        deal_amount,
        product_line,
        product_age_days,
        channel,
        lead_source,
        discount_rate,
        margin_rate,
        sales_cycle_days,
        class_course,
        is_high_potential_class,
        source_file,
        source_row
    from order_lines
    union all
    select
        item_no,
        item_kind,
        item_id,
        order_id,
        order_line_id,
        opportunity_id,
        account_id,
        product_id,
        dealer_id,
        currency,
        dealt_on,
        deal_amount,
        product_line,
        product_age_days,
        channel,
        lead_source,
        discount_rate,
        margin_rate,
        sales_cycle_days,
        class_course,
        is_high_potential_class,
        source_file,
        source_row
    from other_items
)

select * from final
