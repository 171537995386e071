{#-
    plan_rules(): what no single cell can tell, but a row can, by itself or beside the rows it belongs to (engine.md §8 "Refused by the
    plan check"). One entry a rule: the table, the column that is named, `breaks` (a condition that is true for a row to refuse, over its
    columns and what int_plan_rows_refused joins to them), why, and what to do about it; `warns`: it is reported and stops nothing. A new
    rule is one entry here and one case of tests/plans/test_plan_check.py.
-#}
{% macro plan_rules() -%}
{%- set rules = [] -%}
{%- for table in ['plans', 'plan_assignments', 'plan_components', 'credit_rules', 'contribution_coefficients'] -%}
{%- do rules.append({
    'table': table, 'column': 'valid_to', 'breaks': 'valid_to <= valid_from',
    'reason': 'is not after valid_from', 'do': 'write the first day on which the row no longer holds',
}) -%}
{%- endfor -%}
{%- for table, period in {'quotas': 'period', 'kpi_targets': 'period', 'period_closes': 'plan_period'}.items() -%}
{%- do rules.append({
    'table': table, 'column': 'period_start',
    'breaks': "extract(day from period_start) <> 1"
        ~ " or (" ~ period ~ " = 'quarter' and extract(month from period_start) not in (1, 4, 7, 10))"
        ~ " or (" ~ period ~ " = 'half' and extract(month from period_start) not in (1, 7))"
        ~ " or (" ~ period ~ " = 'year' and extract(month from period_start) <> 1)",
    'reason': 'is not the first day of a calendar period of that length',
    'do': 'write the first day of the month, quarter, half or year',
}) -%}
{%- endfor -%}
{%- for table in ['plan_components', 'plan_modifiers'] -%}
{%- do rules.append({
    'table': table, 'column': 'gate_measure',
    'breaks': 'gate_measure is not null and gate_min is null and gate_max is null',
    'reason': 'opens a gate without bounds', 'do': 'give gate_min, gate_max or both',
}) -%}
{%- do rules.append({
    'table': table, 'column': 'gate_min', 'breaks': 'gate_measure is null and gate_min is not null',
    'reason': 'bounds a gate that has no measure', 'do': 'give gate_measure, or leave the bound out',
}) -%}
{%- do rules.append({
    'table': table, 'column': 'gate_max', 'breaks': 'gate_measure is null and gate_max is not null',
    'reason': 'bounds a gate that has no measure', 'do': 'give gate_measure, or leave the bound out',
}) -%}
{%- do rules.append({
    'table': table, 'column': 'gate_max',
    'breaks': 'gate_min = gate_max or (gate_min > gate_max and not less_is_better) or (gate_min < gate_max and less_is_better)',
    'reason': 'leaves no value between itself and gate_min, so that the gate is never met',
    'do': 'write a gate_max above gate_min, or below it for a KPI of which less is better',
}) -%}
{%- do rules.append({
    'table': table, 'column': 'gate_subject',
    'breaks': "gate_measure is not null and gate_subject = 'team' and payee_kind = 'dealer'",
    'reason': 'is team, and dealers are in none', 'do': 'write payee',
}) -%}
{%- endfor -%}
{{ return(rules + [
    {
        'table': 'plans', 'column': 'supersedes', 'breaks': 'supersedes = plan_id',
        'reason': 'is the plan itself', 'do': 'name the plan that this one replaces',
    },
    {
        'table': 'plans', 'column': 'supersedes', 'breaks': 'is_superseded_in_turn',
        'reason': 'names a plan that replaces this one, so that neither might pay', 'do': 'leave one of the two out',
    },
    {
        'table': 'plan_assignments', 'column': 'subject_id', 'breaks': "subject_kind <> 'all' and subject_id is null",
        'reason': 'is empty, so that nobody is meant',
        'do': 'name the payee, team, role, tenure band, region or dealer tier, or use subject_kind all',
    },
    {
        'table': 'plan_assignments', 'column': 'subject_id',
        'breaks': "subject_kind = 'all' and subject_id is not null",
        'reason': 'is given although everybody is meant', 'do': 'leave subject_id empty, or use another subject_kind',
    },
    {
        'table': 'plan_assignments', 'column': 'subject_kind',
        'breaks': "payee_kind = 'dealer' and subject_kind in ('team', 'role')",
        'reason': 'reaches nobody: the plan is for dealers, who have no team and no role',
        'do': 'use payee, tenure_band, region, dealer_tier or all',
    },
    {
        'table': 'plan_assignments', 'column': 'subject_kind',
        'breaks': "payee_kind = 'employee' and subject_kind = 'dealer_tier'",
        'reason': 'reaches nobody: the plan is for employees, who have no dealer tier',
        'do': 'use payee, team, role, tenure_band, region or all',
    },
    {
        'table': 'plan_components', 'column': 'floor_per_period', 'breaks': 'floor_per_period > cap_per_period',
        'reason': 'is above cap_per_period', 'do': 'lower the floor or raise the cap',
    },
    {
        'table': 'plan_components', 'column': 'cap_per_event', 'breaks': 'cap_per_event < 0',
        'reason': 'is below 0', 'do': 'write the most that an event may pay',
    },
    {
        'table': 'plan_components', 'column': 'accumulate',
        'breaks': "accumulate = 'event' and method not in ('marginal', 'retroactive')",
        'reason': 'is for the methods marginal and retroactive only', 'do': 'use period, or another method',
    },
    {
        'table': 'plan_components', 'column': 'tier_key', 'breaks': "tier_key = 'rank' and method <> 'rank'",
        'reason': 'is rank, and only the method rank pays by place', 'do': 'use method rank, or another tier_key',
    },
    {
        'table': 'plan_components', 'column': 'tier_key',
        'breaks': "tier_key = 'score' and method in ('flat', 'marginal', 'retroactive', 'rank')",
        'reason': 'is score, and a score pays one line a period',
        'do': 'use method scorecard, step, milestones or interpolated, or another tier_key',
    },
    {
        'table': 'plan_components', 'column': 'tier_key',
        'breaks': "tier_key = 'score' and method in ('step', 'milestones', 'interpolated') and not is_scored",
        'reason': 'is score, and nothing is scored', 'do': 'add rows of plan_scorecard_kpis, or use another tier_key',
    },
    {
        'table': 'plan_components', 'column': 'method', 'breaks': "method = 'scorecard' and not is_scored",
        'reason': 'is scorecard, and nothing is scored', 'do': 'add rows of plan_scorecard_kpis, or use another method',
    },
    {
        'table': 'plan_components', 'column': 'method', 'breaks': "method <> 'scorecard' and not has_tiers", 'warns': true,
        'reason': 'reads tiers, and there are none, so that nothing is paid', 'do': 'add rows of plan_tiers',
    },
    {
        'table': 'plan_components', 'column': 'credit_level',
        'breaks': "credit_level = 'team' and payee_kind = 'dealer'",
        'reason': 'is team, and dealers lead none', 'do': 'write own',
    },
    {
        'table': 'plan_components', 'column': 'rank_within',
        'breaks': "method = 'rank' and rank_within = 'group' and not has_entries",
        'reason': 'is group, and nobody who is ranked is in one',
        'do': 'add rows of contest_entries (where teams are ranked, of teams), or rank within plan, team or region',
    },
    {
        'table': 'plan_components', 'column': 'rank_within',
        'breaks': "method = 'rank' and rank_within = 'team' and payee_kind = 'dealer'",
        'reason': 'is team, and dealers are in none', 'do': 'rank within plan, region or group',
    },
    {
        'table': 'plan_components', 'column': 'rank_subject',
        'breaks': "method = 'rank' and rank_subject = 'team' and payee_kind = 'dealer'",
        'reason': 'is team, and dealers are in none', 'do': 'write payee',
    },
    {
        'table': 'plan_components', 'column': 'tier_key',
        'breaks': "tier_key = 'growth' and accumulate = 'event'",
        'reason': 'is growth, and each event stands alone', 'do': 'accumulate over the period or the year',
    },
    {
        'table': 'plan_components', 'column': 'quota_measure',
        'breaks': "quota_measure <> measure and method = 'marginal' and tier_key = 'attainment'",
        'reason': 'is another measure than the one whose slices are paid',
        'do': 'leave quota_measure empty, or use another method',
    },
    {
        'table': 'plan_components', 'column': 'quota_measure',
        'breaks': "quota_measure <> measure and accumulate = 'event'",
        'reason': 'is another measure, and each event stands alone',
        'do': 'leave quota_measure empty, or accumulate over the period',
    },
    {
        'table': 'plan_components', 'column': 'hold_share', 'breaks': 'hold_share < 0 or hold_share > 1',
        'reason': 'is no share between 0 and 1', 'do': 'write a share, 0.3 for 30 per cent',
    },
    {
        'table': 'plan_components', 'column': 'hold_until', 'breaks': 'hold_share > 0 and hold_until is null',
        'reason': 'is empty although a share is held back, so that it would never be paid',
        'do': 'write collected or days:N',
    },
    {
        'table': 'plan_components', 'column': 'hold_until',
        'breaks': "hold_until <> 'collected' and not " ~ matches('hold_until', 'days:[0-9]{1,4}'),
        'reason': 'is neither collected nor days:N', 'do': 'write collected or, for 90 days, days:90',
    },
    {
        'table': 'plan_components', 'column': 'hold_until',
        'breaks': "hold_until = 'collected' and clawback_unpaid_days is not null",
        'reason': 'holds back until collected what clawback_unpaid_days would take back as well',
        'do': 'leave one of the two out',
    },
    {
        'table': 'plan_components', 'column': 'clawback_unpaid_days', 'breaks': 'clawback_unpaid_days < 0',
        'reason': 'is below 0', 'do': 'write the days after due_on',
    },
    {
        'table': 'plan_components', 'column': 'hold_until',
        'breaks': "hold_share > 0 and hold_until = 'collected' and is_measured and settled_by is null",
        'reason': 'waits for the cash of an order, and this measure has none', 'do': 'write days:N',
    },
    {
        'table': 'plan_components', 'column': 'clawback_unpaid_days',
        'breaks': "clawback_unpaid_days is not null and is_measured and coalesce(settled_by, 'dealer_order') = 'dealer_order'",
        'reason': 'waits for an invoice, and this measure has none',
        'do': 'leave it empty, or count a measure of orders or invoices',
    },
    {
        'table': 'plan_tiers', 'column': 'tier_from', 'breaks': 'is_repeated',
        'reason': 'is there twice with different rates or amounts', 'do': 'keep one row of this tier',
    },
    {
        'table': 'plan_tiers', 'column': 'tier_from', 'breaks': "accumulate = 'event' and tier_from < 0",
        'reason': 'is below 0, where each event stands alone', 'do': 'start the first tier at 0',
    },
    {
        'table': 'plan_tiers', 'column': 'tier_from',
        'breaks': "method = 'rank' and (tier_from < 1 or tier_from <> floor(tier_from))",
        'reason': 'is no place, and the method rank pays by place', 'do': 'write 1 for the first place, 2 for the second',
    },
    {
        'table': 'plan_modifiers', 'column': 'scope', 'breaks': "scope = 'event' and gate_measure is not null",
        'reason': 'is event, and a gate is asked over a period', 'do': 'write period; conditions may stand beside the gate',
    },
    {
        'table': 'plan_scorecard_kpis', 'column': 'target', 'breaks': 'target = 0',
        'reason': 'is 0, and nothing can be measured against it', 'do': 'write a target, or take the KPI out',
    },
    {
        'table': 'plan_scorecard_kpis', 'column': 'max_score', 'breaks': 'max_score < min_score',
        'reason': 'is below min_score', 'do': 'swap the two',
    },
    {
        'table': 'plan_conditions', 'column': 'value',
        'breaks': "operator not in ('is_null', 'not_null') and value = ''",
        'reason': 'is empty', 'do': 'write the value to compare with, or use is_null or not_null',
    },
    {
        'table': 'plan_conditions', 'column': 'value',
        'breaks': "operator in ('gt', 'gte', 'lt', 'lte') and value <> '' and not " ~ is_number('value'),
        'reason': 'is no number, and the operator compares numbers',
        'do': 'write a number with a point, without grouping',
    },
    {
        'table': 'plan_conditions', 'column': 'value', 'breaks': 'is_no_truth',
        'reason': 'is neither true nor false, and the dimension is one or the other', 'do': 'write true or false',
    },
    {
        'table': 'quotas', 'column': 'subject_id', 'breaks': "subject_kind = 'company' and subject_id <> 'all'",
        'reason': 'names a part of the company, and the quota is of all of it', 'do': 'write all',
    },
    {
        'table': 'credit_rules', 'column': 'share', 'breaks': 'share <= 0 or share > 1',
        'reason': 'is no share above 0 and up to 1', 'do': 'write a share, 0.3 for 30 per cent',
    },
    {
        'table': 'plan_draws', 'column': 'amount', 'breaks': 'amount < 0',
        'reason': 'is below 0', 'do': 'write what the payee is topped up to',
    },
    {
        'table': 'plan_draws', 'column': 'first_month', 'breaks': 'first_month < 0',
        'reason': 'is below 0', 'do': 'write 0 for the month of hiring',
    },
    {
        'table': 'plan_draws', 'column': 'months', 'breaks': 'months < 1',
        'reason': 'is below 1', 'do': 'write for how many months the draw applies',
    },
    {
        'table': 'contribution_coefficients', 'column': 'coefficient', 'breaks': 'coefficient < 0',
        'reason': 'is below 0, so that more revenue would be less contribution', 'do': 'write 0 for what shall not count, 1 for what counts as it is',
    },
    {
        'table': 'manual_adjustments', 'column': 'approved_by', 'breaks': 'approved_by in (requested_by, payee_id)',
        'reason': 'asked for the adjustment or is paid by it', 'do': 'have somebody else approve it',
    },
    {
        'table': 'manual_adjustments', 'column': 'payee_id', 'breaks': 'is_of_no_user',
        'reason': 'names no user that there is, and the plan pays employees', 'do': 'correct the id, or land who it is of',
    },
    {
        'table': 'manual_adjustments', 'column': 'component_id', 'breaks': 'component_plan_id <> plan_id',
        'reason': 'is a component of another plan', 'do': 'name a component of plan_id, or leave it empty',
    },
    {
        'table': 'manual_adjustments', 'column': 'amount', 'breaks': 'is_finer_than_money',
        'reason': 'has a part below the minor unit of the currency that the plan pays in',
        'do': 'write an amount that can be paid',
    },
    {
        'table': 'manual_adjustments', 'column': 'amount', 'breaks': 'amount = 0',
        'reason': 'is 0 and adjusts nothing', 'do': 'write what is paid, below 0 what is taken back, or leave the row out',
    },
    {
        'table': 'manual_adjustments', 'column': 'currency', 'breaks': 'currency <> plan_currency',
        'reason': 'is not the currency that the plan pays in', 'do': 'write the amount in the currency of the plan',
    },
    {
        'table': 'payment_holds', 'column': 'payee_id', 'breaks': 'payee_id is null and order_id is null',
        'reason': 'is empty, and so is order_id', 'do': 'name the payee or the order that is held back',
    },
    {
        'table': 'payment_holds', 'column': 'approved_by', 'breaks': 'approved_by = payee_id',
        'reason': 'is who is held back', 'do': 'have somebody else approve it',
    },
    {
        'table': 'payment_holds', 'column': 'released_on', 'breaks': 'released_on <= held_from',
        'reason': 'is not after held_from', 'do': 'write the day of release, after the first day held back',
    },
    {
        'table': 'trigger_firings', 'column': 'active_until', 'breaks': 'active_until <= fired_on',
        'reason': 'is not after fired_on', 'do': 'write the first day it no longer reaches',
    },
    {
        'table': 'triggers', 'column': 'component_id', 'breaks': 'component_id is not null and not has_fired', 'warns': true,
        'reason': 'pays only where the trigger has fired, and no firing has landed',
        'do': 'land a row of trigger_firings, or take the component from the trigger',
    },
]) }}
{%- endmacro %}
