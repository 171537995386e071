-- The people whose pay $viewer_id may see on $as_of: oneself, and whoever stands in a team one leads or in a team below it.
-- Who has left leads nobody. CTEs to begin a `with recursive` with; the last one is visible_people(payee_id).
spans_begun as (
    select
        payee_id,
        payee_kind,
        payee_name,
        role,
        team_id,
        team_name,
        region,
        terminated_on,
        row_number() over (partition by payee_id order by valid_from desc) as place
    from core.dim_payees
    where valid_from <= $as_of
),

standing as (
    select
        payee_id,
        payee_kind,
        payee_name,
        role,
        team_id,
        team_name,
        region,
        terminated_on
    from spans_begun
    where place = 1
),

led_teams (team_id) as (
    select teams.team_id
    from core.dim_teams as teams
    inner join standing
        on teams.leader_user_id = standing.payee_id
    where
        standing.payee_id = $viewer_id
        and (standing.terminated_on is null or standing.terminated_on >= $as_of)
    -- union, not union all: a ring of teams that lead each other ends
    union
    select teams.team_id
    from core.dim_teams as teams
    inner join led_teams
        on teams.parent_team_id = led_teams.team_id
),

visible_people as (
    select standing.payee_id
    from standing
    left join led_teams
        on standing.team_id = led_teams.team_id
    where
        standing.payee_id = $viewer_id
        or led_teams.team_id is not null
)
