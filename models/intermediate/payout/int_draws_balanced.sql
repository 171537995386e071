{#
    Grain: one row per payee, plan and period, and what a draw does in it: guarantee, recoverable (both lines of kind draw) or recovery. Additive:
    amount within a currency, amount_base. earned: all other lines of the plan in the period and, but for the guarantee, what that adds; drawn:
    what the draw tops it up to, 0 without one; balance: what was owed before the period. The balance is a running sum that never falls below 0
    (engine.md §5 step 7, §8 E9).
#}
with

draws as (
    select
        plan_id,
        kind,
        amount,
        first_month,
        months
    from {{ ref('stg_plans__plan_draws') }}
),

plans as (
    select
        plan_id,
        currency
    from {{ ref('int_plans_effective') }}
),

currencies as (
    select
        currency,
        minor_units
    from {{ ref('currencies') }}
),

plans_drawn as (
    select
        plans.plan_id,
        plans.currency,
        currencies.minor_units
    from plans
    inner join draws
        on plans.plan_id = draws.plan_id
    inner join currencies
        on plans.currency = currencies.currency
    group by plans.plan_id, plans.currency, currencies.minor_units
),

plan_days as (
    select
        plan_id,
        payee_no,
        payee_id,
        period,
        period_start,
        min(span_no) as span_no
    from {{ ref('int_plan_days') }}
    group by plan_id, payee_no, payee_id, period, period_start
),

spans as (
    select
        span_no,
        hired_on
    from {{ ref('int_payee_spans') }}
),

payout_groups as (
    select
        group_no,
        plan_id,
        payee_no,
        payee_id,
        period,
        period_start
    from {{ ref('int_payout_groups') }}
),

totals as (
    select
        group_no,
        total
    from {{ ref('int_payout_totals') }}
),

following as (
    select
        group_no,
        period_start,
        amount
    from {{ ref('int_following_lines') }}
    union all
    select
        group_no,
        period_start,
        amount
    from {{ ref('int_lines_held') }}
),

periods as (
    select
        period,
        period_start,
        period_end
    from {{ ref('int_calendar_periods') }}
),

rates as (
    select
        currency,
        valid_from,
        valid_to,
        rate_to_base
    from {{ ref('int_fx_rates_ranged') }}
),

base as (
    select minor_units
    from {{ ref('int_base_currency') }}
),

groups as (
    select
        payout_groups.group_no,
        payout_groups.plan_id,
        payout_groups.payee_no,
        payout_groups.payee_id,
        payout_groups.period,
        payout_groups.period_start
    from payout_groups
    inner join plans_drawn
        on payout_groups.plan_id = plans_drawn.plan_id
),

earnings as (
    select
        groups.plan_id,
        groups.payee_no,
        groups.payee_id,
        groups.period,
        groups.period_start,
        totals.total as amount
    from groups
    inner join totals
        on groups.group_no = totals.group_no
    union all
    select
        groups.plan_id,
        groups.payee_no,
        groups.payee_id,
        groups.period,
        following.period_start,
        following.amount
    from groups
    inner join following
        on groups.group_no = following.group_no
    union all
    select
        plan_days.plan_id,
        plan_days.payee_no,
        plan_days.payee_id,
        plan_days.period,
        plan_days.period_start,
        cast(0 as {{ money() }}) as amount
    from plan_days
    inner join plans_drawn
        on plan_days.plan_id = plans_drawn.plan_id
),

earned as (
    select
        plan_id,
        payee_no,
        payee_id,
        period,
        period_start,
        cast(sum(amount) as {{ money() }}) as earned
    from earnings
    group by plan_id, payee_no, payee_id, period, period_start
),

-- months from the month of hiring to that of the period, or of the hiring itself
aged as (
    select
        plan_days.plan_id,
        plan_days.payee_no,
        plan_days.period_start,
        extract(year from greatest(plan_days.period_start, spans.hired_on)) * 12
        + extract(month from greatest(plan_days.period_start, spans.hired_on))
        - extract(year from spans.hired_on) * 12
        - extract(month from spans.hired_on) as month_no
    from plan_days
    inner join spans
        on plan_days.span_no = spans.span_no
),

due as (
    select
        aged.plan_id,
        aged.payee_no,
        aged.period_start,
        cast(sum(case when draws.kind = 'guarantee' then draws.amount end) as {{ money() }}) as guarantee,
        cast(sum(case when draws.kind = 'recoverable' then draws.amount end) as {{ money() }}) as recoverable
    from aged
    inner join draws
        on
            aged.plan_id = draws.plan_id
            and aged.month_no >= draws.first_month
            and aged.month_no < draws.first_month + draws.months
    group by aged.plan_id, aged.payee_no, aged.period_start
),

drawn as (
    select
        due.plan_id,
        due.payee_no,
        due.period_start,
        {{ round_minor('due.guarantee', 'plans_drawn.minor_units') }} as guarantee,
        {{ round_minor('due.recoverable', 'plans_drawn.minor_units') }} as recoverable
    from due
    inner join plans_drawn
        on due.plan_id = plans_drawn.plan_id
),

guaranteed as (
    select
        earned.plan_id,
        earned.payee_no,
        earned.payee_id,
        earned.period,
        earned.period_start,
        earned.earned,
        drawn.guarantee,
        drawn.recoverable,
        case when drawn.guarantee > earned.earned then drawn.guarantee else earned.earned end as topped
    from earned
    left join drawn
        on
            earned.plan_id = drawn.plan_id
            and earned.payee_no = drawn.payee_no
            and earned.period_start = drawn.period_start
),

owed as (
    select
        plan_id,
        payee_no,
        payee_id,
        period,
        period_start,
        earned,
        guarantee,
        recoverable,
        topped,
        case
            when recoverable is not null then recoverable - topped
            when topped > 0 then -topped
            else 0
        end as owed_more
    from guaranteed
),

accumulated as (
    select
        owed.*,
        cast(sum(owed.owed_more) over (
            partition by owed.payee_no, owed.plan_id order by owed.period_start
            rows between unbounded preceding and current row
        ) as {{ money() }}) as owed_so_far
    from owed
),

lowest as (
    select
        accumulated.*,
        min(accumulated.owed_so_far) over (
            partition by accumulated.payee_no, accumulated.plan_id order by accumulated.period_start
            rows between unbounded preceding and current row
        ) as lowest_so_far
    from accumulated
),

balanced as (
    select
        lowest.*,
        lowest.owed_so_far - least(lowest.lowest_so_far, 0) as balance_after
    from lowest
),

carried as (
    select
        balanced.*,
        coalesce(
            lag(balanced.balance_after) over (
                partition by balanced.payee_no, balanced.plan_id order by balanced.period_start
            ),
            0
        ) as balance_before
    from balanced
),

lines as (
    select
        plan_id,
        payee_no,
        payee_id,
        period,
        period_start,
        'guarantee' as reason,
        'draw' as line_kind,
        earned,
        guarantee as drawn,
        balance_before as balance,
        topped - earned as amount
    from carried
    where topped > earned
    union all
    select
        plan_id,
        payee_no,
        payee_id,
        period,
        period_start,
        'recoverable' as reason,
        'draw' as line_kind,
        topped as earned,
        recoverable as drawn,
        balance_before as balance,
        owed_more as amount
    from carried
    where owed_more > 0
    union all
    select
        plan_id,
        payee_no,
        payee_id,
        period,
        period_start,
        'recovery' as reason,
        'draw_recovery' as line_kind,
        topped as earned,
        coalesce(recoverable, 0) as drawn,
        balance_before as balance,
        balance_after - balance_before as amount
    from carried
    where
        owed_more < 0
        and balance_before > 0
),

dated as (
    select
        lines.plan_id,
        lines.payee_no,
        lines.payee_id,
        lines.period,
        lines.period_start,
        lines.reason,
        lines.line_kind,
        cast({{ dbt.dateadd('day', -1, 'periods.period_end') }} as date) as occurred_on,
        cast(lines.earned as {{ money() }}) as earned,
        cast(lines.drawn as {{ money() }}) as drawn,
        cast(lines.balance as {{ money() }}) as balance,
        cast(lines.amount as {{ money() }}) as amount,
        plans_drawn.currency
    from lines
    inner join plans_drawn
        on lines.plan_id = plans_drawn.plan_id
    inner join periods
        on
            lines.period = periods.period
            and lines.period_start = periods.period_start
),

final as (
    select
        dated.plan_id,
        dated.payee_no,
        dated.payee_id,
        dated.period,
        dated.period_start,
        dated.reason,
        dated.line_kind,
        dated.occurred_on,
        dated.earned,
        dated.drawn,
        dated.balance,
        dated.amount,
        {{ in_base('dated.amount', 'rates.rate_to_base', 'base.minor_units') }} as amount_base
    from dated
    cross join base
    left join rates
        on
            dated.currency = rates.currency
            and dated.occurred_on >= rates.valid_from
            and dated.occurred_on < rates.valid_to
)

select * from final
