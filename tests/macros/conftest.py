"""The money macros as queries: rendered by dbt in one go, run on DuckDB over a table of inputs."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

ROOT = Path(__file__).resolve().parents[2]

# name → a query over `inputs`; what the columns are, the tests say.
QUERIES = {
    "types": "select cast(1 as {{ money() }}), cast(1 as {{ fx_rate() }}), cast(1 as {{ factor() }}),"
    " cast(1 as {{ step() }}), cast(1 as {{ plan_decimal() }}), cast(1 as {{ wide_integer() }})",
    "mul10": "select {{ mul10('a', 'b') }} from inputs order by row_no",
    "mul10_rate": "select {{ mul10_rate('a', 'r') }}, {{ mul10('a', 'r') }} from inputs order by row_no",
    "half_up": "select {{ half_up('n', 'd') }} from inputs order by row_no",
    "exact_div": "select {{ exact_div(wide_product('n', 'd'), 'd') }} from inputs order by row_no",
    "scaled": "select {{ scaled('x', 4) }}, {{ unscaled(scaled('x', 4), 4) }} from inputs order by row_no",
    "quotient10": "select {{ quotient10('a', 'b') }} from inputs order by row_no",
    "round_minor": "select {{ round_minor('x', 'minor_units') }}, {{ minor_unit('minor_units') }},"
    " {{ minor_step('minor_units') }} from inputs order by row_no",
    "signed_overlap": "select {{ signed_overlap('x0', 'x1', 'low', 'high') }} from inputs order by row_no",
    "prorated": "select {{ prorated('value', 'days', 'whole_days') }} from inputs order by row_no",
    "converted": "select {{ converted('value', 'rate_from', 'rate_to') }} from inputs order by row_no",
    "in_base": "select {{ in_base('value', 'rate', 2) }} from inputs order by row_no",
    "portion": "select {{ portion('amount', 'part', 'whole', 'minor_units') }} from inputs order by row_no",
    "largest_remainder": "with {{ largest_remainder('inputs') }}"
    " select spread_id, part_id, part from spread_parts order by spread_id, part_id",
}
SEPARATOR = "\n-- next query\n"

Rows = Sequence[Sequence[object]]


class Macros:
    """The rendered queries and a DuckDB to run them on."""

    def __init__(self, queries: Mapping[str, str]) -> None:
        self.queries = queries
        self.connection = duckdb.connect()

    def run(self, name: str, columns: str, rows: Rows) -> list[tuple[Any, ...]]:
        """Runs a query over `inputs` of these columns (`a decimal(28,10), …`); row_no is added in front.

        Returns its rows in the order of the inputs; raises duckdb.Error where a macro fails.
        """
        self.connection.execute(f"create or replace table inputs (row_no integer, {columns})")
        for start in range(0, len(rows), 500):
            part = rows[start : start + 500]
            texts = (", ".join(_literal(cell) for cell in (start + place, *row)) for place, row in enumerate(part))
            self.connection.execute("insert into inputs values " + ", ".join(f"({text})" for text in texts))
        return self.connection.execute(self.queries[name]).fetchall()


def _literal(cell: object) -> str:
    return "null" if cell is None else f"'{cell}'"


@pytest.fixture(scope="session")
def macros(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Macros]:
    """Every query of QUERIES, rendered by one dbt invocation that reads no warehouse."""
    folder = tmp_path_factory.mktemp("macros")
    before = os.environ.get("INCENTIVES_WAREHOUSE")
    os.environ["INCENTIVES_WAREHOUSE"] = str(folder / "warehouse.duckdb")
    paths = ["--project-dir", str(ROOT), "--profiles-dir", str(ROOT), "--target-path", str(folder / "target")]
    offline = ["--quiet", "--no-print", "--no-populate-cache", "--no-introspect"]
    try:
        inline = ["compile", "--inline", SEPARATOR.join(QUERIES.values())]
        done = dbtRunner().invoke([*inline, *paths, "--log-path", str(folder / "logs"), *offline])
    finally:
        DuckDBConnectionManager.close_all_connections()
        if before is None:
            del os.environ["INCENTIVES_WAREHOUSE"]
        else:
            os.environ["INCENTIVES_WAREHOUSE"] = before
    assert done.success, done.exception
    results: Any = done.result
    rendered = str(results[0].node.compiled_code).split(SEPARATOR)
    macros = Macros(dict(zip(QUERIES, rendered, strict=True)))
    yield macros
    macros.connection.close()


@pytest.fixture
def dice() -> random.Random:
    """The same throws in every run."""
    return random.Random(20260630)


def decimals(dice: random.Random, count: int, digits: int, places: int) -> list[Decimal]:
    """`count` decimals of at most `digits` digits before the point and `places` behind it, of every size and sign."""
    return [
        Decimal(dice.choice((-1, 1)) * dice.randrange(10 ** dice.randint(1, digits + places))).scaleb(-places)
        for _ in range(count)
    ]
