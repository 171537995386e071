{#
    Grain: one row per team and team at or above it. depth 0 is the team itself. Teams that only positions name have themselves
    alone.
#}
with recursive

teams as (
    select team_id
    from {{ ref('stg_crm__teams') }}
),

positions as (
    select team_id
    from {{ ref('stg_crm__user_assignments') }}
),

parents as (
    select
        team_id,
        parent_team_id
    from {{ ref('int_team_parents') }}
),

named as (
    select team_id
    from teams
    union
    select team_id
    from positions
),

ancestors (team_id, ancestor_team_id, depth) as (
    select
        team_id,
        team_id as ancestor_team_id,
        0 as depth
    from named
    union all
    select
        ancestors.team_id,
        parents.parent_team_id as ancestor_team_id,
        ancestors.depth + 1 as depth
    from ancestors
    inner join parents
        on ancestors.ancestor_team_id = parents.team_id
),

final as (
    select
        team_id,
        ancestor_team_id,
        depth
    from ancestors
)

select * from final
