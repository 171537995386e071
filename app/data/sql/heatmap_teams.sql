-- Teams the viewer leads, and those below them, from the top down.
with recursive

-- include _visible_people

select
    teams.team_id,
    teams.team_name,
    teams.depth
from core.dim_teams as teams
inner join led_teams
    on teams.team_id = led_teams.team_id
order by teams.depth, teams.team_name, teams.team_id
limit 1000
