"""Every rule-bearing model's dbt unit tests, on the relations of a small company."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from orchestration.build import Choices, variables
from orchestration.lib.dbt_runner import run_dbt
from tests.conftest import AS_OF


def test_every_unit_test_passes(demo_build: Path, tmp_path: Path) -> None:
    warehouse, state = tmp_path / "warehouse.duckdb", tmp_path / "state"
    shutil.copy(demo_build / "warehouse.duckdb", warehouse)
    values = variables(Choices("both", "Asia/Shanghai", "CNY"), AS_OF)
    run_dbt(["test", "--select", "test_type:unit"], warehouse=warehouse, variables=values, state_dir=state)
    ran = json.loads((state / "target/run_results.json").read_text(encoding="utf-8"))["results"]
    ran = [result for result in ran if result["unique_id"].startswith("unit_test.")]
    assert {result["status"] for result in ran} == {"pass"}
    assert len(ran) >= 230, "a unit test is missing"
