{#
    Grain: one row per leader and team that he leads or that lies below one he leads, by leaders and parents as they are now. is_topmost: he
    leads it, and no team above it (engine.md §8 B6, C8).
#}
with

teams as (
    select
        team_id,
        leader_user_id
    from {{ ref('stg_crm__teams') }}
),

team_ancestors as (
    select
        team_id,
        ancestor_team_id,
        depth
    from {{ ref('int_team_ancestors') }}
),

payees as (
    select
        payee_no,
        payee_id
    from {{ ref('int_payee_spans') }}
    where payee_kind = 'employee'
    group by payee_no, payee_id
),

led as (
    select
        payees.payee_no,
        team_ancestors.team_id,
        max(team_ancestors.depth) as depth
    from teams
    inner join payees
        on teams.leader_user_id = payees.payee_id
    inner join team_ancestors
        on teams.team_id = team_ancestors.ancestor_team_id
    group by payees.payee_no, team_ancestors.team_id
),

final as (
    select
        payee_no,
        team_id,
        depth = 0 as is_topmost
    from led
)

select * from final
