"""Files as rows: CSV, JSON Lines, Parquet and Excel become a relation of one row a record, numbered from 1, not yet checked.

A file of which no record can be trusted is `Unreadable`.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import duckdb

from orchestration.ingest.checking import literal
from orchestration.ingest.contracts import Table
from orchestration.ingest.records import PLACE, ROW, SHAPE_FAULT, Records, Unreadable, distinct, first_line
from orchestration.ingest.sheets import read_xlsx
from orchestration.ingest.text import read_csv, read_jsonl

KINDS = ("csv", "jsonl", "jsonl.gz", "parquet", "xlsx")


def kind_of(path: Path) -> str | None:
    """One of KINDS by the file's name; None for all else."""
    name = path.name.lower()
    return next((kind for kind in KINDS if name.endswith(f".{kind}")), None)


def content_hash(path: Path) -> str:
    """SHA-256 of the file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read(connection: duckdb.DuckDBPyConnection, path: Path, kind: str, table: Table) -> Records:
    """Opens a file of `table`. `path` must hold no character that DuckDB reads as a pattern, in a folder that may be written.

    Raises Unreadable.
    """
    if path.stat().st_size == 0:
        raise Unreadable("the file is empty, without even a header", "Deliver the file again, with its header.")
    if kind == "parquet":
        return _parquet(connection, path)
    if kind == "xlsx":
        return read_xlsx(connection, path, {column.name for column in table.columns}, table.days)
    if kind == "csv":
        return read_csv(connection, path, {column.name for column in table.columns})
    return read_jsonl(connection, path, kind)


def _parquet(connection: duckdb.DuckDBPyConnection, path: Path) -> Records:
    # Older writers leave texts unmarked, as binary.
    options = "file_row_number = true, hive_partitioning = false, binary_as_string = true"
    source = f"read_parquet({literal(str(path))}, {options})"
    try:
        described = connection.execute(f"describe select * from {source}").fetchall()
    except duckdb.Error as error:
        if "file_row_number" in str(error):
            distinct(["file_row_number"])
        raise Unreadable(
            f"the file cannot be read as Parquet ({first_line(error)})",
            "Deliver the file again; it may have been cut short.",
        ) from None
    columns = {str(name): str(found_type) for name, found_type, *_ in described[:-1]}
    distinct(list(columns))
    nothing = ", ".join(f"cast(null as varchar) as {name}" for name in (SHAPE_FAULT, PLACE))
    # A name of its own: a view cannot replace the table that a file before it left.
    connection.execute(
        f"create or replace temp view landed_parquet as select *, file_row_number + 1 as {ROW}, {nothing} from {source}"
    )
    return Records("landed_parquet", columns)
