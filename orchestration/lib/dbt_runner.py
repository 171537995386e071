"""dbt in this process: the second and later invocations cost half a second instead of seven."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.lib import spark

if TYPE_CHECKING:
    from dbt_common.events.base_types import EventMsg

ROOT = Path(__file__).resolve().parents[2]


class DbtError(Exception):
    """An invocation failed. `nodes`: the name of each node that did, with what it said first.

    `by_data`: what is in the rows may be the cause; the project itself is sound.
    """

    def __init__(self, message: str, nodes: Mapping[str, str], by_data: bool) -> None:
        super().__init__(message)
        self.nodes = dict(nodes)
        self.by_data = by_data


@cache
def dbt_loaded() -> tuple[Any, Any]:
    """dbt's runner and what holds its DuckDB connections, imported once: seconds that only who runs dbt should wait for."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    return dbtRunner, DuckDBConnectionManager


def run_dbt(
    arguments: Sequence[str],
    *,
    warehouse: Path,
    variables: Mapping[str, object],
    state_dir: Path,
    target: str = "duckdb",
    progress: Callable[[int], None] | None = None,
) -> None:
    """Runs one dbt command over the project, on the warehouse file given.

    `target` spark reads the raw tables below raw/ beside that file and works below spark/ there, in a session that stays.
    `state_dir` takes dbt's target and log folders; `progress` is told how many nodes are done, after each of them.
    Raises DbtError when a node fails or the invocation does.
    """
    os.environ["INCENTIVES_WAREHOUSE"] = str(warehouse)
    os.environ["DO_NOT_TRACK"] = "1"
    if target == "spark":
        spark.use_folder(warehouse.parent)
    dbt_runner, connections = dbt_loaded()
    done = 0

    def listen(event: EventMsg) -> None:
        nonlocal done
        if progress and event.info.name == "NodeFinished":
            done += 1
            progress(done)

    paths = ["--project-dir", str(ROOT), "--profiles-dir", str(ROOT), "--target", target]
    paths += ["--target-path", str(state_dir / "target"), "--log-path", str(state_dir / "logs")]
    try:
        result = dbt_runner(callbacks=[listen]).invoke(
            [*arguments, *paths, "--vars", json.dumps(dict(variables)), "--quiet", "--no-print"]
        )
    finally:
        # dbt keeps the file open for its next invocation; everybody else needs it in between.
        connections.close_all_connections()
        sys.stdout.flush()
    if result.exception is not None:
        raise DbtError(f"dbt {arguments[0]}: {result.exception}", {}, by_data=False)
    failed = {node.node.name: _first_line(node.message) for node in _nodes(result) if node.status in ("error", "fail")}
    if failed:
        name, message = next(iter(failed.items()))
        sound = not any("Compilation Error" in str(node.message) for node in _nodes(result) if node.node.name in failed)
        raise DbtError(f"{name}: {message}", failed, by_data=sound)


def _nodes(result: Any) -> Sequence[Any]:
    return getattr(result.result, "results", ())


def _first_line(message: str | None) -> str:
    lines = [line.strip() for line in (message or "").splitlines() if line.strip()]
    return " ".join(lines[:3])
