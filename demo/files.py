"""Columns of numbers become landing files: the same rows always give the same bytes.

A table is a set of numpy columns. Money is held in hundredths, decimals in ten-thousandths and rates in units of
1e-10, all as 64-bit integers, so that no amount ever passes through a float. DuckDB writes the files on one thread:
CSV, gzipped JSON lines (whose archive carries no time) and Parquet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import yaml
from numpy.typing import NDArray

Array = NDArray[Any]

#: The integer that stands for a missing number.
MISSING = int(np.iinfo(np.int64).min)
#: Units of one whole in the integers of a column of each contract type.
UNITS = {"money": 100, "decimal": 10_000, "rate": 10_000_000_000, "int": 1}

CONTRACT: Mapping[str, Mapping[str, Any]] = yaml.safe_load(
    (Path(__file__).resolve().parents[1] / "orchestration/ingest/contract/raw.yml").read_text(encoding="utf-8")
)

#: How each source delivers: the format, and how often it cuts a file ("once": a single export).
DELIVERED = {
    "crm.users": ("csv", "once"),
    "crm.user_assignments": ("csv", "once"),
    "crm.absences": ("csv", "once"),
    "crm.teams": ("csv", "once"),
    "crm.accounts": ("csv", "quarter"),
    "crm.opportunities": ("jsonl.gz", "quarter"),
    "crm.opportunity_team": ("csv", "quarter"),
    "crm.activities": ("jsonl.gz", "month"),
    "crm.deal_registrations": ("csv", "once"),
    "messaging.interactions": ("jsonl.gz", "month"),
    "erp.products": ("csv", "once"),
    "erp.orders": ("csv", "month"),
    "erp.order_lines": ("parquet", "month"),
    "erp.order_splits": ("csv", "quarter"),
    "erp.invoices": ("parquet", "quarter"),
    "erp.payments": ("csv", "month"),
    "erp.returns": ("csv", "quarter"),
    "erp.fx_rates": ("csv", "once"),
    "channel.dealers": ("csv", "once"),
    "channel.dealer_order_lines": ("parquet", "quarter"),
    "channel.dealer_payments": ("csv", "quarter"),
    "channel.sell_through": ("parquet", "quarter"),
    "service.tickets": ("jsonl.gz", "quarter"),
    "education.classes": ("csv", "once"),
    "education.enrolments": ("jsonl.gz", "quarter"),
}


def as_days(days: Iterable[date | None]) -> Array:
    """Dates as datetime64[D]; None is NaT."""
    return np.array(
        [np.datetime64("NaT") if day is None else np.datetime64(day) for day in days], dtype="datetime64[D]"
    )


def as_text(values: Iterable[str | None]) -> Array:
    """Texts as an array of objects; None is a missing value."""
    listed = list(values)
    out = np.empty(len(listed), dtype=object)
    out[:] = listed
    return out


def numbered(prefix: str, count: int, width: int, start: int = 1) -> Array:
    """`count` ids in order: numbered("SO", 2, 4) is SO0001, SO0002."""
    return as_text(f"{prefix}{number:0{width}d}" for number in range(start, start + count))


@dataclass
class Table:
    """Rows of one raw table as columns, all of one length; several rows may be versions of one key."""

    name: str
    columns: dict[str, Array]

    def __len__(self) -> int:
        return len(self.columns["updated_at"])

    def __getitem__(self, column: str) -> Array:
        return self.columns[column]

    def take(self, rows: Array) -> Table:
        """The rows of an index or mask, as a table of its own."""
        return Table(self.name, {column: values[rows].copy() for column, values in self.columns.items()})

    def append(self, other: Table) -> None:
        """Adds the rows of a table with the same columns."""
        self.columns = {column: np.concatenate([values, other[column]]) for column, values in self.columns.items()}

    def add(self, **cells: Any) -> None:
        """Adds one row; every column must be given, in the column's units."""
        row = {}
        for column, values in self.columns.items():
            one = np.empty(1, dtype=values.dtype)
            one[0] = cells[column]
            row[column] = one
        self.append(Table(self.name, row))

    def where(self, column: str, wanted: Iterable[Any]) -> Array:
        """The indexes of rows whose cell is one of those wanted."""
        chosen = set(wanted)
        return np.flatnonzero(np.fromiter((cell in chosen for cell in self[column]), dtype=bool, count=len(self)))


@dataclass
class Delivery:
    """A file of its own beside a table's regular ones. Text rows are written as they are, broken or not."""

    table: str
    stem: str
    rows: Table | Sequence[Mapping[str, str]]


@dataclass
class Landing:
    """The folder that is filled: counts of rows and files by table as they were written."""

    folder: Path
    rows: dict[str, int] = field(default_factory=dict)
    files: dict[str, int] = field(default_factory=dict)

    def path(self, table: str, file_name: str) -> Path:
        """Where a file of a table lies; its folder is made. Raises FileExistsError when the file is there already."""
        source, _, name = table.partition(".")
        path = self.folder / source / name / file_name
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            raise FileExistsError(f"{path} is there already; write to a new folder")
        return path

    def count(self, table: str, rows: int) -> None:
        """Notes a written file of so many rows."""
        self.rows[table] = self.rows.get(table, 0) + rows
        self.files[table] = self.files.get(table, 0) + 1

    def write_text(self, table: str, file_name: str, rows: Sequence[Mapping[str, str]]) -> Path:
        """Writes rows of text as CSV, cell by cell as given; the columns are those of the first row."""
        path = self.path(table, file_name)
        lines = [list(rows[0]), *([row[column] for column in rows[0]] for row in rows)]
        path.write_text("".join(",".join(map(_quoted, line)) + "\n" for line in lines), encoding="utf-8", newline="")
        self.count(table, len(rows))
        return path


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(mark in cell for mark in ',"\n\r') else cell


def _cell(column: str, kind: str, file_format: str) -> str:
    """The SQL of a column in a file of that format: text in CSV and JSON, typed in Parquet."""
    if kind in ("money", "decimal", "rate"):
        unit = UNITS[kind]
        digits = len(str(unit)) - 1
        return (
            f"cast(nullif({column}, {MISSING}) * cast('{'0.' + '0' * (digits - 1) + '1'}' as decimal({digits + 1},"
            f" {digits})) as decimal(28, {digits})) as {column}"
        )
    if kind == "date":
        return f"cast({column} as date) as {column}"
    if kind == "timestamp":
        if file_format == "parquet":
            return f"cast({column} as timestamp) as {column}"
        return f"strftime({column}, '%Y-%m-%dT%H:%M:%SZ') as {column}"
    if kind == "int":
        return f"nullif({column}, {MISSING}) as {column}"
    return column if kind == "bool" else f"nullif(cast({column} as varchar), '') as {column}"


def _labels(updated_at: Array, every: str) -> Array:
    """The label of the file that each row comes in: its month, its quarter, or none."""
    months = updated_at.astype("datetime64[M]")
    if every == "month":
        return as_text(str(month) for month in months)
    years, month_numbers = months.astype(int) // 12 + 1970, months.astype(int) % 12
    return as_text(f"{year}q{month // 3 + 1}" for year, month in zip(years, month_numbers, strict=True))


def _stageable(values: Array) -> Array:
    """A column as DuckDB takes it: moments in seconds, missing texts empty (it guesses a type by the first cells)."""
    if values.dtype.kind == "M":
        return values.astype("datetime64[s]")
    return as_text(cell or "" for cell in values) if values.dtype.kind in "OU" else values


class Writer:
    """Writes tables into a landing folder, on one thread and in the order of the rows."""

    def __init__(self, landing: Landing) -> None:
        self.landing = landing
        self._connection = duckdb.connect()
        self._connection.execute("set threads = 1")

    def close(self) -> None:
        """Lets the engine go."""
        self._connection.close()

    def write(self, table: Table) -> None:
        """Writes a table in its own format, cut into files by updated_at as its source delivers them."""
        file_format, every = DELIVERED[table.name]
        stem = table.name.partition(".")[2]
        if every == "once":
            self._write(table, stem, file_format)
            return
        labels = _labels(table["updated_at"], every)
        self._stage(table, labels)
        for label in sorted(set(labels)):
            self._copy(table, f"{stem}_{label}", file_format, f"where _label = '{label}'")

    def deliver(self, delivery: Delivery) -> None:
        """Writes a file of its own: CSV, or the table's format for rows that are a table."""
        if isinstance(delivery.rows, Table):
            self._write(delivery.rows, delivery.stem, DELIVERED[delivery.table][0])
        else:
            self.landing.write_text(delivery.table, f"{delivery.stem}.csv", delivery.rows)

    def _write(self, table: Table, stem: str, file_format: str) -> None:
        self._stage(table, as_text([""] * len(table)))
        self._copy(table, stem, file_format, "")

    def _stage(self, table: Table, labels: Array) -> None:
        staged = {  # noqa: F841 - DuckDB finds it by its name
            column: _stageable(values) for column, values in {**table.columns, "_label": labels}.items()
        }
        self._connection.execute("create or replace temp table held as from staged")

    def _copy(self, table: Table, stem: str, file_format: str, condition: str) -> None:
        kinds = {column: kind.rstrip("!") for column, kind in CONTRACT[table.name]["columns"].items()}
        if "is_deleted" in table.columns:
            kinds["is_deleted"] = "bool"
        cells = ", ".join(_cell(column, kind, file_format) for column, kind in kinds.items())
        path = self.landing.path(table.name, f"{stem}.{file_format}")
        options = {
            "csv": "format csv, header",
            "jsonl.gz": "format json, compression gzip",
            "parquet": "format parquet, compression zstd",
        }[file_format]
        written = self._connection.execute(
            f"copy (select {cells} from held {condition}) to '{str(path).replace(chr(39), chr(39) * 2)}' ({options})"
        ).fetchone()
        self.landing.count(table.name, int(written[0]) if written else 0)


def utc(day: date, hour: int = 12) -> np.datetime64:
    """A whole hour of a day (UTC), as it stands in updated_at."""
    return np.datetime64(datetime(day.year, day.month, day.day, hour, tzinfo=UTC).replace(tzinfo=None), "s")
