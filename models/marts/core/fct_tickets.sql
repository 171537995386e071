{# Grain: one row per service ticket. Not additive: satisfaction_score. #}
with

tickets as (
    select
        ticket_id,
        account_id,
        assignee_user_id,
        kind,
        satisfaction_score,
        opened_on,
        resolved_on,
        source_file,
        source_row
    from {{ ref('int_tickets') }}
),

final as (
    select
        ticket_id,
        account_id,
        assignee_user_id,
        kind,
        satisfaction_score,
        opened_on,
        resolved_on,
        source_file,
        source_row
    from tickets
)

select * from final
