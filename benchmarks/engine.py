"""W(n) through the warehouse: from landed raw tables to the narrow lines and their totals, by dbt.

`python -m benchmarks.engine DIR` prints one JSON line. Landing and the plan check come before, and are not timed; the models
of the engine, with the events and credits of all measures, are. Tests are left out; figures are kept in DIR/engine/warehouse.duckdb.
"""

from __future__ import annotations

import json
import shutil
import sys
from datetime import datetime
from pathlib import Path

import duckdb

from benchmarks.measured import Measured
from benchmarks.work_unit import AS_OF
from orchestration.build import Choices, variables
from orchestration.ingest import ingest
from orchestration.lib.dbt_runner import run_dbt

RESULTS = ("int_payout_lines", "int_payout_totals", "int_payout_groups")


def land(folder: Path) -> None:
    """Lands DIR/landing into DIR/landed/warehouse.duckdb and checks its plans there, unless that was done."""
    if (folder / "landed").exists():
        return
    # Views name the file they lie in, so it is always called the same.
    fresh = folder / "landing-unfinished/warehouse.duckdb"
    shutil.rmtree(fresh.parent, ignore_errors=True)
    fresh.parent.mkdir()
    refused = [
        file for file in ingest(folder / "landing", fresh).files if file.status != "landed" or file.rows_quarantined
    ]
    if refused:
        raise SystemExit(
            f"The work unit did not land: {refused[0]}. Its files no longer keep the raw contract: correct work_unit.py."
        )
    _dbt(["build", "--select", "+rpt_plan_violations", "--exclude-resource-type", "test", "unit_test"], fresh, folder)
    fresh.parent.rename(folder / "landed")


def run(folder: Path) -> dict[str, object]:
    """Calculates W below `folder`; returns seconds, peak memory, the sum, and the seconds of each model."""
    warehouse = folder / "engine/warehouse.duckdb"
    shutil.rmtree(warehouse.parent, ignore_errors=True)
    shutil.copytree(folder / "landed", warehouse.parent)
    checked = ["--exclude", "+rpt_plan_violations", "resource_type:seed"]
    _dbt(["ls", "--select", RESULTS[0]], warehouse, folder)  # dbt is loaded and has read the project
    measured = Measured("engine")
    _dbt(["run", "--select", *[f"+{model}" for model in RESULTS], *checked], warehouse, folder)
    measured.mark("dbt")
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        counted = connection.execute("select count(*), sum(amount) from intermediate.int_payout_lines").fetchall()[0]
    return {**measured.result(*counted), "models": _profile(folder / ".dbt/target/run_results.json")}


def _dbt(arguments: list[str], warehouse: Path, folder: Path) -> None:
    run_dbt(arguments, warehouse=warehouse, variables=variables(Choices(), AS_OF), state_dir=folder / ".dbt")


def _profile(results: Path) -> dict[str, float]:
    """Seconds of each model, the slowest first."""
    spent = {}
    for result in json.loads(results.read_text(encoding="utf-8"))["results"]:
        executed = next((step for step in result["timing"] if step["name"] == "execute"), None)
        if executed:
            began, ended = (datetime.fromisoformat(executed[end]) for end in ("started_at", "completed_at"))
            spent[result["unique_id"].rsplit(".", 1)[-1]] = round((ended - began).total_seconds(), 3)
    return dict(sorted(spent.items(), key=lambda item: -item[1]))


if __name__ == "__main__":
    land(Path(sys.argv[1]))
    Measured.tell(run(Path(sys.argv[1])))
