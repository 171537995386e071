"""Numbers and days: the one rounding rule, largest remainder, and calendar periods (engine.md §8 "Numbers", A8, C13)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal

# Wide enough for every product of two figures of the contracts: only the roundings below round.
EXACT = Context(prec=90, rounding=ROUND_HALF_UP)
ZERO = Decimal(0)
ONE = Decimal(1)
_TEN_DECIMALS = Decimal("1e-10")
_FOUR_DECIMALS = Decimal("1e-4")
PERIOD_MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}


def ten(value: Decimal) -> Decimal:
    """A product or quotient on the way from an event to a line: 10 decimals, half away from zero (§8 Numbers)."""
    return value.quantize(_TEN_DECIMALS, context=EXACT)


def four(value: Decimal) -> Decimal:
    """A prorated quota or target: 4 decimals (§8 Numbers)."""
    return value.quantize(_FOUR_DECIMALS, context=EXACT)


def to_unit(value: Decimal, digits: int) -> Decimal:
    """Money in a currency's minor unit, half away from zero also below zero (§8 Numbers)."""
    return value.quantize(Decimal(1).scaleb(-digits), context=EXACT)


def spread(whole: Decimal, weights: Sequence[tuple[str, Decimal]], digits: int) -> dict[str, Decimal]:
    """Largest remainder: parts in steps of a minor unit that add up to the whole (§1, §8 A8, B1).

    Works on the absolute value; ties and what lies below the minor unit go to the part that is served first (the
    greatest remainder, then the smaller id); all weights 0: everything goes to the smallest id.
    """
    step = Decimal(1).scaleb(-digits)
    total = sum((weight for _, weight in weights), ZERO)
    if total == 0:
        first = min(part for part, _ in weights)
        return {part: whole if part == first else ZERO for part, _ in weights}
    size = abs(whole)
    below = size - size.quantize(step, rounding=ROUND_DOWN)
    units: dict[str, Decimal] = {}
    remainders: list[tuple[Decimal, str]] = []
    for part, weight in weights:
        numerator, denominator = size * weight, total * step
        if denominator < 0:
            numerator, denominator = -numerator, -denominator
        units[part] = numerator // denominator  # truncates: one below where a part is negative
        rest = numerator - units[part] * denominator
        if rest < 0:
            units[part] -= 1
            rest += denominator
        remainders.append((-rest, part))
    left = int((size - below) / step - sum(units.values(), ZERO))
    served = [part for _, part in sorted(remainders)]
    parts = {part: (count + (ONE if part in served[: max(left, 0)] else ZERO)) * step for part, count in units.items()}
    parts[served[0]] += below
    return {part: -value if whole < 0 else value for part, value in parts.items()}


def period_start(period: str, day: date) -> date:
    """The first day of the calendar period a day lies in."""
    months = PERIOD_MONTHS[period]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def period_end(period: str, start: date) -> date:
    """The first day after a period."""
    month = start.month - 1 + PERIOD_MONTHS[period]
    return date(start.year + month // 12, month % 12 + 1, 1)


def year_before(day: date) -> date:
    """The same day a year earlier; 29 February becomes 28 February."""
    return anniversary(day, day.year - 1)


def anniversary(day: date, year: int) -> date:
    """The day in another year; 29 February becomes the 28th where there is none."""
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)


def plan_year_start(period: str, valid_from: date, start: date) -> date:
    """The first day of the plan year of a period: of the period that contains the anniversary of valid_from (C13)."""
    own = period_start(period, anniversary(valid_from, start.year))
    return own if own <= start else period_start(period, anniversary(valid_from, start.year - 1))


def months_between(one: date, other: date) -> int:
    """Calendar months from the month of one day to the month of another (E9)."""
    return (other.year - one.year) * 12 + other.month - one.month


def day_after(day: date, days: int = 1) -> date:
    """The day some days later."""
    return day + timedelta(days=days)
