-- What the statements of $payee_id in a period are made of: of a closed one what was posted, of an open one what is calculated and what is
-- pending for it. Ends a list of CTEs that begins with _visible_people.
closed_plans as (
    select plan_id
    from incentives.rpt_statements
    where
        payee_id = $payee_id
        and period = $period
        and period_start = $period_start
        and status = 'closed'
),

shown_lines as (
    select
        lines.payout_line_id,
        lines.plan_id,
        lines.component_id,
        lines.occurred_on,
        lines.line_kind,
        lines.credited_payee_id,
        lines.amount,
        lines.currency,
        lines.explanation,
        lines.explanation_zh,
        lines.event_id,
        lines.credit_id,
        cast(null as decimal(18, 4)) as posted_value,
        cast(null as varchar) as posted_file,
        cast(null as bigint) as posted_row
    from incentives.fct_payout_lines as lines
    inner join visible_people
        on lines.payee_id = visible_people.payee_id
    where
        lines.payee_id = $payee_id
        and lines.period = $period
        and lines.period_start = $period_start
        and lines.plan_id not in (from closed_plans)
    union all
    select
        coalesce(posted.payout_line_id, posted.ledger_line_id) as payout_line_id,
        posted.plan_id,
        posted.component_id,
        coalesce(posted.occurred_on, posted.earned_period_start) as occurred_on,
        posted.line_kind,
        null as credited_payee_id,
        posted.amount,
        posted.currency,
        coalesce(posted.explanation, posted.reason) as explanation,
        coalesce(posted.explanation_zh, posted.reason_zh) as explanation_zh,
        posted.event_id,
        posted.event_id as credit_id,
        posted.event_value as posted_value,
        posted.source_file as posted_file,
        posted.source_row as posted_row
    from incentives.fct_payout_ledger as posted
    inner join visible_people
        on posted.payee_id = visible_people.payee_id
    where
        posted.payee_id = $payee_id
        and posted.period = $period
        and posted.posted_period_start = $period_start
        and posted.plan_id in (from closed_plans)
    union all
    select
        concat_ws('|', 'pending', pending.plan_id, pending.component_id, pending.event_id, pending.earned_period_start) as payout_line_id,
        pending.plan_id,
        pending.component_id,
        pending.earned_period_start as occurred_on,
        'adjustment' as line_kind,
        null as credited_payee_id,
        pending.amount,
        pending.currency,
        pending.reason as explanation,
        pending.reason_zh as explanation_zh,
        pending.event_id,
        pending.event_id as credit_id,
        pending.event_value as posted_value,
        pending.source_file as posted_file,
        pending.source_row as posted_row
    from incentives.rpt_pending_adjustments as pending
    inner join visible_people
        on pending.payee_id = visible_people.payee_id
    where
        pending.payee_id = $payee_id
        and pending.period = $period
        and pending.posts_into_period_start = $period_start
)
