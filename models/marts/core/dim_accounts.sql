{# Grain: one row per account, its newest version. Not additive. #}
with

accounts as (
    select
        account_id,
        account_name,
        industry,
        account_tier,
        region,
        owner_user_id,
        is_key_account,
        created_on
    from {{ ref('int_accounts') }}
),

final as (
    select
        account_id,
        account_name,
        industry,
        account_tier,
        region,
        owner_user_id,
        is_key_account,
        created_on
    from accounts
)

select * from final
