{# Grain: one row per conversation and day. Additive: message_count. #}
with

interactions as (
    select
        interaction_id,
        user_id,
        account_id,
        direction,
        message_count,
        {{ company_date('occurred_at') }} as occurred_on,
        source_file,
        source_row
    from {{ ref('stg_messaging__interactions') }}
),

final as (
    select
        interaction_id,
        user_id,
        account_id,
        direction,
        message_count,
        occurred_on,
        source_file,
        source_row
    from interactions
)

select * from final
