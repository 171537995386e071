"""What may land: the raw and plan contracts as the loader reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import yaml

_FOLDER = Path(__file__).parent / "contract"
PLANS = "plans"
CONTROL = "_control"
CONTROL_TOTALS = "ingest.control_totals"
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

    `columns` ends with is_deleted, which every table may have and none must; control totals have no versions, and neither
    updated_at nor is_deleted. `control_day` and `control_amount`: the columns that control totals are compared with.
    """

    source: str
    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...] = field(repr=False)
    control_day: str = "updated_at"
    control_amount: str | None = None

    @property
    def is_plan(self) -> bool:
        """Whether it holds plan rows, which land whole or not at all."""
        return self.source == PLANS

    @property
    def is_control(self) -> bool:
        """Whether it holds what a source says of its own deliveries."""
        return self.name == CONTROL

    @property
    def days(self) -> frozenset[str]:
        """Its columns of dates and moments."""
        return frozenset(column.name for column in self.columns if column.type in ("date", "timestamp"))

    @property
    def full_name(self) -> str:
        """As people call it: source.table."""
        return f"{self.source}.{self.name}"

    @property
    def relation(self) -> str:
        """As SQL calls it."""
        return CONTROL_TOTALS if self.is_control else f"raw_{self.source}.{self.name}"

    def column(self, name: str) -> Column:
        """Its column of this name."""
        return next(column for column in self.columns if column.name == name)


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


@cache
def control_tables() -> Mapping[str, Table]:
    """The control totals of each source, by `source._control`; they land in one table."""
    of_source: dict[str, list[str]] = {}
    for table in tables().values():
        if not table.is_plan:
            of_source.setdefault(table.source, []).append(table.name)
    return {
        f"{source}.{CONTROL}": Table(
            source,
            CONTROL,
            ("table", "day"),
            (
                Column("table", "text", required=True, in_key=True, allowed=tuple(names)),
                Column("day", "date", required=True, in_key=True),
                Column("rows", "int", required=True),
                Column("amount", "money", required=False),
            ),
            control_day="day",
        )
        for source, names in of_source.items()
    }


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
    control = entry.get("control", {})
    amount = control.get("amount")
    return Table(
        source, name, key, tuple(columns), str(control.get("day", "updated_at")), str(amount) if amount else None
    )


def _strings(entry: Mapping[str, dict[str, object]], rule: str, column: str) -> tuple[str, ...]:
    values = entry.get(rule, {}).get(column, ())
    return tuple(str(value) for value in values) if isinstance(values, list) else ()
