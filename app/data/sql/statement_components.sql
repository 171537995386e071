-- What a period's statement is made of: one row a component, with where the person stands in its tiers. One that only
-- gives or takes back, once the person is off the plan, has none.
with recursive

-- include _visible_people

,

-- include _shown_lines

,

-- with what a component says that pays one line a period
line_totals as (
    select
        component_id,
        plan_id,
        currency,
        sum(amount) as amount,
        count(*) as line_count,
        max(case when line_kind = 'earning' and credit_id is null then explanation end) as explanation,
        max(case when line_kind = 'earning' and credit_id is null then explanation_zh end) as explanation_zh
    from shown_lines
    where component_id is not null
    group by component_id, plan_id, currency
),

attained as (
    select
        component_id,
        plan_id,
        measure,
        tier_key,
        actual,
        quota,
        attainment,
        rate,
        next_tier_from,
        gap_to_next_tier,
        reward_at_next_tier,
        currency
    from incentives.rpt_attainment
    where
        payee_id = $payee_id
        and period = $period
        and period_start = $period_start
)

select
    coalesce(attained.component_id, line_totals.component_id) as component_id,
    coalesce(attained.plan_id, line_totals.plan_id) as plan_id,
    coalesce(components.component_name, attained.component_id, line_totals.component_id) as component_name,
    coalesce(components.method, '') as method,
    coalesce(attained.measure, components.measure, '') as measure,
    coalesce(attained.tier_key, '') as tier_key,
    attained.actual,
    attained.quota,
    attained.attainment,
    attained.rate,
    attained.next_tier_from,
    attained.gap_to_next_tier,
    attained.reward_at_next_tier,
    coalesce(attained.currency, line_totals.currency) as currency,
    components.cap_per_period,
    components.floor_per_period,
    coalesce(line_totals.amount, 0) as amount,
    coalesce(line_totals.line_count, 0) as line_count,
    line_totals.explanation,
    line_totals.explanation_zh,
    coalesce(components.accumulate, '') as accumulate
from attained
full outer join line_totals
    on attained.component_id = line_totals.component_id
inner join visible_people
    on visible_people.payee_id = $payee_id
left join core.dim_plan_components as components
    on coalesce(attained.component_id, line_totals.component_id) = components.component_id
order by
    coalesce(attained.plan_id, line_totals.plan_id),
    components.seq,
    coalesce(attained.component_id, line_totals.component_id)
limit 100
