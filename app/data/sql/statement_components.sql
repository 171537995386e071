-- What a period's statement is made of: one row a component, with where the person stands in its tiers.
with recursive

-- include _visible_people

,

line_totals as (
    select
        lines.component_id,
        sum(lines.amount) as amount,
        count(*) as line_count
    from incentives.fct_payout_lines as lines
    where
        lines.payee_id = $payee_id
        and lines.period = $period
        and lines.period_start = $period_start
    group by lines.component_id
)

select
    attainments.component_id,
    attainments.plan_id,
    coalesce(components.component_name, attainments.component_id) as component_name,
    coalesce(components.method, '') as method,
    attainments.measure,
    coalesce(attainments.tier_key, '') as tier_key,
    attainments.actual,
    attainments.quota,
    attainments.attainment,
    attainments.rate,
    attainments.next_tier_from,
    attainments.gap_to_next_tier,
    attainments.reward_at_next_tier,
    attainments.currency,
    components.cap_per_period,
    components.floor_per_period,
    coalesce(line_totals.amount, 0) as amount,
    coalesce(line_totals.line_count, 0) as line_count
from incentives.rpt_attainment as attainments
inner join visible_people
    on attainments.payee_id = visible_people.payee_id
left join core.dim_plan_components as components
    on attainments.component_id = components.component_id
left join line_totals
    on attainments.component_id = line_totals.component_id
where
    attainments.payee_id = $payee_id
    and attainments.period = $period
    and attainments.period_start = $period_start
order by attainments.plan_id, components.seq, attainments.component_id
limit 100
