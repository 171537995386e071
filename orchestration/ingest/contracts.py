"""What may land: the raw and plan contracts as the loader reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import yaml

_FOLDER = Path(__file__).parent / "contract"
PLANS = "plans"
# SQL types of the contract's words. Plan rows land as text (the plan check names every broken cell), so they have one type.
SQL_TYPES = {
    "text": "varchar",
    "int": "bigint",
    "decimal": "decimal(18, 4)",
    "money": "decimal(18, 4)",
    "rate": "decimal(18, 10)",
    "bool": "boolean",
    "date": "date",
    "timestamp": "timestamp",
}


@dataclass(frozen=True)
class Column:
    """A column of a landed table. `allowed`: its enumeration; `ranges`: comparisons such as `> 0` or `>= starts_on`."""

    name: str
    type: str
    required: bool
    in_key: bool = False
    allowed: tuple[str, ...] = ()
    ranges: tuple[str, ...] = ()
    open_ended: bool = False

    @property
    def sql_type(self) -> str:
        """Its type in the warehouse."""
        return SQL_TYPES[self.type]


@dataclass(frozen=True)
class Table:
    """A landed table: its source and name as the folders below landing are called, its columns in the contract's order.

    `columns` ends with is_deleted, which every table may have and none must.
    """

    source: str
    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...] = field(repr=False)

    @property
    def is_plan(self) -> bool:
        """Whether it holds plan rows, which land whole or not at all."""
        return self.source == PLANS

    @property
    def full_name(self) -> str:
        """As people call it: source.table."""
        return f"{self.source}.{self.name}"

    @property
    def relation(self) -> str:
        """As SQL calls it."""
        return f"raw_{self.source}.{self.name}"


@cache
def tables() -> Mapping[str, Table]:
    """Every table that may land, by `source.name`, in the order of the contracts."""
    found: dict[str, Table] = {}
    for file in ("raw.yml", "plans.yml"):
        content = yaml.safe_load((_FOLDER / file).read_text(encoding="utf-8"))
        for full_name, entry in content.items():
            if file == "plans.yml":
                full_name = f"{PLANS}.{full_name}"
            table = _table(full_name, entry)
            found[full_name] = table
    return found


def sources() -> tuple[str, ...]:
    """The folders that may stand directly below landing."""
    return tuple(dict.fromkeys(table.source for table in tables().values()))


def _table(full_name: str, entry: Mapping[str, dict[str, object]]) -> Table:
    source, _, name = full_name.partition(".")
    key = tuple(str(part) for part in entry["key"])
    is_plan = source == PLANS
    columns: list[Column] = []
    for column, form in entry["columns"].items():
        word = str(form).split("=")[0].strip()
        columns.append(
            Column(
                name=column,
                type="text" if is_plan else word.rstrip("!"),
                required=word.endswith("!") and not is_plan,
                in_key=column in key,
                allowed=_strings(entry, "allowed", column),
                ranges=_strings(entry, "ranges", column),
                open_ended=column in entry.get("open_ended", ()),
            )
        )
    if is_plan:
        columns.append(Column("updated_at", "timestamp", required=True))
    columns.append(Column("is_deleted", "bool", required=False))
    return Table(source, name, key, tuple(columns))


def _strings(entry: Mapping[str, dict[str, object]], rule: str, column: str) -> tuple[str, ...]:
    values = entry.get(rule, {}).get(column, ())
    return tuple(str(value) for value in values) if isinstance(values, list) else ()
