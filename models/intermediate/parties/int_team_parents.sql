{#
    Grain: one row per team with a team above it. Teams in a loop of parents count as without a parent until the data are mended
    (engine.md §8 B6).
#}
with recursive

teams as (
    select
        team_id,
        parent_team_id
    from {{ ref('stg_crm__teams') }}
),

parents as (
    select
        teams.team_id,
        parent_teams.team_id as parent_team_id
    from teams
    inner join teams as parent_teams
        on teams.parent_team_id = parent_teams.team_id
),

-- path: the teams climbed over; a climb ends where it comes to one of them again
climbs (team_id, above_team_id, path) as (
    select
        team_id,
        parent_team_id as above_team_id,
        concat(chr(10), parent_team_id, chr(10)) as path
    from parents
    union all
    select
        climbs.team_id,
        parents.parent_team_id as above_team_id,
        concat(climbs.path, parents.parent_team_id, chr(10)) as path
    from climbs
    inner join parents
        on climbs.above_team_id = parents.team_id
    where position(concat(chr(10), parents.parent_team_id, chr(10)) in climbs.path) = 0
),

looping as (
    select team_id
    from climbs
    where team_id = above_team_id
    group by team_id
),

final as (
    select
        parents.team_id,
        parents.parent_team_id
    from parents
    left join looping
        on parents.team_id = looping.team_id
    where looping.team_id is null
)

select * from final
