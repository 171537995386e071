{#
    Grain: one row per leader with a component of credit level team and span of a member of the teams he leads and those below: whose direct
    credits that component counts on those days (engine.md §2, §8 B6).
#}
with

leaders as (
    select payee_no
    from {{ ref('int_component_days') }}
    where counts_team
    group by payee_no
),

led_teams as (
    select
        payee_no,
        team_id
    from {{ ref('int_led_teams') }}
),

spans as (
    select
        span_no,
        payee_no,
        team_id
    from {{ ref('int_payee_spans') }}
),

final as (
    select
        leaders.payee_no,
        spans.span_no,
        spans.payee_no as member_payee_no
    from leaders
    inner join led_teams
        on leaders.payee_no = led_teams.payee_no
    inner join spans
        on led_teams.team_id = spans.team_id
)

select * from final
