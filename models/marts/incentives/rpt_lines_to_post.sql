{#
    Grain: one row per line that the close of its plan's period would post: the lines of open periods, and the adjustments pending for them.
    Additive: amount within a currency, amount_base. A view: nothing is stored for a close that may never come.
#}
with

periods_closed as (
    select
        plan_id,
        period_start
    from {{ ref('int_periods_closed') }}
),

lines as (
    select
        payout_line_id,
        payee_id,
        plan_id,
        component_id,
        period,
        period_start,
        event_id,
        occurred_on,
        line_kind,
        reason,
        basis,
        position_from,
        rate,
        factor,
        amount,
        currency,
        amount_base,
        explanation,
        explanation_zh
    from {{ ref('fct_payout_lines') }}
),

pending as (
    select
        payee_id,
        plan_id,
        component_id,
        event_id,
        period,
        earned_period_start,
        posts_into_period_start,
        amount,
        currency,
        reason,
        reason_zh,
        amount_base,
        basis,
        position_from,
        rate,
        factor,
        event_value,
        source_file,
        source_row
    from {{ ref('rpt_pending_adjustments') }}
),

events as (
    select
        event_id,
        value,
        source_file,
        source_row
    from {{ ref('fct_incentive_events') }}
),

final as (
    select
        lines.plan_id,
        lines.period,
        lines.period_start as posted_period_start,
        lines.period_start as earned_period_start,
        lines.payee_id,
        lines.component_id,
        lines.event_id,
        lines.line_kind,
        lines.amount,
        lines.amount_base,
        lines.currency,
        lines.reason,
        cast(null as {{ dbt.type_string() }}) as reason_zh,
        lines.payout_line_id,
        lines.occurred_on,
        lines.basis,
        lines.position_from,
        lines.rate,
        lines.factor,
        events.value as event_value,
        events.source_file,
        events.source_row,
        lines.explanation,
        lines.explanation_zh
    from lines
    left join periods_closed
        on
            lines.plan_id = periods_closed.plan_id
            and lines.period_start = periods_closed.period_start
    left join events
        on lines.event_id = events.event_id
    where periods_closed.plan_id is null
    union all
    select
        plan_id,
        period,
        posts_into_period_start as posted_period_start,
        earned_period_start,
        payee_id,
        component_id,
        event_id,
        'adjustment' as line_kind,
        amount,
        amount_base,
        currency,
        reason,
        reason_zh,
        {{ without(['payout_line_id'], dbt.type_string()) }},
        cast(null as date) as occurred_on,
        basis,
        position_from,
        rate,
        factor,
        event_value,
        source_file,
        source_row,
        {{ without(['explanation', 'explanation_zh'], dbt.type_string()) }}
    from pending
)

select * from final
