{# Grain: one row per team, with the path of teams above it. Not additive. #}
with

teams as (
    select
        team_id,
        team_name,
        parent_team_id,
        leader_user_id,
        region,
        team_path,
        depth
    from {{ ref('int_teams') }}
),

final as (
    select
        team_id,
        team_name,
        parent_team_id,
        leader_user_id,
        region,
        team_path,
        depth
    from teams
)

select * from final
