-- Everybody who could sit at the screen, for the picker that stands in for sign-in. No pay.
with

spans_begun as (
    select
        payee_id,
        payee_kind,
        payee_name,
        role,
        team_name,
        row_number() over (partition by payee_id order by valid_from desc) as place
    from core.dim_payees
    where
        valid_from <= $as_of
        and (terminated_on is null or terminated_on >= $as_of)
),

on_a_plan as (
    select payee_id
    from incentives.rpt_statements
    where period_start <= $as_of
    group by payee_id
),

on_the_way as (
    select payee_id
    from incentives.rpt_attainment
    where
        attainment > 0
        and period_start <= $as_of
        and period_start >= date_trunc('quarter', cast($as_of as date))
    group by payee_id
)

select
    spans_begun.payee_id,
    spans_begun.payee_kind,
    spans_begun.payee_name,
    spans_begun.role,
    spans_begun.team_name,
    on_a_plan.payee_id is not null as has_statement,
    on_the_way.payee_id is not null as has_attainment
from spans_begun
left join on_a_plan
    on spans_begun.payee_id = on_a_plan.payee_id
left join on_the_way
    on spans_begun.payee_id = on_the_way.payee_id
where spans_begun.place = 1
order by spans_begun.payee_kind desc, spans_begun.payee_name asc, spans_begun.payee_id asc
limit 1000
