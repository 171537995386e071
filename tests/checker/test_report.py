"""What differs is told in a sentence; bundles hold what a pay needs, and no more."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
import sys
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from checker import check
from checker.__main__ import main
from checker.bundle import NotABundle, check_bundle, needed_rows, save_bundle
from checker.calculation import Settings, calculate
from checker.figures import ZERO
from checker.ledger import BATCHES, LEDGER, PAYMENTS, Payment, closed_periods, payments, settle
from checker.people import Plan
from checker.report import LINES, PENDING, STATEMENTS, compare
from checker.rows import Text
from checker.warehouse import NotAWarehouse
from tests.checker.companies import (
    NOTHING_POSTED,
    Tables,
    all_cases,
    close,
    marts_of,
    posted_of,
    settings_of,
    tables_of,
    write_warehouse,
)
from tests.checker.test_calculation import CASES, CHECKER, STAMP, company, line, order

AS_OF = date(2026, 6, 30)
BEN: dict[str, str | None] = {
    "user_id": "ben",
    "name": "Ben B",
    "currency": "CNY",
    "hired_on": "2020-01-01",
    "email": "b@b",
}


def two_sellers() -> Tables:
    """ann sells o1 alone and half of o3; ben sells o2 and the other half."""
    splits = [{"order_id": "o3", "user_id": user, "kind": "split", "share": "0.5"} for user in ("ann", "ben")]
    return company(
        crm__users=[BEN],
        erp__orders=[order("o2", sales_user_id="ben"), order("o3")],
        erp__order_lines=[line("o2", "2000"), line("o3", "500")],
        erp__order_splits=[dict(of) for of in splits],
    )


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    tables = two_sellers()
    file = tmp_path / "warehouse.duckdb"
    write_warehouse(file, tables, marts_of(calculate(tables, Settings(AS_OF))), AS_OF)
    return file


def test_a_warehouse_that_agrees(warehouse: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = check(warehouse)
    assert report.agrees and (report.statements, report.lines, report.attainments) == (12, 4, 12)
    assert main([str(warehouse)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "12 statements (0 closed), 4 lines, 12 attainments, 0 pending adjustments and 0 payments compared",
        "0 differences",
    ]


def changed(tables: Tables, table: str, number: int, **cells: str) -> Tables:
    rows: list[Any] = [dict(row) for row in tables[table]]
    rows[number] |= cells
    return {**tables, table: rows}


def test_a_changed_raw_row_is_told_by_payee_plan_component_period_and_event() -> None:
    tables = two_sellers()
    marts = marts_of(calculate(tables, Settings(AS_OF)))
    again = calculate(changed(tables, "erp.order_lines", 1, net_amount="2000.04"), Settings(AS_OF))
    assert compare(again, marts).agrees  # 200.004 is 200.00
    again = calculate(changed(tables, "erp.order_lines", 1, net_amount="2000.05"), Settings(AS_OF))
    line_of = "ben, plan p, component c, period 2026-01-01: the earning line of revenue_booked:o2/1"
    assert compare(again, marts).differences == [
        "Statement of ben, plan p, period 2026-01-01: earned is 225.00 in the warehouse, 225.01 by the checker.",
        "Statement of ben, plan p, period 2026-01-01: payable is 225.00 in the warehouse, 225.01 by the checker.",
        f"{line_of} is 200.00 in the warehouse, 200.01 by the checker.",
    ]


@pytest.mark.parametrize("case_id", ["credit-rules-of-one-kind-and-of-two", "ledger-late-order"])
def test_each_changed_cell_of_a_statement_is_seen(case_id: str) -> None:
    pay = calculate(tables_of(CASES[case_id]), settings_of(CASES[case_id]))
    marts = marts_of(pay, posted_of(CASES[case_id]))
    assert compare(pay, marts).agrees
    for column in (
        "earned", "adjustments", "held", "released", "clawed_back", "draw", "recovered", "manual", "payable", "period", "currency",
    ):  # fmt: skip
        assert len(compare(pay, changed(marts, STATEMENTS, 0, **{column: "0.01"})).differences) == 1
    for table, rows in marts.items():
        for number in range(len(rows)):
            assert compare(pay, {**marts, table: rows[:number] + rows[number + 1 :]}).differences, (table, number)


def test_a_missing_statement_an_empty_warehouse_and_one_too_many_are_differences() -> None:
    pay = calculate(company(), Settings(AS_OF))
    marts = marts_of(pay)
    (told,) = compare(pay, {**marts, STATEMENTS: marts[STATEMENTS][1:]}).differences
    assert (
        told == "Statement of ann, plan p, period 2026-01-01: The warehouse has none, the checker has 100.00 payable."
    )
    more = [*marts[STATEMENTS], {**marts[STATEMENTS][0], "payee_id": "eve"}]
    assert "The checker has none" in compare(pay, {**marts, STATEMENTS: more}).differences[0]
    nothing = calculate({}, Settings(AS_OF))
    assert compare(nothing, marts_of(nothing)).differences == ["The warehouse has no statement to compare."]


# closed periods

JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)


def closed_company() -> tuple[Tables, Tables]:
    """January is closed with o1 (ann, 100.00); then o3, half of it ben's, arrives: 25.00 each are pending for February."""
    before, after = company(crm__users=[BEN]), two_sellers()
    after["erp.orders"] = [row for row in after["erp.orders"] if row["order_id"] != "o2"]
    return after, close(calculate(before, Settings(AS_OF)), JANUARY, NOTHING_POSTED)


def test_a_closed_statement_says_what_was_posted_and_the_next_one_what_is_pending() -> None:
    tables, posted = closed_company()
    pay = calculate(tables, Settings(AS_OF))
    ledger = settle(pay, posted[LEDGER], posted[BATCHES])
    said = {
        (payee, start): (row.status, row.amounts["earned"], row.amounts["adjustments"], row.amounts["payable"])
        for (payee, _, start), row in ledger.statements.items()
        if start <= FEBRUARY
    }
    assert said == {
        ("ann", JANUARY): ("closed", Decimal(100), ZERO, Decimal(100)),
        ("ann", FEBRUARY): ("estimate", ZERO, Decimal(25), Decimal(25)),
        ("ben", JANUARY): ("closed", ZERO, ZERO, ZERO),
        ("ben", FEBRUARY): ("estimate", ZERO, Decimal(25), Decimal(25)),
    }
    assert [(key[0], key[3], row.amount, row.posts_into) for key, row in ledger.pending.items()] == [
        ("ann", "revenue_booked:o3/1", Decimal(25), FEBRUARY),
        ("ben", "revenue_booked:o3/1", Decimal(25), FEBRUARY),
    ]
    report = compare(pay, marts_of(pay, posted))
    assert report.agrees and (report.statements, report.closed, report.pending) == (12, 2, 2)


PLANTED: list[tuple[str, str, int | None, dict[str, str]]] = [
    ("a posted amount", LEDGER, 0, {"amount": "101"}),
    ("a posted amount in the base currency", LEDGER, 0, {"amount_base": "101"}),
    ("a posted row's period", LEDGER, 0, {"posted_period_start": "2026-02-01"}),
    ("a posted row's earned period", LEDGER, 0, {"earned_period_start": "2025-12-01"}),
    ("a posted row's payee", LEDGER, 0, {"payee_id": "ben"}),
    ("a posted row's kind", LEDGER, 0, {"line_kind": "bonus"}),
    ("a posted row that is gone", LEDGER, None, {}),
    ("a batch that is gone", BATCHES, None, {}),
    ("a batch of another period", BATCHES, 0, {"posted_period_start": "2026-02-01"}),
    ("a pending row that is missing", PENDING, None, {}),
    ("a pending amount", PENDING, 0, {"amount": "25.01"}),
    ("a pending row posted into another period", PENDING, 0, {"posts_into_period_start": "2026-03-01"}),
    ("a pending row earned in another period", PENDING, 0, {"earned_period_start": "2026-02-01"}),
    ("a pending currency", PENDING, 0, {"currency": "USD"}),
    ("an open statement said to be closed", STATEMENTS, 1, {"status": "closed"}),
    ("a closed statement said to be an estimate", STATEMENTS, 0, {"status": "estimate"}),
    ("what a closed statement pays", STATEMENTS, 0, {"payable": "125"}),
    ("what a closed statement pays in the base currency", STATEMENTS, 0, {"payable_base": "125"}),
    ("the adjustments of an open statement", STATEMENTS, 1, {"adjustments": "0"}),
    ("a payment that is missing", PAYMENTS, None, {}),
    ("what is paid", PAYMENTS, 0, {"paid": "1"}),
    ("what is posted by a payment", PAYMENTS, 0, {"posted": "1"}),
    ("what is carried to a payment", PAYMENTS, 0, {"carried_in": "1"}),
    ("what is carried on", PAYMENTS, 0, {"carried_out": "1"}),
    ("a payment to somebody else", PAYMENTS, 0, {"payee_id": "zed"}),
    ("a minimum that was not reached", PAYMENTS, 0, {"minimum_payment": "1000000"}),
]


def test_payments_are_carried_kept_and_settled_when_somebody_leaves() -> None:
    """ann: -5, then 3: carried; of 9, 7 are paid. bob: 4 are below 10 and kept, paid with 6 more; 2 are kept until he has left."""

    def of(close_no: int, payee: str, amount: int, currency: str = "CNY") -> Text:
        return {"batch_id": str(close_no), "payee_id": payee, "currency": currency, "amount": str(amount)}

    def terms(close_no: int, payee: str, minimum: int, left_on: str | None = None) -> Text:
        row = {"close_no": str(close_no), "payee_id": payee, "currency": "CNY"}
        return row | {"minimum_payment": str(minimum), "left_on": left_on}

    batches: list[Text] = [{"batch_id": str(number), "close_no": str(number)} for number in range(1, 12)]
    ledger = [
        of(1, "ann", -5),
        of(2, "ann", 3),
        of(10, "ann", 9),
        of(1, "bob", 4),
        of(1, "bob", 7, "PTS"),
        of(2, "bob", 6),
    ]
    ledger += [of(10, "bob", 2), of(1, "cy", 4), of(2, "cy", -4)]
    said = [terms(number, "bob", 10) for number in (1, 2, 10)] + [
        terms(11, "bob", 10, "2026-01-31"),
        terms(11, "ann", 0, "2026-01-31"),
    ]
    nothing = Decimal(0)
    assert payments(ledger, batches, said) == {
        (1, "ann", "CNY"): Payment(Decimal(-5), nothing, nothing, Decimal(-5)),
        (2, "ann", "CNY"): Payment(Decimal(3), Decimal(-5), nothing, Decimal(-2)),
        (10, "ann", "CNY"): Payment(Decimal(9), Decimal(-2), Decimal(7), nothing),
        (1, "bob", "CNY"): Payment(Decimal(4), nothing, nothing, Decimal(4)),
        (2, "bob", "CNY"): Payment(Decimal(6), Decimal(4), Decimal(10), nothing),
        (10, "bob", "CNY"): Payment(Decimal(2), nothing, nothing, Decimal(2)),
        (11, "bob", "CNY"): Payment(nothing, Decimal(2), Decimal(2), nothing),
        (1, "cy", "CNY"): Payment(Decimal(4), nothing, Decimal(4), nothing),
        (2, "cy", "CNY"): Payment(Decimal(-4), nothing, nothing, Decimal(-4)),
    }


@pytest.mark.parametrize(("table", "number", "cells"), [of[1:] for of in PLANTED], ids=[of[0] for of in PLANTED])
def test_a_fault_of_a_closed_period_is_found(table: str, number: int | None, cells: dict[str, str]) -> None:
    tables, posted = closed_company()
    pay = calculate(tables, Settings(AS_OF))
    marts = marts_of(pay, posted)
    assert compare(pay, marts).agrees
    forged = {**marts, table: marts[table][1:]} if number is None else changed(marts, table, number, **cells)
    assert compare(pay, forged).differences


def test_faults_of_closed_periods_are_told_by_what_they_concern() -> None:
    tables, posted = closed_company()
    pay = calculate(tables, Settings(AS_OF))
    marts = marts_of(pay, posted)
    of_ben = "Pending for ben, plan p, component c, earned in 2026-01-01, revenue_booked:o3/1"
    assert compare(pay, changed(marts, PENDING, 1, amount="26", posts_into_period_start="2026-03-01")).differences == [
        f"{of_ben}: 26.00 in the warehouse, 25.00 by the checker.",
        f"{of_ben}: posts_into_period_start is 2026-03-01 in the warehouse, 2026-02-01 by the checker.",
    ]
    assert compare(pay, changed(marts, STATEMENTS, 0, status="estimate")).differences == [
        "Statement of ann, plan p, period 2026-01-01: status is estimate in the warehouse, closed by the checker."
    ]


def superseded(valid_from: str) -> tuple[Tables, Tables]:
    """January and February are closed; then plan q, of 20 %, supersedes p from a day on."""
    tables, posted = company(), NOTHING_POSTED
    for start in (JANUARY, FEBRUARY):
        posted = close(calculate(tables, Settings(AS_OF)), start, posted)
    of_q = {"plan_id": "q", "valid_from": valid_from}
    more: Tables = {
        "plans.plans": [{**tables["plans.plans"][0], **of_q, "supersedes": "p"}],
        "plans.plan_assignments": [{**tables["plans.plan_assignments"][0], **of_q, "assignment_id": "aq"}],
        "plans.plan_components": [{**tables["plans.plan_components"][0], "component_id": "cq", "plan_id": "q"}],
        "plans.plan_tiers": [{"component_id": "cq", "tier_from": "0", "rate": "0.2"}],
    }
    return {name: [*rows, *more.get(name, [])] for name, rows in tables.items()}, posted


def test_periods_of_a_plan_are_closed_where_those_of_the_plan_it_supersedes_are() -> None:
    tables, posted = superseded("2026-01-01")
    pay = calculate(tables, Settings(AS_OF))
    ledger = settle(pay, posted[LEDGER], posted[BATCHES])
    assert ledger.closed["q"] == ledger.closed["p"] == {("month", JANUARY), ("month", FEBRUARY)}
    assert [(key[1], row.amount, row.posts_into) for key, row in ledger.pending.items()] == [
        ("q", Decimal(200), date(2026, 3, 1)),
        ("p", Decimal(-100), date(2026, 3, 1)),
    ]
    marts = marts_of(pay, posted)
    assert compare(pay, marts).agrees
    of_q = [number for number, row in enumerate(marts[STATEMENTS]) if row["plan_id"] == "q"]
    assert [marts[STATEMENTS][number]["status"] for number in of_q[:3]] == ["closed", "closed", "estimate"]
    # A warehouse that forgets that q is closed pays q's January in January and has nothing pending.
    open_again = changed(marts, STATEMENTS, of_q[0], status="estimate", earned="200", payable="200")
    forgotten = {**open_again, PENDING: [row for row in marts[PENDING] if row["plan_id"] == "p"]}
    told = "\n".join(compare(pay, forgotten).differences)
    assert "plan q, period 2026-01-01: status is estimate in the warehouse, closed by the checker" in told
    assert "Pending for ann, plan q, component cq, earned in 2026-01-01" in told


def test_closed_are_only_periods_that_reach_into_the_plan_that_supersedes() -> None:
    for valid_from, closed in (("2026-02-15", {("month", FEBRUARY)}), ("2026-03-01", None)):
        tables, posted = superseded(valid_from)
        pay = calculate(tables, Settings(AS_OF))
        assert settle(pay, posted[LEDGER], posted[BATCHES]).closed.get("q") == closed


def test_closed_periods_go_down_a_chain_of_plans() -> None:
    batches = [{"plan_id": "a", "period": "month", "posted_period_start": "2026-01-01"}]

    def plan(plan_id: str, supersedes: str | None, valid_from: date, period: str = "month") -> Plan:
        return Plan(plan_id, "employee", None, "CNY", period, valid_from, date.max, supersedes)

    a, c = plan("a", "c", JANUARY), plan("c", "b", date(2026, 1, 31))  # a chain without an end ends where it began
    january = {("month", JANUARY)}
    for b, closed in (
        (plan("b", "a", JANUARY), {"a": january, "b": january, "c": january}),
        (plan("b", "a", FEBRUARY), {"a": january, "c": january}),
        (plan("b", "a", JANUARY, "quarter"), {"a": january, "c": january}),
    ):
        assert closed_periods({"a": a, "b": b, "c": c}, batches) == closed


def test_a_file_that_is_no_warehouse(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(NotAWarehouse):
        check(tmp_path / "none.duckdb")
    assert main([str(tmp_path / "none.duckdb")]) == 2
    assert "There is no file" in capsys.readouterr().err


# bundles


def rows_of(file: Path, name: str) -> list[dict[str, str]]:
    with zipfile.ZipFile(file) as bundle:
        return list(csv.DictReader(io.StringIO(bundle.read(f"{name}.csv").decode())))


def test_a_bundle_is_checked_with_python_alone(warehouse: Path, tmp_path: Path) -> None:
    bundle = tmp_path / "out" / "ann.zip"
    assert main([str(warehouse), "--bundle-of", "ann", "--out", str(bundle)]) == 0
    clean = tmp_path / "clean"
    shutil.copytree(CHECKER, clean / "checker", ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-I", "-S", "checker", "--bundle", str(bundle)]
    ran = subprocess.run(command, cwd=clean, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout.splitlines()) == (
        0,
        [
            "6 statements (0 closed), 2 lines, 6 attainments, 0 pending adjustments and 0 payments compared",
            "0 differences",
        ],
    ), ran.stderr


def test_a_bundle_holds_nothing_of_others_that_the_pay_does_not_need(warehouse: Path, tmp_path: Path) -> None:
    bundle = tmp_path / "ann.zip"
    assert main([str(warehouse), "--bundle-of", "ann", "--out", str(bundle)]) == 0
    assert [row["user_id"] for row in rows_of(bundle, "crm.users")] == ["ann"]
    assert {row["order_id"] for row in rows_of(bundle, "erp.orders")} == {"o1", "o3"}
    assert [row["user_id"] for row in rows_of(bundle, "erp.order_splits")] == ["ann", "ben"]
    assert {row["payee_id"] for row in rows_of(bundle, STATEMENTS) + rows_of(bundle, LINES)} == {"ann"}
    with zipfile.ZipFile(bundle) as opened:
        assert not any(b"Ben B" in opened.read(name) or b"b@b" in opened.read(name) for name in opened.namelist())


def test_a_bundle_has_the_ledger_of_its_payee_and_the_batches_of_his_plans(tmp_path: Path) -> None:
    tables, posted = superseded("2026-01-01")
    tables["crm.users"].append({**BEN, "updated_at": STAMP})
    pay = calculate(tables, Settings(AS_OF))
    ben: Any = {**posted[LEDGER][0], "payee_id": "ben", "ledger_line_id": "of ben"}
    other = {"batch_id": "z", "plan_id": "z", "period": "month", "posted_period_start": "2026-01-01", "close_no": "9"}
    paid = [*posted[PAYMENTS], {**posted[PAYMENTS][0], "payee_id": "ben"}]
    posted = {LEDGER: [*posted[LEDGER], ben], BATCHES: [*posted[BATCHES], other], PAYMENTS: paid}
    bundle = tmp_path / "ann.zip"
    report = save_bundle(pay, tables, marts_of(pay, posted), "ann", bundle)
    assert report.agrees and (report.closed, report.pending) == (3, 2)
    assert [row["payee_id"] for row in rows_of(bundle, LEDGER)] == ["ann"]
    assert [row["plan_id"] for row in rows_of(bundle, BATCHES)] == ["p", "p"]
    # Who is on no plan any more keeps what he was paid: it is taken back.
    report = save_bundle(pay, tables, marts_of(pay, posted), "ben", tmp_path / "ben.zip")
    assert report.agrees and report.pending == 1
    forged = tmp_path / "forged.zip"
    with zipfile.ZipFile(bundle) as before, zipfile.ZipFile(forged, "w") as after:
        for name in before.namelist():
            content = before.read(name)
            after.writestr(name, content.replace(b",100.00", b",90.00") if name == f"{LEDGER}.csv" else content)
    assert "adjustments is -100.00 in the warehouse, -90.00 by the checker" in str(check_bundle(forged))


def test_a_bundle_that_was_changed_differs(warehouse: Path, tmp_path: Path) -> None:
    bundle, forged = tmp_path / "ann.zip", tmp_path / "forged.zip"
    assert main([str(warehouse), "--bundle-of", "ann", "--out", str(bundle)]) == 0
    with zipfile.ZipFile(bundle) as before, zipfile.ZipFile(forged, "w") as after:
        for name in before.namelist():
            after.writestr(name, before.read(name).replace(b",1000", b",1001"))
    assert main(["--bundle", str(forged)]) == 1
    assert "revenue_booked:o1/1 is 100.00 in the warehouse, 100.10 by the checker" in str(check_bundle(forged))


@pytest.mark.parametrize(
    ("before", "after"), [(b",1000", b"," + b"1" * 200_000), (b'"as_of"', b'"at"'), (b"100.00", b"1oo.00")]
)
def test_a_broken_bundle_is_refused(before: bytes, after: bytes, warehouse: Path, tmp_path: Path) -> None:
    bundle, broken = tmp_path / "ann.zip", tmp_path / "broken.zip"
    assert main([str(warehouse), "--bundle-of", "ann", "--out", str(bundle)]) == 0
    with zipfile.ZipFile(bundle) as opened, zipfile.ZipFile(broken, "w") as written:
        for name in opened.namelist():
            written.writestr(name, opened.read(name).replace(before, after))
    with pytest.raises(NotABundle):
        check_bundle(broken)


@pytest.mark.parametrize("content", [b"", b"PK", json.dumps({}).encode()])
def test_a_file_that_is_no_bundle(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "no.zip"
    file.write_bytes(content)
    with pytest.raises(NotABundle):
        check_bundle(file)
    assert main(["--bundle", str(file)]) == 2


def test_there_is_no_bundle_of_nobody(tmp_path: Path) -> None:
    tables = company()
    pay = calculate(tables, Settings(AS_OF))
    with pytest.raises(NotABundle, match="no payee nobody"):
        save_bundle(pay, tables, marts_of(pay), "nobody", tmp_path / "x.zip")


def test_the_rows_of_every_payee_of_every_case_give_his_pay() -> None:
    left_out = 0
    for case in all_cases():
        tables = tables_of(case)
        pay = calculate(tables, settings_of(case))
        marts = marts_of(pay, posted_of(case))
        for payee in pay.engine.people.payees:
            posted = {str(row["plan_id"]) for row in marts[LEDGER] if row["payee_id"] == payee}
            kept = needed_rows(pay, payee, tables, posted)
            report = compare(calculate(kept, settings_of(case)), marts, {payee})
            assert report.differences in ([], ["The warehouse has no statement to compare."]), (case.case_id, payee)
            left_out += sum(map(len, tables.values())) - sum(map(len, kept.values()))
    assert left_out > 1000


def test_the_demo_is_paid_as_the_checker_says(demo_build: Path) -> None:
    report = check(demo_build / "warehouse.duckdb")
    assert report.differences == []
    assert report.statements > 500
    assert report.lines > 10_000
