"""Reads a warehouse file: its landed rows, its plan seeds and the marts, all as text. The one place that needs DuckDB."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import duckdb

from checker.calculation import Pay, Settings, calculate
from checker.contract import TABLES
from checker.report import MARTS, Report, compare
from checker.rows import Text

Tables = dict[str, list[Text]]


class NotAWarehouse(Exception):
    """The file is no built warehouse."""


def recalculate(warehouse: Path) -> tuple[Pay, Report, Tables, Tables]:
    """The pay, the comparison, and the rows it was made from: landed ones, and those of the marts. Raises NotAWarehouse."""
    if not warehouse.is_file():
        raise NotAWarehouse(f"There is no file {warehouse}.")
    choices = _choices(warehouse)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        relations = {
            f"{schema}.{name}"
            for schema, name in connection.execute(
                "select table_schema, table_name from information_schema.tables"
            ).fetchall()
        }
        missing = sorted({*MARTS, "intermediate.int_run_parameters"} - relations)
        if missing:
            raise NotAWarehouse(f"{warehouse} is not built: it has no {missing[0]}.")
        if not any(of.startswith("raw_") for of in relations):
            raise NotAWarehouse(f"{warehouse} holds no landed rows: name the warehouse.duckdb beside it.")
        ((as_of,),) = connection.execute("select as_of_on from intermediate.int_run_parameters").fetchall()
        tables: Tables = {}
        for name in TABLES:
            kept = [f"raw_{name}"]
            if name.startswith("plans."):
                kept = {"seeds": [name], "landing": kept}.get(choices["plans"], [name, *kept])
            columns = (*TABLES[name].columns, "updated_at", "is_deleted")
            tables[name] = [row for of in kept if of in relations for row in _rows(connection, of, columns)]
        marts = {mart: _rows(connection, mart, columns) for mart, columns in MARTS.items()}
    settings = Settings(date.fromisoformat(str(as_of)), choices["timezone"], choices["base_currency"])
    pay = calculate(tables, settings)
    return pay, compare(pay, marts), tables, marts


def _choices(warehouse: Path) -> dict[str, str]:
    """What the build was told, kept beside the warehouse."""
    kept = warehouse.parent / "choices.json"
    choices = {"plans": "landing", "timezone": "Asia/Shanghai", "base_currency": "CNY"}
    return {**choices, **json.loads(kept.read_text(encoding="utf-8"))} if kept.is_file() else choices


def _rows(connection: duckdb.DuckDBPyConnection, relation: str, columns: tuple[str, ...]) -> list[Text]:
    schema, table = relation.split(".")
    there = {
        str(name)
        for (name,) in connection.execute(
            "select column_name from information_schema.columns where table_schema = ? and table_name = ?",
            [schema, table],
        ).fetchall()
    }
    wanted = list(dict.fromkeys(name for name in columns if name in there))
    listed = ", ".join(f'cast("{name}" as varchar)' for name in wanted)
    found = connection.execute(f'select {listed} from "{schema}"."{table}"').fetchall()
    return [dict(zip(wanted, row, strict=True)) for row in found]
