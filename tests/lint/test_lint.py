"""The linters hold: ruff, mypy (strict) and sqlfluff find nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("app", "benchmarks", "checker", "demo", "expectations", "orchestration")


@pytest.mark.parametrize(
    "command",
    [
        ("ruff", "check", "."),
        ("ruff", "format", "--check", "."),
        ("mypy", *PACKAGES),
        ("sqlfluff", "lint", "models", "tests/dbt"),
        ("sqlfluff", "lint", "--config", "app/data/sqlfluff.cfg", "app/data/sql"),
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_nothing_is_found(command: tuple[str, ...]) -> None:
    program = Path(sys.executable).with_name(command[0])
    ran = subprocess.run([program, *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout[-6000:] + ran.stderr[-2000:]
