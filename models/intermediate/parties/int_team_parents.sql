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

climbs (team_id, above_team_id, depth) as (
    select
        team_id,
        parent_team_id as above_team_id,
        1 as depth
    from parents
    union all
    select
        climbs.team_id,
        parents.parent_team_id as above_team_id,
        climbs.depth + 1 as depth
    from climbs
    inner join parents
        on climbs.above_team_id = parents.team_id
    where
        climbs.depth < 50
        and climbs.above_team_id <> climbs.team_id
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
