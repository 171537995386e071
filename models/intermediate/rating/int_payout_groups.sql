{# Grain: one row per group: int_groups_quoted, with what its component says. #}
with

groups as (
    select
        group_no,
        payee_no,
        payee_id,
        component_no,
        period_start,
        period_end,
        personal_factor,
        worked_day_count,
        day_count,
        total,
        actual,
        line_count,
        first_credit_no,
        full_quota,
        quota,
        attainment
    from {{ ref('int_groups_quoted') }}
),

components as (
    select
        component_no,
        component_id,
        plan_id,
        measure,
        quota_measure,
        method,
        tier_key,
        accumulate,
        weight,
        prorate,
        period,
        currency,
        minor_units
    from {{ ref('int_components_numbered') }}
),

final as (
    select
        groups.group_no,
        groups.payee_no,
        groups.payee_id,
        groups.component_no,
        components.component_id,
        components.plan_id,
        components.measure,
        components.quota_measure,
        components.method,
        components.tier_key,
        components.accumulate,
        components.weight,
        components.prorate,
        components.period,
        groups.period_start,
        groups.period_end,
        components.currency,
        components.minor_units,
        groups.personal_factor,
        groups.worked_day_count,
        groups.day_count,
        groups.total,
        groups.actual,
        groups.line_count,
        groups.first_credit_no,
        groups.full_quota,
        groups.quota,
        groups.attainment
    from groups
    inner join components
        on groups.component_no = components.component_no
)

select * from final
