{#
    Grain: one row per board (revenue, attainment, earnings), scope, period and payee: the value a board ranks by
    and the payee's place. Equal values share a place and the next is left out. A team scope holds the team and the
    teams below it.
#}
with

totals as (
    select
        subject_id,
        kpi,
        period,
        period_start,
        value
    from {{ ref('int_kpi_totals') }}
    where
        subject_kind = 'payee'
        and kpi in ('revenue', 'earnings')
        and period in ('month', 'quarter')
),

attainments as (
    select
        payee_id,
        period,
        period_start,
        attainment
    from {{ ref('int_quota_attainments') }}
),

spans as (
    select
        payee_id,
        payee_kind,
        payee_name,
        team_id,
        region,
        valid_from,
        valid_to
    from {{ ref('int_payee_spans') }}
    where payee_kind = 'employee'
),

team_ancestors as (
    select
        team_id,
        ancestor_team_id
    from {{ ref('int_team_ancestors') }}
),

entries as (
    select
        kpi as board,
        subject_id as payee_id,
        period,
        period_start,
        value
    from totals
    union all
    select
        'attainment' as board,
        payee_id,
        period,
        period_start,
        attainment as value
    from attainments
),

-- where a payee stood at the end of the period, or when leaving in it
standing as (
    select
        entries.board,
        entries.payee_id,
        entries.period,
        entries.period_start,
        entries.value,
        spans.payee_name,
        spans.team_id,
        spans.region,
        row_number() over (
            partition by entries.board, entries.payee_id, entries.period, entries.period_start
            order by spans.valid_from desc
        ) as place
    from entries
    inner join spans
        on
            entries.payee_id = spans.payee_id
            and spans.valid_from < cast(case entries.period
                when 'month' then {{ dbt.dateadd('month', 1, 'entries.period_start') }}
                when 'quarter' then {{ dbt.dateadd('month', 3, 'entries.period_start') }}
                when 'half' then {{ dbt.dateadd('month', 6, 'entries.period_start') }}
                else {{ dbt.dateadd('month', 12, 'entries.period_start') }}
            end as date)
),

members as (
    select
        board,
        payee_id,
        period,
        period_start,
        value,
        payee_name,
        team_id,
        region
    from standing
    where place = 1
),

scoped as (
    select
        board,
        'company' as scope_kind,
        'all' as scope_id,
        payee_id,
        period,
        period_start,
        value,
        payee_name,
        team_id,
        region
    from members
    union all
    select
        board,
        'region' as scope_kind,
        region as scope_id,
        payee_id,
        period,
        period_start,
        value,
        payee_name,
        team_id,
        region
    from members
    where region is not null
    union all
    select
        members.board,
        'team' as scope_kind,
        team_ancestors.ancestor_team_id as scope_id,
        members.payee_id,
        members.period,
        members.period_start,
        members.value,
        members.payee_name,
        members.team_id,
        members.region
    from members
    inner join team_ancestors
        on members.team_id = team_ancestors.team_id
),

final as (
    select
        board,
        scope_kind,
        scope_id,
        period,
        period_start,
        payee_id,
        payee_name,
        team_id,
        region,
        value,
        cast(rank() over (
            partition by board, scope_kind, scope_id, period, period_start
            order by value desc
        ) as integer) as place
    from scoped
)

select * from final
