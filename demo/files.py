"""Columns of numbers become landing files: the same rows always give the same bytes.

A table is a set of numpy columns. Money is held in hundredths, decimals in ten-thousandths and rates in units of
1e-10, all as 64-bit integers, so that no amount ever passes through a float. Arrow takes them over as decimals and
writes Parquet; DuckDB writes CSV and gzipped JSON lines (whose archive carries no time) on one thread.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
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

#: Text columns whose values repeat little: a dictionary of them in a Parquet file would only be in the way.
_UNLIKE = re.compile(r"^(?!product|team|user|dealer_id).*_id$|^name$")

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


#: Tables of which the source says what it sent: rows and amount by day (landing/<source>/_control).
CONTROLLED = {"erp.invoices": ("invoiced_on", "net_amount"), "channel.dealer_payments": ("paid_on", "amount")}


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


def joined(*parts: Any, separator: str = "") -> Array:
    """Texts put together row by row; a part that is not an array is the same in each row."""
    columns = [pa.array(part).cast(pa.string()) if isinstance(part, np.ndarray) else part for part in parts]
    return np.asarray(pc.binary_join_element_wise(*columns, separator).to_numpy(zero_copy_only=False))


def digits(numbers: Array, width: int) -> Array:
    """Numbers as text, with zeros in front up to a width."""
    text = pa.array(numbers).cast(pa.string())
    return np.asarray(pc.utf8_lpad(text, width, "0").to_numpy(zero_copy_only=False))


def numbered(prefix: str, count: int, width: int, start: int = 1) -> Array:
    """`count` ids in order: numbered("SO", 2, 4) is SO0001, SO0002."""
    return joined(prefix, digits(np.arange(start, start + count), width))


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
        self.columns = stacked([self, other]).columns

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
        chosen = pa.array(list(wanted), pa.string())
        return np.flatnonzero(pc.is_in(pa.array(self[column], pa.string()), value_set=chosen))


def stacked(tables: Sequence[Table]) -> Table:
    """The rows of tables with the same columns, one below the other."""
    columns = {column: np.concatenate([table[column] for table in tables]) for column in tables[0].columns}
    return Table(tables[0].name, columns)


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

    def add(self, other: Landing) -> None:
        """Counts what somebody else wrote into the folder."""
        for mine, theirs in ((self.rows, other.rows), (self.files, other.files)):
            for table, count in theirs.items():
                mine[table] = mine.get(table, 0) + count

    def write_text(self, table: str, file_name: str, rows: Sequence[Mapping[str, str]]) -> Path:
        """Writes rows of text as CSV, cell by cell as given; the columns are those of the first row."""
        path = self.path(table, file_name)
        write_csv(path, rows)
        self.count(table, len(rows))
        return path


def write_csv(path: Path, rows: Sequence[Mapping[str, str]]) -> None:
    """Writes cells as they are; the columns are those of the first row."""
    lines = [list(rows[0]), *([row[column] for column in rows[0]] for row in rows)]
    path.write_text("".join(",".join(map(_quoted, line)) + "\n" for line in lines), encoding="utf-8", newline="")


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(mark in cell for mark in ',"\n\r') else cell


def _decimals(units: Array, digits_after: int) -> pa.Array:
    """64-bit units as decimals of eighteen digits: the same bits, widened to what Arrow holds."""
    wide = np.empty((len(units), 2), dtype=np.int64)
    wide[:, 0], wide[:, 1] = units, units >> 63
    missing = units == MISSING
    there = pa.py_buffer(np.packbits(~missing, bitorder="little")) if missing.any() else None
    return pa.Array.from_buffers(pa.decimal128(18, digits_after), len(units), [there, pa.py_buffer(wide)])


def _arrow(values: Array, kind: str) -> pa.Array:
    """A column as the contract types it."""
    if kind in ("money", "decimal", "rate"):
        return _decimals(np.ascontiguousarray(values, dtype=np.int64), len(str(UNITS[kind])) - 1)
    if kind == "date":
        return pa.array(values.astype("datetime64[D]"))
    if kind == "timestamp":
        return pa.array(values.astype("datetime64[us]"))
    if kind == "int":
        return pa.array(values.astype(np.int64), mask=values == MISSING)
    if kind == "bool":
        return pa.array(values.astype(bool))
    return pa.array(values.astype(object), pa.string())


def typed(table: Table) -> pa.Table:
    """The rows of a table in the columns, order and types of the contract, is_deleted last where there is one."""
    kinds = {column: kind.rstrip("!") for column, kind in CONTRACT[table.name]["columns"].items()}
    if "is_deleted" in table.columns:
        kinds["is_deleted"] = "bool"
    return pa.table({column: _arrow(table[column], kind) for column, kind in kinds.items()})


def _cuts(updated_at: Array, every: str) -> tuple[Array, list[tuple[str, int, int]]]:
    """The order in which rows come when they are cut by month or quarter, and each file's label and bounds in it."""
    months = updated_at.astype("datetime64[M]")
    label_no = months.astype(int) if every == "month" else months.astype(int) // 3
    order = np.argsort(label_no, kind="stable")
    held, starts = np.unique(label_no[order], return_index=True)
    ends = [*starts[1:], len(order)]
    labels = [
        str(np.datetime64(int(one), "M")) if every == "month" else f"{int(one) // 4 + 1970}q{int(one) % 4 + 1}"
        for one in held
    ]
    return order, list(zip(labels, map(int, starts), map(int, ends), strict=True))


class Writer:
    """Writes tables into a landing folder, on one thread and in the order of the rows.

    `part`: which part of a company that is delivered in parts; its large tables are then one Parquet file each.
    """

    def __init__(self, landing: Landing, part: int | None = None) -> None:
        self.landing = landing
        self.part = part
        self._sent: dict[str, list[Table]] = {}
        self._connection = duckdb.connect()
        self._connection.execute("set threads = 1")

    def close(self) -> None:
        """Lets the engine go."""
        self._connection.close()

    def write(self, table: Table) -> None:
        """Writes a table in its own format, cut into files by updated_at as its source delivers them."""
        file_format, every = DELIVERED[table.name]
        stem = table.name.partition(".")[2]
        self._sent.setdefault(table.name, []).append(table)
        if every == "once":
            self._copy(table.name, stem, file_format, typed(table))
        elif self.part is not None:
            self._copy(table.name, f"{stem}_part-{self.part:03d}", "parquet", typed(table))
        else:
            order, files = _cuts(table["updated_at"], every)
            rows = typed(table.take(order))
            for label, start, end in files:
                self._copy(table.name, f"{stem}_{label}", file_format, rows.slice(start, end - start))

    def deliver(self, delivery: Delivery) -> None:
        """Writes a file of its own: CSV, or the table's format for rows that are a table."""
        if isinstance(delivery.rows, Table):
            self._sent.setdefault(delivery.table, []).append(delivery.rows)
            self._copy(delivery.table, delivery.stem, DELIVERED[delivery.table][0], typed(delivery.rows))
        else:
            self.landing.write_text(delivery.table, f"{delivery.stem}.csv", delivery.rows)

    def control(self) -> None:
        """Writes the control totals of what was written so far: every version counts, whatever becomes of it."""
        for name, (day, amount) in CONTROLLED.items():
            sent = stacked([Table(name, {one: table[one] for one in (day, amount)}) for table in self._sent[name]])
            days, place, rows = np.unique(sent[day], return_inverse=True, return_counts=True)
            amounts = np.zeros(len(days), dtype=np.int64)
            np.add.at(amounts, place, sent[amount])
            source, _, table = name.partition(".")
            suffix = "" if self.part is None else f"_part-{self.part:03d}"
            cells = [
                {"table": table, "day": str(one), "rows": str(count), "amount": str(Decimal(int(cents)).scaleb(-2))}
                for one, count, cents in zip(days, rows, amounts, strict=True)
            ]
            write_csv(self.landing.path(f"{source}._control", f"{table}{suffix}.csv"), cells)

    def _copy(self, name: str, stem: str, file_format: str, rows: pa.Table) -> None:
        path = self.landing.path(name, f"{stem}.{file_format}")
        if file_format == "parquet":
            write_parquet(rows, path)
        else:
            cells = ", ".join(
                f"strftime({one.name}, '%Y-%m-%dT%H:%M:%SZ') as {one.name}"
                if pa.types.is_timestamp(one.type)
                else one.name
                for one in rows.schema
            )
            options = {"csv": "format csv, header", "jsonl.gz": "format json, compression gzip"}[file_format]
            target = str(path).replace("'", "''")
            self._connection.execute(f"copy (select {cells} from rows) to '{target}' ({options})")
        self.landing.count(name, len(rows))


def write_parquet(rows: pa.Table, path: Path) -> None:
    """Writes Parquet that readers can take in parallel: groups of 122,880 rows, decimals as integers."""
    repeating = [one.name for one in rows.schema if pa.types.is_string(one.type) and not _UNLIKE.match(one.name)]
    pq.write_table(
        rows,
        path,
        row_group_size=122_880,
        compression="zstd",
        use_dictionary=repeating,
        store_decimal_as_integer=True,
        store_schema=False,
    )


def utc(day: date, hour: int = 12) -> np.datetime64:
    """A whole hour of a day (UTC), as it stands in updated_at."""
    return np.datetime64(datetime(day.year, day.month, day.day, hour, tzinfo=UTC).replace(tzinfo=None), "s")
