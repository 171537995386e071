"""Micro-batches on W(n), calculated: 1,000 new order lines of the last days, 500 corrections over the year, and what if a rate were higher.

`python -m benchmarks.increment DIR`, after the engine has run there, prints one JSON line for each: landed by ingest (not timed),
then taken into the models of the engine as orchestration.increments does it; tests are left out, as in engine.py. What if is rolled back.
"""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import duckdb

from benchmarks.measured import Measured
from benchmarks.work_unit import AS_OF
from orchestration import increments
from orchestration.build import Choices, variables
from orchestration.ingest import ingest

_AMONG = "select * exclude (_file, _row, _batch) from raw_{table} where hash(order_id) % {lines} // {count} = {number}"
WHAT_IF = "what if a rate"
# What a batch is made of: rows that are there, under new ids or as newer versions of themselves.
NEW_LINES = ("1,000 new lines", 1000)
BATCHES = {
    NEW_LINES: {
        "erp/orders": "select * replace ('Z{number}-' || order_id as order_id, ordered_at - interval 1 day * (date_diff('day',"
        " timestamp '{as_of}', ordered_at) + hash(order_id) % 5) as ordered_at) from ({among})",
        "erp/order_lines": "select * replace ('Z{number}-' || order_line_id as order_line_id, 'Z{number}-' || order_id as order_id)"
        " from ({among})",
    },
    ("500 corrections", 500): {
        "erp/order_lines": "select * replace (net_amount + 100 as net_amount, updated_at + interval 1 hour as updated_at) from ({among})",
    },
    (WHAT_IF, 0): {
        "plans/plan_tiers": "select component_id, tier_from, cast(rate as decimal(18, 6)) + 0.01 as rate, cast(updated_at as timestamp)"
        " + interval 1 day as updated_at from raw_plans.plan_tiers"
        " where component_id = (select min(component_id) from raw_plans.plan_components)",
    },
}


def run(folder: Path) -> None:
    """Prints what each micro-batch takes."""
    file = folder / "increment/warehouse.duckdb"
    shutil.rmtree(file.parent, ignore_errors=True)
    shutil.copytree(folder / "engine", file.parent)
    dbt_variables = variables(Choices(), AS_OF)
    project = increments.compiled(file, dbt_variables, folder / ".increments")
    with duckdb.connect(str(file), read_only=True) as connection:
        built = {row[0] for row in connection.execute("select table_name from information_schema.tables").fetchall()}
    project = replace(
        project, models={name: node for name, node in project.models.items() if node.name in built}, tests={}
    )
    increments.remember(file, dbt_variables)
    for number, (what, count) in enumerate(BATCHES):
        landing = folder / f"increment/landing-{number}"
        deliver(file, landing, (what, count), number)
        refused = [found for found in ingest(landing, file).files if found.status != "landed" or found.rows_quarantined]
        if refused:
            raise SystemExit(f"The batch did not land: {refused[0]}")
        measured = Measured(what)
        with duckdb.connect(str(file), config=increments._settings()) as connection:
            connection.begin()
            batch = increments._Run(connection, project)
            batch.over()
            increments._note(connection, increments._version(file, dbt_variables), str(dbt_variables["as_of"]))
            paid = connection.execute("select sum(total) from intermediate.int_payout_totals").fetchall()[0][0]
            if what == WHAT_IF:
                connection.rollback()
            else:
                connection.commit()
        measured.mark("sql")
        came = sum(counts[0] for counts in batch.done.written.values())
        slowest = dict(sorted(batch.done.seconds.items(), key=lambda item: -item[1])[:10])
        told = {**measured.result(came, paid), "written": batch.done.written, "models": slowest}
        print(json.dumps(told, default=str), flush=True)


def deliver(file: Path, landing: Path, batch: tuple[str, int], number: int) -> None:
    """Writes the files of a batch below `landing`: another number, other rows of the warehouse `file` under other ids."""
    _, count = batch
    with duckdb.connect(str(file), read_only=True) as connection:
        lines = connection.execute("select count(*) from raw_erp.order_lines").fetchall()[0][0]
        for table, sql in BATCHES[batch].items():
            path = landing / f"{table}/batch-{number}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            among = _AMONG.format(table=table.replace("/", "."), lines=lines, count=max(count, 1), number=number)
            asked = sql.format(among=among, as_of=AS_OF, number=number)
            connection.execute(f"copy ({asked}) to '{path}' (format parquet)")


if __name__ == "__main__":
    run(Path(sys.argv[1]))
