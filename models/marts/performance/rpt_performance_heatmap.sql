{#
    Grain: one row per payee, ISO week and KPI with a value. Not additive. score: the share of the other payees of the role with a value
    that week who did worse (best 1, worst 0, equals share the lower place); null where fewer than three have one. A view: scores are
    counted when a week is opened.
#}
with

valued as (
    select
        payee_id,
        payee_name,
        role,
        team_id,
        region,
        kpi,
        period_start as week_start,
        value,
        goodness
    from {{ ref('int_payee_kpis_valued') }}
    where period = 'week'
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
        rank() over (partition by kpi, week_start, role order by goodness asc) - 1 as worse_count,
        count(*) over (partition by kpi, week_start, role) as payee_count
    from valued
),

final as (
    select
        payee_id,
        payee_name,
        team_id,
        region,
        week_start,
        kpi,
        value,
        case when payee_count >= 3 then {{ quotient10('worse_count', 'payee_count - 1') }} end as score
    from ranked
)

select * from final
