-- What a person is due from each plan in a period.
with recursive

-- include _visible_people

,

-- include _shown_lines

,

-- draws, and some lines by hand, are about a plan, not about one of its components
plan_lines as (
    select
        plan_id,
        count(*) as line_count,
        sum(amount) as amount
    from shown_lines
    where component_id is null
    group by plan_id
)

select
    statements.plan_id,
    coalesce(plans.plan_name, statements.plan_id) as plan_name,
    statements.status,
    statements.earned,
    statements.adjustments,
    statements.held,
    statements.released,
    statements.clawed_back,
    statements.draw,
    statements.recovered,
    statements.manual,
    statements.payable,
    statements.currency,
    coalesce(plan_lines.line_count, 0) as plan_line_count,
    coalesce(plan_lines.amount, 0) as plan_line_amount
from incentives.rpt_statements as statements
inner join visible_people
    on statements.payee_id = visible_people.payee_id
left join core.dim_plans as plans
    on statements.plan_id = plans.plan_id
left join plan_lines
    on statements.plan_id = plan_lines.plan_id
where
    statements.payee_id = $payee_id
    and statements.period = $period
    and statements.period_start = $period_start
order by statements.payable desc, statements.plan_id asc
limit 100
