"""The raw contract as SQL: what a cell is worth, and why it is not.

Every column of a file arrives as one of two: text, which is parsed here, or (Parquet) a type that fits the contract as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from orchestration.ingest.contracts import Column, Table

_ENDLESS = "date '9999-12-31'"
_WHAT_IS_EXPECTED = {
    "int": "a whole number without grouping, such as 1250",
    "decimal": "a number with at most 14 digits before and 4 after the point, without grouping or exponent, such as 1234.50",
    "money": "an amount with at most 14 digits before and 4 after the point, without grouping or exponent, such as 1234.50",
    "rate": "a number with at most 8 digits before the point, without grouping or exponent, such as 7.0835",
    "bool": "true or false (or yes/no, 1/0)",
    "date": "a day of the calendar as YYYY-MM-DD, from 1970 to 2199",
    "timestamp": "a moment as YYYY-MM-DDTHH:MM:SSZ, from 1970 to 2199",
    "text": "text without NUL characters",
    "structure": "one value, and is a list, a structure or binary data",
    "float": "text or a whole number: a floating-point number does not keep an id",
}
_NUMBER = r"^[+-]?([0-9]+(\.[0-9]+)?|\.[0-9]+)$"
_WHOLE = r"^[+-]?[0-9]+(\.0+)?$"
_FOUR_DECIMALS = r"^[^.]*(\.[0-9]{0,4}0*)?$"
_DASHED_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_SLASHED_DATE = r"^[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}$"
_CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,9})?)?"
_TIMESTAMP = rf"^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}([T ]{_CLOCK}([Zz]|[+-](0[0-9]|1[0-8])(:?[0-5][0-9])?)?)?$"
_WITHOUT_SECONDS = r"^(.{10}[T ][0-9]{2}:[0-9]{2})([Zz+-].*)?$"
_DECIMAL = re.compile(r"DECIMAL\((\d+),(\d+)\)")
_STRUCTURE = re.compile(r"^BLOB$|^(STRUCT|MAP|UNION)\(|\]$")
_WHOLE_TYPES = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"}


@dataclass(frozen=True)
class Cell:
    """SQL over a row of `rows_with_cells` for one column: its text as it was, its value to keep, and what is wrong with it.

    `faults`: condition → reason, in the order they are tried; a condition is true or false, never null. `stages`: the
    expressions that make the text and the typed value (null where the type is broken), each from the stage before.
    """

    text: str
    value: str
    faults: tuple[tuple[str, str], ...]
    stages: tuple[Mapping[str, str], Mapping[str, str]]


def quoted(name: str) -> str:
    """An identifier as SQL writes it, whatever characters it holds."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def cells(table: Table, found: Mapping[str, tuple[str, str]]) -> dict[str, Cell]:
    """One cell a column of the contract, for a file that has `found`: contract column → (its SQL name, its SQL type)."""
    # A deletion needs no more than its key and its age: that is all that change feeds send (docs/decisions/0007).
    deletes = "false" if table.is_control else "coalesce(is_deleted, false)"
    made: dict[str, Cell] = {}
    for column in table.columns:
        text, value = quoted(f"{column.name} text"), quoted(column.name)
        stages: tuple[dict[str, str], dict[str, str]] = {text: "cast(null as varchar)"}, {}
        stages[0][value] = f"cast(null as {column.sql_type})"
        faults: list[tuple[str, str]] = []
        fits = column.name in found and _fits(column, found[column.name][1])
        if column.required:
            reason = (
                "is empty, and must be given" if column.name in found else "is missing from the file, and must be given"
            )
            spared = "" if column.in_key or column.name == "updated_at" else f" and not {deletes}"
            # Where the type fits, the text is wanted for the quarantine alone, and writing it is dear.
            faults.append((f"{value if fits else text} is null{spared}", reason))
        if column.name in found:
            stages = _stages(column, text, value, *found[column.name])
            faults.extend(_broken(column, text, value, found[column.name][1]))
            faults.extend(_out_of_range(column, value, comparison, found) for comparison in column.ranges)
        kept = value
        if column.open_ended:
            kept = f"nullif({value}, {_ENDLESS})"
        if column.name == "is_deleted":
            kept = deletes
        made[column.name] = Cell(text, kept, tuple(faults), stages)
    return made


def row_key(table: Table, of_row: str = "") -> str:
    """The key of a row as one text, null where a part of it is missing. `of_row`: what stands before its columns."""
    parts = [f"cast({of_row}{quoted(name)} as varchar)" for name in table.key]
    return " || '|' || ".join(f"coalesce({part}, '')" if table.is_plan else part for part in parts)


def control_terms(table: Table) -> tuple[str, str, str]:
    """Day, moment and amount that control totals compare a row by; a moment is a day only in the company's time zone."""
    day = amount = moment = "null"
    if table.is_plan or table.is_control:
        pass
    elif table.control_day == "updated_at":
        moment = "updated_at"
    elif table.column(table.control_day).type == "date":
        day = quoted(table.control_day)
        moment = f"case when {day} is null then updated_at end"
    else:
        moment = f"coalesce({quoted(table.control_day)}, updated_at)"
    if table.control_amount:
        amount = quoted(table.control_amount)
    return f"cast({day} as date)", f"cast({moment} as timestamp)", f"cast({amount} as decimal(18, 4))"


def rows_with_cells(checked: Mapping[str, Cell], relation: str, others: str) -> str:
    """A subselect over a file's rows with every cell's text and typed value beside the columns `others`.

    Each expression is written once: planning a statement that repeats them took longer than running it.
    """
    first, second = (
        "".join(
            f", {expression} as {name}" for cell in checked.values() for name, expression in cell.stages[stage].items()
        )
        for stage in (0, 1)
    )
    return f"(select *{second} from (select {others}{first} from {relation}))"


def _stages(column: Column, text: str, value: str, name: str, found_type: str) -> tuple[dict[str, str], dict[str, str]]:
    """From the file's column: the cell's text as it was, null where the contract says so; from that its typed value."""
    if found_type != "VARCHAR" and _fits(column, found_type):
        return {text: f"cast({name} as varchar)", value: f"cast({name} as {column.sql_type})"}, {}
    if _may_fit(column, found_type):
        return {text: f"cast({name} as varchar)", value: f"try_cast({name} as {column.sql_type})"}, {}
    plain = name if found_type == "VARCHAR" else f"cast({name} as varchar)"
    return {text: rf"nullif(nullif({plain}, ''), '\N')"}, {value: _parsed(column, text, found_type)}


def _parsed(column: Column, text: str, found_type: str) -> str:
    if column.type == "text":
        return text
    if column.type == "int":
        return f"case when {_like(text, _WHOLE)} then try_cast(split_part({text}, '.', 1) as bigint) end"
    if column.type == "bool":
        lower = f"lower({text})"
        return (
            f"case when {lower} in ('true', '1', 'yes') then true when {lower} in ('false', '0', 'no') then false end"
        )
    if column.type == "date":
        # Parquet written from data frames gives a day as its midnight.
        if found_type.startswith("TIMESTAMP"):
            text = rf"regexp_replace({text}, ' 00:00:00(\+00)?$', '')"
        parts = ", ".join(f"lpad(split_part({text}, '/', {part}), 2, '0')" for part in (2, 3))
        slashed = f"concat_ws('-', split_part({text}, '/', 1), {parts})"
        dashed = f"when {_like(text, _DASHED_DATE)} then {text}"
        return f"try_cast(case {dashed} when {_like(text, _SLASHED_DATE)} then {slashed} end as date)"
    if column.type == "timestamp":
        full = f"regexp_replace({text}, '{_WITHOUT_SECONDS}', '\\1:00\\2')"
        return f"cast(try_cast(case when {_like(text, _TIMESTAMP)} then upper({full}) end as timestamptz) as timestamp)"
    exact = f" and {_like(text, _FOUR_DECIMALS)}" if column.type != "rate" else ""
    return f"case when {_like(text, _NUMBER)}{exact} then try_cast({text} as {column.sql_type}) end"


def _like(text: str, pattern: str) -> str:
    return f"regexp_full_match({text}, '{pattern}')"


def _fits(column: Column, found_type: str) -> bool:
    """Whether every value of a Parquet type is a value of the column's type."""
    if column.type == "int":
        return found_type in _WHOLE_TYPES
    if column.type in ("decimal", "money", "rate"):
        match = _DECIMAL.fullmatch(found_type)
        before, after = (8, 10) if column.type == "rate" else (14, 4)
        return bool(match) and int(match[2]) <= after and int(match[1]) - int(match[2]) <= before  # type: ignore[index]
    if column.type == "timestamp":
        return found_type.startswith("TIMESTAMP")
    return found_type == {"bool": "BOOLEAN", "date": "DATE"}.get(column.type)


def _may_fit(column: Column, found_type: str) -> bool:
    """Whether a Parquet type has values that are too large for the column's, and none that would be rounded."""
    match = _DECIMAL.fullmatch(found_type)
    is_exact = found_type in _WHOLE_TYPES or bool(match and int(match[2]) <= 4)
    return column.type in ("decimal", "money", "rate") and is_exact


def _broken(column: Column, text: str, value: str, found_type: str) -> list[tuple[str, str]]:
    expected = f"must be {_WHAT_IS_EXPECTED[column.type]}"
    faults: list[tuple[str, str]] = []
    if column.type == "text":
        given = f"{text} is not null"
        if found_type == "VARCHAR":
            faults.append((f"coalesce(contains({text}, chr(0)), false)", expected))
        elif found_type in ("FLOAT", "DOUBLE"):
            faults.append((given, f"must be {_WHAT_IS_EXPECTED['float']}"))
        elif _STRUCTURE.search(found_type):
            faults.append((given, f"must be {_WHAT_IS_EXPECTED['structure']}"))
    elif not _fits(column, found_type):
        faults.append((f"({text}) is not null and ({value}) is null", expected))
    if column.type in ("date", "timestamp"):
        endless = f" and {value} <> {_ENDLESS}" if column.open_ended else ""
        # Infinity is later than all of them.
        outside = f"({value} < date '1970-01-01' or {value} >= date '2200-01-01')"
        faults.append((f"coalesce({outside}{endless}, false)", expected))
    if column.allowed:
        choices = ", ".join(literal(choice) for choice in column.allowed)
        faults.append((f"coalesce({value} not in ({choices}), false)", f"must be one of {', '.join(column.allowed)}"))
    return faults


def _out_of_range(column: Column, value: str, comparison: str, found: Mapping[str, object]) -> tuple[str, str]:
    operator, operand = comparison.split(" ", 1)
    words = {">": "greater than", ">=": "at least", "<=": "at most"}[operator]
    if column.type == "date":
        words = {">": "later than", ">=": "no earlier than"}[operator]
    if operand.isidentifier():
        if operand not in found:
            return "false", ""
        operand, words = quoted(operand), f"{words} {operand}"
    else:
        words = f"{words} {operand}"
    return f"coalesce(not ({value} {operator} {operand}), false)", f"must be {words}"
