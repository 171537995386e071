-- Cells of the people the viewer may see: of a team and those below it ($team_id; an empty one: everybody visible).
-- kpis and weeks are lists; people with a figure first, by name; $people_limit of them
-- after the first $people_before.
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
    select payee_id
    from performance.rpt_performance_heatmap
    where
        list_contains($kpis, kpi)
        and list_contains($columns, week_start)
    group by payee_id
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
    cells.week_start as column_start,
    cells.kpi,
    cells.value,
    cells.score
from people
left join performance.rpt_performance_heatmap as cells
    on
        people.payee_id = cells.payee_id
        and list_contains($kpis, cells.kpi)
        and list_contains($columns, cells.week_start)
where
    people.person_no > $people_before
    and people.person_no <= $people_before + $people_limit
order by people.person_no, cells.week_start, cells.kpi
limit 1000
