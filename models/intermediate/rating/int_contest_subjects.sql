{#
    Grain: one row per group of a component that pays by rank and whose payee takes part: with whom he is ranked (scope_id) and as whom
    (subject_id: himself, or his team). Team and region are those of the last day on the plan in the period; a group of contest_entries
    names the payee, or else his team, and among teams only the team; who is in none, without a team or region, takes no part (engine.md §8 D6).
#}
with

groups as (
    select
        group_no,
        component_no,
        component_id,
        plan_id,
        payee_no,
        period_start,
        total
    from {{ ref('int_payout_groups') }}
    where method = 'rank'
),

components as (
    select
        component_no,
        rank_within,
        rank_subject
    from {{ ref('int_components_numbered') }}
),

plan_periods as (
    select
        plan_id,
        payee_no,
        period_start,
        payee_id,
        team_id,
        region
    from {{ ref('int_plan_periods') }}
),

entries as (
    select
        component_id,
        subject_kind,
        subject_id,
        group_id
    from {{ ref('stg_plans__contest_entries') }}
),

placed as (
    select
        groups.group_no,
        groups.component_no,
        groups.period_start,
        groups.total,
        components.rank_subject,
        case
            when components.rank_subject = 'team' then plan_periods.team_id
            else plan_periods.payee_id
        end as subject_id,
        case components.rank_within
            when 'plan' then ''
            when 'team' then plan_periods.team_id
            when 'region' then plan_periods.region
            else coalesce(own_entries.group_id, team_entries.group_id)
        end as scope_id
    from groups
    inner join components
        on groups.component_no = components.component_no
    inner join plan_periods
        on
            groups.plan_id = plan_periods.plan_id
            and groups.payee_no = plan_periods.payee_no
            and groups.period_start = plan_periods.period_start
    left join entries as own_entries
        on
            groups.component_id = own_entries.component_id
            and own_entries.subject_kind = 'payee'
            and components.rank_subject = 'payee'
            and plan_periods.payee_id = own_entries.subject_id
    left join entries as team_entries
        on
            groups.component_id = team_entries.component_id
            and team_entries.subject_kind = 'team'
            and plan_periods.team_id = team_entries.subject_id
),

final as (
    select
        group_no,
        component_no,
        period_start,
        scope_id,
        rank_subject as subject_kind,
        subject_id,
        total
    from placed
    where
        scope_id is not null
        and subject_id is not null
)

select * from final
