"""Numbers as people read them. Amounts are exact decimals and always carry their currency; nothing is rounded but for display."""

import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from app.data.reference import is_money, kpi_unit, minor_units
from app.state.words import language, text

MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|$~:^])")


def plain(value: str) -> str:
    """Text of the data for a Markdown place: its stars, dollars and brackets are shown, never obeyed."""
    return MARKDOWN.sub(r"\\\1", " ".join(value.split()))


def rounded(value: Decimal, digits: int) -> Decimal:
    """Half away from zero, as the engine rounds."""
    return value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def money(amount: Decimal | None, currency: str) -> str:
    """`CNY 1,234.50`, in the minor units of the currency, a minus before it; a dash for what there is not."""
    if amount is None:
        return text("unit.none")
    shown = rounded(amount, minor_units(currency))
    return f"{'−' if shown < 0 else ''}{currency} {abs(shown):,}"


def signed_money(amount: Decimal, currency: str) -> str:
    """`+CNY 1,234.50` or `−CNY 20.00`, the sign before the currency."""
    return money(amount, currency) if amount < 0 else f"+{money(amount, currency)}"


def number(value: Decimal | None, digits: int = 4) -> str:
    """`1,234.5`: at most so many decimals, none that are zero."""
    if value is None:
        return text("unit.none")
    shown = f"{rounded(value, digits):,f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def percent(value: Decimal | None, digits: int = 1) -> str:
    """0.0725 → `7.3%`; zeros at the end are left out."""
    return text("unit.none") if value is None else f"{number(value * 100, digits)}%"


def compact(value: Decimal) -> str:
    """Three figures that fit a cell: `1.23M`, `34.5k`; in Chinese by 万 and 亿."""
    steps = (("亿", 8), ("万", 4)) if language() == "zh" else (("B", 9), ("M", 6), ("k", 3))
    for unit, power in steps:
        scaled = value.scaleb(-power)
        if abs(scaled) >= 1:
            return f"{number(scaled, max(0, 2 - scaled.adjusted()))}{unit}"
    return number(value, 0 if abs(value) >= 10 else 1)


def compact_money(amount: Decimal, currency: str) -> str:
    """`CNY 1.23M`."""
    return f"{currency} {compact(amount)}"


def in_measure(value: Decimal | None, measure: str, currency: str) -> str:
    """Value of a measure: an amount with its currency, or a plain number."""
    return money(value, currency) if is_money(measure) else number(value)


def compact_in_measure(value: Decimal | None, measure: str, currency: str) -> str:
    """As in_measure, in three figures."""
    if value is None:
        return text("unit.none")
    return compact_money(value, currency) if is_money(measure) else number(value)


def tier_bound(value: Decimal, tier_key: str, measure: str, currency: str) -> str:
    """Where a tier starts, in the scale its tiers go by: per cent of quota, a score, or the measure's own unit."""
    if tier_key in ("attainment", "growth"):
        return percent(value)
    return number(value) if tier_key in ("rank", "score") else in_measure(value, measure, currency)


def rate_in_words(rate: Decimal, measure: str, currency: str) -> str:
    """What a rate pays: per cent of an amount of money, else an amount for each unit."""
    if is_money(measure):
        return percent(rate, 4)
    return text("unit.each", amount=money(rate, currency))


def kpi_value(kpi: str, value: Decimal) -> str:
    """A KPI in a heatmap cell: `34.5k`, `12.5%`, `41`."""
    unit = kpi_unit(kpi)
    if unit == "money":
        return compact(value)
    return percent(value, 0 if abs(value) >= 1 else 1) if unit == "ratio" else number(value, 1)


def kpi_in_words(kpi: str, value: Decimal, currency: str) -> str:
    """A KPI with its unit: `CNY 34.5k`, `12.5%`, `41 days`, `4.2`."""
    unit = kpi_unit(kpi)
    if unit == "money":
        return compact_money(value, currency)
    if unit == "ratio":
        return percent(value)
    shown = number(value, 1)
    counted = {"days": "unit.days", "hours": "unit.hours"}
    return text(counted[unit], count=shown) if unit in counted else shown


def kpi_gap(kpi: str, gap: Decimal, currency: str) -> str:
    """A distance between two values of a KPI: points between ratios, else as the KPI itself."""
    is_ratio = kpi_unit(kpi) == "ratio"
    return text("unit.points", points=number(gap * 100, 1)) if is_ratio else kpi_in_words(kpi, gap, currency)


def period_label(period: str, period_start: date) -> str:
    """`2026-06`, `2026 Q2`, `2026 H1`, `2026`, `2026-W26`; a date where the period is of another kind."""
    year, month = period_start.year, period_start.month
    if period == "week":
        iso = period_start.isocalendar()
        return f"{iso.year}-W{iso.week:02d}"
    return {
        "month": f"{year}-{month:02d}",
        "quarter": f"{year} Q{(month + 2) // 3}",
        "half": f"{year} H{1 if month < 7 else 2}",
        "year": str(year),
    }.get(period, period_start.isoformat())
