"""Follows every line of a built warehouse step by step, in plain Decimal, from what each step says of itself.

The chain of fct_payout_factors must begin where its kind begins, lead on without a gap, end in the line's amount, and each step's
amount_after must follow from that step's own columns (of releases and clawbacks, with the earlier ones about the same line); the lines of a
statement must add up to what it pays.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb

_TEN = Decimal("0.0000000001")
_ZERO = Decimal(0)
# What is told by how much of it there is by now: a line is what it adds to the earlier ones about the same line and invoice.
_BY_NOW = {"release": 1, "clawback": -1, "clawback_return": -1}
_ABOUT_A_LINE = {"hold", *_BY_NOW}


def _product(*factors: Decimal) -> Decimal:
    """Each product rounded to 10 decimals where it arises, as the definition wants it."""
    result = factors[0]
    for factor in factors[1:]:
        result = (result * factor).quantize(_TEN, ROUND_HALF_UP)
    return result


def _follows(kind: str, step: dict[str, Decimal], unit: Decimal, event_unit: Decimal) -> bool:
    """Whether amount_after follows from the step alone; unit is the minor unit of the line's currency, event_unit that of the event's."""
    before, after, basis, rate, factor = (
        step[name] for name in ("amount_before", "amount_after", "basis", "rate", "factor")
    )
    match kind:
        case "share":
            # What is left over when an event is shared, and what it has below the minor unit, goes to one of those who share it.
            return abs(after - basis * factor) < 2 * event_unit and before == basis
        case "exchange":
            expected = (basis * rate / factor).quantize(_TEN, ROUND_HALF_UP)
        case "start" | "gate":
            expected = _ZERO
        case "slice":
            expected = before + _product(basis, rate)
        case "tier_amount":
            expected = before + _product(basis, factor)
        case "target":
            expected = before + _product(basis, factor, rate)
        case "prize" | "manual":
            expected = before + basis
        case "modifier" | "personal_factor":
            expected = _product(before, factor)
        case "cap_per_event":
            expected = max(min(before, basis), -basis)
        case "rounding":
            expected = before.quantize(unit, ROUND_HALF_UP)
        case "paid_before":
            expected = before - basis
        case "cap" | "floor" | "draw":
            expected = (factor - basis).quantize(unit, ROUND_HALF_UP)
        case "draw_recovery":
            expected = -min(rate, max(basis - factor, _ZERO))
        case "hold":
            expected = -(basis * rate / factor).quantize(unit, ROUND_HALF_UP)
        case _ if kind in _BY_NOW:
            expected = after
        case _:
            return False
    return after == expected


def broken_lines(marts: Path) -> Iterator[tuple[str, str]]:
    """(payout_line_id, what is wrong) for each line whose steps do not lead to it, and for each statement its lines do not add up to."""
    with duckdb.connect(str(marts), read_only=True) as connection:
        rows = connection.execute(
            """
            select
                lines.payout_line_id, lines.line_kind, lines.amount, lines.currency, lines.occurred_on,
                events.currency as event_currency, factors.*
            from incentives.fct_payout_lines as lines
            left join incentives.fct_incentive_events as events on lines.event_id = events.event_id
            left join incentives.fct_payout_factors as factors on lines.payout_line_id = factors.payout_line_id
            order by lines.payout_line_id, factors.seq
            """
        )
        names = [column[0] for column in rows.description]
        steps = [dict(zip(names, row, strict=True)) for row in rows.fetchall()]
        sums = connection.execute(
            """
            with due as (
                select payee_id, plan_id, period_start, amount, 'estimate' as status from incentives.fct_payout_lines
                union all
                select payee_id, plan_id, posts_into_period_start, amount, 'estimate' from incentives.rpt_pending_adjustments
                union all
                select payee_id, plan_id, posted_period_start, amount, 'closed' from incentives.fct_payout_ledger
            )
            select statements.payee_id, statements.plan_id, statements.period_start, statements.payable, coalesce(sum(due.amount), 0)
            from incentives.rpt_statements as statements
            left join due
                on statements.payee_id = due.payee_id
                and statements.plan_id = due.plan_id
                and statements.period_start = due.period_start
                and statements.status = due.status
            group by all
            having statements.payable <> coalesce(sum(due.amount), 0)
            """
        ).fetchall()
    units = _minor_units()
    for line_id, group in groupby(steps, key=lambda step: step["payout_line_id"]):
        if wrong := _wrong(list(group), units):
            yield line_id, wrong
    lines = {step["payout_line_id"] for step in steps}
    for step in steps:
        if step["factor_kind"] in _ABOUT_A_LINE and step["factor_id"] not in lines:
            yield step["payout_line_id"], f"it is about {step['factor_id']}, which is no line"
    yield from _wrong_by_now(steps, units)
    for payee, plan, start, payable, amount in sums:
        yield (
            f"{plan}",
            f"the lines of {payee} in the period of {start} add up to {amount}, the statement pays {payable}",
        )


def _wrong(steps: list[dict[str, Any]], units: dict[str, Decimal]) -> str | None:
    line = steps[0]
    if line["seq"] is None:
        return "no step says how it came about"
    unit = units[str(line["currency"])]
    event_unit = units.get(str(line["event_currency"]), Decimal("0.0001"))
    reached: Decimal | None = None
    for step in steps:
        kind = str(step["factor_kind"])
        figures = {
            name: value if isinstance(value, Decimal) else _ZERO
            for name, value in step.items()
            if name in ("amount_before", "amount_after", "basis", "rate", "factor")
        }
        where = f"step {step['seq']} ({kind})"
        if reached is not None and figures["amount_before"] != reached:
            return f"{where} begins at {figures['amount_before']}, the step before it ends at {reached}"
        if not _follows(kind, figures, unit, event_unit):
            return f"{where} does not follow from its own columns: {figures}"
        reached = figures["amount_after"]
    return None if reached == line["amount"] else f"the steps end at {reached}, the line is {line['amount']}"


def _wrong_by_now(steps: list[dict[str, Any]], units: dict[str, Decimal]) -> Iterator[tuple[str, str]]:
    """Releases and clawbacks that, with the earlier ones about the same line and invoice, are not what is due by their day."""
    so_far: dict[tuple[str, str, str], Decimal] = {}
    following = [step for step in steps if step["factor_kind"] in _BY_NOW]
    for step in sorted(following, key=lambda step: step["occurred_on"]):
        sign = _BY_NOW[step["factor_kind"]]
        about = (step["factor_id"], step["reason"], str(sign))
        so_far[about] = so_far.get(about, _ZERO) + step["amount_after"]
        by_now = (step["basis"] * step["rate"] / step["factor"]).quantize(units[step["currency"]], ROUND_HALF_UP)
        if so_far[about] != sign * by_now:
            yield step["payout_line_id"], f"{so_far[about]} by {step['occurred_on']}, where {sign * by_now} is due"


def _minor_units() -> dict[str, Decimal]:
    seed = Path(__file__).parents[2] / "seeds/reference/currencies.csv"
    with duckdb.connect() as connection:
        rows = connection.execute(
            "select currency, minor_units from read_csv(?, all_varchar = true)", [str(seed)]
        ).fetchall()
    return {currency: Decimal(1).scaleb(-int(digits)) for currency, digits in rows}
