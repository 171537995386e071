"""What a reader makes of a file: a relation of its records, or the reason why there is none."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import duckdb
import pyarrow as pa

# Names that no file is expected to have among its own columns; one that has is unreadable.
ROW = "__row_in_file__"
SHAPE_FAULT = "__shape_fault__"
PLACE = "__place_in_file__"
_RESERVED = (ROW, SHAPE_FAULT, PLACE, "file_row_number")
RELATION = "landed_file"
# Records that wait in memory for the database: so many, or so many characters of them.
_RECORDS_AT_ONCE = 50_000
_CHARACTERS_AT_ONCE = 1 << 26
_SURROGATE = re.compile("[\ud800-\udfff]")


class Unreadable(Exception):
    """Not one record of the file can be trusted: why, and what to do about it."""

    def __init__(self, reason: str, action: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.action = action


@dataclass(frozen=True)
class Records:
    """A file's rows as a relation with ROW, SHAPE_FAULT (text, null where the record is whole), PLACE and its columns.

    `columns`: the file's own name → its type; their order is the file's. PLACE (text) is where a person finds the row, null
    where its number says it. `notes`: what the reader has to say of the file.
    """

    relation: str
    columns: dict[str, str]
    encoding: str = ""
    delimiter: str = ""
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Record:
    """One record as text, cells in the order of the columns; `fault`: why it is none."""

    cells: Sequence[str | None]
    fault: str | None = None
    place: str | None = None


def distinct(header: Sequence[str], of: str = "the header") -> list[str]:
    """The header's names, unnamed columns numbered. Raises Unreadable for a name given twice or one that the loader needs."""
    names = [name or f"(column {number})" for number, name in enumerate(header, start=1)]
    lower = [name.lower() for name in names]
    if taken := sorted(set(lower) & set(_RESERVED)):
        raise Unreadable(
            f"a column is called {', '.join(taken)}, a name that the loader needs",
            "Rename the column and deliver the file again.",
        )
    if len(set(lower)) < len(lower):
        twice = sorted({name for name, after in zip(sorted(lower), sorted(lower)[1:], strict=False) if name == after})
        raise Unreadable(
            f"{of} names {brief(twice)} more than once", "Name each column once and deliver the file again."
        )
    return names


def brief(names: Collection[str], shown: int = 20) -> str:
    """Names in a row, the first ones only where there are many, none longer than a person reads."""
    told = ", ".join(name if len(name) <= 80 else f"{name[:80]}…" for name in list(names)[:shown])
    return told if len(names) <= shown else f"{told} and {len(names) - shown:,} more"


def load(connection: duckdb.DuckDBPyConnection, columns: Sequence[str], records: Iterable[Record]) -> None:
    """Loads records read one by one into RELATION, a bounded part of them in memory."""
    own = [(ROW, pa.int64()), (SHAPE_FAULT, pa.string()), (PLACE, pa.string())]
    schema = pa.schema([*own, *((name, pa.string()) for name in columns)])
    connection.register("record_batch", schema.empty_table())
    connection.execute(f"create or replace temp table {RELATION} as select * from record_batch")
    for rows in _batches(records):
        connection.register("record_batch", _table(rows, schema))
        connection.execute(f"insert into {RELATION} select * from record_batch")
    connection.unregister("record_batch")


def _batches(records: Iterable[Record]) -> Iterator[list[tuple[object, ...]]]:
    rows: list[tuple[object, ...]] = []
    characters = 0
    for number, record in enumerate(records, start=1):
        rows.append((number, record.fault, record.place, *record.cells))
        # An empty cell takes memory too.
        characters += sum(map(len, filter(None, record.cells))) + 8 * len(record.cells)
        if len(rows) >= _RECORDS_AT_ONCE or characters >= _CHARACTERS_AT_ONCE:
            yield rows
            rows, characters = [], 0
    if rows:
        yield rows


def _table(rows: list[tuple[object, ...]], schema: pa.Schema) -> pa.Table:
    try:
        return pa.table([list(column) for column in zip(*rows, strict=True)], schema=schema)
    except UnicodeEncodeError:
        return pa.table([list(column) for column in zip(*map(_mended, rows), strict=True)], schema=schema)


def _mended(row: tuple[object, ...]) -> tuple[object, ...]:
    """A row that no text can hold, with its broken characters written out and the fault named."""
    number, fault, place, *cells = row
    shown = [_shown(cell) if isinstance(cell, str) else cell for cell in cells]
    if shown != cells:
        fault = fault or "it holds half of a character (a lone surrogate)"
    return (number, _shown(str(fault)) if fault else None, place, *shown)


def _shown(text: str) -> str:
    return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def first_line(error: Exception) -> str:
    """What an error says first, without the path it was read under; the rest is for programmers."""
    return re.sub(r'"?/[^\s"\']*"?', "the file", str(error).partition("\n")[0])
