{#
    Grain: one row per subject (payee, team, region, company), KPI, period kind (week, month, quarter, half, year) and period.
    Not additive: value. numerator and denominator add up over subjects of a kind; groups are their ratio, never a mean of ratios.
#}
with

totals as (
    select
        subject_kind,
        subject_id,
        kpi,
        period,
        period_start,
        value,
        numerator,
        denominator
    from {{ ref('int_kpi_totals') }}
),

attainments as (
    select
        payee_id,
        period,
        period_start,
        numerator,
        denominator,
        attainment
    from {{ ref('int_quota_attainments') }}
),

parameters as (
    select as_of_on
    from {{ ref('int_run_parameters') }}
),

valued as (
    select
        subject_kind,
        subject_id,
        kpi,
        period,
        period_start,
        value,
        numerator,
        denominator
    from totals
    union all
    select
        'payee' as subject_kind,
        payee_id as subject_id,
        'quota_attainment' as kpi,
        period,
        period_start,
        attainment as value,
        numerator,
        cast(denominator as {{ step() }}) as denominator
    from attainments
),

ended as (
    select
        subject_kind,
        subject_id,
        kpi,
        period,
        period_start,
        value,
        numerator,
        denominator,
        cast(case period
            when 'week' then {{ dbt.dateadd('day', 7, 'period_start') }}
            when 'month' then {{ dbt.dateadd('month', 1, 'period_start') }}
            when 'quarter' then {{ dbt.dateadd('month', 3, 'period_start') }}
            when 'half' then {{ dbt.dateadd('month', 6, 'period_start') }}
            else {{ dbt.dateadd('month', 12, 'period_start') }}
        end as date) as period_end
    from valued
),

final as (
    select
        ended.subject_kind,
        ended.subject_id,
        ended.kpi,
        ended.period,
        ended.period_start,
        cast(ended.value as {{ step() }}) as value,
        cast(ended.numerator as {{ step() }}) as numerator,
        cast(ended.denominator as {{ step() }}) as denominator,
        parameters.as_of_on < cast(
            {{ dbt.dateadd(
                'day', "case when ended.kpi = 'visit_to_order_rate' then 29 else -1 end", 'ended.period_end'
            ) }} as date
        ) as is_provisional
    from ended
    cross join parameters
)

select * from final
