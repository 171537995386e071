"""Landed rows become the rows that count: typed, the newest version of each key, deleted ones left out (raw contract)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from checker.contract import TABLES, Table

Text = Mapping[str, str | None]
Row = dict[str, Any]

_SCALE = {"decimal": 4, "money": 4, "rate": 10}
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)", re.ASCII)
_DATE = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})", re.ASCII)
_OPEN_ENDED = frozenset({"valid_to", "expires_on", "terminated_on"})
_TRUE, _FALSE = frozenset({"true", "1", "yes"}), frozenset({"false", "0", "no"})
_NEVER = datetime.min.replace(tzinfo=UTC)


class Broken(ValueError):
    """A cell that breaks its type, or a needed one that is empty."""


@lru_cache(maxsize=100_000)
def _date(text: str) -> date:
    found = _DATE.fullmatch(text)
    if not found:
        raise Broken(text)
    return date(*map(int, found.groups()))


def _timestamp(text: str) -> datetime:
    at = datetime.fromisoformat(text.replace("/", "-"))
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


@lru_cache(maxsize=100_000)
def _decimal(text: str, scale: int, rounds: bool = False) -> Decimal:
    if not _NUMBER.fullmatch(text):
        raise Broken(text)
    value = Decimal(text)
    rounded = value.quantize(Decimal(1).scaleb(-scale))
    if rounded != value and not rounds:
        raise Broken(text)
    return rounded


def _value(text: str | None, form: str, scale: int) -> Any:
    if text is None or text in ("", "\\N"):
        return None
    if form == "text":
        return text
    text = text.strip()
    if form == "date":
        return _date(text)
    if form == "timestamp":
        return _timestamp(text)
    if form == "bool":
        if text.lower() not in _TRUE | _FALSE:
            raise Broken(text)
        return text.lower() in _TRUE
    if form == "int":
        return int(_decimal(text, 0))
    return _decimal(text, _SCALE["rate"] if form == "rate" else scale, rounds=form == "rate")


def _typed(row: Text, table: Table, scale: int) -> Row:
    typed: Row = {}
    for name, (form, needed, default) in table.columns.items():
        try:
            value = _value(row.get(name), form, scale)
            if value is None and default is not None:
                value = _value(default, form, scale)
        except (ValueError, ArithmeticError) as error:
            raise Broken(f"{name} is {row.get(name)!r}, not {form}") from error
        if needed and value is None:
            raise Broken(f"{name} is empty")
        if value is not None and name in _OPEN_ENDED and value == date(9999, 12, 31):
            value = None
        typed[name] = value
    return typed


def _written(value: Any) -> bytes:
    return b"" if value is None else str(value).lower().encode() if isinstance(value, bool) else str(value).encode()


def newest(name: str, rows: Iterable[Text], refused: list[str]) -> list[Row]:
    """The rows of a table that count, by key.

    The greatest updated_at wins; of several a deleted one, else the one whose columns as text are the greatest byte by
    byte. A plan row without updated_at is a seed: any landed row of its key wins. Rows that break the contract are
    left out and named in `refused`.
    """
    table = TABLES[name]
    scale = 6 if name.startswith("plans.") else 4
    best: dict[tuple[Any, ...], tuple[datetime, bool, Row]] = {}
    for number, row in enumerate(rows, start=1):
        try:
            deleted = bool(_value(row.get("is_deleted"), "bool", 0))
            stamp = row.get("updated_at")
            at = _timestamp(stamp) if stamp else _NEVER
            typed = _key_only(row, table, scale) if deleted else _typed(row, table, scale)
        except ValueError as error:
            refused.append(f"{name} row {number}: {error}")
            continue
        key = tuple("" if typed[part] is None else typed[part] for part in table.key)
        held = best.get(key)
        if held is None or (at, deleted) > held[:2] or ((at, deleted) == held[:2] and _greater(typed, held[2])):
            best[key] = (at, deleted, typed)
    return [row for _, deleted, row in best.values() if not deleted]


def _greater(one: Row, other: Row) -> bool:
    return tuple(map(_written, one.values())) > tuple(map(_written, other.values()))


def _key_only(row: Text, table: Table, scale: int) -> Row:
    return {part: _value(row.get(part), table.columns[part][0], scale) for part in table.key}


def newest_update(tables: Mapping[str, Sequence[Text]]) -> datetime | None:
    """The newest updated_at of landed raw rows; plan rows do not move it (§6)."""
    stamps = [
        _timestamp(str(row["updated_at"]))
        for name, rows in tables.items()
        if name in TABLES and not name.startswith("plans.")
        for row in rows
        if row.get("updated_at")
    ]
    return max(stamps, default=None)
