{#
    Grain: one row per payee, component and period that calculates (group_no). Additive: total, over groups of one
    currency. Not additive: quota, attainment. No quota, or none above 0: both are null. actual is what attainment
    compares with the quota: the total, or the credits of the component's quota_measure (engine.md §3, §8 C3 to C7, C9).
#}
with

component_days as (
    select
        group_no,
        component_no,
        payee_no,
        payee_id,
        period_start,
        period_end,
        valid_from,
        valid_to,
        personal_factor
    from {{ ref('int_component_days') }}
),

components as (
    select
        component_no,
        plan_id,
        measure,
        quota_measure,
        counts_team,
        period,
        prorate
    from {{ ref('int_components_numbered') }}
),

plan_days as (
    select
        plan_id,
        payee_no,
        period_start,
        day_count,
        is_absent
    from {{ ref('int_plan_days') }}
),

payee_quotas as (
    select
        payee_no,
        counts_team,
        measure,
        period,
        period_start,
        quota
    from {{ ref('int_payee_quotas') }}
),

counted as (
    select
        group_no,
        credit_no,
        basis
    from {{ ref('int_lines_counted') }}
),

actuals as (
    select
        plan_id,
        payee_no,
        measure,
        counts_team,
        period_start,
        actual
    from {{ ref('int_measure_actuals') }}
),

parameters as (
    select as_of_on
    from {{ ref('int_run_parameters') }}
),

-- the factor of an event that arrives now: that of as_of, or of the last day on the plan before it
days_ranked as (
    select
        component_days.group_no,
        component_days.component_no,
        component_days.payee_no,
        component_days.payee_id,
        component_days.period_start,
        component_days.period_end,
        component_days.personal_factor,
        row_number() over (
            partition by component_days.group_no
            order by
                case when component_days.valid_from <= parameters.as_of_on then 0 else 1 end asc,
                component_days.valid_from desc
        ) as place
    from component_days
    cross join parameters
),

worked_days as (
    select
        plan_id,
        payee_no,
        period_start,
        sum(case when is_absent then 0 else day_count end) as worked_day_count
    from plan_days
    group by plan_id, payee_no, period_start
),

totals as (
    select
        group_no,
        cast(sum(basis) as {{ step() }}) as total,
        count(*) as line_count,
        min(credit_no) as first_credit_no
    from counted
    group by group_no
),

grouped as (
    select
        days_ranked.group_no,
        days_ranked.payee_no,
        days_ranked.payee_id,
        components.component_no,
        components.plan_id,
        components.measure,
        components.quota_measure,
        components.counts_team,
        components.period,
        days_ranked.period_start,
        days_ranked.period_end,
        days_ranked.personal_factor,
        components.prorate,
        worked_days.worked_day_count,
        {{ dbt.datediff('days_ranked.period_start', 'days_ranked.period_end', 'day') }} as day_count,
        totals.total,
        totals.line_count,
        totals.first_credit_no
    from days_ranked
    inner join components
        on days_ranked.component_no = components.component_no
    inner join worked_days
        on
            components.plan_id = worked_days.plan_id
            and days_ranked.payee_no = worked_days.payee_no
            and days_ranked.period_start = worked_days.period_start
    left join totals
        on days_ranked.group_no = totals.group_no
    where days_ranked.place = 1
),

quoted as (
    select
        grouped.group_no,
        grouped.payee_no,
        grouped.payee_id,
        grouped.component_no,
        grouped.period_start,
        grouped.period_end,
        grouped.personal_factor,
        grouped.worked_day_count,
        grouped.day_count,
        coalesce(grouped.total, 0) as total,
        case
            when grouped.quota_measure = grouped.measure
                then coalesce(grouped.total, 0)
            else coalesce(actuals.actual, 0)
        end as actual,
        coalesce(grouped.line_count, 0) as line_count,
        grouped.first_credit_no,
        case
            when grouped.prorate
                then {{ prorated('payee_quotas.quota', 'grouped.worked_day_count', 'grouped.day_count') }}
            else payee_quotas.quota
        end as quota
    from grouped
    left join payee_quotas
        on
            grouped.payee_no = payee_quotas.payee_no
            and grouped.counts_team = payee_quotas.counts_team
            and grouped.quota_measure = payee_quotas.measure
            and grouped.period = payee_quotas.period
            and grouped.period_start = payee_quotas.period_start
    left join actuals
        on
            grouped.plan_id = actuals.plan_id
            and grouped.payee_no = actuals.payee_no
            and grouped.quota_measure = actuals.measure
            and grouped.counts_team = actuals.counts_team
            and grouped.period_start = actuals.period_start
),

final as (
    select
        group_no,
        payee_no,
        payee_id,
        component_no,
        period_start,
        period_end,
        personal_factor,
        cast(worked_day_count as integer) as worked_day_count,
        day_count,
        cast(total as {{ step() }}) as total,
        cast(actual as {{ step() }}) as actual,
        line_count,
        first_credit_no,
        cast(case when quota > 0 then quota end as decimal(28, 6)) as quota,
        case when quota > 0 then {{ quotient10('actual', 'quota') }} end as attainment
    from quoted
)

select * from final
