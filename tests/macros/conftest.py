"""The money macros as queries: rendered by dbt in one go for each engine, run on both over the same table of inputs."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from pyspark.errors import ArithmeticException
from pyspark.sql import SparkSession

from orchestration.lib import spark

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
    "scaled_further": "select {{ scaled('x', 6) }}, {{ scaled('y', 10) }} from inputs order by row_no",
    "whole_mod": "select {{ whole_mod('n', 'd') }} from inputs order by row_no",
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
    """The rendered queries, a DuckDB and a Spark session to run them on."""

    def __init__(self, of_duckdb: Mapping[str, str], of_spark: Mapping[str, str], folder: Path) -> None:
        self.queries = of_duckdb
        self.connection = duckdb.connect()
        self._of_spark = of_spark
        self._spark = SparkSession.builder.getOrCreate()
        self._inputs = folder / "inputs.parquet"

    def run(self, name: str, columns: str, rows: Rows) -> list[tuple[Any, ...]]:
        """Runs a query over `inputs` of these columns (`a decimal(28,10), …`) on both engines; row_no is added in front.

        Returns DuckDB's rows in the order of the inputs. Fails where Spark's are others, and where an engine refuses.
        """
        self.fill(columns, rows)
        got = self.connection.execute(self.queries[name]).fetchall()
        by_spark = self._by_spark(name)
        assert len(by_spark) == len(got)
        differing = [(ours, theirs) for ours, theirs in zip(got, by_spark, strict=True) if ours != theirs]
        assert not differing, f"{name}: DuckDB and Spark differ in {len(differing)} of {len(got)} rows: {differing[:5]}"
        return got

    def refused(self, name: str, columns: str, rows: Rows) -> bool:
        """Whether both engines fail instead of giving a figure."""
        self.fill(columns, rows)
        with pytest.raises(duckdb.Error):
            self.connection.execute(self.queries[name]).fetchall()
        return self.refused_by_spark(name)

    def refused_by_spark(self, name: str) -> bool:
        """Whether Spark fails on the inputs as they are."""
        with pytest.raises(ArithmeticException):
            self._by_spark(name)
        return True

    def fill(self, columns: str, rows: Rows) -> None:
        """Makes the table of inputs, for both engines."""
        self.connection.execute(f"create or replace table inputs (row_no integer, {columns})")
        for start in range(0, len(rows), 500):
            part = rows[start : start + 500]
            texts = (", ".join(_literal(cell) for cell in (start + place, *row)) for place, row in enumerate(part))
            self.connection.execute("insert into inputs values " + ", ".join(f"({text})" for text in texts))
        # Parquet has no hugeint; decimal(38, 0) is what Spark calls wide_integer().
        typed = ", ".join(
            f"cast({name} as {'decimal(38, 0)' if kind.startswith('hugeint') else kind}) as {name}"
            for name, kind in (
                column.split(" ", 1) for column in re.split(r",\s*(?=[a-z])", f"row_no integer, {columns}")
            )
        )
        self.connection.execute(f"copy (select {typed} from inputs) to '{self._inputs}' (format parquet)")

    def _by_spark(self, name: str) -> list[tuple[Any, ...]]:
        self._spark.read.parquet(str(self._inputs)).createOrReplaceTempView("inputs")
        return [tuple(row) for row in self._spark.sql(self._of_spark[name]).collect()]


def _literal(cell: object) -> str:
    return "null" if cell is None else f"'{cell}'"


def _dbt(folder: Path, target: str, *command: str) -> Any:
    paths = [
        "--project-dir",
        str(ROOT),
        "--profiles-dir",
        str(ROOT),
        "--target",
        target,
        "--log-path",
        str(folder / "logs"),
    ]
    try:
        done = dbtRunner().invoke([*command, *paths, "--target-path", str(folder / target), "--quiet", "--no-print"])
    finally:
        DuckDBConnectionManager.close_all_connections()
    assert done.success, done.exception
    return done.result


def _rendered(folder: Path, target: str) -> dict[str, str]:
    """Every query of QUERIES as the engine gets it, by one dbt invocation that reads no warehouse."""
    inline = ["compile", "--inline", SEPARATOR.join(QUERIES.values()), "--no-populate-cache", "--no-introspect"]
    code = str(_dbt(folder, target, *inline)[0].node.compiled_code)
    return dict(zip(QUERIES, code.split(SEPARATOR), strict=True))


@pytest.fixture(scope="session")
def macros(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Macros]:
    """The queries on both engines, Spark with the settings of the profile, which dbt's first command checks."""
    folder = tmp_path_factory.mktemp("macros")
    before = os.environ.get("INCENTIVES_WAREHOUSE")
    os.environ["INCENTIVES_WAREHOUSE"] = str(folder / "warehouse.duckdb")
    spark.use_folder(folder)
    try:
        of_duckdb, of_spark = _rendered(folder, "duckdb"), _rendered(folder, "spark")
        _dbt(folder, "spark", "run-operation", "engine_settings")
    finally:
        if before is None:
            del os.environ["INCENTIVES_WAREHOUSE"]
        else:
            os.environ["INCENTIVES_WAREHOUSE"] = before
    macros = Macros(of_duckdb, of_spark, folder)
    yield macros
    macros.connection.close()
    spark.stop()


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
