{#
    Grain: one row per employee and quota period with a quota of revenue_booked above 0. Not additive: quota, full_quota. They are in the
    currency of the plan that reads them (engine.md §8 C7): of the plans the payee is on in the period, else was on last, the one with a
    component that measures revenue_booked, first one without conditions; quota is prorated as that component says. rate_to_base is that
    of the period's first day, so that the attainment of a group counts quotas of several currencies without changing any payee's.
    has_days: days, weeks and months are measured by this quota; has_quarters: quarters are.
#}
with

quotas as (
    select
        subject_id,
        period,
        period_start,
        quota
    from {{ ref('int_quotas_by_period') }}
    where
        subject_kind = 'payee'
        and measure = 'revenue_booked'
        and quota > 0
),

periods as (
    select
        period,
        month_count,
        period_start,
        period_end,
        day_count
    from {{ ref('int_calendar_periods') }}
    where month_count > 0
),

plan_periods as (
    select
        period,
        month_count
    from periods
    group by period, month_count
),

payees as (
    select
        payee_no,
        payee_id
    from {{ ref('int_payee_spans') }}
    where payee_kind = 'employee'
    group by payee_no, payee_id
),

plan_days as (
    select
        plan_id,
        payee_no,
        valid_from,
        valid_to,
        is_absent
    from {{ ref('int_plan_days') }}
),

components as (
    select
        component_no,
        component_id,
        plan_id,
        period,
        measure,
        prorate,
        currency
    from {{ ref('int_components_numbered') }}
),

conditions as (
    select owner_id
    from {{ ref('int_conditions_numbered') }}
    group by owner_id
),

rates as (
    select
        currency,
        valid_from,
        valid_to,
        rate_to_base
    from {{ ref('int_fx_rates_ranged') }}
),

dated as (
    select
        payees.payee_no,
        quotas.period,
        periods.month_count,
        quotas.period_start,
        periods.period_end,
        periods.day_count,
        quotas.quota,
        min(periods.month_count) over (
            partition by payees.payee_no, {{ dbt.date_trunc('year', 'quotas.period_start') }}
        ) as shortest_month_count
    from quotas
    inner join payees
        on quotas.subject_id = payees.payee_id
    inner join periods
        on
            quotas.period = periods.period
            and quotas.period_start = periods.period_start
),

stays as (
    select
        plan_id,
        payee_no,
        min(valid_from) as first_on,
        max(valid_to) as ends_before
    from plan_days
    group by plan_id, payee_no
),

worked_days as (
    select
        dated.payee_no,
        dated.period,
        dated.period_start,
        plan_days.plan_id,
        min(greatest(plan_days.valid_from, dated.period_start)) as begins_on,
        sum(case
            when plan_days.is_absent then 0
            else {{ dbt.datediff(
                'greatest(plan_days.valid_from, dated.period_start)', 'least(plan_days.valid_to, dated.period_end)', 'day'
            ) }}
        end) as worked_day_count
    from dated
    inner join plan_days
        on
            dated.payee_no = plan_days.payee_no
            and dated.period_start < plan_days.valid_to
            and dated.period_end > plan_days.valid_from
    group by dated.payee_no, dated.period, dated.period_start, plan_days.plan_id
),

-- prorated only where the plan is calculated no more often than the quota is set: all days of its period are known
readers as (
    select
        dated.payee_no,
        dated.period,
        dated.month_count,
        dated.period_start,
        dated.period_end,
        dated.day_count,
        dated.shortest_month_count,
        dated.quota as full_quota,
        components.plan_id,
        components.currency,
        worked_days.begins_on,
        worked_days.worked_day_count,
        components.prorate and plan_periods.month_count >= dated.month_count as is_prorated,
        row_number() over (
            partition by dated.payee_no, dated.period, dated.period_start
            order by
                case when worked_days.plan_id is null then 1 else 0 end asc,
                case when components.measure = 'revenue_booked' then 0 else 1 end asc,
                case when plan_periods.month_count >= dated.month_count then 0 else 1 end asc,
                case when conditions.owner_id is null then 0 else 1 end asc,
                stays.ends_before desc,
                components.component_no asc
        ) as place
    from dated
    inner join stays
        on
            dated.payee_no = stays.payee_no
            and dated.period_end > stays.first_on
    inner join components
        on stays.plan_id = components.plan_id
    inner join plan_periods
        on components.period = plan_periods.period
    left join worked_days
        on
            dated.payee_no = worked_days.payee_no
            and dated.period = worked_days.period
            and dated.period_start = worked_days.period_start
            and stays.plan_id = worked_days.plan_id
    left join conditions
        on components.component_id = conditions.owner_id
),

final as (
    select
        readers.payee_no,
        readers.period,
        readers.period_start,
        readers.period_end,
        readers.plan_id,
        readers.currency,
        rates.rate_to_base,
        readers.full_quota,
        cast(case
            when readers.is_prorated and readers.begins_on is not null
                then {{ prorated('readers.full_quota', 'readers.worked_day_count', 'readers.day_count') }}
            else readers.full_quota
        end as {{ plan_decimal() }}) as quota,
        readers.begins_on,
        readers.month_count = readers.shortest_month_count as has_days,
        readers.month_count = greatest(readers.shortest_month_count, 3) as has_quarters
    from readers
    inner join rates
        on
            readers.currency = rates.currency
            and readers.period_start >= rates.valid_from
            and readers.period_start < rates.valid_to
    where readers.place = 1
)

select * from final
