"""Public data sets are looked for beside the repository; without them these tests say so and are skipped."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import duckdb
import pytest

from checker import check
from orchestration.build import build

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
Converted = Callable[[ModuleType], "Built"]


class Built:
    """A data set that has been converted, landed and built; `query` reads what was published."""

    def __init__(self, data: Path, landing: Path, out: Path) -> None:
        self.data = data
        self.landing = landing
        self.checks: dict[str, Any] = json.loads((data / "checks.json").read_text(encoding="utf-8"))
        self.connection = duckdb.connect(str(out / "published.duckdb"), read_only=True)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query).fetchall()

    def figures(self, query: str) -> dict[Any, Decimal]:
        """A query of (key, figure) or (key, key, figure) as a dictionary."""
        return {row[0] if len(row) == 2 else row[:-1]: Decimal(row[-1]) for row in self.rows(query)}


def data_of(name: str) -> Path:
    """The folder of a data set; skips, said aloud, when it is not there."""
    folder = DATA / name
    if not folder.is_dir():
        pytest.skip(f"the public data set {name} is not there: {folder}")
    return folder


def quarter_of(day: date) -> date:
    """The first day of the quarter a day lies in."""
    return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)


@pytest.fixture(scope="session")
def converted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Converted]:
    """Converts a data set by its module and builds it in its own time zone and currency."""
    opened: list[Built] = []

    def convert_and_build(module: ModuleType) -> Built:
        name = module.__name__.rpartition(".")[2]
        data, folder = data_of(name), tmp_path_factory.mktemp(name)
        module.convert(data, folder / "landing")
        build(folder / "landing", folder / "out", timezone=module.TIMEZONE, base_currency=module.CURRENCY)
        assert check(folder / "out/warehouse.duckdb").differences == []
        opened.append(Built(data, folder / "landing", folder / "out"))
        return opened[-1]

    yield convert_and_build
    for built in opened:
        built.connection.close()
