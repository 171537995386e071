{#
    Grain: one row per quota subject, measure, plan period kind and period. The period's own quota if there is one,
    else the sum of those of the longest shorter period inside it; a longer quota is never divided (engine.md §8
    C7).
#}
with

quotas as (
    select
        subject_kind,
        subject_id,
        measure,
        period,
        period_start,
        quota
    from {{ ref('stg_plans__quotas') }}
),

periods as (
    select
        period,
        month_count,
        period_start,
        period_end
    from {{ ref('int_calendar_periods') }}
    where month_count > 0
),

period_kinds as (
    select
        period,
        month_count
    from periods
    group by period, month_count
),

summed as (
    select
        quotas.subject_kind,
        quotas.subject_id,
        quotas.measure,
        periods.period,
        periods.period_start,
        period_kinds.month_count as quota_month_count,
        sum(quotas.quota) as quota
    from quotas
    inner join period_kinds
        on quotas.period = period_kinds.period
    inner join periods
        on
            period_kinds.month_count <= periods.month_count
            and quotas.period_start >= periods.period_start
            and quotas.period_start < periods.period_end
    where period_kinds.month_count < periods.month_count or quotas.period_start = periods.period_start
    group by
        quotas.subject_kind,
        quotas.subject_id,
        quotas.measure,
        periods.period,
        periods.period_start,
        period_kinds.month_count
),

ranked as (
    select
        subject_kind,
        subject_id,
        measure,
        period,
        period_start,
        quota,
        row_number() over (
            partition by subject_kind, subject_id, measure, period, period_start
            order by quota_month_count desc
        ) as place
    from summed
),

final as (
    select
        subject_kind,
        subject_id,
        measure,
        period,
        period_start,
        cast(quota as {{ plan_decimal() }}) as quota
    from ranked
    where place = 1
)

select * from final
