{#
    Grain: one row per sale of or by a dealer: sell_in (what the dealer orders) and sell_through (what it sells
    on). Additive: quantity, net_amount.
#}
with

sell_in as (
    select
        'sell_in' as sale_kind,
        dealer_order_line_id as sale_id,
        dealer_order_id,
        dealer_id,
        product_id,
        account_id,
        cast(null as {{ dbt.type_string() }}) as terminal_id,
        currency,
        status,
        quantity,
        net_amount,
        cost_amount,
        {{ company_date('ordered_at') }} as sold_on,
        source_file,
        source_row
    from {{ ref('stg_channel__dealer_order_lines') }}
),

sell_through as (
    select
        'sell_through' as sale_kind,
        sell_through_id as sale_id,
        cast(null as {{ dbt.type_string() }}) as dealer_order_id,
        dealer_id,
        product_id,
        cast(null as {{ dbt.type_string() }}) as account_id,
        terminal_id,
        currency,
        'fulfilled' as status,
        quantity,
        net_amount,
        cast(null as {{ money() }}) as cost_amount,
        sold_on,
        source_file,
        source_row
    from {{ ref('stg_channel__sell_through') }}
),

final as (
    select * from sell_in
    union all
    select * from sell_through
)

select * from final
