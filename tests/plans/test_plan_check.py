"""The plan check: every way to break the plan contract is named, and a plan that keeps it pays."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from tests.plans.conftest import ROOT, Row, plan_contract

Faults = dict[tuple[str, str], str]  # (table, column) → a part of the reason

ADJUSTMENT = {
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

DRAW = {"draw_id": "{id}/d", "plan_id": "{id}/p", "kind": "recoverable", "amount": "5", "months": "1"}

# name → (what differs from a plan that pays, by table, and what the check must say; nothing else).
# A table's rows: a dict changes the plan's own row, a list adds rows. {id} is the case's name.
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
        {"plan_components": {"gate_measure": "repurchase_rate", "gate_min": "0.3"}},
        {("plan_components", "gate_measure"): "a gate on this KPI (gate_measure repurchase_rate) is not built"},
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
    "fine-hold-of-nothing-without-end": ({"plan_components": {"hold_share": "0"}}, {}),
    "hold-of-more-than-all": (
        {"plan_components": {"hold_share": "1.000001", "hold_until": "days:90"}},
        {("plan_components", "hold_share"): "between 0 and 1"},
    ),
    "fine-hold-of-all": ({"plan_components": {"hold_share": "1", "hold_until": "days:90"}}, {}),
    "hold-until-some-day": (
        {"plan_components": {"hold_share": "0.3", "hold_until": "90"}},
        {("plan_components", "hold_until"): "neither collected nor days:N"},
    ),
    "fine-hold-of-no-days": ({"plan_components": {"hold_share": "0.3", "hold_until": "days:0"}}, {}),
    "hold-and-clawback": (
        {"plan_components": {"hold_share": "0.3", "hold_until": "collected", "clawback_unpaid_days": "60"}},
        {("plan_components", "hold_until"): "take back as well"},
    ),
    "fine-hold-of-days-and-clawback": (
        {"plan_components": {"hold_share": "0.3", "hold_until": "days:60", "clawback_unpaid_days": "60"}},
        {},
    ),
    "hold-of-visits": (
        {"plan_components": {"measure": "visits", "hold_share": "0.3", "hold_until": "collected"}},
        {("plan_components", "hold_until"): "waits for the cash of an order"},
    ),
    "hold-of-sell-through": (
        {"plan_components": {"measure": "dealer_sell_through", "hold_share": "0.3", "hold_until": "collected"}},
        {("plan_components", "hold_until"): "waits for the cash of an order"},
    ),
    "fine-hold-of-visits-for-days": (
        {"plan_components": {"measure": "visits", "hold_share": "0.3", "hold_until": "days:30"}},
        {},
    ),
    "fine-hold-of-new-accounts": (
        {"plan_components": {"measure": "new_accounts", "hold_share": "0.3", "hold_until": "collected"}},
        {},
    ),
    "clawback-before-due": (
        {"plan_components": {"clawback_unpaid_days": "-1"}},
        {("plan_components", "clawback_unpaid_days"): "is below 0"},
    ),
    "fine-clawback-when-due": ({"plan_components": {"clawback_unpaid_days": "0"}}, {}),
    "clawback-of-visits": (
        {"plan_components": {"measure": "visits", "clawback_unpaid_days": "30"}},
        {("plan_components", "clawback_unpaid_days"): "waits for an invoice"},
    ),
    "clawback-of-sell-in": (
        {"plan_components": {"measure": "dealer_sell_in", "clawback_unpaid_days": "30"}},
        {("plan_components", "clawback_unpaid_days"): "waits for an invoice"},
    ),
    "fine-clawback-of-invoices": (
        {"plan_components": {"measure": "revenue_invoiced", "clawback_unpaid_days": "30"}},
        {},
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
    "scorecard-of-visits": (
        {
            "plan_components": {"method": "scorecard", "tier_key": "score"},
            "plan_scorecard_kpis": [{"component_id": "{id}/c", "measure": "visits", "weight": "1", "target": "5"}],
        },
        {},
    ),
    "scorecard": (
        {"plan_scorecard_kpis": [{"component_id": "{id}/c", "measure": "visits", "weight": "1", "target": "0"}]},
        {("plan_scorecard_kpis", "target"): "is 0"},
    ),
    "scorecard-kpi": (
        {"plan_scorecard_kpis": [{"component_id": "{id}/c", "measure": "earnings", "weight": "1", "target": "5"}]},
        {("plan_scorecard_kpis", "measure"): "a scorecard of this KPI (measure earnings) is not built"},
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
    "adjustment": (
        {"manual_adjustments": [ADJUSTMENT]},
        {("manual_adjustments", "adjustment_id"): "an adjustment by hand"},
    ),
    "adjustment-for-oneself": (
        {"manual_adjustments": [ADJUSTMENT | {"approved_by": "ann"}]},
        {
            ("manual_adjustments", "adjustment_id"): "an adjustment by hand",
            ("manual_adjustments", "approved_by"): "is paid by it",
        },
    ),
    "payment-hold": (
        {"payment_holds": [{"hold_id": "{id}/h", "held_from": "2026-01-01", "reason": "r", "approved_by": "bob"}]},
        {("payment_holds", "hold_id"): "a payment hold", ("payment_holds", "payee_id"): "so is order_id"},
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
    "coefficient": (
        {"contribution_coefficients": [{"region": "{id}", "coefficient": "1.1", "valid_from": "2026-01-01"}]},
        {("contribution_coefficients", "coefficient"): "a contribution coefficient"},
    ),
}

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


def _plan(
    name: str, changes: Mapping[str, Row | Sequence[Row]], status: str = "active"
) -> dict[str, list[dict[str, object]]]:
    """The rows of one case: a plan that pays 5 per cent of revenue, with the case's changes."""
    base: dict[str, list[dict[str, object]]] = {
        "plans": [
            {
                "plan_id": "{id}/p",
                "name": "plan",
                "status": status,
                "payee_kind": "employee",
                "currency": "USD",
                "period": "quarter",
                "valid_from": "2026-01-01",
            }
        ],
        "plan_assignments": [
            {"assignment_id": "{id}/a", "plan_id": "{id}/p", "subject_kind": "all", "valid_from": "2026-01-01"}
        ],
        "plan_components": [
            {
                "component_id": "{id}/c",
                "plan_id": "{id}/p",
                "seq": "1",
                "name": "commission",
                "kind": "commission",
                "measure": "revenue_booked",
                "method": "flat",
            }
        ],
        "plan_tiers": [{"component_id": "{id}/c", "tier_from": "0", "rate": "0.05"}],
    }
    for table, change in changes.items():
        if isinstance(change, Mapping):
            base[table][0] |= change
        else:
            base.setdefault(table, []).extend(dict(row) for row in change)
    return {
        table: [
            {column: cell.replace("{id}", name) if isinstance(cell, str) else cell for column, cell in row.items()}
            for row in rows
        ]
        for table, rows in base.items()
    }


@pytest.fixture(scope="module")
def checked(check_plans: Callable[[Any], Path]) -> duckdb.DuckDBPyConnection:
    """One warehouse with all cases, each also as a draft (`draft/<case>`), and a trigger that only notifies."""
    rows: dict[str, list[dict[str, object]]] = defaultdict(list)
    for name, (changes, _) in CASES.items():
        for prefix, status in (("", "active"), ("draft/", "draft")):
            for table, added in _plan(prefix + name, changes, status).items():
                rows[table] += added
    rows["triggers"].append(dict(TRIGGER))
    return duckdb.connect(str(check_plans(rows)), read_only=True)


@pytest.mark.parametrize("name", CASES)
def test_a_fault_is_named_with_table_key_and_column(checked: duckdb.DuckDBPyConnection, name: str) -> None:
    faults = CASES[name][1]
    found = {
        (table, column): (reason, blocking, action)
        for table, column, reason, blocking, action in checked.execute(
            "select table_name, column_name, reason, is_blocking, what_to_do from operations.rpt_plan_violations"
            " where concat('/', row_key, '/') like concat('%/', ?, '/%') and row_key not like '%draft/%'",
            [name],
        ).fetchall()
    }
    assert set(found) == set(faults)
    for cell, part in faults.items():
        reason, blocking, action = found[cell]
        assert part in reason
        assert blocking and action


@pytest.mark.parametrize("name", CASES)
def test_only_a_plan_without_a_fault_pays(checked: duckdb.DuckDBPyConnection, name: str) -> None:
    # a fault of a row that belongs to no plan stops the build, and cannot be laid at this plan's door
    own = checked.execute(
        "select count(*) from operations.rpt_plan_violations where plan_id = concat(?, '/p')", [name]
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
