"""Each check is silent on what is right, fires on the fault planted for it, and an unanswered question never passes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from expectations.gate import load_checks, run_gate
from tests.expectations.conftest import Small

_LINE_OF_BO = (
    "where credit_no in (select credit_no from intermediate.int_credits_allocated inner join intermediate.int_payee_spans"
    " using (span_no) inner join intermediate.int_events using (event_no)"
    " where int_payee_spans.payee_id = 'bo' and event_id = 'revenue_booked:L1')"
)
_CONTROL = "int_control_totals_compared rpt_completeness"
_FAIRNESS = "int_lines_repeated int_pay_pairs_compared rpt_fairness"

# What a check finds in the small company, which has these defects on purpose; all others find nothing.
FOUND = {
    "credits_waiting_for_a_rate": 1,
    "shares_that_nobody_receives": 2,
    "rows_set_aside": 1,
    "splits_that_do_not_add_up": 1,
    "payees_without_a_quota": 3,
    "lines_without_a_cost": 1,
    "differences_that_the_plan_makes": 1,
    "payees_on_no_plan": 1,
}

# Check → faults, each a statement and the models to build again after it.
FAULTS = [
    ("delivered_rows_landed_or_quarantined", "delete from raw_erp.order_lines where order_line_id = 'L1'", ""),
    ("delivered_rows_landed_or_quarantined", "delete from ingest.quarantine", ""),
    ("delivered_rows_landed_or_quarantined", "delete from ingest.files where file_name like 'erp/orders/%'", ""),
    (
        "landed_files_counted",
        "update ingest.files set file_name = 'erp/orders/lost.csv' where table_name = 'erp.orders'",
        "",
    ),
    ("landed_rows_were_delivered", "update raw_erp.orders set _file = 'by hand' where order_id = 'O1'", ""),
    ("files_landed", "update ingest.files set rows_read = rows_read + 1", "rpt_completeness"),
    ("control_totals_met", "delete from raw_erp.order_lines where order_line_id = 'L1'", _CONTROL),
    ("control_totals_met", "delete from ingest.quarantine", _CONTROL),
    ("control_totals_met", "update raw_erp.order_lines set net_amount = 999.99 where order_line_id = 'L1'", _CONTROL),
    ("control_totals_met", "update ingest.control_totals set row_count = 4 where table_name = 'orders'", _CONTROL),
    (
        "facts_hold_staging",
        "delete from intermediate.int_order_lines_detailed where order_line_id = 'L1'",
        "rpt_completeness",
    ),
    ("facts_hold_staging", "insert into core.dim_accounts from core.dim_accounts", "rpt_completeness"),
    (
        "credits_cover_events",
        (
            "update intermediate.int_credits_parted set value = value + 0.0001"
            " where event_no = (select min(event_no) from intermediate.int_credits_parted)"
        ),
        "rpt_completeness",
    ),
    ("credits_cover_events", "delete from incentives.rpt_uncredited where reason = 'no_owner'", "rpt_completeness"),
    ("matched_credits_paid_or_listed", "delete from incentives.rpt_uncredited where reason = 'no_rate'", ""),
    (
        "credits_too_large_to_pay",
        "update incentives.rpt_uncredited set reason = 'too_large' where reason = 'no_rate'",
        "",
    ),
    ("matched_credits_paid_or_listed", f"delete from intermediate.int_payout_lines {_LINE_OF_BO}", ""),
    (
        "files_refused",
        "insert into ingest.files (file_name, file_hash, status, reason, action) values ('a', 'b', 'refused', 'c', 'd')",
        "",
    ),
    (
        "ids_of_two_payees",
        "insert into core.dim_payees select * replace ('dealer' as payee_kind) from core.dim_payees where payee_id = 'bo'",
        "",
    ),
    (
        "teams_in_a_loop",
        (
            "insert into raw_crm.teams (team_id, name, parent_team_id, updated_at, is_deleted, _file, _row) values"
            " ('north', 'North', 'south', '2026-01-01', false, 'by hand', 1),"
            " ('south', 'South', 'north', '2026-01-01', false, 'by hand', 2)"
        ),
        "int_team_parents",
    ),
    # Two cents more for one of two equal halves of a deal.
    ("same_deal_same_pay", f"update intermediate.int_payout_lines set amount = amount + 0.02 {_LINE_OF_BO}", _FAIRNESS),
    # Another rate for one of them.
    (
        "same_deal_same_pay",
        f"update intermediate.int_payout_lines set amount_rated = 55, amount = 55 {_LINE_OF_BO}",
        _FAIRNESS,
    ),
    # The juniors' modifier for a rep: nothing in its conditions tells the two reps apart.
    (
        "same_deal_same_pay",
        f"update intermediate.int_payout_lines set modifier_set_no = 1, amount = 60 {_LINE_OF_BO}",
        _FAIRNESS,
    ),
    # A personal factor that no assignment has.
    (
        "same_deal_same_pay",
        f"update intermediate.int_payout_lines set personal_factor = 2, amount = 100 {_LINE_OF_BO}",
        _FAIRNESS,
    ),
    # The junior without the modifier that is due, and with the money of it.
    (
        "same_deal_same_pay",
        "update intermediate.int_payout_lines set modifier_set_no = null where modifier_set_no is not null",
        _FAIRNESS,
    ),
    ("equal_credits_compared", "delete from operations.rpt_fairness where check_id = 'pairs_compared'", ""),
    ("active_payees_accounted_for", "delete from operations.rpt_fairness where check_id = 'payees_on_no_plan'", ""),
    ("active_payees_accounted_for", "delete from incentives.rpt_statements where payee_id = 'bo'", ""),
]

# Check that the small company's own defects set off → what mends them.
MENDED = [
    ("credits_waiting_for_a_rate", "delete from incentives.rpt_uncredited where reason = 'no_rate'"),
    ("shares_that_nobody_receives", "delete from incentives.rpt_uncredited where reason = 'no_owner'"),
    ("rows_set_aside", "update operations.rpt_quarantine set is_settled = true"),
    ("splits_that_do_not_add_up", "update intermediate.int_deal_shares set is_valid = true"),
    ("payees_without_a_quota", "update intermediate.int_groups_quoted set quota = 100"),
    ("lines_without_a_cost", "update intermediate.int_order_lines_detailed set cost_amount = 0"),
    ("differences_that_the_plan_makes", "delete from operations.rpt_fairness where check_id = 'same_deal_same_pay'"),
    ("payees_on_no_plan", "delete from operations.rpt_fairness where check_id = 'payees_on_no_plan'"),
]


def test_a_right_warehouse_passes_and_the_checks_find_what_is_there(small: Small) -> None:
    result = run_gate(small.warehouse, small.landing, small.report)
    assert {
        checked.check.name: checked.found_count for checked in result.checks if checked.outcome != "passed"
    } == FOUND
    assert result.passed
    assert result.verdict == "passed with 6 warnings"


@pytest.mark.parametrize(("name", "fault", "rebuild"), FAULTS)
def test_a_check_fires_on_the_fault_planted_for_it(small: Small, name: str, fault: str, rebuild: str) -> None:
    small.plant(fault, rebuild=rebuild)
    result = small.ask(name)
    assert result.outcome == "found", result
    assert result.rows


@pytest.mark.parametrize(("name", "mend"), MENDED)
def test_a_warning_is_silent_when_its_cause_is_mended(small: Small, name: str, mend: str) -> None:
    small.plant(mend)
    assert small.ask(name).outcome == "passed"


def test_every_check_is_shown_firing() -> None:
    assert {check.name for check in load_checks()} == {name for name, *_ in [*FAULTS, *MENDED]}


def test_a_difference_of_one_minor_unit_is_rounding_and_not_listed(small: Small) -> None:
    small.plant(f"update intermediate.int_payout_lines set amount = amount + 0.01 {_LINE_OF_BO}", rebuild=_FAIRNESS)
    assert small.ask("same_deal_same_pay").outcome == "passed"


def test_a_file_that_is_dropped_after_the_load_is_missed(small: Small) -> None:
    (small.landing / "erp/orders/late.csv").write_text("order_id\nO9\n", encoding="utf-8")
    (row,) = small.ask("delivered_rows_landed_or_quarantined").rows
    assert (row["file_name"], row["delivered_rows"], row["status"]) == ("erp/orders/late.csv", 1, "never taken in")


def test_files_that_were_moved_away_keep_their_count_and_files_never_seen_do_not_pass(small: Small) -> None:
    assert small.ask("landed_files_counted").outcome == "passed"
    small.landing.rename(small.landing.with_name("archive"))
    assert small.ask("landed_files_counted").outcome == "passed"
    small.plant("drop schema quality cascade")
    assert small.ask("landed_files_counted").outcome == "found"


def test_a_check_that_cannot_be_answered_is_a_critical_error_and_never_a_pass(small: Small) -> None:
    check = next(check for check in load_checks() if check.about == "operations.rpt_fairness")
    broken = [
        replace(check, name="no_column", rows="select nowhere from {batch}"),
        replace(check, name="no_relation", about="operations.rpt_nowhere"),
        replace(check, name="fails_late", rows="select cast(subject_id as integer) from {batch} order by 1"),
    ]
    result = run_gate(small.warehouse, small.landing, small.report, checks=broken)
    assert [(checked.outcome, checked.severity, bool(checked.error)) for checked in result.checks] == [
        ("error", "critical", True)
    ] * 3
    assert len(result.critical) == 3
    assert not result.passed


def test_a_run_without_checks_has_shown_nothing(small: Small) -> None:
    assert not run_gate(small.warehouse, small.landing, small.report, checks=[]).passed


def test_the_report_says_the_same_as_the_result_and_escapes_what_comes_from_files(small: Small) -> None:
    small.plant("update operations.rpt_fairness set affected = '<script>alert(1)</script>'")
    result = run_gate(small.warehouse, small.landing, small.report)
    page = (small.report / "index.html").read_text(encoding="utf-8")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "may be published" in page
    for checked in result.checks:
        assert checked.check.owner in page
    data = json.loads((small.report / "result.json").read_text(encoding="utf-8"))
    assert data["passed"] is True
    assert [entry["name"] for entry in data["checks"]] == [checked.check.name for checked in result.checks]


def test_a_suite_with_an_unknown_key_or_a_name_twice_is_refused(tmp_path: Path) -> None:
    check = "name: a\n    title: t\n    about: s.t\n    severity: info\n    owner: o\n    why: w\n    what_to_do: d\n    rows: r\n"
    (tmp_path / "a.yml").write_text(f"suite: a\nchecks:\n  - {check}    extra: 1\n", encoding="utf-8")
    with pytest.raises(TypeError, match="extra"):
        load_checks(tmp_path)
    (tmp_path / "a.yml").write_text(f"suite: a\nchecks:\n  - {check}  - {check}", encoding="utf-8")
    with pytest.raises(ValueError, match="one name"):
        load_checks(tmp_path)
