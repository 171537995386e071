"""The project's vocabulary (seeds/reference): names and units of KPIs and measures, minor units of currencies."""

import csv
from functools import cache
from pathlib import Path

REFERENCE_FOLDER = Path(__file__).parents[2] / "seeds" / "reference"


@cache
def rows_by_key(table: str, key: str) -> dict[str, dict[str, str]]:
    """Rows of seeds/reference/<table>.csv by their key column."""
    with (REFERENCE_FOLDER / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return {row[key]: row for row in csv.DictReader(file)}


def minor_units(currency: str) -> int:
    """Decimals of a currency; 2 for a code that ISO 4217 does not have."""
    row = rows_by_key("currencies", "currency").get(currency)
    return int(row["minor_units"]) if row else 2


def kpi_unit(kpi: str) -> str:
    """money, ratio, days, hours or score."""
    return rows_by_key("kpis", "kpi").get(kpi, {}).get("unit", "score")


def kpi_order() -> list[str]:
    """KPIs in the order the company lists them."""
    return list(rows_by_key("kpis", "kpi"))


def kpi_name(kpi: str, language: str) -> str:
    """Name of a KPI in the reader's language; its code if the list does not have it."""
    return name_of(rows_by_key("kpis", "kpi").get(kpi), kpi, language)


def less_is_better(kpi: str) -> bool:
    """True where a smaller value is the better one."""
    return rows_by_key("kpis", "kpi").get(kpi, {}).get("less_is_better") == "true"


def board_kpi(board: str) -> str:
    """The KPI that a leaderboard ranks by."""
    return rows_by_key("kpis", "board")[board]["kpi"]


def boards() -> list[str]:
    """Leaderboards in the order the company lists its KPIs."""
    return list(rows_by_key("kpis", "board"))


def board_periods(board: str) -> list[str]:
    """The kinds of period that a leaderboard is kept for, the longest first."""
    weekly = rows_by_key("kpis", "board")[board]["has_weekly_board"] == "true"
    return ["quarter", "month", "week"] if weekly else ["quarter", "month"]


def is_money(measure: str) -> bool:
    """True for measures that are amounts of money."""
    return rows_by_key("measures", "measure").get(measure, {}).get("unit_kind") == "money"


def measure_name(measure: str, language: str) -> str:
    """Name of a measure in the reader's language; its code if the list does not have it."""
    return name_of(rows_by_key("measures", "measure").get(measure), measure, language)


def name_of(row: dict[str, str] | None, code: str, language: str) -> str:
    """Name in the language of a reference row, else the code."""
    return row["name_zh" if language == "zh" else "name"] if row else code
