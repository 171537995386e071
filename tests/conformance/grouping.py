"""Which cases share a warehouse, and the landing files of each batch."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path

from tests.conformance.translation import (
    DEFAULT_RATES,
    DEFAULT_RATES_ON,
    FX_TABLE,
    Case,
    Values,
    updated_at,
)

Rates = tuple[tuple[str, ...], ...]


@dataclass
class Group:
    """Cases that are built together: one as-of day and time zone, and for each currency they mention one course of rates."""

    as_of: str
    timezone: str
    cases: list[Case] = field(default_factory=list)
    rates: dict[str, Rates] = field(default_factory=dict)

    @property
    def batches(self) -> int:
        return max(case.batches for case in self.cases)

    def takes(self, case: Case) -> bool:
        """Whether the case agrees with those already here."""
        return (
            (case.as_of, case.timezone) == (self.as_of, self.timezone)
            and all(self.rates.get(currency, course) == course for currency, course in courses(case).items())
            and not case.is_apart
            and not any(other.is_apart for other in self.cases)
            and not any(_nested(case.case_id, other.case_id) for other in self.cases)
        )

    def add(self, case: Case) -> None:
        self.cases.append(case)
        self.rates |= courses(case)


def _nested(one: str, other: str) -> bool:
    """Ids prefixed with `a/` and `a/b/` could meet, so such cases stay apart."""
    return one.startswith(f"{other}/") or other.startswith(f"{one}/")


def courses(case: Case) -> dict[str, Rates]:
    """The course of rates of every currency a case mentions, in a form that is equal when the rates mean the same."""
    return {currency: _course(case, currency) for currency in case.currencies}


def _course(case: Case, currency: str) -> Rates:
    own = {(rate_on, batch): values for (code, rate_on, batch), values in case.rates.items() if code == currency}
    default = DEFAULT_RATES.get(currency)
    if any(
        batch > 1 or "is_deleted" in values or values["updated_at"] != updated_at(1)
        for (_, batch), values in own.items()
    ):
        cells = sorted((key[0], str(key[1]), json.dumps(values, sort_keys=True)) for key, values in own.items())
        return tuple(cells)
    rate_of = {DEFAULT_RATES_ON: default} if default else {}
    rate_of |= {rate_on: values.get("rate_to_base") for (rate_on, _), values in own.items()}
    course: list[tuple[str, ...]] = []
    for rate_on, rate in sorted(rate_of.items()):
        plain = _plain(rate)
        if not course or course[-1][1] != plain:
            course.append((rate_on, plain))
    return tuple(course)


def _plain(rate: str | None) -> str:
    try:
        return format(Decimal(str(rate)).normalize(), "f")
    except InvalidOperation:
        return str(rate)


def grouped(cases: Iterable[Case]) -> list[Group]:
    """Puts every case into the first group it agrees with; cases without rates or a day of their own share one."""
    groups: list[Group] = []
    for case in cases:
        for group in groups:
            if group.takes(case):
                group.add(case)
                break
        else:
            groups.append(Group(case.as_of, case.timezone))
            groups[-1].add(case)
    return groups


@dataclass(frozen=True)
class LandedRows:
    """What was written: for each landing file (its path below the landing folder) the cases of its rows, in order."""

    owners: dict[str, list[frozenset[str]]]


def land(cases: Iterable[Case], batch: int, landing: Path) -> LandedRows:
    """Writes one JSON Lines file per table with the rows that a batch brings, with types left for ingest to check."""
    lines: dict[str, list[str]] = {}
    owners: dict[str, list[frozenset[str]]] = {}

    def write(table: str, values: Values, of: frozenset[str]) -> None:
        file = f"{table.replace('.', '/')}/batch-{batch}.jsonl"
        lines.setdefault(file, []).append(json.dumps(values, ensure_ascii=False, sort_keys=True))
        owners.setdefault(file, []).append(of)

    rates: dict[tuple[str, str], tuple[Values, set[str]]] = {}
    if batch == 1:
        for currency, rate in DEFAULT_RATES.items():
            values: Values = {"currency": currency, "rate_on": DEFAULT_RATES_ON, "rate_to_base": rate}
            rates[currency, DEFAULT_RATES_ON] = ({**values, "updated_at": updated_at(1)}, set())
    for case in cases:
        of = frozenset({case.case_id})
        for row in case.rows:
            if row.batch == batch:
                write(row.table, row.values, of)
        for (currency, rate_on, landed), values in case.rates.items():
            if landed == batch:
                brought_by = rates.get((currency, rate_on), ({}, set()))[1]
                rates[currency, rate_on] = (values, brought_by | {case.case_id})
    for values, brought_by in rates.values():
        write(FX_TABLE, values, frozenset(brought_by))
    for file, written in lines.items():
        path = landing / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(written) + "\n", encoding="utf-8")
    return LandedRows(owners)
