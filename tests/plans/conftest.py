"""A scratch warehouse that holds plan rows only, and the plan check run on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import jinja2
import pytest

from orchestration.ingest import ingest
from orchestration.lib.dbt_runner import run_dbt

ROOT = Path(__file__).resolve().parents[2]

Row = dict[str, object]
Rows = Mapping[str, Sequence[Row]]

# Raw rows that plan rows may name: table, column, key.
NAMED = (("raw_crm.users", "user_id", "ann"),)


class _Returned(Exception):
    """Carries the value of a dbt macro's return()."""

    def __init__(self, value: Any) -> None:
        self.value = value


def _macro(name: str) -> Any:
    """What macros/plans/<name>.sql returns, read without dbt; SQL that it takes from other macros is left out."""

    def give_back(value: Any) -> None:
        raise _Returned(value)

    def some_sql(*_: str) -> str:
        return "true"

    source = (ROOT / f"macros/plans/{name}.sql").read_text(encoding="utf-8")
    environment = jinja2.Environment(extensions=["jinja2.ext.do"])
    shared = {"return": give_back, "matches": some_sql, "is_number": some_sql}
    try:
        getattr(environment.from_string(source, globals=shared).module, name)()
    except _Returned as returned:
        return returned.value
    raise AssertionError(f"{name}() returned nothing")


def plan_contract() -> dict[str, dict[str, Any]]:
    """The contract that the plan models are made from.

    Returns: table → {key: [column], columns: {column: {type, required, default, allowed, names, is_factor}}}.
    """
    contract: dict[str, dict[str, Any]] = _macro("plan_contract")
    return contract


def plan_rules() -> list[dict[str, Any]]:
    """The rules that a row is held to: [{table, column, breaks, reason, do, warns}]."""
    rules: list[dict[str, Any]] = _macro("plan_rules")
    return rules


def raw_plan_tables(warehouse: Path, rows: Rows) -> None:
    """Write raw_plans.* as ingest leaves it (every cell text, empty tables too), empty ingest tables, and whom rows may name.

    `rows`: table → rows of column → cell; None is an empty cell. `_updated_at` (default 2026-01-01) and `_file` may
    be given.
    """
    nothing = warehouse.with_name("nothing")
    nothing.mkdir()
    ingest(nothing, warehouse, progress=lambda _: None)
    with duckdb.connect(str(warehouse)) as connection:
        for table, column, key in NAMED:
            connection.execute(
                f"insert into {table} by name select ? as {column}, timestamp '2026-01-01' as updated_at,"
                " false as is_deleted, 'rows.csv' as _file, 1 as _row",
                [key],
            )
        for table, contract in plan_contract().items():
            columns = list(contract["columns"])
            for number, row in enumerate(rows.get(table, ()), start=1):
                unknown = set(row) - set(columns) - {"_updated_at", "_file"}
                assert not unknown, f"{table} has no {unknown}"
                cells = [None if row.get(column) is None else str(row[column]) for column in columns]
                file = row.get("_file", f"plans/{table}/rows.csv")
                tail = [row.get("_updated_at", "2026-01-01 00:00:00"), False, file, number, file]
                marks = ", ".join("?" for _ in [*cells, *tail])
                connection.execute(f"insert into raw_plans.{table} values ({marks})", [*cells, *tail])


@pytest.fixture(scope="session")
def check_plans(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Rows], Path]:
    """Builds rpt_plan_violations and the plan dimensions over landed rows alone; returns the warehouse's path."""

    def build(rows: Rows) -> Path:
        folder = tmp_path_factory.mktemp("plans")
        warehouse = folder / "warehouse.duckdb"
        raw_plan_tables(warehouse, rows)
        models = "+rpt_plan_violations dim_plans dim_plan_components dim_plan_tiers int_plans_effective"
        models += " int_plan_components_effective int_plan_tiers_effective"
        run_dbt(
            [
                "build",
                "--indirect-selection",
                "cautious",
                "--select",
                *models.split(),
                "--exclude-resource-type",
                "unit_test",
            ],
            warehouse=warehouse,
            variables={"use_seed_plans": False, "use_landed_plans": True},
            state_dir=folder,
        )
        return warehouse

    return build
