-- Attainment of the people the viewer may see by period of a kind ($period), in the shape of heatmap_cells.sql.
with recursive

-- include _visible_people

,

team_and_below (team_id) as (
    select team_id
    from core.dim_teams
    where team_id = $team_id
    union
    select teams.team_id
    from core.dim_teams as teams
    inner join team_and_below
        on teams.parent_team_id = team_and_below.team_id
),

with_figures as (
    select subject_id as payee_id
    from performance.fct_kpi_values
    where
        subject_kind = 'payee'
        and kpi = 'quota_attainment'
        and period = $period
        and list_contains($columns, period_start)
    group by subject_id
),

people as (
    select
        standing.payee_id,
        standing.payee_name,
        row_number() over (
            order by with_figures.payee_id is null, standing.payee_name, standing.payee_id
        ) as person_no,
        count(*) over () as person_count
    from standing
    inner join visible_people
        on standing.payee_id = visible_people.payee_id
    left join team_and_below
        on standing.team_id = team_and_below.team_id
    left join with_figures
        on standing.payee_id = with_figures.payee_id
    where
        standing.payee_kind = 'employee'
        and ($team_id = '' or team_and_below.team_id is not null)
        and ($payee_id = '' or standing.payee_id = $payee_id)
        and (standing.terminated_on is null or standing.terminated_on >= $as_of)
)

select
    people.person_no,
    people.payee_name,
    people.person_count,
    attainments.period_start as column_start,
    'quota_attainment' as kpi,
    attainments.value,
    cast(null as decimal(28, 10)) as score
from people
left join performance.fct_kpi_values as attainments
    on
        people.payee_id = attainments.subject_id
        and attainments.subject_kind = 'payee'
        and attainments.kpi = 'quota_attainment'
        and attainments.period = $period
        and list_contains($columns, attainments.period_start)
where
    people.person_no > $people_before
    and people.person_no <= $people_before + $people_limit
order by people.person_no, attainments.period_start
limit 1000
