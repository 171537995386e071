{#
    Grain: one row per payee, ISO week and KPI with a value. Not additive. score: the share of the other payees of the role with a value
    that week who did worse (best 1, worst 0, equals share the lower place); null where fewer than three have one.
#}
with

totals as (
    select
        subject_id,
        kpi,
        period_start,
        value
    from {{ ref('int_kpi_totals') }}
    where
        subject_kind = 'payee'
        and period = 'week'
),

kpis as (
    select
        kpi,
        less_is_better
    from {{ ref('int_kpis') }}
),

spans as (
    select
        payee_id,
        payee_kind,
        payee_name,
        role,
        team_id,
        region,
        valid_from
    from {{ ref('int_payee_spans') }}
    where payee_kind = 'employee'
),

standing as (
    select
        totals.subject_id as payee_id,
        totals.kpi,
        totals.period_start as week_start,
        totals.value,
        kpis.less_is_better,
        spans.payee_name,
        spans.role,
        spans.team_id,
        spans.region,
        row_number() over (
            partition by totals.subject_id, totals.kpi, totals.period_start
            order by spans.valid_from desc
        ) as place
    from totals
    inner join kpis
        on totals.kpi = kpis.kpi
    inner join spans
        on
            totals.subject_id = spans.payee_id
            and spans.valid_from < cast({{ dbt.dateadd('day', 7, 'totals.period_start') }} as date)
),

ranked as (
    select
        payee_id,
        payee_name,
        team_id,
        region,
        week_start,
        kpi,
        value,
        rank() over (
            partition by kpi, week_start, role
            order by case when less_is_better then -value else value end asc
        ) - 1 as worse_count,
        count(*) over (partition by kpi, week_start, role) as payee_count
    from standing
    where place = 1
),

final as (
    select
        payee_id,
        payee_name,
        team_id,
        region,
        week_start,
        kpi,
        cast(value as {{ step() }}) as value,
        case when payee_count >= 3 then {{ quotient10('worse_count', 'payee_count - 1') }} end as score
    from ranked
)

select * from final
