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
from pathlib import Path
from typing import Any

import pytest

from checker import check
from checker.__main__ import main
from checker.bundle import NotABundle, check_bundle, needed_rows, save_bundle
from checker.calculation import Settings, calculate
from checker.report import LINES, STATEMENTS, compare
from checker.warehouse import NotAWarehouse
from tests.checker.companies import Tables, all_cases, marts_of, settings_of, tables_of, write_warehouse
from tests.checker.test_calculation import CASES, CHECKER, company, line, order

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
        "12 statements, 4 lines and 12 attainments compared",
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
    marts = marts_of(pay)
    assert compare(pay, marts).agrees
    for column in ("earned", "held", "released", "clawed_back", "draw", "recovered", "manual", "payable"):
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


def test_closed_periods_are_counted_apart() -> None:
    pay = calculate(company(), Settings(AS_OF))
    report = compare(pay, changed(marts_of(pay), STATEMENTS, 0, status="closed", payable="1"))
    assert report.agrees and (report.closed, report.statements) == (1, 5)
    assert "5 statements" in str(report) and "1 of closed periods" in str(report)


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
        ["6 statements, 2 lines and 6 attainments compared", "0 differences"],
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
        marts = marts_of(pay)
        for payee in pay.engine.people.payees:
            kept = needed_rows(pay, payee, tables)
            report = compare(calculate(kept, settings_of(case)), marts, {payee})
            assert report.differences in ([], ["The warehouse has no statement to compare."]), (case.case_id, payee)
            left_out += sum(map(len, tables.values())) - sum(map(len, kept.values()))
    assert left_out > 1000


def test_the_demo_is_paid_as_the_checker_says(demo_build: Path) -> None:
    report = check(demo_build / "warehouse.duckdb")
    assert report.differences == []
    assert report.statements > 500
    assert report.lines > 10_000
