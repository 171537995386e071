"""The project's manifest, once as written and once rendered with bare money macros; each made once a session."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

from tests.graph.rendered import ROOT, compile_project, copy_with_bare_macros

Manifest = Mapping[str, Any]


@pytest.fixture(scope="session")
def scratch_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where dbt may open an empty warehouse; the variable is put back afterwards."""
    path = tmp_path_factory.mktemp("graph") / "warehouse.duckdb"
    before = os.environ.get("INCENTIVES_WAREHOUSE")
    os.environ["INCENTIVES_WAREHOUSE"] = str(path)
    yield path
    if before is None:
        del os.environ["INCENTIVES_WAREHOUSE"]
    else:
        os.environ["INCENTIVES_WAREHOUSE"] = before


@pytest.fixture(scope="session")
def manifest(scratch_warehouse: Path) -> Manifest:
    """manifest.json of the project as it is written."""
    target = scratch_warehouse.parent / "parsed"
    paths = ["--project-dir", str(ROOT), "--profiles-dir", str(ROOT), "--target-path", str(target)]
    try:
        done = dbtRunner().invoke(["parse", *paths, "--log-path", str(target), "--quiet", "--no-partial-parse"])
    finally:
        DuckDBConnectionManager.close_all_connections()
    assert done.success, done.exception
    parsed: Manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    return parsed


@pytest.fixture(scope="session")
def compiled(scratch_warehouse: Path) -> Manifest:
    """Model → its manifest node, with compiled_code in which the macros of macros/money are bare names.

    One model more than the project has: `planted` multiplies and divides out of sight, in a macro outside macros/money.
    """
    folder = scratch_warehouse.parent
    project = copy_with_bare_macros(folder)
    (project / "macros/planted.sql").write_text("{% macro planted(a, b) %}{{ a }} * {{ b }} / 2{% endmacro %}")
    (project / "models/planted.sql").write_text("select {{ planted(mul10('value', 'rate'), 'share') }} as amount")
    nodes = compile_project(project, folder)["nodes"].values()
    return {node["name"]: node for node in nodes if node["resource_type"] == "model"}


@pytest.fixture(scope="session")
def rendered(compiled: Manifest) -> Manifest:
    """The project's own models of `compiled`."""
    return {name: node for name, node in compiled.items() if name != "planted"}
