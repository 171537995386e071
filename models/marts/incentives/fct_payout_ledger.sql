{#
    Grain: one row per line that a close posted: the lines of its period, and what changed in earlier ones as adjustments. Append-only: no row
    ever changes or goes (engine.md §6). Additive: amount within a currency, amount_base. Not additive: basis, position_from, rate, factor, event_value, which are
    as they were at the close.
#}
with

lines as (
    select
        ledger_line_id,
        batch_id,
        posted_period_start,
        earned_period_start,
        period,
        payee_id,
        plan_id,
        component_id,
        event_id,
        line_kind,
        amount,
        currency,
        reason,
        posted_at,
        reason_zh,
        amount_base,
        payout_line_id,
        occurred_on,
        basis,
        position_from,
        rate,
        factor,
        event_value,
        source_file,
        source_row,
        explanation,
        explanation_zh,
        batch_no
    from {{ ref('int_lines_posted') }}
),

final as (
    select
        ledger_line_id,
        batch_id,
        posted_period_start,
        earned_period_start,
        period,
        payee_id,
        plan_id,
        component_id,
        event_id,
        line_kind,
        amount,
        currency,
        reason,
        posted_at,
        reason_zh,
        amount_base,
        payout_line_id,
        occurred_on,
        basis,
        position_from,
        rate,
        factor,
        event_value,
        source_file,
        source_row,
        explanation,
        explanation_zh,
        batch_no
    from lines
)

select * from final
