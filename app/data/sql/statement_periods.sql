-- Periods a person has a statement for: those that run on $as_of, the one that pays most first, then those before,
-- newest first. None for a viewer who may not see them.
with recursive

-- include _visible_people

select
    statements.period,
    statements.period_start,
    periods.period_end,
    sum(abs(coalesce(statements.payable_base, 0))) as weight
from incentives.rpt_statements as statements
inner join visible_people
    on statements.payee_id = visible_people.payee_id
inner join core.dim_periods as periods
    on
        statements.period = periods.period
        and statements.period_start = periods.period_start
where
    statements.payee_id = $payee_id
    and statements.period_start <= $as_of
group by statements.period, statements.period_start, periods.period_end
order by
    periods.period_end > $as_of desc,
    case when periods.period_end > $as_of then weight end desc,
    statements.period_start desc,
    weight desc,
    statements.period asc
limit 100
