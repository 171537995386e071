{# Grain: one row per team. team_path: its ids from the top down, joined by `/`. #}
with

teams as (
    select
        team_id,
        name,
        parent_team_id,
        leader_user_id,
        region
    from {{ ref('stg_crm__teams') }}
),

ancestors as (
    select
        team_id,
        ancestor_team_id,
        depth
    from {{ ref('int_team_ancestors') }}
),

ordered as (
    select
        team_id,
        ancestor_team_id,
        -depth as place
    from ancestors
),

paths as (
    select
        team_id,
        {{ text_list('ancestor_team_id', 'place') }} as team_path,
        count(*) - 1 as depth
    from ordered
    group by team_id
),

final as (
    select
        teams.team_id,
        teams.name as team_name,
        teams.parent_team_id,
        teams.leader_user_id,
        teams.region,
        replace(paths.team_path, ',', '/') as team_path,
        cast(paths.depth as integer) as depth
    from teams
    inner join paths
        on teams.team_id = paths.team_id
)

select * from final
