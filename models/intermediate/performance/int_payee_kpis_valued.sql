{#
    Grain: one row per employee, KPI and period (week, month, quarter) with a value. Not additive. Name, role, team and region are those at
    the period's end, or when leaving. goodness: the greater the better, in the KPI's unit.
#}
with

totals as (
    select
        subject_no,
        kpi_no,
        period,
        period_start,
        numerator,
        denominator
    from {{ ref('int_kpi_totals') }}
),

subjects as (
    select
        subject_no,
        subject_id
    from {{ ref('int_kpi_subjects') }}
    where subject_kind = 'payee'
),

kpis as (
    select
        kpi_no,
        kpi,
        board,
        less_is_better,
        has_weekly_board
    from {{ ref('int_kpis') }}
),

periods as (
    select
        period,
        period_start,
        period_end
    from {{ ref('int_calendar_periods') }}
),

spans as (
    select
        payee_id,
        payee_name,
        role,
        team_id,
        region,
        valid_from,
        coalesce(
            lead(valid_from) over (partition by payee_no order by valid_from), cast('9999-12-31' as date)
        ) as followed_on
    from {{ ref('int_payee_spans') }}
    where payee_kind = 'employee'
),

valued as (
    select
        subjects.subject_id as payee_id,
        kpis.kpi,
        kpis.board,
        kpis.less_is_better,
        kpis.has_weekly_board,
        totals.period,
        totals.period_start,
        periods.period_end,
        cast(case
            when totals.denominator is null then totals.numerator
            else {{ quotient10('totals.numerator', 'totals.denominator') }}
        end as {{ step() }}) as value
    from totals
    inner join kpis
        on totals.kpi_no = kpis.kpi_no
    inner join subjects
        on totals.subject_no = subjects.subject_no
    inner join periods
        on
            totals.period = periods.period
            and totals.period_start = periods.period_start
),

final as (
    select
        spans.payee_id,
        spans.payee_name,
        spans.role,
        spans.team_id,
        spans.region,
        valued.kpi,
        valued.board,
        valued.has_weekly_board,
        valued.period,
        valued.period_start,
        valued.period_end,
        valued.value,
        case when valued.less_is_better then -valued.value else valued.value end as goodness
    from valued
    inner join spans
        on
            valued.payee_id = spans.payee_id
            and valued.period_end > spans.valid_from
            and valued.period_end <= spans.followed_on
)

select * from final
