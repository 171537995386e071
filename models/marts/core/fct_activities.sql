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
        occurred_on,
        source_file,
        source_row
    from {{ ref('int_activities') }}
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
