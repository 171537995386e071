"""Files as rows: CSV, JSON Lines and Parquet become a relation of one row a record, numbered from 1, not yet checked.

DuckDB reads what is well formed. What it refuses is read again record by record, so that one broken line costs one line;
a file of which no record can be trusted is `Unreadable`.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import hashlib
import io
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

import duckdb
import pyarrow as pa

from orchestration.ingest.checking import literal, quoted

# Names that no file is expected to have among its own columns; one that has is unreadable.
ROW = "__row_in_file__"
SHAPE_FAULT = "__shape_fault__"
_RESERVED = (ROW, SHAPE_FAULT, "file_row_number")
_RELATION = "landed_file"
_CHUNK = 1 << 22
_LONGEST_CELL = 1 << 21
_RECORDS_AT_ONCE = 50_000
# DuckDB reads JSON numbers as doubles: a file with a number that a double cannot hold, or with an exponent, is read record by record.
_INEXACT_NUMBER = r"[0-9][0-9.]{15}|[0-9][eE][+-]?[0-9]"


class Unreadable(Exception):
    """Not one record of the file can be trusted: why, and what to do about it."""

    def __init__(self, reason: str, action: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.action = action


@dataclass(frozen=True)
class Records:
    """A file's rows as a relation with ROW, SHAPE_FAULT (text, null where the record is whole) and its columns.

    `columns`: the file's own name → its type; their order is the file's.
    """

    relation: str
    columns: dict[str, str]


def kind_of(path: Path) -> str | None:
    """csv, jsonl, jsonl.gz or parquet by the file's name; None for all else."""
    name = path.name.lower()
    return next((kind for kind in ("csv", "jsonl", "jsonl.gz", "parquet") if name.endswith(f".{kind}")), None)


def content_hash(path: Path) -> str:
    """SHA-256 of the file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read(connection: duckdb.DuckDBPyConnection, path: Path, kind: str) -> Records:
    """Opens a file. `path` must hold no character that DuckDB reads as a pattern. Raises Unreadable."""
    if path.stat().st_size == 0:
        raise Unreadable("the file is empty, without even a header", "Deliver the file again, with its header.")
    if kind == "parquet":
        return _parquet(connection, path)
    _check_text(path, kind)
    if kind == "csv":
        return _csv(connection, path)
    return _jsonl(connection, path, kind)


def _parquet(connection: duckdb.DuckDBPyConnection, path: Path) -> Records:
    source = f"read_parquet({literal(str(path))}, file_row_number = true, hive_partitioning = false)"
    try:
        described = connection.execute(f"describe select * from {source}").fetchall()
    except duckdb.Error as error:
        if "file_row_number" in str(error):
            _refuse_reserved(["file_row_number"])
        raise Unreadable(
            f"the file cannot be read as Parquet ({first_line(error)})",
            "Deliver the file again; it may have been cut short.",
        ) from None
    columns = {str(name): str(found_type) for name, found_type, *_ in described[:-1]}
    _distinct(list(columns))
    selected = f"select *, file_row_number + 1 as {ROW}, cast(null as varchar) as {SHAPE_FAULT} from {source}"
    # A name of its own: a view cannot replace the table that a CSV file before it left.
    connection.execute(f"create or replace temp view landed_parquet as {selected}")
    return Records("landed_parquet", columns)


def _csv(connection: duckdb.DuckDBPyConnection, path: Path) -> Records:
    header = _csv_header(path)
    columns = {f"c{number}": "varchar" for number in range(len(header))}
    try:
        connection.execute(
            f"create or replace temp table {_RELATION} as select row_number() over () as {ROW},"
            f" cast(null as varchar) as {SHAPE_FAULT}, * from read_csv({literal(str(path))}, columns = {columns},"
            " header = true, auto_detect = false, delim = ',', quote = '\"', escape = '\"', strict_mode = true)"
        )
        for number, name in enumerate(header):
            connection.execute(f"alter table {_RELATION} rename c{number} to {quoted(name)}")
    except duckdb.Error:
        _load_records(connection, header, _csv_records(path, len(header)))
    return Records(_RELATION, dict.fromkeys(header, "VARCHAR"))


def _csv_header(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        try:
            csv.field_size_limit(_LONGEST_CELL)
            header = next((record for record in csv.reader(file, strict=True) if record), None)
        except csv.Error as error:
            raise Unreadable(
                f"the header cannot be read ({error})", "Correct the header and deliver the file again."
            ) from None
    if header is None:
        raise Unreadable(
            "the file holds blank lines only, without a header", "Deliver the file again, with its header."
        )
    header = [name.strip() for name in header]
    return _distinct(header)


def _distinct(header: Sequence[str]) -> list[str]:
    names = [name or f"(column {number})" for number, name in enumerate(header, start=1)]
    lower = [name.lower() for name in names]
    _refuse_reserved(lower)
    twice = sorted({name for name in lower if lower.count(name) > 1})
    if twice:
        raise Unreadable(
            f"the header names {', '.join(twice)} more than once", "Name each column once and deliver the file again."
        )
    return names


def _refuse_reserved(names: Iterable[str]) -> None:
    taken = ", ".join(sorted({name.lower() for name in names} & set(_RESERVED)))
    if taken:
        raise Unreadable(
            f"a column is called {taken}, a name that the loader needs", "Rename the column and deliver the file again."
        )


def _csv_records(path: Path, width: int) -> Iterator[tuple[str | None, list[str | None]]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, strict=True)
        try:
            rows = (record for record in reader if record)
            next(rows)
            for record in rows:
                if len(record) == width:
                    yield None, list(record)
                else:
                    fault = f"the row has {len(record)} cells where the header has {width}"
                    if len(record) > width:
                        fault += f"; beyond it: {', '.join(record[width:])}"
                    yield fault, [*record[:width], *[None] * (width - len(record))]
        except csv.Error as error:
            raise Unreadable(
                f"a quotation mark is not closed or stands in the wrong place (the reader stopped at line {reader.line_num}: {error})",
                "Correct the quotation marks and deliver the file again.",
            ) from None


def _jsonl(connection: duckdb.DuckDBPyConnection, path: Path, kind: str) -> Records:
    packed = "gzip" if kind == "jsonl.gz" else "none"
    try:
        connection.execute(
            "create or replace temp table landed_lines as select row_number() over () as line_no, line"
            f" from read_csv({literal(str(path))}, columns = {{'line': 'varchar'}}, header = false, auto_detect = false,"
            f" delim = '\x01', quote = '', escape = '', compression = '{packed}', strict_mode = false) where trim(line) <> ''"
        )
        (odd,) = connection.execute(
            "select count(*) from landed_lines where regexp_matches(line, ?)"
            " or case when json_valid(line) then json_type(line) else '' end <> 'OBJECT'",
            [_INEXACT_NUMBER],
        ).fetchall()[0]
        names = (
            [] if odd else connection.execute("select distinct unnest(json_keys(line)) from landed_lines").fetchall()
        )
    except duckdb.Error:
        odd = True
    if odd or any(set(name) & set('"\\') for (name,) in names):
        return _jsonl_by_record(connection, path, kind)
    columns = _distinct(sorted(name for (name,) in names))
    paths = ", ".join(literal(f'$."{name}"') for name in columns)
    cells = "".join(f", cells[{number}] as {quoted(name)}" for number, name in enumerate(columns, start=1))
    connection.execute(
        f"create or replace temp table {_RELATION} as select line_no as {ROW}, cast(null as varchar) as {SHAPE_FAULT}{cells}"
        f" from (select line_no, json_extract_string(line, [{paths}]) as cells from landed_lines)"
    )
    return Records(_RELATION, dict.fromkeys(columns, "VARCHAR"))


def _jsonl_by_record(connection: duckdb.DuckDBPyConnection, path: Path, kind: str) -> Records:
    names: dict[str, None] = {}
    for _, record in _jsonl_records(path, kind):
        names.update(dict.fromkeys(record))
    columns = _distinct(sorted(names))
    rows = ((fault, [record.get(name) for name in columns]) for fault, record in _jsonl_records(path, kind))
    _load_records(connection, columns, rows)
    return Records(_RELATION, dict.fromkeys(columns, "VARCHAR"))


def _jsonl_records(path: Path, kind: str) -> Iterator[tuple[str | None, dict[str, str | None]]]:
    """Each record that is not blank: why it is none, or its cells as they were written."""
    with _open_text(path, kind) as file:
        for line in file:
            if not line.strip():
                continue
            try:
                record = json.loads(line, parse_float=str, parse_int=str, parse_constant=str)
            except (ValueError, RecursionError):
                record = None
            if isinstance(record, dict):
                yield None, {name: _as_text(value) for name, value in record.items()}
            else:
                yield f"the line is not a JSON object: {line.strip()[:200]}", {}


def _as_text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else json.dumps(value, ensure_ascii=False)


def _load_records(
    connection: duckdb.DuckDBPyConnection,
    columns: Sequence[str],
    records: Iterator[tuple[str | None, list[str | None]]],
) -> None:
    """Loads records read one by one, a bounded number of them in memory."""
    schema = pa.schema([(ROW, pa.int64()), (SHAPE_FAULT, pa.string()), *((name, pa.string()) for name in columns)])
    connection.register("record_batch", schema.empty_table())
    connection.execute(f"create or replace temp table {_RELATION} as select * from record_batch")
    numbered = enumerate(records, start=1)
    while batch := list(islice(numbered, _RECORDS_AT_ONCE)):
        rows = [(number, fault, *cells) for number, (fault, cells) in batch]
        connection.register(
            "record_batch", pa.table([list(column) for column in zip(*rows, strict=True)], schema=schema)
        )
        connection.execute(f"insert into {_RELATION} select * from record_batch")
    connection.unregister("record_batch")


def _open_text(path: Path, kind: str) -> io.TextIOWrapper:
    raw = gzip.GzipFile(path) if kind.endswith(".gz") else path.open("rb")
    return io.TextIOWrapper(cast(BinaryIO, raw), encoding="utf-8-sig", newline="\n")


def _check_text(path: Path, kind: str) -> None:
    """Reads the whole file once: it must unpack, be UTF-8 and hold no NUL."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines = 1
    try:
        with gzip.open(path, "rb") if kind.endswith(".gz") else path.open("rb") as file:
            while True:
                chunk = file.read(_CHUNK)
                if b"\0" in chunk:
                    lines += chunk[: chunk.index(b"\0")].count(b"\n")
                    raise Unreadable(
                        f"line {lines} holds a NUL byte: the file is binary, or UTF-16",
                        "Save the file as UTF-8 text and deliver it again.",
                    )
                decoder.decode(chunk, final=not chunk)
                lines += chunk.count(b"\n")
                if not chunk:
                    return
    except UnicodeDecodeError as error:
        lines += error.object[: error.start].count(b"\n")
        raise Unreadable(
            f"line {lines} is not UTF-8 (byte 0x{error.object[error.start]:02X})",
            "Save the file as UTF-8 (spreadsheets often write GBK or Latin-1) and deliver it again.",
        ) from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise Unreadable(
            f"the file cannot be unpacked ({error})", "Deliver the file again; it may have been cut short."
        ) from None


def first_line(error: Exception) -> str:
    """What an error says first, without the path it was read under; the rest is for programmers."""
    return re.sub(r'"?/[^\s"\']*"?', "the file", str(error).partition("\n")[0])
