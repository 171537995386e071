{# Grain: one row per opportunity. Additive: amount within a currency. #}
with

opportunities as (
    select
        opportunity_id,
        account_id,
        owner_user_id,
        opportunity_name,
        stage,
        currency,
        product_line,
        lead_source,
        amount,
        is_closed,
        is_won,
        created_on,
        expected_close_on,
        closed_on,
        source_file,
        source_row
    from {{ ref('int_opportunities') }}
),

final as (
    select
        opportunity_id,
        account_id,
        owner_user_id,
        opportunity_name,
        stage,
        currency,
        product_line,
        lead_source,
        amount,
        is_closed,
        is_won,
        created_on,
        expected_close_on,
        closed_on,
        source_file,
        source_row
    from opportunities
)

select * from final
