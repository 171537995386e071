"""The warehouse a group of cases is built in, by the ordinary path: ingest, plan check, models."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from orchestration import ledger
from orchestration.build import incentives_marts
from orchestration.ingest import ingest
from orchestration.ledger import closing
from orchestration.lib.dbt_runner import DbtError, run_dbt
from orchestration.lib.spark import write_marts
from orchestration.raw_export import export_raw
from tests.conformance.translation import BASE_CURRENCY, Case

# What the comparison reads, and everything it is made from; other marts say nothing about pay.
_MARTS = "+path:models/marts/incentives"


class BuildError(Exception):
    """A step failed as a whole. `by_data`: with other rows it might have gone through."""

    def __init__(self, reason: str, by_data: bool = True) -> None:
        super().__init__(reason)
        self.by_data = by_data


@dataclass(frozen=True)
class Refusal:
    """A landed row that ingest or the plan check refuses: its file below landing/, its number there (0: all), why."""

    file: str
    row_no: int
    reason: str
    row_key: str = ""

    def owners(self, owners: Mapping[str, list[frozenset[str]]]) -> frozenset[str]:
        """The cases that brought the row; where the file does not tell, those whose id stands before a part of its key."""
        rows = owners.get(self.file, [])
        if 0 < self.row_no <= len(rows):
            return rows[self.row_no - 1]
        cases: frozenset[str] = frozenset().union(*(owner for rows in owners.values() for owner in rows))
        if self.row_key:
            return frozenset(case for case in cases if f"/{self.row_key}".find(f"/{case}/") >= 0)
        return frozenset().union(*rows) if rows else cases


class Warehouse:
    """A folder with one landing folder and one warehouse file; begun empty.

    `target`: what calculates the marts. Ingest and plan check are DuckDB's in any case. `marts`: the file that holds the marts.
    """

    def __init__(self, folder: Path, as_of: str, timezone: str, target: str) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        self.folder = folder
        self.landing = folder / "landing"
        self.file = folder / "warehouse.duckdb"
        self.target = target
        self.marts = self.file if target == "duckdb" else folder / "marts.duckdb"
        self.vars = {
            "as_of": as_of,
            "company_timezone": timezone,
            "base_currency": BASE_CURRENCY,
            "use_seed_plans": False,
            "use_landed_plans": True,
        }
        self.seeded = False
        self.landing.mkdir(parents=True)
        # Where the checker reads what a build was told.
        (folder / "choices.json").write_text(json.dumps({"timezone": timezone}), encoding="utf-8")

    def ingest(self) -> list[Refusal]:
        """Ingests what landed since the last call; returns the rows that were quarantined."""
        before = self._quarantined() if self.file.exists() else set()
        ingest(self.landing, self.file, progress=lambda _: None)
        return sorted(self._quarantined() - before, key=lambda refusal: (refusal.file, refusal.row_no))

    def _quarantined(self) -> set[Refusal]:
        query = "select file_name, row_no, concat(table_name, ' ', column_name, ' ', value, ': ', reason) from ingest.quarantine"
        return {Refusal(*row) for row in self._query(query)}

    def check_plans(self) -> list[Refusal]:
        """Builds the plan check and what it reads; returns the rows of active and retired plans that it names."""
        if not self.seeded:
            self._dbt("seed")
            self.seeded = True
        self._dbt("run", "--select", "+rpt_plan_violations")
        query = (
            "select coalesce(source_file, ''), coalesce(source_row, 0),"
            " concat_ws(' ', table_name, row_key, column_name, concat('(', value, ')'), reason), row_key"
            " from operations.rpt_plan_violations where is_blocking"
        )
        return [Refusal(*row) for row in self._query(query)]

    def build(self) -> None:
        """Builds every mart that pays."""
        if self.target == "spark":
            export_raw(self.file, self.folder / "raw")
            self._dbt("build", "--select", _MARTS, "--exclude-resource-type", "test", "unit_test", target="spark")
            load_spark_marts(self._state_dir("spark"), self.marts)
        else:
            self._dbt("run", "--select", _MARTS, "--exclude", "+rpt_plan_violations")

    def close_after(self, cases: Sequence[Case], batch: int) -> dict[str, str]:
        """Closes what the cases close after a batch; returns why those are refused that are.

        A period is closed by what a build says after the close of the one before. After the last batch the marts say what has
        been posted; after others the build of the next one does.
        """
        rounds: list[list[tuple[str, str]]] = []
        for case in cases:
            starts = sorted(of.period_start for of in case.closes if of.after_batch == batch)
            for place, start in enumerate(starts):
                rounds += [[]] * (place == len(rounds))
                rounds[place].append((case.case_id, start))
        refused = dict[str, str]()
        for place, closes in enumerate(rounds, start=1):
            refused |= self.close(closes)
            if place < len(rounds) or batch == max(case.batches for case in cases):
                self.build()
        return refused

    def close(self, closes: Sequence[tuple[str, str]]) -> dict[str, str]:
        """Closes a period, by its first day, of all plans of a case, one case after the other; returns why those are refused that are."""
        folder, refused = self.folder / "ledger", dict[str, str]()
        for period_start in sorted({start for _, start in closes}):
            due = []
            with duckdb.connect(str(self.marts), read_only=True) as marts:
                for case_id in [case for case, start in closes if start == period_start]:
                    query = "select distinct plan_id from incentives.rpt_plan_periods where starts_with(plan_id, ?)"
                    plans = [plan for (plan,) in marts.execute(query, [f"{case_id}/"]).fetchall()]
                    try:
                        due += closing.due(marts, closing.Asked(period_start, "", period_start), plans or [case_id])
                    except closing.CloseRefused as error:
                        refused[case_id] = str(error)
                ledger.post(marts, folder, due, "finance", datetime.now(UTC).replace(tzinfo=None))
            ledger.load(self.file, folder)
        return refused

    def _query(self, query: str) -> list[tuple[str, int, str]]:
        with duckdb.connect(str(self.file), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def _state_dir(self, target: str) -> Path:
        """dbt's folder, one a target: a manifest is read again by the next command of the same target only."""
        return self.folder.parent / target

    def _dbt(self, *arguments: str, target: str = "duckdb") -> None:
        state_dir = self._state_dir(target)
        try:
            run_dbt(arguments, warehouse=self.file, variables=self.vars, state_dir=state_dir, target=target)
        except DbtError as error:
            raise BuildError(str(error), by_data=error.by_data) from error


def load_spark_marts(state_dir: Path, file: Path) -> list[str]:
    """Makes a DuckDB file of the incentives marts that Spark built last; returns their names, `schema.name`."""
    marts = incentives_marts(state_dir)
    folder = file.with_suffix(".parquet")
    write_marts(marts, folder)
    file.unlink(missing_ok=True)
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema incentives")
        for mart in marts:
            connection.execute(
                f"create table {mart} as from read_parquet('{folder / mart.replace('.', '/')}/*.parquet')"
            )
    return marts
