"""What was delivered, counted from the files themselves by other readers than the ones that landed them."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb
from openpyxl import load_workbook

_KINDS = (".csv", ".jsonl", ".jsonl.gz", ".parquet", ".xlsx")
_LONGEST_CELL = 1 << 26
# A workbook that unpacks to more, or out of almost nothing, is not opened.
_MOST_UNPACKED, _MOST_RATIO, _SMALL = 1 << 31, 100, 1 << 26
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
    Records of a file without its header; blank lines and blank rows are none.

    CSV goes through Python's reader, JSON Lines is counted by lines, Parquet by what its footer says, a workbook by the rows
    of its sheets. Raises what the reader raises when the file cannot be read to its end.
    """
    name = file.name.lower()
    if name.endswith(".parquet"):
        with closing(duckdb.connect()) as connection:
            row = connection.execute("select num_rows from parquet_file_metadata(?)", [str(file)]).fetchone()
        assert row is not None
        return int(row[0])
    if name.endswith(".xlsx"):
        return _sheet_rows(file)
    encodings = _encodings(file)
    for encoding in encodings:
        try:
            return _csv_rows(file, encoding) if name.endswith(".csv") else _lines(file, encoding)
        except UnicodeDecodeError:
            if encoding == encodings[-1]:
                raise
    raise AssertionError("there is always an encoding to try")


def _encodings(file: Path) -> list[str]:
    """What the first bytes leave open."""
    with _opened(file) as packed:
        head = packed.read(2)
    if head in (b"\xff\xfe", b"\xfe\xff"):
        return ["utf-16"]
    if head[1:] == b"\0":
        return ["utf-16-le"]
    return ["utf-16-be"] if head[:1] == b"\0" else ["utf-8-sig", "gb18030"]


def _opened(file: Path) -> gzip.GzipFile | io.BufferedReader:
    return gzip.GzipFile(file) if file.name.lower().endswith(".gz") else file.open("rb")


def _csv_rows(file: Path, encoding: str) -> int:
    csv.field_size_limit(_LONGEST_CELL)
    with file.open(encoding=encoding, newline="") as text:
        header = next((line for line in text if line.strip("\r\n")), "")
    with file.open(encoding=encoding, newline="") as text:
        reader = csv.reader(text, delimiter=max(",;\t", key=header.count), strict=True)
        records = sum(1 for record in reader if record)
    if not records:
        raise ValueError("the file has no header")
    return records - 1


def _lines(file: Path, encoding: str) -> int:
    with io.TextIOWrapper(_opened(file), encoding=encoding) as text:
        return sum(1 for line in text if line.strip())


def _sheet_rows(file: Path) -> int:
    with zipfile.ZipFile(file) as container:
        parts = container.infolist()
        unpacked, packed = sum(part.file_size for part in parts), sum(part.compress_size for part in parts)
        if unpacked > _MOST_UNPACKED or (unpacked > _SMALL and unpacked > _MOST_RATIO * packed):
            raise ValueError(f"the workbook unpacks to {unpacked:,} bytes")
        # Reads each part by its stated size and its checksum: what is stated is then true.
        if torn := container.testzip():
            raise ValueError(f"{torn} is damaged")
    count = 0
    with closing(load_workbook(file, read_only=True)) as book:
        for sheet in book.worksheets:
            # What a file says of the size of its sheets may be wrong.
            sheet.reset_dimensions()
            filled = sum(1 for row in sheet.iter_rows(values_only=True) if any(cell not in (None, "") for cell in row))
            count += max(filled - 1, 0)
    return count


def count_delivered(landing: Path, known: dict[str, Delivered]) -> Iterator[Delivered]:
    """Every file of a table below landing/; one that has not changed since it was counted (`known`) keeps its count."""
    for file in sorted(landing.glob("*/*/*")):
        name = file.relative_to(landing).as_posix()
        if not file.name.lower().endswith(_KINDS) or not file.is_file() or file.name.startswith((".", "~")):
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
        except Exception as error:  # whatever a reader raises for what it cannot read
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
            " where database_name = current_database() and starts_with(schema_name, 'raw_') and schema_name <> 'raw_ledger' order by all"
        ).fetchall()
        for schema, table in raw:
            connection.execute(
                f'insert into quality.landed_rows select _file, ?, count(*) from "{schema}"."{table}" group by _file',
                [f"{schema.removeprefix('raw_')}.{table}"],
            )
        connection.execute(
            "insert into quality.landed_rows select _file, split_part(_file, '/', 1) || '._control', count(*)"
            " from ingest.control_totals group by _file"
        )
        connection.commit()
