"""Period KPIs that gate, modify and score (engine.md §1, §8 A13). A KPI is a numerator over a denominator."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from checker.credits import Credit, Credits
from checker.events import Facts, Rates
from checker.figures import EXACT, ONE, ZERO, ten
from checker.rows import Row

LESS_IS_BETTER = frozenset({"collection_days", "sales_cycle_days", "follow_up_hours"})
_CAP_HOURS = Decimal(720)
_ORDER_DAYS = 30

Ratio = tuple[Decimal, Decimal]


class Kpis:
    """KPIs of a payee (or of a team and the teams below it) over days [begin, end)."""

    def __init__(
        self,
        of: Mapping[str, Sequence[Row]],
        facts: Facts,
        credits: Credits,
        rates: Rates,
        base: str,
        high_value: Decimal,
        zone: str,
    ) -> None:
        self._of, self._facts, self._credits, self._rates = of, facts, credits, rates
        self._base, self._high_value = base, high_value
        self._coefficients = of["plans.contribution_coefficients"]
        self._as_of_end = datetime.combine(facts.as_of + timedelta(days=1), time(0), ZoneInfo(zone)).astimezone(UTC)
        self._first_touch: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
        for row in of["crm.activities"]:
            if row["opportunity_id"]:
                self._first_touch[row["opportunity_id"]].append((row["occurred_at"], row["user_id"]))
        self._opportunities = self._by(of["crm.opportunities"], "owner_user_id")
        self._tickets = self._by(of["service.tickets"], "assignee_user_id")
        self._classes = self._by(of["education.classes"], "teacher_user_id")
        self._enrolments = self._by(of["education.enrolments"], "class_id")
        self.unknown: set[str] = set()  # KPIs that plans ask for and nothing here calculates
        self._ratios: dict[str, Callable[[str, bool, date, date], Ratio]] = {
            "revenue": self._revenue,
            "contribution": self._contribution,
            "gross_margin_rate": self._gross_margin,
            "collection_days": self._collection_days,
            "win_rate": self._win_rate,
            "visit_to_order_rate": self._visit_to_order,
            "sales_cycle_days": self._sales_cycle,
            "repurchase_rate": self._repurchase,
            "follow_up_hours": self._follow_up,
            "satisfaction": self._satisfaction,
            "class_fill_rate": self._class_fill,
            "class_renewal_rate": self._class_renewal,
        }

    @staticmethod
    def _by(rows: Iterable[Row], column: str) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            if row[column]:
                found[row[column]].append(row)
        return found

    def value(self, kpi: str, subject: str, is_team: bool, begin: date, end: date) -> Decimal | None:
        """Numerator over denominator; no denominator (0 or less): no value. revenue is a sum, with the denominator 1."""
        if kpi not in self._ratios:
            self.unknown.add(kpi)
            return None
        numerator, denominator = self._ratios[kpi](subject, is_team, begin, end)
        return None if denominator <= 0 else ten(EXACT.divide(numerator, denominator))

    # what belongs to the subject

    def _own(self, measure: str, subject: str, is_team: bool, begin: date, end: date) -> list[Credit]:
        key = (subject, measure)
        credits = self._credits.team.get(key, []) if is_team else self._credits.own.get(key, [])
        return [credit for credit in credits if credit.kind == "direct" and begin <= credit.event.day < end]

    def _mine(
        self, rows: Mapping[str, list[Row]], subject: str, is_team: bool, on: Callable[[Row], date | None]
    ) -> list[tuple[Row, date]]:
        """Rows of the subject with their day, on which their person is employed; of a team, and is in it or below."""
        people = self._credits.people
        owners = rows if is_team else [subject]
        found = []
        for owner in owners:
            for row in rows.get(owner, ()):
                day = on(row)
                if (
                    day is not None
                    and day <= self._facts.as_of
                    and people.works(owner, day)
                    and (not is_team or subject in people.above(people.post(owner, day).team))
                ):
                    found.append((row, day))
        return found

    def _money(self, credit: Credit) -> Decimal:
        value = self._rates.convert(credit.value, credit.event.currency, self._base, credit.event.rate_day)
        return ZERO if value is None else value

    # A13

    def _revenue(self, subject: str, is_team: bool, begin: date, end: date) -> Ratio:
        return sum(map(self._money, self._own("revenue_booked", subject, is_team, begin, end)), ZERO), ONE

    def _contribution(self, subject: str, is_team: bool, begin: date, end: date) -> Ratio:
        own = self._own("revenue_booked", subject, is_team, begin, end)
        return sum((ten(self._money(credit) * self._coefficient(credit)) for credit in own), ZERO), ONE

    def _coefficient(self, credit: Credit) -> Decimal:
        """Of the rows that hold on the day the one that gives most columns (decision 23), 1 without any."""
        day = credit.event.day
        product = self._facts.products.get(credit.event.product or "")
        deal = {
            "channel": credit.event.order.row["channel"] if credit.event.order else None,
            "region": self._credits.people.post(credit.payee_id, day).region,
            "product_line": product["product_line"] if product else None,
        }
        holding = [
            ([bool(row[part]) for part in deal], row)
            for row in self._coefficients
            if row["valid_from"] <= day
            and (row["valid_to"] is None or day < row["valid_to"])
            and all(row[part] in (None, "", value) for part, value in deal.items())
        ]
        if not holding:
            return ONE
        _, best = max(holding, key=lambda held: (sum(held[0]), held[0], held[1]["valid_from"]))
        return Decimal(best["coefficient"])

    def _gross_margin(self, subject: str, is_team: bool, begin: date, end: date) -> Ratio:
        margin = sum(map(self._money, self._own("margin_booked", subject, is_team, begin, end)), ZERO)
        revenue = self._own("revenue_booked", subject, is_team, begin, end)
        costed = [credit for credit in revenue if credit.event.line and credit.event.line["cost_amount"] is not None]
        return margin, sum(map(self._money, costed), ZERO)

    def _collection_days(self, subject: str, is_team: bool, begin: date, end: date) -> Ratio:
        weighted = total = ZERO
        for credit in self._own("revenue_collected", subject, is_team, begin, end):
            money = self._money(credit)
            weighted += money * (credit.event.day - self._facts.invoices[str(credit.event.invoice)]["invoiced_on"]).days
            total += money
        return weighted, total

    def _closed_on(self, row: Row) -> date | None:
        return self._facts.calendar.day(row["closed_at"]) if row["closed_at"] else None

    def _closed(self, subject: str, is_team: bool, begin: date, end: date) -> list[tuple[Row, date]]:
        mine = self._mine(self._opportunities, subject, is_team, self._closed_on)
        return [(row, day) for row, day in mine if row["is_closed"] and begin <= day < end]

    def _win_rate(self, subject: str, is_team: bool, begin: date, end: date) -> Ratio:
        closed = self._closed(subject, is_team, begin, end)
        return Decimal(sum(1 for row, _ in closed if row["is_won"])), Decimal(len(closed))

    def _sales_cycle(self, subject: str, is_team: bool, begin: date, end: date) -> Ratio:
        won = [(row, day) for row, day in self._closed(subject, is_team, begin, end) if row["is_won"]]
        days = sum((day - self._facts.calendar.day(row["created_at"])).days for row, day in won)
        return Decimal(days), Decimal(len(won))

    def _orders(self, subject: str, is_team: bool) -> dict[str, set[tuple[date, str]]]:
        """The days of orders credited directly to the subject, by account."""
        orders: dict[str, set[tuple[date, str]]] = defaultdict(set)
        for credit in self._own("revenue_booked", subject, is_team, date.min, date.max):
            order = credit.event.order
            if order and credit.event.line_value is None and credit.event.account:
                orders[credit.event.account].add((order.day, order.row["order_id"]))
        return orders

    def _visit_to_order(self, subject: str, is_team: bool, begin: date, end: date) -> Ratio:
        visits = [credit for credit in self._own("visits", subject, is_team, begin, end) if credit.event.account]
        orders = {(visit.payee_id): self._orders(visit.payee_id, False) for visit in visits}
        hits = 0
        for visit in visits:
            day = visit.event.day
            of_account = orders[visit.payee_id].get(str(visit.event.account), ())
            hits += any(day <= ordered <= day + timedelta(days=_ORDER_DAYS) for ordered, _ in of_account)
        return Decimal(hits), Decimal(len(visits))

    def _repurchase(self, subject: str, is_team: bool, begin: date, end: date) -> Ratio:
        """An account counts once a payee; for a team with the one whose first order of it falls into the team."""
        own_credits = self._own("revenue_booked", subject, is_team, begin, end)
        sellers = {credit.payee_id for credit in own_credits} if is_team else {subject}
        again = count = 0
        for seller in sellers:
            for account, orders in self._orders(seller, False).items():
                own = [(day, order_id) for day, order_id in orders if begin <= day < end]
                if not own:
                    continue
                first = min(self._facts.orders[order_id].row["ordered_at"] for _, order_id in own)
                day = min(day for day, _ in own)
                people = self._credits.people
                if is_team and subject not in people.above(people.post(seller, day).team):
                    continue
                count += 1
                again += any(
                    order.row["ordered_at"] < first and order.day >= day - timedelta(days=365)
                    for order in self._facts.orders_of[account]
                )
        return Decimal(again), Decimal(count)

    def expected(self, subject: str, is_team: bool, begin: date, end: date, currency: str) -> Decimal:
        """What is open on the day before `begin`, or on as_of if that is earlier, and expected to close in [begin, end)."""
        seen = min(begin - timedelta(days=1), self._facts.as_of)
        amount = ZERO
        for row, _ in self._mine(self._opportunities, subject, is_team, lambda _: seen):
            closed = self._closed_on(row)
            is_open = seen < closed if closed else not row["is_closed"]
            if not is_open or self._facts.calendar.day(row["created_at"]) > seen:
                continue
            if row["expected_close_on"] and begin <= row["expected_close_on"] < end and row["amount"] is not None:
                amount += self._rates.convert(row["amount"], row["currency"], currency, seen) or ZERO
        return amount

    def _follow_up(self, subject: str, is_team: bool, begin: date, end: date) -> Ratio:
        hours, count = ZERO, 0
        for row, day in self._mine(
            self._opportunities, subject, is_team, lambda row: self._facts.calendar.day(row["created_at"])
        ):
            value = row["amount"] and self._rates.convert(row["amount"], row["currency"], self._base, day)
            if not begin <= day < end or not value or value < self._high_value:
                continue
            touches = self._first_touch.get(row["opportunity_id"], ())
            own = [at for at, user in touches if user == row["owner_user_id"]]
            # Who was there before it was written down did not wait.
            waited = max(min([*own, self._as_of_end]) - row["created_at"], timedelta(0))
            seconds = Decimal(waited.days * 86400 + waited.seconds) + Decimal(waited.microseconds).scaleb(-6)
            hours += min(EXACT.divide(seconds, Decimal(3600)), _CAP_HOURS)
            count += 1
        return hours, Decimal(count)

    def _satisfaction(self, subject: str, is_team: bool, begin: date, end: date) -> Ratio:
        mine = self._mine(
            self._tickets,
            subject,
            is_team,
            lambda row: self._facts.calendar.day(row["resolved_at"]) if row["resolved_at"] else None,
        )
        scores = [
            row["satisfaction_score"]
            for row, day in mine
            if begin <= day < end and row["satisfaction_score"] is not None
        ]
        return sum(scores, ZERO), Decimal(len(scores))

    def _kept(self, row: Row) -> list[Row]:
        """Enrolments of a class that are converted and not refunded, as far as is known by as_of (A11)."""
        return [
            of
            for of in self._enrolments.get(row["class_id"], ())
            if self._is_past(of["converted_at"]) and not self._is_past(of["refunded_at"])
        ]

    def _is_past(self, at: datetime | None) -> bool:
        return at is not None and at < self._as_of_end

    def _class_fill(self, subject: str, is_team: bool, begin: date, end: date) -> Ratio:
        mine = [
            row
            for row, day in self._mine(self._classes, subject, is_team, lambda row: row["starts_on"])
            if begin <= day < end
        ]
        return Decimal(sum(len(self._kept(row)) for row in mine)), Decimal(sum(row["capacity"] for row in mine))

    def _class_renewal(self, subject: str, is_team: bool, begin: date, end: date) -> Ratio:
        mine = [
            row
            for row, day in self._mine(self._classes, subject, is_team, lambda row: row["ends_on"])
            if begin <= day < end
        ]
        kept = [of for row in mine for of in self._kept(row)]
        return Decimal(sum(1 for of in kept if self._is_past(of["renewed_at"]))), Decimal(len(kept))
