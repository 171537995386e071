{# Grain: one row per plan that pays. Additive: nothing. #}
with

plans as (
    select
        plan_id,
        name,
        company_id,
        status,
        payee_kind,
        currency,
        period,
        valid_from,
        valid_to,
        summary
    from {{ ref('int_plans_effective') }}
),

final as (
    select
        plan_id,
        name as plan_name,
        company_id,
        status,
        payee_kind,
        currency,
        period,
        valid_from,
        valid_to,
        summary
    from plans
)

select * from final
