{# Grain: one row per line that a close posted. Additive: amount within a currency, amount_base. #}
with

lines as (
    select *
    from {{ source('ledger', 'lines') }}
),

renamed as (
    select
        ---------- ids
        batch_id,
        line_no,
        payee_id,
        component_id,
        event_id,
        payout_line_id,
        ---------- text
        line_kind,
        currency,
        reason,
        reason_zh,
        explanation,
        explanation_zh,
        source_file,
        ---------- numerics
        amount,
        amount_base,
        basis,
        position_from,
        rate,
        factor,
        event_value,
        source_row,
        ---------- dates
        earned_period_start,
        occurred_on
    from lines
)

select * from renamed
