{# Grain: one row per account, its newest version. #}
with

accounts as (
    select
        account_id,
        name,
        industry,
        tier,
        region,
        owner_user_id,
        coalesce(is_key_account, false) as is_key_account,
        {{ company_date('created_at') }} as created_on
    from {{ ref('stg_crm__accounts') }}
),

final as (
    select
        account_id,
        name as account_name,
        industry,
        tier as account_tier,
        region,
        owner_user_id,
        is_key_account,
        created_on
    from accounts
)

select * from final
