{#
    Grain: one row per payee, plan and period with a day on the plan or a line, whether or not the period is closed. Additive: the amounts, within
    a currency; payable_base. payable = earned + held + released + clawed_back + draw + recovered + manual (engine.md §8 F6).
#}
with

groups as (
    select
        group_no,
        payee_no,
        payee_id,
        plan_id,
        period,
        period_start,
        currency
    from {{ ref('int_payout_groups') }}
),

totals as (
    select
        group_no,
        total
    from {{ ref('int_payout_totals') }}
),

lines as (
    select
        group_no,
        amount
    from {{ ref('int_payout_lines') }}
),

lines_in_base as (
    select
        group_no,
        amount_base
    from {{ ref('int_payout_lines_in_base') }}
),

other_lines as (
    select
        group_no,
        amount_base
    from {{ ref('int_payout_adjusting_lines') }}
    union all
    select
        group_no,
        amount_base
    from {{ ref('int_period_lines') }}
),

following_lines as (
    select
        group_no,
        line_kind,
        period_start,
        amount,
        amount_base
    from {{ ref('int_following_lines') }}
),

groups_watched as (
    select
        group_no,
        payee_no,
        payee_id,
        plan_id,
        period
    from {{ ref('int_groups_watched') }}
),

lines_held as (
    select
        plan_id,
        payee_no,
        payee_id,
        period,
        period_start,
        line_kind,
        amount,
        amount_base
    from {{ ref('int_lines_held') }}
),

manual_lines as (
    select
        plan_id,
        payee_no,
        payee_id,
        period,
        period_start,
        amount,
        amount_base
    from {{ ref('int_manual_lines') }}
),

draws as (
    select
        plan_id,
        payee_no,
        payee_id,
        period,
        period_start,
        line_kind,
        amount,
        amount_base
    from {{ ref('int_draws_balanced') }}
),

plan_days as (
    select
        plan_id,
        payee_id,
        payee_no,
        period,
        period_start,
        valid_from
    from {{ ref('int_plan_days') }}
),

plans as (
    select
        plan_id,
        currency
    from {{ ref('int_plans_effective') }}
),

other_lines_placed as (
    select
        groups_watched.plan_id,
        groups_watched.payee_no,
        groups_watched.payee_id,
        groups_watched.period,
        following_lines.period_start,
        following_lines.line_kind,
        following_lines.amount,
        following_lines.amount_base
    from following_lines
    inner join groups_watched
        on following_lines.group_no = groups_watched.group_no
    union all
    select
        plan_id,
        payee_no,
        payee_id,
        period,
        period_start,
        line_kind,
        amount,
        amount_base
    from lines_held
    union all
    select
        plan_id,
        payee_no,
        payee_id,
        period,
        period_start,
        'manual' as line_kind,
        amount,
        amount_base
    from manual_lines
    union all
    select
        plan_id,
        payee_no,
        payee_id,
        period,
        period_start,
        line_kind,
        amount,
        amount_base
    from draws
),

moved as (
    select
        plan_id,
        payee_no,
        payee_id,
        period,
        period_start,
        sum(case when line_kind = 'hold' then amount else 0 end) as held,
        sum(case when line_kind = 'release' then amount else 0 end) as released,
        sum(case when line_kind in ('clawback', 'clawback_return') then amount else 0 end) as clawed_back,
        sum(case when line_kind = 'draw' then amount else 0 end) as draw,
        sum(case when line_kind = 'draw_recovery' then amount else 0 end) as recovered,
        sum(case when line_kind = 'manual' then amount else 0 end) as manual,
        sum(amount) as amount,
        sum(coalesce(amount_base, 0)) as amount_base,
        sum(case when amount_base is null then 1 else 0 end) as missing_count
    from other_lines_placed
    group by plan_id, payee_no, payee_id, period, period_start
),

-- union, not union all: each period once, also one in which the payee is off the plan and something comes back
statements as (
    select
        plan_id,
        payee_id,
        payee_no,
        period,
        period_start
    from plan_days
    union
    select
        plan_id,
        payee_id,
        payee_no,
        period,
        period_start
    from moved
),

base_amounts as (
    select
        lines.group_no,
        lines.amount as amount_base
    from lines
    inner join groups
        on lines.group_no = groups.group_no
    where groups.currency = '{{ var("base_currency") }}'
    union all
    select
        group_no,
        amount_base
    from lines_in_base
    union all
    select
        group_no,
        amount_base
    from other_lines
),

base_totals as (
    select
        group_no,
        sum(amount_base) as amount_base,
        sum(case when amount_base is null then 1 else 0 end) as missing_count
    from base_amounts
    group by group_no
),

earned as (
    select
        groups.plan_id,
        groups.payee_no,
        groups.period_start,
        sum(totals.total) as earned,
        sum(base_totals.amount_base) as earned_base,
        sum(base_totals.missing_count) as missing_count
    from groups
    inner join totals
        on groups.group_no = totals.group_no
    inner join base_totals
        on groups.group_no = base_totals.group_no
    group by groups.plan_id, groups.payee_no, groups.period_start
),

final as (
    select
        statements.payee_id,
        statements.plan_id,
        statements.period,
        statements.period_start,
        cast(coalesce(earned.earned, 0) as {{ money() }}) as earned,
        cast(coalesce(moved.held, 0) as {{ money() }}) as held,
        cast(coalesce(moved.released, 0) as {{ money() }}) as released,
        cast(coalesce(moved.clawed_back, 0) as {{ money() }}) as clawed_back,
        cast(coalesce(moved.draw, 0) as {{ money() }}) as draw,
        cast(coalesce(moved.recovered, 0) as {{ money() }}) as recovered,
        cast(coalesce(moved.manual, 0) as {{ money() }}) as manual,
        cast(coalesce(earned.earned, 0) + coalesce(moved.amount, 0) as {{ money() }}) as payable,
        plans.currency,
        cast(case
            when coalesce(earned.missing_count, 0) + coalesce(moved.missing_count, 0) = 0
                then coalesce(earned.earned_base, 0) + coalesce(moved.amount_base, 0)
        end as {{ money() }}) as payable_base
    from statements
    inner join plans
        on statements.plan_id = plans.plan_id
    left join earned
        on
            statements.plan_id = earned.plan_id
            and statements.payee_no = earned.payee_no
            and statements.period_start = earned.period_start
    left join moved
        on
            statements.plan_id = moved.plan_id
            and statements.payee_no = moved.payee_no
            and statements.period_start = moved.period_start
)

select * from final
