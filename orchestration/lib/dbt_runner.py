"""dbt in this process: imported once, and the project parsed once for all folders that are built."""

from __future__ import annotations

import fcntl
import hashlib
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
# The parsed project. One for all warehouses: the graph is the same whatever the variables, and no file is opened to parse.
PARSED = ROOT / "build/dbt"
_READ_BY_DBT = ("models", "macros", "seeds", "tests/dbt")
_manifests: dict[tuple[str, str], Any] = {}


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


def project_version() -> str:
    """A hash of all that dbt reads of the project."""
    files = [ROOT / name for name in ("dbt_project.yml", "profiles.yml", "selectors.yml")]
    files += [file for folder in _READ_BY_DBT for file in sorted((ROOT / folder).rglob("*")) if file.is_file()]
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.relative_to(ROOT)}\n".encode() + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def parsed_project(target: str = "duckdb") -> Any:
    """dbt's manifest of the project as its files are now; manifest.json lies in PARSED/`target`. Raises DbtError."""
    version = project_version()
    if (target, version) not in _manifests:
        folder = PARSED / target
        folder.mkdir(parents=True, exist_ok=True)
        os.environ["INCENTIVES_WAREHOUSE"] = str(PARSED / "warehouse.duckdb")
        # Several processes may begin at once; who comes second finds all parsed.
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            # dbt keeps unit tests that are no longer written when it parses what changed, so what changed is parsed as a whole.
            reading = "--partial-parse" if is_parsed(target, version) else "--no-partial-parse"
            result = dbt_loaded()[0]().invoke(["parse", reading, *_options(folder, target, {})])
            if result.exception is not None:
                raise DbtError(f"dbt parse: {result.exception}", {}, by_data=False)
            (folder / "version").write_text(version, encoding="utf-8")
        _manifests[target, version] = result.result
    return _manifests[target, version]


def is_parsed(target: str, version: str) -> bool:
    """Whether PARSED/`target` holds the project of this version."""
    stamp = PARSED / target / "version"
    return stamp.exists() and stamp.read_text(encoding="utf-8") == version


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
    `state_dir` takes the SQL as it ran, the manifest and dbt.log, which holds warnings and errors; `progress` is told how
    many nodes are done, after each of them. Raises DbtError when a node fails or the invocation does.
    """
    os.environ["DO_NOT_TRACK"] = "1"
    dbt_runner, connections = dbt_loaded()
    if target == "spark":
        spark.use_folder(warehouse.parent)
    manifest = parsed_project(target)
    os.environ["INCENTIVES_WAREHOUSE"] = str(warehouse)
    state_dir.mkdir(parents=True, exist_ok=True)
    done = 0

    def listen(event: EventMsg) -> None:
        nonlocal done
        if progress and event.info.name == "NodeFinished":
            done += 1
            progress(done)
        if event.info.level in ("warn", "error"):
            with (state_dir / "dbt.log").open("a", encoding="utf-8") as log:
                log.write(f"{getattr(event.info, 'msg', event.info.name)}\n")

    try:
        result = dbt_runner(manifest=manifest, callbacks=[listen]).invoke(
            [*arguments, *_options(state_dir / "target", target, variables)]
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


def _options(target_path: Path, target: str, variables: Mapping[str, object]) -> list[str]:
    """What every command is given. dbt's own log, of every statement, costs a tenth of a small build's time."""
    paths = [
        "--project-dir",
        str(ROOT),
        "--profiles-dir",
        str(ROOT),
        "--target",
        target,
        "--target-path",
        str(target_path),
    ]
    quiet = ["--quiet", "--no-print", "--log-level", "none", "--log-level-file", "none", "--log-path", str(target_path)]
    return [*paths, *quiet, "--vars", json.dumps(dict(variables))]


def _nodes(result: Any) -> Sequence[Any]:
    return getattr(result.result, "results", ())


def _first_line(message: str | None) -> str:
    lines = [line.strip() for line in (message or "").splitlines() if line.strip()]
    return " ".join(lines[:3])
