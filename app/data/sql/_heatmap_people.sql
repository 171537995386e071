-- Part of the heatmap's queries: the people they show, a page of them, those with_figures first, by name. Of a team and
-- those below it ($team_id; an empty one: everybody the viewer may see), or one of them ($payee_id).
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
