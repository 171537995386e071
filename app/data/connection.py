"""The published file: opened read-only, opened again as soon as another one is swapped into its place."""

import os
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import streamlit as st

PUBLISHED_VARIABLE = "INCENTIVES_PUBLISHED"
DEFAULT_PUBLISHED = "build/demo/published.duckdb"
SQL_FOLDER = Path(__file__).parent / "sql"
INCLUDE = "-- include "


class NothingPublished(Exception):
    """There is no published file yet, or no publication in it."""


def published_path() -> Path:
    """File to read: INCENTIVES_PUBLISHED, else the demo's."""
    return Path(os.environ.get(PUBLISHED_VARIABLE) or DEFAULT_PUBLISHED).resolve()


@cache
def statement(name: str) -> str:
    """Text of sql/<name>.sql, each line `-- include <other>` replaced by that file's text. Files only: no value ever gets in here."""
    lines = (SQL_FOLDER / f"{name}.sql").read_text(encoding="utf-8").splitlines()
    return "\n".join(
        statement(line.removeprefix(INCLUDE).strip()) if line.startswith(INCLUDE) else line for line in lines
    )


@st.cache_resource(max_entries=1, show_spinner=False)
def attached(path: str, inode: int, modified_ns: int) -> duckdb.DuckDBPyConnection:
    """
    Connection to one published file, shared by all readers; inode and modified_ns are there to miss the cache after a swap.

    The file is attached to a database in memory: opening it directly would give the file that was there before for as long as any
    reader holds it, since DuckDB keeps one instance a path. The connection can read this file and nothing else.
    """
    connection = duckdb.connect(":memory:", config={"threads": "2"})
    quoted = path.replace("'", "''")
    connection.execute(f"attach '{quoted}' as published (read_only)")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection


class Published:
    """One published state: all queries made through it see the same figures, also when another is swapped in meanwhile."""

    def __init__(self) -> None:
        """Opens what is published now; NothingPublished when there is no such file."""
        path = published_path()
        try:
            status = path.stat()
        except FileNotFoundError as missing:
            raise NothingPublished(str(path)) from missing
        self._connection = attached(str(path), status.st_ino, status.st_mtime_ns)

    def rows(self, name: str, **values: object) -> list[dict[str, Any]]:
        """Rows of sql/<name>.sql with its $parameters bound, as {column: value}."""
        cursor = self._connection.cursor()
        try:
            cursor.execute("use published")
            cursor.execute(statement(name), values)
            columns = [column[0] for column in cursor.description]
            return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
        finally:
            cursor.close()
