-- The chain of steps that made a line, for a viewer who may see the person it is paid to; none of a posted line that
-- is calculated otherwise now.
with recursive

-- include _visible_people

,

line as (
    select lines.payout_line_id
    from incentives.fct_payout_lines as lines
    inner join visible_people
        on lines.payee_id = visible_people.payee_id
    where
        lines.payee_id = $payee_id
        and lines.payout_line_id = $payout_line_id
        and lines.amount = $amount
)

select
    factors.seq,
    factors.factor_kind,
    factors.factor_id,
    factors.basis,
    factors.rate,
    factors.factor,
    factors.amount_before,
    factors.amount_after,
    factors.reason
from incentives.fct_payout_factors as factors
inner join line
    on factors.payout_line_id = line.payout_line_id
where
    factors.payee_id = $payee_id
    and factors.payout_line_id = $payout_line_id
order by factors.seq
limit 1000
