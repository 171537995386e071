-- Credits of a person in a period that no line pays: an exchange rate is missing, or the amount is too large.
with recursive

-- include _visible_people

select
    uncredited.occurred_on,
    coalesce(components.component_name, uncredited.component_id) as component_name,
    uncredited.event_id,
    uncredited.value,
    uncredited.currency
from incentives.rpt_uncredited as uncredited
inner join visible_people
    on uncredited.payee_id = visible_people.payee_id
inner join core.dim_plan_components as components
    on uncredited.component_id = components.component_id
inner join core.dim_plans as plans
    on components.plan_id = plans.plan_id
inner join core.dim_periods as periods
    on
        plans.period = periods.period
        and uncredited.occurred_on >= periods.period_start
        and uncredited.occurred_on < periods.period_end
where
    uncredited.payee_id = $payee_id
    and uncredited.reason in ('no_rate', 'too_large')
    and periods.period = $period
    and periods.period_start = $period_start
order by uncredited.occurred_on desc, uncredited.event_id asc
limit 100
