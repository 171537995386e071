{#
    Grain: one row per line that a close posted, with what its batch says of it. A view: the rows are those of the ledger's files, never stored
    twice. Additive: amount within a currency, amount_base.
#}
with

lines as (
    select
        batch_id,
        line_no,
        earned_period_start,
        payee_id,
        component_id,
        event_id,
        line_kind,
        amount,
        amount_base,
        currency,
        reason,
        reason_zh,
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
        explanation_zh
    from {{ ref('stg_ledger__lines') }}
),

batches as (
    select
        batch_id,
        batch_no,
        period,
        posted_period_start,
        plan_id,
        posted_at
    from {{ ref('stg_ledger__batches') }}
),

final as (
    select
        concat(lines.batch_id, '/', cast(lines.line_no as {{ dbt.type_string() }})) as ledger_line_id,
        lines.batch_id,
        batches.posted_period_start,
        lines.earned_period_start,
        batches.period,
        lines.payee_id,
        batches.plan_id,
        lines.component_id,
        lines.event_id,
        lines.line_kind,
        lines.amount,
        lines.currency,
        lines.reason,
        batches.posted_at,
        lines.reason_zh,
        lines.amount_base,
        lines.payout_line_id,
        lines.occurred_on,
        lines.basis,
        lines.position_from,
        lines.rate,
        lines.factor,
        lines.event_value,
        lines.source_file,
        lines.source_row,
        lines.explanation,
        lines.explanation_zh,
        batches.batch_no
    from lines
    inner join batches
        on lines.batch_id = batches.batch_id
)

select * from final
