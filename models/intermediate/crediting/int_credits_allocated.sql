{#
    Grain: one row per event and payee it is credited to, plus one row for each share that nobody receives (span_no null). Additive: value,
    over credit_kind 'direct' (direct rows of an event, received or not, add to its value exactly). credit_no is the order of lines:
    (occurred_on, event_id, payee_id, credit_kind): event_no, then the place among the credits of the event in four digits.
    A view: who joins it by credit_no joins it by fact_no too, see fact_of_credit (engine.md §2, §8 B1 to B5, B10).
#}
with

final as (
    select
        credit_no,
        event_no,
        fact_no,
        item_no,
        class_code,
        measure_no,
        payee_no,
        span_no,
        uncredited_payee_id,
        credit_kind,
        share,
        value,
        currency,
        occurred_on,
        rate_on,
        entry_ratio
    from {{ ref('int_credits_payable') }}
    union all
    select
        credit_no,
        event_no,
        fact_no,
        item_no,
        class_code,
        measure_no,
        payee_no,
        span_no,
        uncredited_payee_id,
        credit_kind,
        share,
        value,
        currency,
        occurred_on,
        rate_on,
        entry_ratio
    from {{ ref('int_credits_parted_uncounted') }}
)

select * from final
