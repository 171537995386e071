"""W(n) through the warehouse: from landed raw tables to the narrow lines and their totals.

`python -m benchmarks.engine DIR` prints one JSON line: the engine's statements as dbt compiles them, one after the other on one
connection; with `--dbt` dbt runs them, whose own work per model is then in the time. Landing, the plan check and compiling come
before, and are not timed; the models of the engine, with the events of all measures, are, and the credits of those that count for pay:
shares of other measures are for marts and KPIs. Tests are left out; figures are kept in DIR/engine/warehouse.duckdb.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Iterable, Iterator
from datetime import datetime
from graphlib import TopologicalSorter
from pathlib import Path

import duckdb
import yaml

from benchmarks.measured import Measured
from benchmarks.work_unit import AS_OF
from orchestration.build import Choices, variables
from orchestration.ingest import ingest
from orchestration.lib.dbt_runner import ROOT, run_dbt

RESULTS = ("int_payout_lines", "int_payout_totals", "int_payout_groups")
NO_MODELS = ("resource_type:seed", "resource_type:test", "resource_type:unit_test")


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
    _dbt(
        [
            "build",
            "--select",
            "+rpt_plan_violations",
            "resource_type:seed",
            "--exclude-resource-type",
            "test",
            "unit_test",
        ],
        fresh,
        folder,
    )
    fresh.parent.rename(folder / "landed")


def run(folder: Path, by_dbt: bool = False) -> dict[str, object]:
    """Calculates W below `folder`; returns seconds, peak memory, the sum, and the seconds of each model."""
    warehouse = folder / "engine/warehouse.duckdb"
    shutil.rmtree(warehouse.parent, ignore_errors=True)
    shutil.copytree(folder / "landed", warehouse.parent)
    chosen = compile_models(RESULTS, warehouse, folder)
    if by_dbt:
        measured = Measured("dbt")
        _dbt(["run", *chosen], warehouse, folder)
        measured.mark("dbt")
        models = _profile(folder / ".dbt/target/run_results.json")
    else:
        ordered = list(statements(folder / ".dbt/target"))
        measured = Measured("engine")
        models = {}
        with connect(warehouse) as connection:
            for name, statement in ordered:
                began = time.monotonic()
                connection.execute(statement)
                models[name] = round(time.monotonic() - began, 3)
        measured.mark("sql")
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        counted = connection.execute("select count(*), sum(amount) from intermediate.int_payout_lines").fetchall()[0]
    return {**measured.result(*counted), "models": dict(sorted(models.items(), key=lambda item: -item[1]))}


def compile_models(models: Iterable[str], warehouse: Path, folder: Path) -> list[str]:
    """Compiles these models and all before them but the plan check; returns what makes dbt choose them."""
    chosen = ["--select", *[f"+{model}" for model in models], "--exclude", "+rpt_plan_violations", *NO_MODELS]
    _dbt(["compile", *chosen], warehouse, folder)
    return chosen


def statements(target: Path) -> Iterator[tuple[str, str]]:
    """Each model that was compiled, with what creates it, parents first, after the schemas they lie in."""
    nodes = json.loads((target / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    compiled = [
        result["unique_id"]
        for result in json.loads((target / "run_results.json").read_text(encoding="utf-8"))["results"]
    ]
    for schema in sorted({nodes[model]["schema"] for model in compiled}):
        yield schema, f'create schema if not exists "{schema}"'
    for model in TopologicalSorter(
        {model: set(nodes[model]["depends_on"]["nodes"]) & set(compiled) for model in compiled}
    ).static_order():
        node = nodes[model]
        kind = "view" if node["config"]["materialized"] == "view" else "table"
        yield node["name"], f"create or replace {kind} {node['relation_name']} as {node['compiled_code']}"


def connect(warehouse: Path, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """As dbt connects: with the settings of the profile; on two threads, as the other sides."""
    profile = yaml.safe_load((ROOT / "profiles.yml").read_text(encoding="utf-8"))["incentives"]["outputs"]["duckdb"]
    settings = {**profile["settings"], "memory_limit": os.environ.get("INCENTIVES_MEMORY", "5GB")}
    return duckdb.connect(str(warehouse), read_only=read_only, config={**settings, "threads": 2})


def _dbt(arguments: list[str], warehouse: Path, folder: Path) -> None:
    run_dbt(arguments, warehouse=warehouse, variables=variables(Choices(), AS_OF), state_dir=folder / ".dbt")


def _profile(results: Path) -> dict[str, float]:
    """Seconds of each model."""
    spent = {}
    for result in json.loads(results.read_text(encoding="utf-8"))["results"]:
        executed = next((step for step in result["timing"] if step["name"] == "execute"), None)
        if executed:
            began, ended = (datetime.fromisoformat(executed[end]) for end in ("started_at", "completed_at"))
            spent[result["unique_id"].rsplit(".", 1)[-1]] = round((ended - began).total_seconds(), 3)
    return spent


if __name__ == "__main__":
    land(Path(sys.argv[1]))
    Measured.tell(run(Path(sys.argv[1]), by_dbt="--dbt" in sys.argv))
