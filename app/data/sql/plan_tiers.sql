-- Tiers of some components, from the first up. A plan is no secret of one person's: no pay in here.
select
    component_id,
    tier_from,
    rate,
    amount
from core.dim_plan_tiers
where list_contains($component_ids, component_id)
order by component_id, tier_from
limit 1000
