{#
    No line is dated after its period; what the period as a whole earns, or draws, is dated on the last day of it. What caps, holds and draws
    add is never nothing: only earnings of 0 are lines.
#}
{{ config(meta={'dagster': {'ref': {'name': 'fct_payout_lines'}}, 'increments': touched_lines()}) }}
with

lines as (
    select
        payout_line_id,
        period,
        period_start,
        event_id,
        occurred_on,
        line_kind,
        amount
    from {{ ref('fct_payout_lines') }}
),

periods as (
    select
        period,
        period_start,
        period_end
    from {{ ref('int_calendar_periods') }}
),

dated as (
    select
        lines.payout_line_id,
        lines.event_id,
        lines.occurred_on,
        lines.line_kind,
        lines.amount,
        cast({{ dbt.dateadd('day', -1, 'periods.period_end') }} as date) as last_on
    from lines
    inner join periods
        on
            lines.period = periods.period
            and lines.period_start = periods.period_start
)

select
    payout_line_id,
    line_kind,
    occurred_on,
    last_on,
    amount
from dated
where
    occurred_on > last_on
    or (
        line_kind in ('earning', 'cap', 'floor', 'draw', 'draw_recovery', 'manual')
        and event_id is null
        and occurred_on < last_on
    )
    or (line_kind <> 'earning' and amount = 0)
