{# The steps of a line follow one another without gaps and end in its amount. #}
{{ config(meta={'dagster': {'ref': {'name': 'fct_payout_factors'}}, 'increments': touched_lines()}) }}
with

chained as (
    select
        payout_line_id,
        seq,
        factor_kind,
        amount_before,
        amount_after,
        lag(amount_after) over (partition by payout_line_id order by seq) as amount_expected,
        lead(seq) over (partition by payout_line_id order by seq) as seq_next
    from {{ ref('fct_payout_factors') }}
),

lines as (
    select
        payout_line_id,
        amount
    from {{ ref('fct_payout_lines') }}
)

select
    lines.payout_line_id,
    chained.seq,
    chained.amount_before,
    chained.amount_after,
    chained.amount_expected
from lines
left join chained
    on lines.payout_line_id = chained.payout_line_id
where
    chained.payout_line_id is null
    or chained.amount_before <> chained.amount_expected
    or (chained.seq_next is null and chained.amount_after <> lines.amount)
