{#
    Grain: one row per payee, credit level, measure, period kind and period. His own quota; a dealer's own row comes first. At the level of the
    teams he leads (counts_team): the sum of the quotas of the topmost of them, or, without any or without a team, his own (engine.md §8 C7, C8).
#}
with

quotas as (
    select
        subject_kind,
        subject_id,
        measure,
        period,
        period_start,
        quota
    from {{ ref('int_quotas_by_period') }}
    where subject_kind in ('payee', 'dealer')
),

payees as (
    select
        payee_no,
        payee_id,
        payee_kind
    from {{ ref('int_payee_spans') }}
    group by payee_no, payee_id, payee_kind
),

team_quotas as (
    select
        subject_id,
        measure,
        period,
        period_start,
        quota
    from {{ ref('int_quotas_by_period') }}
    where subject_kind = 'team'
),

led_teams as (
    select
        payee_no,
        team_id
    from {{ ref('int_led_teams') }}
    where is_topmost
),

ranked as (
    select
        payees.payee_no,
        quotas.measure,
        quotas.period,
        quotas.period_start,
        quotas.quota,
        row_number() over (
            partition by payees.payee_no, quotas.measure, quotas.period, quotas.period_start
            order by quotas.subject_kind asc
        ) as place
    from quotas
    inner join payees
        on
            quotas.subject_id = payees.payee_id
            and (quotas.subject_kind = 'payee' or payees.payee_kind = 'dealer')
),

own as (
    select
        payee_no,
        measure,
        period,
        period_start,
        quota
    from ranked
    where place = 1
),

led as (
    select
        led_teams.payee_no,
        team_quotas.measure,
        team_quotas.period,
        team_quotas.period_start,
        cast(sum(team_quotas.quota) as {{ plan_decimal() }}) as quota
    from led_teams
    inner join team_quotas
        on led_teams.team_id = team_quotas.subject_id
    group by led_teams.payee_no, team_quotas.measure, team_quotas.period, team_quotas.period_start
),

final as (
    select
        payee_no,
        false as counts_team,
        measure,
        period,
        period_start,
        quota
    from own
    union all
    select
        payee_no,
        true as counts_team,
        measure,
        period,
        period_start,
        quota
    from led
    union all
    select
        own.payee_no,
        true as counts_team,
        own.measure,
        own.period,
        own.period_start,
        own.quota
    from own
    left join led
        on
            own.payee_no = led.payee_no
            and own.measure = led.measure
            and own.period = led.period
            and own.period_start = led.period_start
    where led.payee_no is null
)

select * from final
