"""Every KPI agrees with a second calculation, made in plain Python from the landed files."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb

from tests.conftest import AS_OF
from tests.performance.recomputed import SEEDS, Files, kpis


@contextmanager
def warehouse_of(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{folder / 'warehouse.duckdb'}' as warehouse (read_only)")
        connection.execute("use warehouse")
        yield connection


def test_every_kpi_agrees_with_plain_python_from_the_landed_files(demo_build: Path) -> None:
    with warehouse_of(demo_build) as connection:
        days = connection.execute(
            "select plan_id, payee_id, valid_from, valid_to, is_absent from intermediate.int_plan_days"
        ).fetchall()
        lines = connection.execute(
            "select payee_id, occurred_on, amount_base from incentives.fct_payout_lines"
            " where amount_base is not null and line_kind not in ('draw', 'draw_recovery')"
        ).fetchall()
        found = {
            row[:5]: row[5:]
            for row in connection.execute(
                "select subject_kind, subject_id, kpi, period, period_start, numerator, denominator"
                " from performance.fct_kpi_values"
                " where (subject_kind, period) in (('payee', 'quarter'), ('company', 'month'))"
            ).fetchall()
        }
    expected = kpis(Files(demo_build / "landing", date.fromisoformat(AS_OF)), days, lines)
    differing = {
        key: (found.get(key), expected.get(key))
        for key in sorted(found.keys() | expected.keys())
        if found.get(key) != expected.get(key)
    }
    assert not differing, f"{len(differing)} of {len(found)}: {list(differing.items())[:5]}"
    with (SEEDS / "reference/kpis.csv").open(encoding="utf-8") as file:
        listed = {row["kpi"] for row in csv.DictReader(file)}
    assert {kpi for _, _, kpi, _, _ in found} == listed, "a KPI has no figure in the simulated company"
