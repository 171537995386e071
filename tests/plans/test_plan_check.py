"""The plan check: every way to break the plan contract is named, and a plan that keeps it pays."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from tests.plans.conftest import ROOT, Row, plan_contract, plan_rules

Faults = dict[tuple[str, str], str]  # (table, column) → a part of the reason

PLAN: Row = {
    "plan_id": "{id}/p",
    "name": "plan",
    "status": "active",
    "payee_kind": "employee",
    "currency": "USD",
    "period": "quarter",
    "valid_from": "2026-01-01",
}
ASSIGNMENT: Row = {
    "assignment_id": "{id}/a",
    "plan_id": "{id}/p",
    "subject_kind": "all",
    "valid_from": "2026-01-01",
}
COMPONENT: Row = {
    "component_id": "{id}/c",
    "plan_id": "{id}/p",
    "seq": "1",
    "name": "commission",
    "kind": "commission",
    "measure": "revenue_booked",
    "method": "flat",
}
TIER: Row = {"component_id": "{id}/c", "tier_from": "0", "rate": "0.05"}

ADJUSTMENT: Row = {
    "adjustment_id": "{id}/a",
    "payee_id": "ann",
    "plan_id": "{id}/p",
    "period_start": "2026-01-01",
    "amount": "5",
    "currency": "USD",
    "reason": "late",
    "requested_by": "bob",
    "approved_by": "cal",
}

DRAW: Row = {"draw_id": "{id}/d", "plan_id": "{id}/p", "kind": "recoverable", "amount": "5", "months": "1"}

TRIGGER: Row = {
    "trigger_id": "notice",
    "name": "slump",
    "metric": "tickets_resolved",
    "subject_kind": "payee",
    "window_days": "14",
    "operator": "lt",
    "threshold": "1",
    "action": "notify",
    "cooldown_days": "7",
    "message": "{subject}",
}

FIRING: Row = {
    "trigger_id": "{id}/t",
    "subject_kind": "payee",
    "subject_id": "{id}",
    "fired_on": "2026-02-01",
    "active_until": "2026-02-02",
}

RULE: Row = {
    "credit_rule_id": "{id}/r",
    "measure": "revenue_booked",
    "receives": "registrant",
    "share": "1",
    "valid_from": "2026-01-01",
}

HOLD: Row = {
    "hold_id": "{id}/h",
    "order_id": "o",
    "held_from": "2026-01-02",
    "released_on": "2026-01-03",
    "reason": "r",
    "approved_by": "bob",
}

CLOSE: Row = {
    "plan_period": "quarter",
    "period_start": "2026-01-01",
    "plan_id": "{id}/p",
    "closed_at": "2026-04-02T09:00:00+08:00",
    "approved_by": "bob",
}

COEFFICIENT: Row = {"region": "{id}", "coefficient": "1.1", "valid_from": "2026-01-01"}

QUOTA: Row = {
    "subject_kind": "payee",
    "subject_id": "{id}",
    "measure": "revenue_booked",
    "period": "quarter",
    "period_start": "2026-04-01",
    "quota": "1",
}

MODIFIER: Row = {"modifier_id": "{id}/m", "component_id": "{id}/c", "name": "m", "factor": "1.5", "scope": "period"}

SCORED: Row = {"component_id": "{id}/c", "measure": "visits", "weight": "1", "target": "5"}

ENTRY: Row = {"component_id": "{id}/c", "subject_kind": "payee", "subject_id": "ann", "group_id": "g"}

TARGET: Row = {
    "subject_kind": "team",
    "subject_id": "{id}",
    "kpi": "win_rate",
    "period": "year",
    "period_start": "2026-01-01",
    "target": "0.3",
}


def _condition(dimension: str, operator: str, value: str | None, owner: str = "{id}/c") -> Row:
    return {"owner_id": owner, "dimension": dimension, "operator": operator, "value": value}


def _trigger(**cells: str) -> Row:
    return TRIGGER | {"trigger_id": "{id}/t", "component_id": "{id}/c", "action": "campaign"} | cells


# name → (what differs from a plan that pays, by table, and what the check must say; nothing else).
# A table's rows: a dict changes the plan's own row, a list adds rows, also under "<table>+". {id} is the case's name.
CASES: dict[str, tuple[dict[str, Row | Sequence[Row]], Faults]] = {
    "fine": ({}, {}),
    "fine-everything-built": (
        {
            "plan_components": {
                "method": "flat",
                "tier_key": "attainment",
                "quota_measure": "revenue_booked",
                "cap_per_event": "5",
                "cap_per_period": "9",
                "floor_per_period": "9",
                "prorate": "No",
                "valid_from": "2026/2/1",
                "valid_to": "9999-12-31",
            },
            "plan_modifiers": [
                {
                    "modifier_id": "{id}/m",
                    "component_id": "{id}/c",
                    "name": "new lines",
                    "factor": "1.5",
                    "scope": "event",
                }
            ],
            "plan_conditions": [
                {"owner_id": "{id}/m", "dimension": "is_key_account", "operator": "eq", "value": "True"},
                {"owner_id": "{id}/c", "dimension": "channel", "operator": "not_null", "value": None},
                {"owner_id": "{id}/c", "dimension": "deal_size", "operator": "gte", "value": "1000.50"},
                {"owner_id": "{id}/c", "dimension": "product_line", "operator": "in", "value": "a|b"},
            ],
            "quotas": [
                {
                    "subject_kind": "payee",
                    "subject_id": "{id}",
                    "measure": "revenue_booked",
                    "period": "half",
                    "period_start": "2026-07-01",
                    "quota": "100",
                },
            ],
        },
        {},
    ),
    "fine-versions": (
        {
            "plan_tiers": [
                {"component_id": "{id}/c", "tier_from": "0.0", "rate": "0.07", "_updated_at": "2026-02-01 00:00:00"}
            ]
        },
        {},
    ),
    # cells
    "broken-date": ({"plans": {"valid_from": "2026-02-30"}}, {("plans", "valid_from"): "calendar day"}),
    "broken-money": (
        {"plan_components": {"cap_per_event": "1,234.50"}},
        {("plan_components", "cap_per_event"): "without grouping"},
    ),
    "broken-digits": ({"plan_tiers": {"rate": "0.1234567"}}, {("plan_tiers", "rate"): "6 after"}),
    "broken-width": ({"plan_tiers": {"rate": "０.1"}}, {("plan_tiers", "rate"): "number"}),
    "broken-bool": ({"plan_components": {"prorate": "maybe"}}, {("plan_components", "prorate"): "true or false"}),
    "broken-int": ({"plan_components": {"seq": "1.5"}}, {("plan_components", "seq"): "whole number"}),
    "broken-two": (
        {"plan_tiers": {"rate": "x", "amount": "=1+1"}},
        {("plan_tiers", "rate"): "number", ("plan_tiers", "amount"): "amount"},
    ),
    "missing": ({"plan_components": {"name": ""}}, {("plan_components", "name"): "is empty"}),
    "not-allowed": ({"plans": {"period": "week"}}, {("plans", "period"): "none of month, quarter, half, year"}),
    "not-allowed-list": ({"plans": {"payee_kind": "employee|dealer"}}, {("plans", "payee_kind"): "none of"}),
    "too-long": ({"plan_tiers": {"rate": "1000000"}}, {("plan_tiers", "rate"): "too many"}),
    # names
    "no-such-plan": (
        {
            "plan_assignments": [
                {"assignment_id": "{id}/b", "plan_id": "{id}/q", "subject_kind": "all", "valid_from": "2026-01-01"}
            ]
        },
        {("plan_assignments", "plan_id"): "names no plan"},
    ),
    "no-such-component": (
        {"plan_tiers": [{"component_id": "{id}/d", "tier_from": "0", "rate": "0.1"}]},
        {("plan_tiers", "component_id"): "names no component"},
    ),
    "no-such-owner": (
        {"plan_conditions": [{"owner_id": "{id}/x", "dimension": "channel", "operator": "eq", "value": "direct"}]},
        {("plan_conditions", "owner_id"): "names no component, modifier or credit rule"},
    ),
    "no-such-measure": (
        {"plan_components": {"measure": "profit"}},
        {("plan_components", "measure"): "names no measure"},
    ),
    "no-such-dimension": (
        {"plan_conditions": [{"owner_id": "{id}/c", "dimension": "moon", "operator": "eq", "value": "full"}]},
        {("plan_conditions", "dimension"): "names no dimension"},
    ),
    "no-such-currency": ({"plans": {"currency": "RMB"}}, {("plans", "currency"): "names no currency"}),
    "no-such-predecessor": ({"plans": {"supersedes": "{id}/o"}}, {("plans", "supersedes"): "names no plan"}),
    # rows
    "ends-before-it-starts": ({"plans": {"valid_to": "2026-01-01"}}, {("plans", "valid_to"): "not after valid_from"}),
    "supersedes-itself": ({"plans": {"supersedes": "{id}/p"}}, {("plans", "supersedes"): "itself"}),
    "nobody": ({"plan_assignments": {"subject_kind": "team"}}, {("plan_assignments", "subject_id"): "nobody"}),
    "everybody": ({"plan_assignments": {"subject_id": "ann"}}, {("plan_assignments", "subject_id"): "everybody"}),
    "floor-above-cap": (
        {"plan_components": {"floor_per_period": "10.01", "cap_per_period": "10"}},
        {("plan_components", "floor_per_period"): "above cap_per_period"},
    ),
    "negative-cap": ({"plan_components": {"cap_per_event": "-1"}}, {("plan_components", "cap_per_event"): "below 0"}),
    "tiers-that-repeat": (
        {"plan_tiers": [{"component_id": "{id}/c", "tier_from": "0.0", "rate": "0.07"}]},
        {("plan_tiers", "tier_from"): "twice"},
    ),
    "slices-of-another-measure": (
        {"plan_components": {"method": "marginal", "tier_key": "attainment", "quota_measure": "margin_booked"}},
        {("plan_components", "quota_measure"): "whose slices are paid"},
    ),
    "operator-without-value": (
        {"plan_conditions": [{"owner_id": "{id}/c", "dimension": "channel", "operator": "eq", "value": None}]},
        {("plan_conditions", "value"): "is empty"},
    ),
    "operator-without-number": (
        {"plan_conditions": [{"owner_id": "{id}/c", "dimension": "deal_size", "operator": "gt", "value": "1e3"}]},
        {("plan_conditions", "value"): "no number"},
    ),
    "neither-true-nor-false": (
        {"plan_conditions": [{"owner_id": "{id}/c", "dimension": "is_first_order", "operator": "eq", "value": "yes"}]},
        {("plan_conditions", "value"): "neither true nor false"},
    ),
    "quota-of-no-period": (
        {
            "quotas": [
                {
                    "subject_kind": "payee",
                    "subject_id": "{id}",
                    "measure": "revenue_booked",
                    "period": "quarter",
                    "period_start": "2026-02-01",
                    "quota": "1",
                }
            ]
        },
        {("quotas", "period_start"): "not the first day"},
    ),
    "condition-of-nobody": (
        {"plan_conditions": [{"owner_id": None, "dimension": "channel", "operator": "eq", "value": "{id}"}]},
        {("plan_conditions", "owner_id"): "is empty"},
    ),
    # what is not built: named, and refused as well where the contract refuses it by itself
    "rank-without-rank": (
        {"plan_components": {"tier_key": "rank"}},
        {("plan_components", "tier_key"): "only the method rank pays by place"},
    ),
    "score-by-event": (
        {"plan_components": {"tier_key": "score", "method": "marginal"}},
        {("plan_components", "tier_key"): "one line a period"},
    ),
    "growth-by-event": (
        {"plan_components": {"tier_key": "growth", "method": "marginal", "accumulate": "event"}},
        {("plan_components", "tier_key"): "each event stands alone"},
    ),
    "event": (
        {"plan_components": {"accumulate": "event"}},
        {("plan_components", "accumulate"): "marginal and retroactive only"},
    ),
    "event-below-0": (
        {"plan_components": {"accumulate": "event", "method": "marginal"}, "plan_tiers": {"tier_from": "-1"}},
        {("plan_tiers", "tier_from"): "below 0"},
    ),
    "quota-measure": (
        {"plan_components": {"quota_measure": "margin_booked", "method": "retroactive", "accumulate": "event"}},
        {("plan_components", "quota_measure"): "each event stands alone"},
    ),
    "gate": (
        {"plan_components": {"gate_measure": "quota_attainment", "gate_min": "0.3"}},
        {("plan_components", "gate_measure"): "gate_measure revenue_booked with gate_key attainment"},
    ),
    "gate-without-bounds": (
        {"plan_components": {"gate_measure": "visits"}},
        {("plan_components", "gate_measure"): "without bounds"},
    ),
    "gate-without-measure": ({"plan_components": {"gate_max": "1"}}, {("plan_components", "gate_max"): "no measure"}),
    # what is held back, clawed back or advanced: each refusal, and the nearest row that is fine
    "hold-without-end": (
        {"plan_components": {"hold_share": "0.3"}},
        {("plan_components", "hold_until"): "is empty although"},
    ),
    "hold-of-more-than-all": (
        {"plan_components": {"hold_share": "1.000001", "hold_until": "days:90"}},
        {("plan_components", "hold_share"): "between 0 and 1"},
    ),
    "hold-until-some-day": (
        {"plan_components": {"hold_share": "0.3", "hold_until": "90"}},
        {("plan_components", "hold_until"): "neither collected nor days:N"},
    ),
    "hold-and-clawback": (
        {"plan_components": {"hold_share": "0.3", "hold_until": "collected", "clawback_unpaid_days": "60"}},
        {("plan_components", "hold_until"): "take back as well"},
    ),
    "hold-of-visits": (
        {"plan_components": {"measure": "visits", "hold_share": "0.3", "hold_until": "collected"}},
        {("plan_components", "hold_until"): "waits for the cash of an order"},
    ),
    "hold-of-sell-through": (
        {"plan_components": {"measure": "dealer_sell_through", "hold_share": "0.3", "hold_until": "collected"}},
        {("plan_components", "hold_until"): "waits for the cash of an order"},
    ),
    "clawback-before-due": (
        {"plan_components": {"clawback_unpaid_days": "-1"}},
        {("plan_components", "clawback_unpaid_days"): "is below 0"},
    ),
    "clawback-of-visits": (
        {"plan_components": {"measure": "visits", "clawback_unpaid_days": "30"}},
        {("plan_components", "clawback_unpaid_days"): "waits for an invoice"},
    ),
    "clawback-of-sell-in": (
        {"plan_components": {"measure": "dealer_sell_in", "clawback_unpaid_days": "30"}},
        {("plan_components", "clawback_unpaid_days"): "waits for an invoice"},
    ),
    "draw-of-no-month": (
        {"plan_draws": [DRAW | {"months": "0"}]},
        {("plan_draws", "months"): "below 1"},
    ),
    "draw-before-hiring": (
        {"plan_draws": [DRAW | {"first_month": "-1"}]},
        {("plan_draws", "first_month"): "below 0"},
    ),
    "draw-below-nothing": (
        {"plan_draws": [DRAW | {"amount": "-0.01"}]},
        {("plan_draws", "amount"): "below 0"},
    ),
    "draw-of-no-kind": (
        {"plan_draws": [DRAW | {"kind": "advance"}]},
        {("plan_draws", "kind"): "none of recoverable, guarantee"},
    ),
    "fine-draws": (
        {"plan_draws": [DRAW, DRAW | {"draw_id": "{id}/e", "kind": "guarantee", "first_month": "1", "amount": "0"}]},
        {},
    ),
    "scorecard-of-nothing": (
        {"plan_components": {"method": "scorecard", "tier_key": "score"}},
        {("plan_components", "method"): "nothing is scored"},
    ),
    "scorecard": (
        {"plan_scorecard_kpis": [SCORED | {"target": "0"}]},
        {("plan_scorecard_kpis", "target"): "is 0"},
    ),
    "scorecard-kpi": (
        {"plan_scorecard_kpis": [{"component_id": "{id}/c", "measure": "earnings", "weight": "1", "target": "5"}]},
        {("plan_scorecard_kpis", "measure"): "pay would wait for its own result"},
    ),
    "credit-rule": (
        {
            "credit_rules": [
                {
                    "credit_rule_id": "{id}/r",
                    "measure": "revenue_bookd",
                    "receives": "manager",
                    "share": "1.5",
                    "valid_from": "2026-01-01",
                    "valid_to": "2025-12-31",
                }
            ],
            "plan_conditions": [
                {"owner_id": "{id}/r", "dimension": "deal_sise", "operator": "gt", "value": "5"},
                {"owner_id": "{id}/r", "dimension": "deal_size", "operator": "gt", "value": "large"},
                {"owner_id": "{id}/s", "dimension": "deal_size", "operator": "gt", "value": "5"},
            ],
        },
        {
            ("credit_rules", "measure"): "names no measure",
            ("credit_rules", "receives"): "is none of overlay, dealer_manager",
            ("credit_rules", "share"): "no share",
            ("credit_rules", "valid_to"): "is not after valid_from",
            ("plan_conditions", "dimension"): "names no dimension",
            ("plan_conditions", "value"): "is no number",
            ("plan_conditions", "owner_id"): "names no component, modifier or credit rule",
        },
    ),
    "rule-of-nothing": (
        {
            "credit_rules": [
                {
                    "credit_rule_id": "{id}/r",
                    "measure": "revenue_booked",
                    "receives": "registrant",
                    "share": "0",
                    "valid_from": "2026-01-01",
                }
            ]
        },
        {("credit_rules", "share"): "no share"},
    ),
    "adjustment-for-oneself": (
        {"manual_adjustments": [ADJUSTMENT | {"approved_by": "ann"}]},
        {("manual_adjustments", "approved_by"): "is paid by it"},
    ),
    "adjustment-of-nobody": (
        {"manual_adjustments": [ADJUSTMENT | {"payee_id": "nan"}]},
        {("manual_adjustments", "payee_id"): "names no user that there is"},
    ),
    "adjustment-of-a-dealer-on-a-plan-of-employees": (
        {"manual_adjustments": [ADJUSTMENT | {"payee_id": "shop"}]},
        {("manual_adjustments", "payee_id"): "names no user that there is"},
    ),
    "adjustment-of-no-plan": (
        {"manual_adjustments": [ADJUSTMENT | {"plan_id": "{id}/q"}]},
        {("manual_adjustments", "plan_id"): "names no plan"},
    ),
    "adjustment-of-no-component": (
        {"manual_adjustments": [ADJUSTMENT | {"component_id": "{id}/d"}]},
        {("manual_adjustments", "component_id"): "names no component"},
    ),
    "adjustment-of-another-plans-component": (
        {
            "plans+": [PLAN | {"plan_id": "{id}/q"}],
            "plan_components+": [COMPONENT | {"component_id": "{id}/d", "plan_id": "{id}/q"}],
            "plan_tiers+": [TIER | {"component_id": "{id}/d"}],
            "manual_adjustments": [ADJUSTMENT | {"component_id": "{id}/d"}],
        },
        {("manual_adjustments", "component_id"): "is a component of another plan"},
    ),
    "adjustment-below-the-cent": (
        {"manual_adjustments": [ADJUSTMENT | {"amount": "-5.001"}]},
        {("manual_adjustments", "amount"): "below the minor unit"},
    ),
    "adjustment-of-nothing": (
        {"manual_adjustments": [ADJUSTMENT | {"amount": "0.00"}]},
        {("manual_adjustments", "amount"): "adjusts nothing"},
    ),
    "adjustment-without-a-reason": (
        {"manual_adjustments": [ADJUSTMENT | {"reason": ""}]},
        {("manual_adjustments", "reason"): "is empty and must not be"},
    ),
    "payment-hold": (
        {"payment_holds": [HOLD | {"order_id": None}]},
        {("payment_holds", "payee_id"): "so is order_id"},
    ),
    "hold-approved-by-who-is-held": (
        {"payment_holds": [HOLD | {"payee_id": "ann", "approved_by": "ann"}]},
        {("payment_holds", "approved_by"): "is who is held back"},
    ),
    "hold-without-a-reason": (
        {"payment_holds": [HOLD | {"reason": None}]},
        {("payment_holds", "reason"): "is empty and must not be"},
    ),
    "close": (
        {
            "period_closes": [
                {
                    "plan_period": "quarter",
                    "period_start": "2026-01-01",
                    "plan_id": "{id}/p",
                    "closed_at": "2026-04-02T09:00:00+08:00",
                    "approved_by": "bob",
                }
            ]
        },
        {("period_closes", "plan_period"): "the close of a period"},
    ),
    "coefficient-of-no-channel": (
        {"contribution_coefficients": [COEFFICIENT | {"channel": "phone"}]},
        {("contribution_coefficients", "channel"): "is none of direct, dealer, online"},
    ),
    "coefficient-below-nothing": (
        {"contribution_coefficients": [COEFFICIENT | {"coefficient": "-0.000001"}]},
        {("contribution_coefficients", "coefficient"): "is below 0"},
    ),
    "coefficient-of-nothing": (
        {"contribution_coefficients": [COEFFICIENT | {"coefficient": None}]},
        {("contribution_coefficients", "coefficient"): "is empty and must not be"},
    ),
    "coefficient-too-long": (
        {"contribution_coefficients": [COEFFICIENT | {"coefficient": "1000000"}]},
        {("contribution_coefficients", "coefficient"): "too many"},
    ),
    # one table beside another
    "no-such-trigger": (
        {"trigger_firings": [FIRING]},
        {("trigger_firings", "trigger_id"): "names no trigger"},
    ),
    "firing-of-no-day": (
        {"triggers": [_trigger()], "trigger_firings": [FIRING | {"active_until": "2026-02-01"}]},
        {("triggers", "trigger_id"): "a trigger", ("trigger_firings", "active_until"): "not after fired_on"},
    ),
    "trigger-of-no-component": (
        {"triggers": [_trigger(component_id="{id}/x")], "trigger_firings": [FIRING]},
        {("triggers", "trigger_id"): "a trigger", ("triggers", "component_id"): "names no component"},
    ),
    "trigger-of-a-metric-unheard-of": (
        {"triggers": [_trigger(metric="profit")], "trigger_firings": [FIRING]},
        {("triggers", "trigger_id"): "a trigger", ("triggers", "metric"): "names no measure or KPI"},
    ),
    "trigger-that-nothing-fires": (
        {"triggers": [_trigger()]},
        {("triggers", "trigger_id"): "a trigger", ("triggers", "component_id"): "no firing has landed"},
    ),
    "no-tiers": (
        {"plan_tiers": {"component_id": "{id}/e"}, "plan_components": [COMPONENT | {"component_id": "{id}/e"}]},
        {("plan_components", "method"): "there are none"},
    ),
    "groups-of-nobody": (
        {"plan_components": {"method": "rank", "rank_within": "group"}, "plan_tiers": {"tier_from": "1"}},
        {("plan_components", "rank_within"): "nobody who is ranked is in one"},
    ),
    "groups-without-teams": (
        {
            "plan_components": {"method": "rank", "rank_within": "group", "rank_subject": "team"},
            "plan_tiers": {"tier_from": "1"},
            "contest_entries": [ENTRY],
        },
        {("plan_components", "rank_within"): "nobody who is ranked is in one"},
    ),
    "entry-of-no-component": (
        {"contest_entries": [ENTRY | {"component_id": "{id}/x"}]},
        {("contest_entries", "component_id"): "names no component"},
    ),
    "place-nought": (
        {"plan_components": {"method": "rank"}},
        {("plan_tiers", "tier_from"): "is no place"},
    ),
    "place-and-a-half": (
        {"plan_components": {"method": "rank"}, "plan_tiers": {"tier_from": "1.5"}},
        {("plan_tiers", "tier_from"): "is no place"},
    ),
    "score-of-nothing": (
        {"plan_components": {"method": "step", "tier_key": "score"}},
        {("plan_components", "tier_key"): "nothing is scored"},
    ),
    "scores-turned-round": (
        {"plan_components": {"method": "scorecard"}, "plan_scorecard_kpis": [SCORED | {"min_score": "1.51"}]},
        {("plan_scorecard_kpis", "max_score"): "below min_score"},
    ),
    "scored-by-what-is-not": (
        {"plan_components": {"method": "scorecard"}, "plan_scorecard_kpis": [SCORED | {"measure": "smiles"}]},
        {("plan_scorecard_kpis", "measure"): "names no measure or KPI"},
    ),
    "gate-with-floor-alone": (
        {"plan_components": {"gate_min": "1"}},
        {("plan_components", "gate_min"): "no measure"},
    ),
    "gate-of-one-point": (
        {"plan_components": {"gate_measure": "visits", "gate_min": "1", "gate_max": "1"}},
        {("plan_components", "gate_max"): "never met"},
    ),
    "gate-turned-round": (
        {"plan_components": {"gate_measure": "visits", "gate_min": "3", "gate_max": "1"}},
        {("plan_components", "gate_max"): "never met"},
    ),
    "gate-turned-round-where-less-is-better": (
        {"plan_components": {"gate_measure": "collection_days", "gate_min": "30", "gate_max": "60"}},
        {("plan_components", "gate_max"): "never met"},
    ),
    "modifier-without-bounds": (
        {"plan_modifiers": [MODIFIER | {"gate_measure": "visits"}]},
        {("plan_modifiers", "gate_measure"): "without bounds"},
    ),
    "modifier-bounded-below-without-measure": (
        {"plan_modifiers": [MODIFIER | {"gate_min": "1"}]},
        {("plan_modifiers", "gate_min"): "no measure"},
    ),
    "modifier-bounded-above-without-measure": (
        {"plan_modifiers": [MODIFIER | {"gate_max": "1"}]},
        {("plan_modifiers", "gate_max"): "no measure"},
    ),
    "modifier-turned-round": (
        {"plan_modifiers": [MODIFIER | {"gate_measure": "win_rate", "gate_min": "0.5", "gate_max": "0.4"}]},
        {("plan_modifiers", "gate_max"): "never met"},
    ),
    "modifier-by-earnings": (
        {"plan_modifiers": [MODIFIER | {"gate_measure": "earnings", "gate_min": "1"}]},
        {("plan_modifiers", "gate_measure"): "pay would wait for its own result"},
    ),
    "modifier-by-event-with-a-gate": (
        {"plan_modifiers": [MODIFIER | {"scope": "event", "gate_measure": "visits", "gate_min": "1"}]},
        {("plan_modifiers", "scope"): "asked over a period"},
    ),
    "modifier-of-no-component": (
        {"plan_modifiers": [MODIFIER | {"component_id": "{id}/x"}]},
        {("plan_modifiers", "component_id"): "names no component"},
    ),
    "dealers-in-teams": (
        {
            "plans": {"payee_kind": "dealer"},
            "plan_components": {
                "measure": "dealer_sell_in",
                "method": "rank",
                "rank_within": "team",
                "rank_subject": "team",
                "credit_level": "team",
                "gate_measure": "dealer_sell_in",
                "gate_subject": "team",
                "gate_min": "1",
            },
            "plan_tiers": {"tier_from": "1"},
            "plan_assignments": {"subject_kind": "role", "subject_id": "seller"},
            "plan_modifiers": [
                MODIFIER | {"gate_measure": "dealer_sell_in", "gate_subject": "team", "gate_min": "1"},
            ],
        },
        {
            ("plan_components", "rank_within"): "dealers are in none",
            ("plan_components", "rank_subject"): "dealers are in none",
            ("plan_components", "credit_level"): "dealers lead none",
            ("plan_components", "gate_subject"): "dealers are in none",
            ("plan_modifiers", "gate_subject"): "dealers are in none",
            ("plan_assignments", "subject_kind"): "who have no team and no role",
        },
    ),
    "employees-with-a-dealer-tier": (
        {"plan_assignments": {"subject_kind": "dealer_tier", "subject_id": "gold"}},
        {("plan_assignments", "subject_kind"): "who have no dealer tier"},
    ),
    "two-that-replace-each-other": (
        {
            "plans": {"supersedes": "{id}/q"},
            "plans+": [PLAN | {"plan_id": "{id}/q", "supersedes": "{id}/p"}],
        },
        {("plans", "supersedes"): "replaces this one"},
    ),
    "assignment-of-no-day": (
        {"plan_assignments": {"valid_to": "2026-01-01"}},
        {("plan_assignments", "valid_to"): "not after valid_from"},
    ),
    "component-of-no-day": (
        {"plan_components": {"valid_from": "2026-02-01", "valid_to": "2026-02-01"}},
        {("plan_components", "valid_to"): "not after valid_from"},
    ),
    "quota-of-part-of-the-company": (
        {"quotas": [QUOTA | {"subject_kind": "company"}]},
        {("quotas", "subject_id"): "of all of it"},
    ),
    "quota-of-no-half": (
        {"quotas": [QUOTA | {"period": "half"}]},
        {("quotas", "period_start"): "not the first day"},
    ),
    "target-of-no-year": (
        {"kpi_targets": [TARGET | {"period_start": "2026-07-01"}]},
        {("kpi_targets", "kpi"): "a KPI target", ("kpi_targets", "period_start"): "not the first day"},
    ),
    "target-of-no-kpi": (
        {"kpi_targets": [TARGET | {"kpi": "revenue_booked"}]},
        {("kpi_targets", "kpi"): "names no KPI"},
    ),
    "adjustment-in-another-currency": (
        {"manual_adjustments": [ADJUSTMENT | {"currency": "CNY"}]},
        {("manual_adjustments", "currency"): "not the currency that the plan pays in"},
    ),
    "adjustment-approved-by-who-asked": (
        {"manual_adjustments": [ADJUSTMENT | {"approved_by": "bob"}]},
        {("manual_adjustments", "approved_by"): "asked for the adjustment"},
    ),
    "hold-that-ends-before": (
        {"payment_holds": [HOLD | {"released_on": "2026-01-02"}]},
        {("payment_holds", "released_on"): "is not after held_from"},
    ),
    "close-of-no-quarter": (
        {"period_closes": [CLOSE | {"period_start": "2026-02-01"}]},
        {("period_closes", "plan_period"): "the close", ("period_closes", "period_start"): "not the first day"},
    ),
    "broken-timestamp": (
        {"period_closes": [CLOSE | {"closed_at": "2026-04-31T09:00:00Z"}]},
        {("period_closes", "plan_period"): "the close", ("period_closes", "closed_at"): "is not a time"},
    ),
    "coefficient-of-no-day": (
        {"contribution_coefficients": [COEFFICIENT | {"valid_to": "2026-01-01"}]},
        {("contribution_coefficients", "valid_to"): "not after valid_from"},
    ),
    "scenario": (
        {
            "scenario_overrides": [
                {"scenario_id": "{id}/s", "table_name": "plan_tiers", "row_key": "{id}/c/0", "column_name": "rate"}
            ]
        },
        {("scenario_overrides", "scenario_id"): "a what-if scenario"},
    ),
}

# Cases of which every fault is reported and stops nothing.
WARNED = {"no-tiers", "scenario", "trigger-that-nothing-fires"}
# What is not built at all: refused by this cell, or only noted where nobody's pay is missing.
NOTICES = {("triggers", "trigger_id"), ("scenario_overrides", "scenario_id"), ("kpi_targets", "kpi")}
UNBUILT = NOTICES | {("period_closes", "plan_period")}

# name of a case that is refused → the nearest plan that is not: what differs from the plan that pays, as above.
MENDED: dict[str, dict[str, Row | Sequence[Row]]] = {
    "broken-date": {"plans": {"valid_from": "2026-02-28"}},
    "broken-money": {"plan_components": {"cap_per_event": "1234.50"}},
    "broken-digits": {"plan_tiers": {"rate": "0.1234560"}},
    "broken-width": {"plan_tiers": {"rate": "0.1"}},
    "broken-bool": {"plan_components": {"prorate": "NO"}},
    "broken-int": {"plan_components": {"seq": "-1"}},
    "broken-two": {"plan_tiers": {"rate": "1", "amount": "2"}},
    "broken-timestamp": {"period_closes": [CLOSE | {"closed_at": "2026-04-30T09:00:00Z"}]},
    "missing": {"plan_components": {"name": "x"}},
    "not-allowed": {"plans": {"period": "month"}},
    "not-allowed-list": {"plans": {"payee_kind": "dealer"}},
    "too-long": {"plan_tiers": {"rate": "999999.999999"}},
    "no-such-plan": {
        "plan_assignments": [
            {"assignment_id": "{id}/b", "plan_id": "{id}/p", "subject_kind": "all", "valid_from": "2026-01-01"}
        ]
    },
    "no-such-component": {"plan_tiers": [{"component_id": "{id}/c", "tier_from": "1", "rate": "0.1"}]},
    "no-such-owner": {"plan_conditions": [_condition("channel", "eq", "direct")]},
    "no-such-measure": {"plan_components": {"measure": "margin_booked"}},
    "no-such-dimension": {"plan_conditions": [_condition("weekday", "eq", "full")]},
    "no-such-currency": {"plans": {"currency": "CNY"}},
    "no-such-predecessor": {
        "plans": {"supersedes": "{id}/o"},
        "plans+": [PLAN | {"plan_id": "{id}/o", "valid_from": "2025-01-01"}],
    },
    "ends-before-it-starts": {"plans": {"valid_to": "2026-01-02"}},
    "supersedes-itself": {"plans": {"supersedes": "{id}/o"}, "plans+": [PLAN | {"plan_id": "{id}/o"}]},
    "two-that-replace-each-other": {
        "plans": {"supersedes": "{id}/q"},
        "plans+": [PLAN | {"plan_id": "{id}/q"}],
    },
    "nobody": {"plan_assignments": {"subject_kind": "team", "subject_id": "t"}},
    "everybody": {"plan_assignments": {"subject_kind": "payee", "subject_id": "ann"}},
    "assignment-of-no-day": {"plan_assignments": {"valid_to": "2026-01-02"}},
    "component-of-no-day": {"plan_components": {"valid_from": "2026-02-01", "valid_to": "2026-02-02"}},
    "floor-above-cap": {"plan_components": {"floor_per_period": "10", "cap_per_period": "10"}},
    "negative-cap": {"plan_components": {"cap_per_event": "0"}},
    "tiers-that-repeat": {"plan_tiers": [{"component_id": "{id}/c", "tier_from": "0.0", "rate": "0.050"}]},
    "slices-of-another-measure": {
        "plan_components": {"method": "retroactive", "tier_key": "attainment", "quota_measure": "margin_booked"}
    },
    "operator-without-value": {"plan_conditions": [_condition("channel", "is_null", None)]},
    "operator-without-number": {"plan_conditions": [_condition("deal_size", "gt", "1000")]},
    "neither-true-nor-false": {"plan_conditions": [_condition("is_first_order", "in", "true|False")]},
    "quota-of-no-period": {"quotas": [QUOTA]},
    "quota-of-no-half": {"quotas": [QUOTA | {"period": "half", "period_start": "2026-07-01"}]},
    "quota-of-part-of-the-company": {"quotas": [QUOTA | {"subject_kind": "region"}]},
    "condition-of-nobody": {"plan_conditions": [_condition("channel", "eq", "{id}")]},
    "rank-without-rank": {
        "plan_components": {"tier_key": "rank", "method": "rank"},
        "plan_tiers": {"tier_from": "1"},
    },
    "score-by-event": {
        "plan_components": {"tier_key": "score", "method": "step"},
        "plan_scorecard_kpis": [SCORED],
    },
    "score-of-nothing": {
        "plan_components": {"tier_key": "score", "method": "interpolated"},
        "plan_scorecard_kpis": [SCORED],
    },
    "growth-by-event": {"plan_components": {"tier_key": "growth", "method": "marginal", "accumulate": "period"}},
    "event": {"plan_components": {"accumulate": "event", "method": "marginal"}},
    "event-below-0": {"plan_components": {"accumulate": "event", "method": "marginal"}},
    "quota-measure": {
        "plan_components": {"quota_measure": "revenue_booked", "method": "retroactive", "accumulate": "event"}
    },
    "gate": {"plan_components": {"gate_measure": "revenue_booked", "gate_min": "0.3"}},
    "gate-without-bounds": {"plan_components": {"gate_measure": "visits", "gate_max": "0"}},
    "gate-without-measure": {"plan_components": {"gate_measure": "visits", "gate_max": "1"}},
    "gate-with-floor-alone": {"plan_components": {"gate_measure": "repurchase_rate", "gate_min": "1"}},
    "gate-of-one-point": {"plan_components": {"gate_measure": "visits", "gate_min": "1", "gate_max": "1.000001"}},
    "gate-turned-round": {"plan_components": {"gate_measure": "visits", "gate_min": "1", "gate_max": "3"}},
    "gate-turned-round-where-less-is-better": {
        "plan_components": {"gate_measure": "collection_days", "gate_min": "60", "gate_max": "30"}
    },
    "modifier-without-bounds": {"plan_modifiers": [MODIFIER | {"gate_measure": "visits", "gate_min": "0"}]},
    "modifier-bounded-below-without-measure": {"plan_modifiers": [MODIFIER]},
    "modifier-bounded-above-without-measure": {
        "plan_modifiers": [MODIFIER | {"gate_measure": "pipeline_coverage", "gate_max": "1"}]
    },
    "modifier-turned-round": {
        "plan_modifiers": [MODIFIER | {"gate_measure": "win_rate", "gate_min": "0.4", "gate_max": "0.5"}]
    },
    "modifier-by-earnings": {"plan_modifiers": [MODIFIER | {"gate_measure": "revenue", "gate_min": "1"}]},
    "modifier-by-event-with-a-gate": {
        "plan_modifiers": [MODIFIER | {"gate_measure": "visits", "gate_min": "1"}],
        "plan_conditions": [_condition("channel", "eq", "direct", "{id}/m")],
    },
    "modifier-of-no-component": {"plan_modifiers": [MODIFIER | {"scope": "event"}]},
    "hold-without-end": {"plan_components": {"hold_share": "0"}},
    "hold-of-more-than-all": {"plan_components": {"hold_share": "1", "hold_until": "days:90"}},
    "hold-until-some-day": {"plan_components": {"hold_share": "0.3", "hold_until": "days:0"}},
    "hold-and-clawback": {
        "plan_components": {"hold_share": "0.3", "hold_until": "days:60", "clawback_unpaid_days": "60"}
    },
    "hold-of-visits": {"plan_components": {"measure": "visits", "hold_share": "0.3", "hold_until": "days:30"}},
    "hold-of-sell-through": {
        "plan_components": {"measure": "new_accounts", "hold_share": "0.3", "hold_until": "collected"}
    },
    "clawback-before-due": {"plan_components": {"clawback_unpaid_days": "0"}},
    "clawback-of-visits": {"plan_components": {"measure": "visits"}},
    "clawback-of-sell-in": {"plan_components": {"measure": "revenue_invoiced", "clawback_unpaid_days": "30"}},
    "draw-of-no-month": {"plan_draws": [DRAW]},
    "draw-before-hiring": {"plan_draws": [DRAW | {"first_month": "0"}]},
    "draw-below-nothing": {"plan_draws": [DRAW | {"amount": "0"}]},
    "draw-of-no-kind": {"plan_draws": [DRAW | {"kind": "guarantee", "first_month": "1"}]},
    "scorecard-of-nothing": {
        "plan_components": {"method": "scorecard", "tier_key": "score"},
        "plan_scorecard_kpis": [SCORED],
    },
    "scorecard": {
        "plan_components": {"method": "scorecard"},
        "plan_scorecard_kpis": [SCORED | {"target": "0.000001"}],
    },
    "scorecard-kpi": {
        "plan_components": {"method": "scorecard"},
        "plan_scorecard_kpis": [SCORED | {"measure": "repurchase_rate"}],
    },
    "scores-turned-round": {
        "plan_components": {"method": "scorecard"},
        "plan_scorecard_kpis": [SCORED | {"min_score": "1.5"}],
    },
    "scored-by-what-is-not": {
        "plan_components": {"method": "scorecard"},
        "plan_scorecard_kpis": [SCORED | {"measure": "satisfaction"}],
    },
    "credit-rule": {
        "credit_rules": [RULE | {"valid_to": "2026-01-02"}],
        "plan_conditions": [_condition("deal_size", "gt", "5", "{id}/r")],
    },
    "rule-of-nothing": {"credit_rules": [RULE | {"share": "0.000001"}]},
    "adjustment-for-oneself": {"manual_adjustments": [ADJUSTMENT]},
    "adjustment-in-another-currency": {"manual_adjustments": [ADJUSTMENT]},
    "adjustment-approved-by-who-asked": {"manual_adjustments": [ADJUSTMENT | {"requested_by": "dan"}]},
    "adjustment-of-nobody": {"manual_adjustments": [ADJUSTMENT]},
    "adjustment-of-a-dealer-on-a-plan-of-employees": {
        "plans": {"payee_kind": "dealer"},
        "plan_components": {"measure": "dealer_sell_in"},
        "manual_adjustments": [ADJUSTMENT | {"payee_id": "shop"}],
    },
    "adjustment-of-no-plan": {"manual_adjustments": [ADJUSTMENT]},
    "adjustment-of-no-component": {"manual_adjustments": [ADJUSTMENT | {"component_id": "{id}/c"}]},
    "adjustment-of-another-plans-component": {
        "plans+": [PLAN | {"plan_id": "{id}/q"}],
        "plan_components+": [COMPONENT | {"component_id": "{id}/d", "plan_id": "{id}/q"}],
        "plan_tiers+": [TIER | {"component_id": "{id}/d"}],
        "manual_adjustments": [ADJUSTMENT | {"component_id": "{id}/d", "plan_id": "{id}/q"}],
    },
    "adjustment-below-the-cent": {"manual_adjustments": [ADJUSTMENT | {"amount": "-5.0100"}]},
    "adjustment-of-nothing": {"manual_adjustments": [ADJUSTMENT | {"amount": "0.01"}]},
    "adjustment-without-a-reason": {"manual_adjustments": [ADJUSTMENT | {"reason": "-"}]},
    "payment-hold": {"payment_holds": [HOLD]},
    "hold-approved-by-who-is-held": {"payment_holds": [HOLD | {"approved_by": "ann"}]},
    "hold-without-a-reason": {"payment_holds": [HOLD | {"reason": "-"}]},
    "hold-that-ends-before": {"payment_holds": [HOLD]},
    "close": {},
    "close-of-no-quarter": {"period_closes": [CLOSE]},
    "coefficient-of-no-channel": {"contribution_coefficients": [COEFFICIENT | {"channel": "dealer"}]},
    "coefficient-below-nothing": {"contribution_coefficients": [COEFFICIENT | {"coefficient": "0"}]},
    "coefficient-of-nothing": {"contribution_coefficients": [COEFFICIENT]},
    "coefficient-too-long": {"contribution_coefficients": [COEFFICIENT | {"coefficient": "999999.999999"}]},
    "coefficient-of-no-day": {"contribution_coefficients": [COEFFICIENT | {"valid_to": "2026-01-02"}]},
    "scenario": {},
    "target-of-no-year": {"kpi_targets": [TARGET]},
    "target-of-no-kpi": {"kpi_targets": [TARGET]},
    "no-such-trigger": {"triggers": [_trigger()], "trigger_firings": [FIRING]},
    "firing-of-no-day": {"triggers": [_trigger()], "trigger_firings": [FIRING]},
    "trigger-of-no-component": {"triggers": [_trigger()], "trigger_firings": [FIRING]},
    "trigger-of-a-metric-unheard-of": {"triggers": [_trigger(metric="earnings")], "trigger_firings": [FIRING]},
    "trigger-that-nothing-fires": {"triggers": [_trigger()], "trigger_firings": [FIRING]},
    "no-tiers": {
        "plan_components": [COMPONENT | {"component_id": "{id}/e"}],
        "plan_tiers": [TIER | {"component_id": "{id}/e"}],
    },
    "groups-of-nobody": {
        "plan_components": {"method": "rank", "rank_within": "group"},
        "plan_tiers": {"tier_from": "1"},
        "contest_entries": [ENTRY],
    },
    "groups-without-teams": {
        "plan_components": {"method": "rank", "rank_within": "group", "rank_subject": "team"},
        "plan_tiers": {"tier_from": "1"},
        "contest_entries": [ENTRY | {"subject_kind": "team"}],
    },
    "entry-of-no-component": {"contest_entries": [ENTRY]},
    "place-nought": {"plan_components": {"method": "rank"}, "plan_tiers": {"tier_from": "1"}},
    "place-and-a-half": {"plan_components": {"method": "rank"}, "plan_tiers": {"tier_from": "2.0"}},
    "dealers-in-teams": {
        "plans": {"payee_kind": "dealer"},
        "plan_components": {
            "measure": "dealer_sell_in",
            "method": "rank",
            "rank_within": "region",
            "gate_measure": "dealer_sell_in",
            "gate_min": "1",
        },
        "plan_tiers": {"tier_from": "1"},
        "plan_assignments": {"subject_kind": "dealer_tier", "subject_id": "gold"},
        "plan_modifiers": [MODIFIER | {"gate_measure": "dealer_sell_in", "gate_min": "1"}],
    },
    "employees-with-a-dealer-tier": {"plan_assignments": {"subject_kind": "region", "subject_id": "gold"}},
}


def _plan(
    name: str, changes: Mapping[str, Row | Sequence[Row]], status: str = "active"
) -> dict[str, list[dict[str, object]]]:
    """The rows of one case: a plan that pays 5 per cent of revenue, with the case's changes."""
    base: dict[str, list[dict[str, object]]] = {
        "plans": [{**PLAN, "status": status}],
        "plan_assignments": [dict(ASSIGNMENT)],
        "plan_components": [dict(COMPONENT)],
        "plan_tiers": [dict(TIER)],
    }
    for table, change in changes.items():
        if isinstance(change, Mapping):
            base[table][0] |= change
        else:
            base.setdefault(table.rstrip("+"), []).extend(dict(row) for row in change)
    return {
        table: [
            {column: cell.replace("{id}", name) if isinstance(cell, str) else cell for column, cell in row.items()}
            for row in rows
        ]
        for table, rows in base.items()
    }


@pytest.fixture(scope="module")
def checked(check_plans: Callable[[Any], Path]) -> duckdb.DuckDBPyConnection:
    """One warehouse with all cases, each also as a draft (`draft/<case>`), and each mended (`mended/<case>`)."""
    rows: dict[str, list[dict[str, object]]] = defaultdict(list)
    plans = [_plan(name, changes) for name, (changes, _) in CASES.items()]
    plans += [_plan(f"draft/{name}", changes, "draft") for name, (changes, _) in CASES.items()]
    plans += [_plan(f"mended/{name}", changes) for name, changes in MENDED.items()]
    for plan in plans:
        for table, added in plan.items():
            rows[table] += added
    rows["triggers"].append(dict(TRIGGER))
    return duckdb.connect(str(check_plans(rows)), read_only=True)


def _found(checked: duckdb.DuckDBPyConnection, name: str) -> dict[tuple[str, str], tuple[str, str, bool, str]]:
    """What the check says of a case: (table, column) → (value, reason, whether it stops the build, what to do)."""
    return {
        (table, column): (value, reason, blocking, action)
        for table, column, value, reason, blocking, action in checked.execute(
            "select table_name, column_name, value, reason, is_blocking, what_to_do from operations.rpt_plan_violations"
            " where concat('/', row_key, '/') like concat('%/', ?, '/%')"
            " and (row_key not like '%draft/%' or ? like 'draft/%') and (row_key not like '%mended/%' or ? like 'mended/%')",
            [name, name, name],
        ).fetchall()
    }


def _plain(cell: object) -> str:
    """A cell as the check shows it: numbers without zeros at their end, true and false in lower case."""
    text = "" if cell is None else str(cell)
    try:
        return f"{Decimal(text).normalize():f}" if text.isascii() and "e" not in text.lower() else text
    except InvalidOperation:
        return text


@pytest.mark.parametrize("name", CASES)
def test_a_fault_is_named_with_table_key_column_value_and_remedy(checked: duckdb.DuckDBPyConnection, name: str) -> None:
    changes, faults = CASES[name]
    found = _found(checked, name)
    assert set(found) == set(faults)
    rows = _plan(name, changes)
    for (table, column), part in faults.items():
        value, reason, blocking, action = found[table, column]
        assert part in reason
        assert action
        is_notice = (table, column) in NOTICES and "is not built" in reason
        assert blocking == (name not in WARNED and not is_notice)
        default = plan_contract()[table]["columns"][column].get("default")
        assert _plain(value) in {_plain(row.get(column, default)) for row in rows[table]}


@pytest.mark.parametrize("name", MENDED)
def test_the_nearest_plan_is_not_refused(checked: duckdb.DuckDBPyConnection, name: str) -> None:
    # what is not built at all is refused however it is written
    assert set(_found(checked, f"mended/{name}")) - UNBUILT == set()


def test_every_case_that_is_refused_has_a_nearest_one_that_is_not() -> None:
    assert set(MENDED) == {name for name, (_, faults) in CASES.items() if faults}


def test_every_rule_has_a_case_that_breaks_it(checked: duckdb.DuckDBPyConnection) -> None:
    # reasons that rules share are told apart by table and column
    seen = set(
        checked.execute(
            "select table_name, column_name, reason from intermediate.int_plan_rows_refused where key_text not like 'draft/%'"
        ).fetchall()
    )
    assert {(rule["table"], rule["column"], rule["reason"]) for rule in plan_rules()} - seen == set()


def test_a_name_that_is_nearly_right_is_suggested(checked: duckdb.DuckDBPyConnection) -> None:
    value, _, _, action = _found(checked, "credit-rule")["credit_rules", "measure"]
    assert value == "revenue_bookd"
    assert "revenue_booked is alike" in action


@pytest.mark.parametrize("name", CASES)
def test_only_a_plan_without_a_fault_pays(checked: duckdb.DuckDBPyConnection, name: str) -> None:
    # a fault of a row that belongs to no plan stops the build, and cannot be laid at this plan's door
    own = checked.execute(
        "select count(*) from operations.rpt_plan_violations where plan_id = concat(?, '/p') and is_blocking", [name]
    ).fetchone()
    pays = checked.execute("select count(*) from core.dim_plans where plan_id = concat(?, '/p')", [name]).fetchone()
    assert own is not None and pays is not None
    assert pays[0] == (0 if own[0] else 1)


def test_faults_of_drafts_stop_nothing(checked: duckdb.DuckDBPyConnection) -> None:
    statuses = checked.execute(
        "select is_blocking, count(*) from operations.rpt_plan_violations where plan_status = 'draft'"
        " group by is_blocking"
    ).fetchall()
    assert [blocking for blocking, _ in statuses] == [False]
    assert checked.execute("select count(*) from core.dim_plans where status = 'draft'").fetchone() == (0,)


def test_what_pays_nobody_is_reported_and_stops_nothing(checked: duckdb.DuckDBPyConnection) -> None:
    assert checked.execute(
        "select column_name, is_blocking from operations.rpt_plan_violations where row_key = 'notice'"
        " order by column_name"
    ).fetchall() == [("trigger_id", False)]


def test_the_newest_version_of_a_tier_pays(checked: duckdb.DuckDBPyConnection) -> None:
    rate = checked.execute(
        "select cast(rate as varchar) from core.dim_plan_tiers where component_id = 'fine-versions/c'"
    ).fetchall()
    assert rate == [("0.070000",)]


def test_no_plan_rows_at_all_are_fine(check_plans: Callable[[Any], Path]) -> None:
    with duckdb.connect(str(check_plans({})), read_only=True) as connection:
        assert connection.execute("select count(*) from operations.rpt_plan_violations").fetchone() == (0,)
        assert connection.execute("select count(*) from core.dim_plans").fetchone() == (0,)


def test_models_and_ingest_read_one_contract() -> None:
    landed = yaml.safe_load((ROOT / "orchestration/ingest/contract/plans.yml").read_text(encoding="utf-8"))
    tables = landed.get("tables", landed)
    ours = plan_contract()
    assert set(ours) == set(tables)
    for table, contract in ours.items():
        assert contract["key"] == tables[table]["key"]
        assert list(contract["columns"]) == [
            column for column in tables[table]["columns"] if column not in ("updated_at", "is_deleted")
        ]
