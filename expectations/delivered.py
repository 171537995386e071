"""What was delivered, counted from the files themselves by other readers than the ones that landed them."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb

_KINDS = (".csv", ".jsonl", ".jsonl.gz", ".parquet")
_TABLES = """
create schema if not exists quality;
create table if not exists quality.delivered_rows (
    file_name varchar primary key, file_bytes bigint, modified_ns bigint, delivered_rows bigint, problem varchar,
    is_there boolean
);
create or replace table quality.landed_rows (file_name varchar, table_name varchar, landed_rows bigint);
"""


@dataclass(frozen=True)
class Delivered:
    """A file below landing/: how many records it holds, or why nobody can tell (rows None)."""

    file_name: str
    file_bytes: int
    modified_ns: int
    rows: int | None
    problem: str = ""


def count_rows(file: Path) -> int:
    """
    Records of a file without its header; blank lines are none.

    CSV goes through Python's reader, JSON Lines is counted by lines, Parquet by what its footer says. Raises what the
    reader raises when the file cannot be read to its end.
    """
    name = file.name.lower()
    if name.endswith(".parquet"):
        with closing(duckdb.connect()) as connection:
            row = connection.execute("select num_rows from parquet_file_metadata(?)", [str(file)]).fetchone()
        assert row is not None
        return int(row[0])
    if name.endswith(".csv"):
        with file.open(encoding="utf-8-sig", newline="") as text:
            records = sum(1 for record in csv.reader(text, strict=True) if record)
        if not records:
            raise ValueError("the file has no header")
        return records - 1
    with gzip.open(file, "rb") if name.endswith(".gz") else file.open("rb") as lines:
        return sum(1 for line in lines if line.decode("utf-8-sig").strip())


def count_delivered(landing: Path, known: dict[str, Delivered]) -> Iterator[Delivered]:
    """Every file of a table below landing/; one that has not changed since it was counted (`known`) keeps its count."""
    for file in sorted(landing.glob("*/*/*")):
        name = file.relative_to(landing).as_posix()
        if not file.name.lower().endswith(_KINDS) or not file.is_file() or file.name.startswith("."):
            continue
        if not file.resolve().is_relative_to(landing.resolve()):
            continue
        status = file.stat()
        before = known.get(name)
        if before and (before.file_bytes, before.modified_ns) == (status.st_size, status.st_mtime_ns):
            yield before
            continue
        try:
            rows, problem = count_rows(file), ""
        except (OSError, EOFError, ValueError, csv.Error, duckdb.Error) as error:
            rows, problem = None, f"{type(error).__name__}: {error}".partition("\n")[0]
        yield Delivered(name, status.st_size, status.st_mtime_ns, rows, problem)


def write_delivered(warehouse: Path, landing: Path) -> None:
    """
    Writes quality.delivered_rows (a row a file under landing/) and quality.landed_rows (a row a file in a raw table).

    Both are counted here, from the files and from the raw tables; what the ingest wrote about its own work is not read.
    A file that has been moved away since keeps its count, with is_there false.
    """
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(_TABLES)
        rows = connection.execute(
            "select file_name, file_bytes, modified_ns, delivered_rows, problem from quality.delivered_rows"
        ).fetchall()
        counted = list(count_delivered(landing, {row[0]: Delivered(*row) for row in rows}))
        connection.begin()
        connection.execute("update quality.delivered_rows set is_there = false")
        if counted:
            connection.executemany(
                "insert or replace into quality.delivered_rows values (?, ?, ?, ?, ?, true)",
                [(file.file_name, file.file_bytes, file.modified_ns, file.rows, file.problem) for file in counted],
            )
        raw = connection.execute(
            "select schema_name, table_name from duckdb_tables()"
            " where database_name = current_database() and starts_with(schema_name, 'raw_') order by all"
        ).fetchall()
        for schema, table in raw:
            connection.execute(
                f'insert into quality.landed_rows select _file, ?, count(*) from "{schema}"."{table}" group by _file',
                [f"{schema.removeprefix('raw_')}.{table}"],
            )
        connection.commit()
