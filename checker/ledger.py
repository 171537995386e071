"""What closing makes of pay: closed periods, what is pending, statements (§6, §8 C16, F2, F3, F6, F7), and what closes pay and carry.

Rows of the ledger and its batches are taken as given: they are what was paid, which nobody can calculate again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext

from checker.calculation import COLUMNS, STATEMENT, Pay, StatementKey
from checker.figures import EXACT, PERIOD_MONTHS, ZERO, period_end
from checker.people import Plan
from checker.rows import Text

LEDGER = "incentives.fct_payout_ledger"
BATCHES = "incentives.fct_ledger_batches"
PAYMENTS = "incentives.rpt_payments"
POINTS = "PTS"  # are no money, and no payment
# A statement has the adjustments beside what its own period earns (F6).
AMOUNTS = (*STATEMENT, "adjustments", "payable")
_COLUMNS = {**COLUMNS, "adjustment": "adjustments"}

Period = tuple[str, date]  # month, quarter, half or year, and its first day
PendingKey = tuple[str, str, str, str, date]  # payee, plan, component, event, earned period (F2)
PaymentKey = tuple[int, str, str]  # close, payee, currency


@dataclass(frozen=True)
class Posted:
    """A row of the ledger. Component and event are empty for lines without."""

    payee_id: str
    plan_id: str
    component_id: str
    event_id: str
    period: str
    posted_in: date
    earned_in: date
    kind: str
    amount: Decimal
    currency: str
    amount_base: Decimal | None


@dataclass(frozen=True)
class Pending:
    """What a closed period pays by now and has not posted, and the first day of the period that will post it."""

    period: str
    posts_into: date
    amount: Decimal
    currency: str


@dataclass
class Statement:
    """What a statement must say. `payable_base` is known of closed ones only: it was posted."""

    period: str
    status: str
    currency: str
    amounts: dict[str, Decimal]
    payable_base: Decimal | None = None


@dataclass(frozen=True)
class Payment:
    """What a close pays a payee in a currency: posted + carried_in = paid + carried_out."""

    posted: Decimal
    carried_in: Decimal
    paid: Decimal
    carried_out: Decimal


@dataclass(frozen=True)
class Ledger:
    """The closed periods of each plan, what is pending, every statement, and posted rows that no close can have posted."""

    closed: dict[str, set[Period]]
    pending: dict[PendingKey, Pending]
    statements: dict[StatementKey, Statement]
    strange: list[str]


def read_posted(rows: Iterable[Text]) -> list[Posted]:
    """The rows of the ledger with their types."""
    return [
        Posted(
            str(row["payee_id"]), str(row["plan_id"]), row["component_id"] or "", row["event_id"] or "",
            str(row["period"]), date.fromisoformat(str(row["posted_period_start"])),
            date.fromisoformat(str(row["earned_period_start"])), str(row["line_kind"]), Decimal(str(row["amount"])),
            str(row["currency"]), Decimal(row["amount_base"]) if row["amount_base"] else None,
        )
        for row in rows
    ]  # fmt: skip


def closed_periods(plans: Mapping[str, Plan], batches: Sequence[Text]) -> dict[str, set[Period]]:
    """The closed periods of each plan: those of its batches, and those of the plans it replaces, one after the other (C16)."""
    by_batch: dict[str, set[Period]] = defaultdict(set)
    for row in batches:
        period = str(row["period"])
        if period not in PERIOD_MONTHS:
            raise ValueError(f"a batch closes a {period!r}, which is no period")
        by_batch[str(row["plan_id"])].add((period, date.fromisoformat(str(row["posted_period_start"]))))
    closed = {plan_id: set(periods) for plan_id, periods in by_batch.items()}
    for plan in plans.values():
        replaced, seen = plan.supersedes, {plan.plan_id}
        while replaced and replaced not in seen:
            for period, start in by_batch.get(replaced, ()):
                # From its valid_from on the new plan pays, so a period that ends before is none of its own.
                if period == plan.period and period_end(period, start) > plan.valid_from:
                    closed.setdefault(plan.plan_id, set()).add((period, start))
            seen.add(replaced)
            replaced = plans[replaced].supersedes if replaced in plans else None
    return closed


def settle(pay: Pay, ledger: Sequence[Text], batches: Sequence[Text]) -> Ledger:
    """What the ledger makes of pay as it is calculated now."""
    with localcontext(EXACT):
        posted = read_posted(ledger)
        closed = closed_periods(pay.plans, batches)
        pending = _pending(pay, posted, closed)
        return Ledger(closed, pending, _statements(pay, posted, closed, pending), list(_strange(posted, closed)))


def _strange(posted: Sequence[Posted], closed: Mapping[str, set[Period]]) -> Iterator[str]:
    for row in posted:
        where = f"A row of {row.payee_id}, plan {row.plan_id}, is posted in {row.posted_in}"
        if (row.period, row.posted_in) not in closed.get(row.plan_id, ()):
            yield f"{where}, a period that is not closed."
        if row.kind not in _COLUMNS:
            yield f"{where} as {row.kind}, which is no kind of line."
        if (row.kind == "adjustment") != (row.earned_in < row.posted_in):
            yield f"{where} as {row.kind}, earned in {row.earned_in}: only an adjustment is of an earlier period."


def _pending(pay: Pay, posted: Sequence[Posted], closed: Mapping[str, set[Period]]) -> dict[PendingKey, Pending]:
    """Calculated − Σ posted, over all kinds of lines together (F2); what is 0 is not pending."""
    left: dict[PendingKey, Decimal] = defaultdict(lambda: ZERO)
    currency: dict[str, str] = {}
    for (payee, plan_id, component, start, event, _), amount in pay.lines.items():
        if (pay.plans[plan_id].period, start) in closed.get(plan_id, ()):
            left[payee, plan_id, component, event, start] += amount
    for row in posted:
        left[row.payee_id, row.plan_id, row.component_id, row.event_id, row.earned_in] -= row.amount
        currency[row.plan_id] = row.currency
    currency |= {plan_id: plan.currency for plan_id, plan in pay.plans.items()}
    pending = {}
    for key, amount in left.items():
        if amount and closed.get(key[1]):
            # Periods are closed in order and without gaps (F7): the first open one follows the last closed one.
            period, start = max(closed[key[1]], key=lambda of: of[1])
            pending[key] = Pending(period, period_end(period, start), amount, currency[key[1]])
    return pending


def _statements(
    pay: Pay,
    posted: Sequence[Posted],
    closed: Mapping[str, set[Period]],
    pending: Mapping[PendingKey, Pending],
) -> dict[StatementKey, Statement]:
    """A closed statement says what was posted in its period, an open one what is calculated and what is pending (F3)."""
    found: dict[StatementKey, Statement] = {}

    def of(key: StatementKey, period: str, currency: str) -> Statement:
        if key not in found:
            is_closed = (period, key[2]) in closed.get(key[1], ())
            nothing = dict.fromkeys(AMOUNTS, ZERO)
            found[key] = Statement(
                period, "closed" if is_closed else "estimate", currency, nothing, ZERO if is_closed else None
            )
        return found[key]

    for key, row in pay.statements.items():
        plan = pay.plans[key[1]]
        statement = of(key, plan.period, plan.currency)
        if statement.status == "estimate":
            statement.amounts |= {name: row[name] for name in STATEMENT}
    for line in posted:
        statement = of((line.payee_id, line.plan_id, line.posted_in), line.period, line.currency)
        if statement.status == "closed" and line.kind in _COLUMNS:
            statement.amounts[_COLUMNS[line.kind]] += line.amount
            known = statement.payable_base is not None and line.amount_base is not None
            statement.payable_base = statement.payable_base + line.amount_base if known else None  # type: ignore[operator]
    for (payee, plan_id, *_), due in pending.items():
        of((payee, plan_id, due.posts_into), due.period, due.currency).amounts["adjustments"] += due.amount
    for statement in found.values():
        statement.amounts["payable"] = sum((statement.amounts[name] for name in AMOUNTS[:-1]), ZERO)
    return found


def payments(ledger: Sequence[Text], batches: Sequence[Text], said: Sequence[Text]) -> dict[PaymentKey, Payment]:
    """What each close pays, payee by payee: all it posts with what is carried to it, where that is above 0 and not below the minimum.

    The minimum, and whether the payee had left, are those of the close, as `said`: who has left is paid whatever is above 0, also
    where a close posts nothing for him.
    """
    close_of = {row["batch_id"]: int(str(row["close_no"])) for row in batches}
    terms = {
        (int(str(row["close_no"])), str(row["payee_id"]), str(row["currency"])): (
            Decimal(str(row["minimum_payment"])), bool(row["left_on"]),
        )
        for row in said
    }  # fmt: skip
    posted: dict[PaymentKey, Decimal] = {}
    for row in ledger:
        if row["currency"] != POINTS and row["batch_id"] in close_of:
            key = (close_of[row["batch_id"]], str(row["payee_id"]), str(row["currency"]))
            posted[key] = posted.get(key, ZERO) + Decimal(str(row["amount"]))
    carried: dict[tuple[str, str], Decimal] = {}
    found: dict[PaymentKey, Payment] = {}
    for key in sorted(set(posted) | set(terms)):
        minimum, has_left = terms.get(key, (ZERO, False))
        before = carried.get(key[1:], ZERO)
        if key not in posted and not (has_left and before > 0):
            continue
        due = posted.get(key, ZERO) + before
        is_paid = due > 0 and (has_left or due >= minimum)
        found[key] = Payment(posted.get(key, ZERO), before, due if is_paid else ZERO, ZERO if is_paid else due)
        carried[key[1:]] = found[key].carried_out
    return found
