"""Lands a company in batches, takes each in as an increment, and compares with the whole: `python -m tests.increments.history DIR`.

DIR is a landing folder, such as that of the demo. Its files come in a random order: most at once, the rest in batches, plan files first.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random

import duckdb

from orchestration.build import Choices, variables
from orchestration.increments import Advance, NotAnIncrement, Project, advance, compiled, remember
from orchestration.ingest import ingest
from orchestration.lib.dbt_runner import run_dbt

_PUBLIC = ("core", "incentives", "performance", "operations")


class Warehouse:
    """A warehouse that is built by the SQL that dbt compiled, without dbt's own work for each model and test."""

    def __init__(self, folder: Path, dbt_variables: Mapping[str, object]) -> None:
        self.file = folder / "warehouse.duckdb"
        self.landing = folder / "landing"
        self.state = folder / "state"
        self.variables = dict(dbt_variables)
        self.landing.mkdir(parents=True)
        ingest(self.landing, self.file, progress=lambda _: None)
        run_dbt(["seed"], warehouse=self.file, variables=self.variables, state_dir=folder / "dbt")

    @property
    def project(self) -> Project:
        return compiled(self.file, self.variables, self.state)

    def land(self) -> None:
        ingest(self.landing, self.file, progress=lambda _: None)

    def build(self, project: Project | None = None) -> None:
        """Every model of the project anew, or of that part of it."""
        nodes = (project or self.project).models.values()
        with duckdb.connect(str(self.file), config={"preserve_insertion_order": False, "threads": 2}) as connection:
            for schema in sorted({node.relation.split(".")[1] for node in nodes}):
                connection.execute(f"create schema if not exists {schema}")
            for node in nodes:
                kind = "view" if node.is_view else "table"
                connection.execute(f"create or replace {kind} {node.relation} as {node.sql}")
        remember(self.file, self.variables)

    def advance(self, *, check: bool = False) -> Advance | None:
        """What has landed since, with the tests of it where they are asked for; None where that took a whole build."""
        try:
            return advance(self.file, self.variables, self.state, check=check)
        except NotAnIncrement:
            self.build()
            return None

    def contents(self) -> dict[str, Counter[tuple[object, ...]]]:
        """The rows of every table and public mart but for the numbers of this warehouse, which nothing outside keeps."""
        found = {}
        with duckdb.connect(str(self.file), read_only=True) as connection:
            for node in self.project.models.values():
                if node.is_view and node.relation.split(".")[1].strip('"') not in _PUBLIC:
                    continue
                names = [row[0] for row in connection.execute(f"describe {node.relation}").fetchall()]
                kept = [name for name in names if not name.endswith("_no") or name in ("tier_no", "row_no")]
                if kept:
                    listed = ", ".join(f'"{name}"' for name in kept)
                    rows = connection.execute(f"select hash({listed}), count(*) from {node.relation} group by all")
                    found[node.name] = Counter(dict(rows.fetchall()))
        return found


def differences(warehouse: Warehouse) -> dict[str, int]:
    """How many rows of each relation are others once all is built anew. Leaves the warehouse as a whole build does."""
    before = warehouse.contents()
    warehouse.build()
    after = warehouse.contents()
    counted = {name: (before[name] - after[name]) + (after[name] - before[name]) for name in after}
    return {name: sum(rows.values()) for name, rows in counted.items() if rows}


def arrange(source: Path, batches: int, draw: Random) -> list[list[Path]]:
    """The files of a landing folder in the order they come: the first batch has the plans and seven of ten others."""
    files = [file.relative_to(source) for file in sorted(source.rglob("*")) if file.is_file()]
    plans = [file for file in files if file.parts[0] == "plans"]
    others = [file for file in files if file.parts[0] != "plans"]
    draw.shuffle(others)
    first = len(others) * 7 // 10
    return [plans + others[:first], *(others[first:][place::batches] for place in range(batches))]


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; exit code 1 where increments and whole differ."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.increments.history", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("landing", type=Path)
    parser.add_argument("--batches", type=int, default=50)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        warehouse = Warehouse(Path(folder), variables(Choices("both"), ""))
        for number, files in enumerate(arrange(options.landing, options.batches, Random(options.seed))):
            for file in files:
                (warehouse.landing / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(options.landing / file, warehouse.landing / file)
            warehouse.land()
            if number == 0:
                warehouse.build()
                continue
            done = warehouse.advance()
            told = (
                f"{len(done.by_key)} tables by key, {len(done.whole)} whole, {len(done.written)} written"
                if done
                else "whole"
            )
            seconds = f", {sum(done.seconds.values()):.1f} s" if done else ""
            print(f"batch {number}: {len(files)} files, {told}{seconds}", flush=True)
        found = differences(warehouse)
    for name, count in found.items():
        print(f"{name}: {count} rows differ")
    print(f"{options.batches} batches: {len(found)} relations differ from a whole build")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
