{# Grain: one row per activity. Additive: duration_minutes. #}
with

activities as (
    select
        activity_id,
        user_id,
        account_id,
        opportunity_id,
        kind,
        outcome,
        duration_minutes,
        {{ company_date('occurred_at') }} as occurred_on,
        source_file,
        source_row
    from {{ ref('stg_crm__activities') }}
),

final as (
    select
        activity_id,
        user_id,
        account_id,
        opportunity_id,
        kind,
        outcome,
        duration_minutes,
        occurred_on,
        source_file,
        source_row
    from activities
)

select * from final
