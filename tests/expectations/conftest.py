"""A small warehouse, built once by the ordinary path; every test plants its fault in a copy."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from expectations.gate import CheckResult, load_checks, run_gate
from orchestration.ingest import ingest
from orchestration.lib.dbt_runner import run_dbt
from tests.small_company import write_landing

VARIABLES = {
    "as_of": "",
    "company_timezone": "Asia/Shanghai",
    "base_currency": "CNY",
    "use_seed_plans": False,
    "use_landed_plans": True,
}


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with landing/, warehouse.duckdb and the state of dbt."""
    folder = tmp_path_factory.mktemp("small")
    write_landing(folder / "landing")
    ingest(folder / "landing", folder / "warehouse.duckdb", progress=lambda _: None)
    for command in ("seed", "run"):
        run_dbt([command], warehouse=folder / "warehouse.duckdb", variables=VARIABLES, state_dir=folder / "state")
    return folder


class Small:
    """A copy of the small warehouse with its landing folder."""

    def __init__(self, built: Path, folder: Path) -> None:
        self.landing, self.report, self._state = folder / "landing", folder / "quality", built / "state"
        # Views name the file they were built in: the copy keeps the name.
        self.warehouse = folder / "warehouse.duckdb"
        shutil.copy(built / "warehouse.duckdb", self.warehouse)
        shutil.copytree(built / "landing", self.landing)

    def plant(self, *statements: str, rebuild: str = "") -> None:
        """Changes the warehouse by SQL, then builds the models named (space-separated) again."""
        with duckdb.connect(str(self.warehouse)) as connection:
            for statement in statements:
                connection.execute(statement)
        if rebuild:
            arguments = ["run", "--select", *rebuild.split()]
            run_dbt(arguments, warehouse=self.warehouse, variables=VARIABLES, state_dir=self._state)

    def ask(self, name: str) -> CheckResult:
        """The result of one check."""
        checks = [check for check in load_checks() if check.name == name]
        (result,) = run_gate(self.warehouse, self.landing, self.report, checks=checks).checks
        return result


@pytest.fixture
def small(built: Path, tmp_path: Path) -> Small:
    """A copy to spoil."""
    return Small(built, tmp_path)


@pytest.fixture
def fresh_small(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Small]:
    """Makes further copies."""
    return lambda: Small(built, tmp_path_factory.mktemp("copy"))
