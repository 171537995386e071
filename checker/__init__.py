"""The independent checker: all pay again, from landed rows and plan rows, without the warehouse's own calculation."""

from __future__ import annotations

from pathlib import Path

from checker.calculation import Pay, Settings, calculate
from checker.report import Report

__all__ = ["Pay", "Report", "Settings", "calculate", "check"]


def check(warehouse: Path) -> Report:
    """Recalculates the pay of a warehouse from its landed rows and compares. Raises NotAWarehouse."""
    from checker.warehouse import recalculate  # needs DuckDB, which a bundle does without

    return recalculate(warehouse)[1]
