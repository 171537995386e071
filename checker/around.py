"""Around the line: caps, floors, holds, releases, clawbacks, draws, lines by hand (engine.md §5, §8 D5 and E)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from checker.components import Component, Engine
from checker.credits import Credit
from checker.events import Facts
from checker.figures import EXACT, ONE, ZERO, months_between, period_end, period_start, to_unit
from checker.people import FOREVER, Plan
from checker.rows import Row


@dataclass(slots=True, eq=False)
class Line:
    """A payout line."""

    payee_id: str
    plan: Plan
    component_id: str
    start: date
    kind: str
    amount: Decimal
    day: (
        date  # its own date: occurred_on, that of a release or clawback, the period's last day for a line without event
    )
    credit: Credit | None = None

    @property
    def event_id(self) -> str:
        """The event it pays for, empty for a line without."""
        return self.credit.event.event_id if self.credit else ""

    def beside(self, kind: str, amount: Decimal, day: date) -> Line:
        """A line that refers to this one: of the period its own date lies in, or of this one's if that begins later (E5)."""
        start = max(self.start, period_start(self.plan.period, day))
        return Line(self.payee_id, self.plan, self.component_id, start, kind, amount, day, self.credit)


class Around:
    """Everything of a component and payee after the rounded earning lines."""

    def __init__(self, engine: Engine, facts: Facts, of: Mapping[str, Sequence[Row]]) -> None:
        self._engine, self._facts, self._of = engine, facts, of
        self._as_of = facts.as_of
        self._returned: dict[str, list[tuple[date, Decimal]]] = defaultdict(list)
        for row in of["erp.returns"]:
            self._returned[row["order_line_id"]].append((row["returned_on"], row["net_amount"]))
        self._paid_of_invoice: dict[str, list[tuple[date, Decimal]]] = defaultdict(list)
        for row in of["erp.payments"]:
            invoice = facts.invoices.get(row["invoice_id"])
            if invoice and row["currency"] == invoice["currency"]:
                self._paid_of_invoice[row["invoice_id"]].append((row["paid_on"], row["amount"]))
        self._paid_of_dealer_order: dict[str, list[tuple[date, Decimal]]] = defaultdict(list)
        for row in of["channel.dealer_payments"]:
            if all(line["currency"] == row["currency"] for line in facts.dealer_orders.get(row["dealer_order_id"], ())):
                self._paid_of_dealer_order[row["dealer_order_id"]].append((row["paid_on"], row["amount"]))

    def lines(self, component: Component, payee_id: str) -> Iterator[Line]:
        """All lines of a component for a payee, but draws and what is done by hand."""
        for start, earned in self._earning(component, payee_id):
            total = sum((line.amount for line in earned), ZERO)
            yield from earned
            if earned or component.firings is None:  # C15: without a firing it has no lines, a floor's neither
                yield from self._bounds(component, payee_id, start, total)
            for line in earned:
                yield from self._held(component.row, line)
                yield from self._clawed_back(component.row, line)

    def _earning(self, component: Component, payee_id: str) -> Iterator[tuple[date, list[Line]]]:
        """The earning lines by period; year to date: what the year has earned less what earlier periods paid (D5)."""
        plan = component.plan
        year_to_date = component.row["accumulate"] == "year_to_date"
        before: dict[int, Decimal] = {}
        first: date | None = None
        for start in self._engine.periods(component, payee_id):
            begin = self._engine.span(component, payee_id, start)[0]
            if begin != first:
                first, before = begin, {}
            lines = []
            last_day = period_end(plan.period, start) - timedelta(days=1)
            for item, amount in self._engine.evaluate(component, payee_id, start):
                credit = item.credit if item else None
                due = amount - before.get(id(credit), ZERO)
                if year_to_date:
                    before[id(credit)] = amount
                    if due == 0:
                        continue
                day = credit.event.day if credit else last_day
                lines.append(Line(payee_id, plan, component.component_id, start, "earning", due, day, credit))
            yield start, lines

    def _bounds(self, component: Component, payee_id: str, start: date, total: Decimal) -> Iterator[Line]:
        """One line of kind cap or floor makes the total equal to it (E3)."""
        cap, floor = component.row["cap_per_period"], component.row["floor_per_period"]
        plan = component.plan
        day = period_end(plan.period, start) - timedelta(days=1)
        digits = self._facts.unit(plan.currency)
        for kind, bound, reached in (
            ("cap", cap, cap is not None and total > cap),
            ("floor", floor, floor is not None and total < floor),
        ):
            if reached:
                yield Line(payee_id, plan, component.component_id, start, kind, to_unit(bound - total, digits), day)

    def _cash(self, credit: Credit) -> tuple[list[tuple[date, Decimal]], Decimal] | None:
        """What settles an event, by day, and the whole it is measured by (E4, E8); None: settled at once."""
        event = credit.event
        if event.measure in ("revenue_collected", "dealer_collected"):
            return None
        if event.measure == "revenue_invoiced" and event.invoice:
            return self._paid_of_invoice[event.invoice], self._facts.invoices[event.invoice]["net_amount"]
        if event.dealer_order:
            lines = self._facts.dealer_orders[event.dealer_order]
            return self._paid_of_dealer_order[event.dealer_order], sum((line["net_amount"] for line in lines), ZERO)
        if event.order is None:
            return None
        lines = [event.line] if event.line else event.order.lines
        cash = [
            moved
            for line in lines
            for moved in (
                *((day, part) for day, _, part in self._facts.paid[line["order_line_id"]]),
                *self._returned[line["order_line_id"]],
            )
        ]
        return cash, sum((line["net_amount"] for line in lines), ZERO)

    def _held(self, row: Row, line: Line) -> Iterator[Line]:
        """A hold for −hold_share × line, and the releases that give it back, none of them older than the line (E4)."""
        if line.credit is None or not row["hold_share"] or line.credit.event.line_value is not None:
            return
        digits = self._facts.unit(line.plan.currency)
        held = to_unit(row["hold_share"] * line.amount, digits)
        if held == 0:
            return
        hold = Line(line.payee_id, line.plan, line.component_id, line.start, "hold", -held, line.day, line.credit)
        yield hold
        until = row["hold_until"] or ""
        if until.startswith("days:"):
            day = line.day + timedelta(days=int(until[5:]))
            if day <= self._as_of:
                yield line.beside("release", held, day)
            return
        cash = self._cash(line.credit)
        moves, whole = ([(line.day, ONE)], ONE) if cash is None else cash
        by_day: dict[date, Decimal] = defaultdict(lambda: ZERO)
        by_day[line.day] += ZERO
        for day, amount in moves:
            by_day[max(day, line.day)] += amount
        done = given = ZERO
        for day in sorted(by_day):
            if day > self._as_of:
                break
            done += by_day[day]
            share = ONE if whole == 0 else min(max(EXACT.divide(done, whole), ZERO), ONE)
            due = held if share == 1 else to_unit(EXACT.divide(held * done, whole), digits) if share else ZERO
            if due != given:
                yield line.beside("release", due - given, day)
            given = due

    def _clawed_back(self, row: Row, line: Line) -> Iterator[Line]:
        """The uncollected share of an invoice's part is taken back N days after it was due, and given back with the cash (E6)."""
        days = row["clawback_unpaid_days"]
        credit = line.credit
        if days is None or credit is None or credit.event.line_value is not None or line.amount == 0:
            return
        if credit.event.order is None or credit.event.line is None:
            return
        if credit.event.measure == "revenue_invoiced":
            yield from self._clawed_back_by_invoice(days, line, credit.event.invoice or "")
            return
        key, net = credit.event.line["order_line_id"], credit.event.line["net_amount"]
        invoices = sorted(self._facts.invoiced[key], key=lambda of: (of[0]["due_on"], of[0]["invoice_id"].encode()))
        moves = {day for day, _, _ in self._facts.paid[key]} | {day for day, _ in self._returned[key]}
        digits = self._facts.unit(line.plan.currency)
        for invoice, _ in invoices:
            dues = {
                day: to_unit(
                    EXACT.divide(line.amount * self._open(key, invoices, day)[invoice["invoice_id"]], net), digits
                )
                if net
                else ZERO
                for day in self._judged(max(invoice["due_on"] + timedelta(days=days), line.day), moves)
            }
            yield from self._taken(line, dues)

    def _clawed_back_by_invoice(self, days: int, line: Line, invoice_id: str) -> Iterator[Line]:
        """The same for invoiced revenue: what is open of the event's own invoice, returns aside (E6)."""
        invoice, paid = self._facts.invoices[invoice_id], self._paid_of_invoice[invoice_id]
        whole, digits = invoice["net_amount"], self._facts.unit(line.plan.currency)
        dues: dict[date, Decimal] = {}
        for day in self._judged(max(invoice["due_on"] + timedelta(days=days), line.day), {on for on, _ in paid}):
            left = whole - sum((amount for on, amount in paid if on <= day), ZERO)
            left = min(max(left, min(whole, ZERO)), max(whole, ZERO))
            dues[day] = to_unit(EXACT.divide(line.amount * left, whole), digits) if whole else ZERO
        yield from self._taken(line, dues)

    def _judged(self, check: date, moves: set[date]) -> list[date]:
        """The days on which what is open is looked at: that of the check, and each later one on which money moves."""
        return [day for day in sorted({check, *(day for day in moves if day > check)}) if day <= self._as_of]

    def _taken(self, line: Line, dues: Mapping[date, Decimal]) -> Iterator[Line]:
        """The lines that bring what is taken back to what is due on each day."""
        taken = ZERO
        for day, due in dues.items():
            if due != taken:
                rises = abs(due) > abs(taken)
                yield line.beside("clawback" if rises else "clawback_return", taken - due, day)
            taken = due

    def _open(self, key: str, invoices: Sequence[tuple[Row, Decimal]], day: date) -> dict[str, Decimal]:
        """What is open of each invoice of a line: its part less its payments, returns filling them in order."""
        returned = sum((amount for on, amount in self._returned[key] if on <= day), ZERO)
        still: dict[str, Decimal] = {}
        for invoice, part in invoices:
            paid = sum(
                (
                    of
                    for on, invoice_id, of in self._facts.paid[key]
                    if on <= day and invoice_id == invoice["invoice_id"]
                ),
                ZERO,
            )
            left = max(part - paid, ZERO)
            filled = min(left, returned)
            returned -= filled
            still[invoice["invoice_id"]] = left - filled
        return still

    # draws, adjustments and holds by hand

    def draws(self, plan: Plan, payee_id: str, lines: Iterable[Line]) -> Iterator[Line]:
        """Guarantees and recoverable draws of a payee and plan, period by period (E9)."""
        rows = [row for row in self._of["plans.plan_draws"] if row["plan_id"] == plan.plan_id]
        if not rows:
            return
        earned: dict[date, Decimal] = defaultdict(lambda: ZERO)
        for line in lines:
            earned[line.start] += line.amount
        people = self._engine.people
        hired_on = people.payees[payee_id].hired_on
        on_plan = set(people.periods(plan, payee_id, self._as_of))
        balance = ZERO
        digits = self._facts.unit(plan.currency)
        for start in sorted(on_plan | set(earned)):
            month = months_between(hired_on, max(start, hired_on))
            due = {
                kind: [
                    row["amount"]
                    for row in rows
                    if row["kind"] == kind
                    and row["first_month"] <= month < row["first_month"] + row["months"]
                    and start in on_plan
                ]
                for kind in ("guarantee", "recoverable")
            }
            day = period_end(plan.period, start) - timedelta(days=1)
            total = earned[start]
            guaranteed, draw = (to_unit(sum(due[kind], ZERO), digits) for kind in ("guarantee", "recoverable"))
            if due["guarantee"] and guaranteed > total:
                yield Line(payee_id, plan, "", start, "draw", guaranteed - total, day)
                total = guaranteed
            if due["recoverable"] and draw > total:
                yield Line(payee_id, plan, "", start, "draw", draw - total, day)
                balance += draw - total
            elif (recovered := min(balance, max(ZERO, total - draw))) > 0:
                yield Line(payee_id, plan, "", start, "draw_recovery", -recovered, day)
                balance -= recovered

    def payment_holds(self, lines: Iterable[Line]) -> Iterator[Line]:
        """Lines of a held payee or order get a hold, and a release on released_on (E10)."""
        rows = sorted(self._of["plans.payment_holds"], key=lambda row: row["released_on"] or FOREVER, reverse=True)
        if not rows:
            return
        for line in lines:
            order = line.credit.event.order if line.credit else None
            order_id = order.row["order_id"] if order else None
            for row in rows:
                of_payee = not row["payee_id"] or row["payee_id"] == line.payee_id
                of_order = not row["order_id"] or row["order_id"] == order_id
                if not (of_payee and of_order) or not (row["payee_id"] or row["order_id"]) or line.amount == 0:
                    continue
                if row["held_from"] <= line.day < (row["released_on"] or FOREVER):
                    yield Line(
                        line.payee_id,
                        line.plan,
                        line.component_id,
                        line.start,
                        "hold",
                        -line.amount,
                        line.day,
                        line.credit,
                    )
                    if row["released_on"] and row["released_on"] <= self._as_of:
                        yield line.beside("release", line.amount, row["released_on"])
                    break

    def by_hand(self, plans: Mapping[str, Plan]) -> Iterator[Line]:
        """Manual adjustments: a line of the plan period their period_start lies in (E10)."""
        for row in self._of["plans.manual_adjustments"]:
            plan = plans.get(row["plan_id"])
            if plan is None or row["payee_id"] not in self._engine.people.payees:
                continue
            start = period_start(plan.period, row["period_start"])
            if start <= self._as_of:
                day = period_end(plan.period, start) - timedelta(days=1)
                amount = to_unit(row["amount"], self._facts.unit(plan.currency))
                yield Line(row["payee_id"], plan, row["component_id"] or "", start, "manual", amount, day)
