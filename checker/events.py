"""What happened: raw rows become events (engine.md §1, §8 A1 to A15)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from checker.figures import EXACT, ZERO, spread, ten, to_unit
from checker.rows import Row

# Measures whose values are money; the others have no currency and are spread in steps of 0.0001 (A8).
MONEY = frozenset(
    "revenue_booked margin_booked revenue_invoiced revenue_collected bookings_won"
    " dealer_sell_in dealer_sell_through dealer_collected".split()
)
_ACTIVITIES = {"visit": "visits", "call": "calls", "demo": "demos"}
STEP_DIGITS = 4

# What comes to so much does not fit an amount of 14 digits (C1).
_BEYOND_AMOUNTS = Decimal(99_999_999_999_999)


@dataclass(slots=True, eq=False)
class Order:
    """An order that is not cancelled, with what the dimensions of its lines need."""

    row: Row
    day: date
    lines: list[Row]
    is_first: bool = False
    is_new: bool = False

    @property
    def total(self) -> Decimal:
        """The total net_amount, returns not deducted (A10 deal_size)."""
        return sum((line["net_amount"] for line in self.lines), ZERO)


@dataclass(slots=True, eq=False)
class Event:
    """One measured fact."""

    event_id: str
    measure: str
    day: date
    value: Decimal
    currency: str | None
    owner: str | None
    rate_day: date  # of the exchange rate: that of the line for a return (A3)
    shares_day: date  # of the shares and credit rules: the same
    source: tuple[str, str]
    order: Order | None = None
    line: Row | None = None
    opportunity: Row | None = None
    account: str | None = None
    dealer: str | None = None
    product: str | None = None
    course: str | None = None
    of_high_potential: bool | None = None  # of its class
    size: Decimal | None = None  # deal_size where there is no order, in the event's currency
    line_value: Decimal | None = None  # of a return: the value of the line in that measure (D3)
    invoice: str | None = None
    dealer_order: str | None = None
    deal_day: date | None = None  # the order's date; None: the event's
    dims: dict[str, Any] | None = None


class Calendar:
    """Timestamps become dates in the company's time zone (§1)."""

    def __init__(self, zone: str) -> None:
        self._zone = ZoneInfo(zone)

    def day(self, at: datetime) -> date:
        """The company day of a time."""
        return at.astimezone(self._zone).date()


class Facts:
    """The raw rows put together: orders with their lines, invoices, payments and returns; and every event."""

    def __init__(
        self,
        of: Mapping[str, Sequence[Row]],
        calendar: Calendar,
        as_of: date,
        digits: Mapping[str, int],
        high_potential_from: Decimal,
    ) -> None:
        self.of = of
        self.calendar = calendar
        self.as_of = as_of
        self.digits = digits
        self.high_potential_from = high_potential_from
        self.accounts = {row["account_id"]: row for row in of["crm.accounts"]}
        self.products = {row["product_id"]: row for row in of["erp.products"]}
        self.dealers = {row["dealer_id"]: row for row in of["channel.dealers"]}
        self.opportunities = {row["opportunity_id"]: row for row in of["crm.opportunities"]}
        self.orders = self._orders()
        self.lines = {line["order_line_id"]: (order, line) for order in self.orders.values() for line in order.lines}
        self.invoices = {row["invoice_id"]: row for row in of["erp.invoices"]}
        self.dealer_orders: dict[str, list[Row]] = defaultdict(list)
        for row in sorted(of["channel.dealer_order_lines"], key=lambda row: row["dealer_order_line_id"].encode()):
            if row["status"] != "cancelled":
                self.dealer_orders[row["dealer_order_id"]].append(row)
        self._dates_of_accounts()
        self.events = [event for event in self._events() if event.day <= as_of]  # A11

    def _orders(self) -> dict[str, Order]:
        orders = {
            row["order_id"]: Order(row, self.calendar.day(row["ordered_at"]), [])
            for row in self.of["erp.orders"]
            if row["status"] != "cancelled"  # A4
        }
        for line in sorted(self.of["erp.order_lines"], key=lambda line: line["order_line_id"].encode()):
            if line["order_id"] in orders:
                orders[line["order_id"]].lines.append(line)
        return orders

    def _dates_of_accounts(self) -> None:
        """is_first_order and is_new_account (A9)."""
        self.orders_of: dict[str, list[Order]] = defaultdict(list)
        for order in sorted(
            self.orders.values(), key=lambda order: (order.row["ordered_at"], order.row["order_id"].encode())
        ):
            if order.row["account_id"]:
                self.orders_of[order.row["account_id"]].append(order)
        for orders in self.orders_of.values():
            before: date | None = None
            for order in orders:
                order.is_first = before is None
                order.is_new = before is None or before < order.day - timedelta(days=365)
                before = order.day

    def _events(self) -> Iterator[Event]:
        for order in self.orders.values():
            yield from self._of_order(order)
        yield from self._returns()
        yield from self._invoices()
        yield from self._payments()
        for orders in self.orders_of.values():
            order = orders[0]
            yield self._event(order, None, "new_accounts", order.row["order_id"], order.day, Decimal(1), "erp.orders")
        yield from self._opportunities()
        yield from self._service()
        yield from self._dealer_sales()
        yield from self._classes()

    def _event(
        self, order: Order, line: Row | None, measure: str, key: str, day: date, value: Decimal, table: str, **more: Any
    ) -> Event:
        row = order.row
        return Event(
            f"{measure}:{key}", measure, day, value, row["currency"] if measure in MONEY else None, row["sales_user_id"],
            more.pop("rate_day", day), more.pop("shares_day", day), (table, more.pop("source_key", key)),
            order, line, self.opportunities.get(row["opportunity_id"] or ""), row["account_id"], row["dealer_id"],
            line["product_id"] if line else None, deal_day=order.day, **more,
        )  # fmt: skip

    @staticmethod
    def margin(line: Row) -> Decimal | None:
        """net_amount − cost_amount; nothing without a cost (A5)."""
        return None if line["cost_amount"] is None else line["net_amount"] - line["cost_amount"]

    def _of_order(self, order: Order) -> Iterator[Event]:
        for line in order.lines:
            key = line["order_line_id"]
            for measure, value in self.values(line).items():
                yield self._event(order, line, measure, key, order.day, value, "erp.order_lines")

    def values(self, line: Row) -> dict[str, Decimal]:
        """What an order line counts in the three measures of a sale."""
        values = {"revenue_booked": line["net_amount"], "units_sold": line["quantity"]}
        margin = self.margin(line)
        return values if margin is None else {**values, "margin_booked": margin}

    def _returns(self) -> Iterator[Event]:
        """A1 to A3: minus the returned part, on returned_on, with the shares and the exchange rate of the line."""
        for row in self.of["erp.returns"]:
            if row["order_line_id"] not in self.lines:
                continue
            order, line = self.lines[row["order_line_id"]]
            values = {"revenue_booked": -row["net_amount"], "units_sold": -row["quantity"]}
            if line["cost_amount"] is not None:
                cost = ZERO
                if line["quantity"]:
                    cost = EXACT.divide(line["cost_amount"] * row["quantity"], line["quantity"])
                values["margin_booked"] = -(row["net_amount"] - to_unit(cost, self.unit(order.row["currency"])))
            of_line = self.values(line)
            for measure, value in values.items():
                yield self._event(
                    order, line, measure, row["return_id"], row["returned_on"], value, "erp.returns",
                    rate_day=order.day, shares_day=order.day, line_value=of_line[measure],
                )  # fmt: skip

    def unit(self, currency: str | None) -> int:
        """The digits of a currency's minor unit."""
        return STEP_DIGITS if currency is None else self.digits.get(currency, 2)

    def parts(self, order: Order, amount: Decimal) -> list[tuple[Row, Decimal]]:
        """An amount spread over the order's lines by net_amount (§1, A8)."""
        if not order.lines:
            return []
        weights = [(line["order_line_id"], line["net_amount"]) for line in order.lines]
        parts = spread(amount, weights, self.unit(order.row["currency"]))
        return [(line, parts[line["order_line_id"]]) for line in order.lines]

    def _invoices(self) -> Iterator[Event]:
        self.invoiced: dict[str, list[tuple[Row, Decimal]]] = defaultdict(list)
        for row in self.of["erp.invoices"]:
            order = self.orders.get(row["order_id"])
            if order is None or row["currency"] != order.row["currency"]:  # A15
                continue
            for line, part in self.parts(order, row["net_amount"]):
                key = f"{row['invoice_id']}/{line['order_line_id']}"
                self.invoiced[line["order_line_id"]].append((row, part))
                yield self._event(
                    order,
                    line,
                    "revenue_invoiced",
                    key,
                    row["invoiced_on"],
                    part,
                    "erp.invoices",
                    invoice=row["invoice_id"],
                    source_key=row["invoice_id"],
                )

    def _payments(self) -> Iterator[Event]:
        self.paid: dict[str, list[tuple[date, str, Decimal]]] = defaultdict(list)
        for row in self.of["erp.payments"]:
            invoice = self.invoices.get(row["invoice_id"])
            order = self.orders.get(invoice["order_id"]) if invoice else None
            if invoice is None or order is None or row["currency"] != order.row["currency"]:
                continue
            for line, part in self.parts(order, row["amount"]):
                key = f"{row['payment_id']}/{line['order_line_id']}"
                self.paid[line["order_line_id"]].append((row["paid_on"], row["invoice_id"], part))
                yield self._event(
                    order,
                    line,
                    "revenue_collected",
                    key,
                    row["paid_on"],
                    part,
                    "erp.payments",
                    invoice=row["invoice_id"],
                    source_key=row["payment_id"],
                )

    def _opportunities(self) -> Iterator[Event]:
        for row in self.opportunities.values():
            if not row["is_won"] or row["closed_at"] is None:
                continue
            day = self.calendar.day(row["closed_at"])
            for measure, value, currency in (
                ("deals_won", Decimal(1), None),
                ("bookings_won", row["amount"], row["currency"]),
            ):
                if value is not None:
                    yield Event(
                        f"{measure}:{row['opportunity_id']}", measure, day, value, currency, row["owner_user_id"], day, day,
                        ("crm.opportunities", row["opportunity_id"]), opportunity=row, account=row["account_id"],
                    )  # fmt: skip

    def _plain(
        self, measure: str, table: str, key: str, at: datetime, value: Decimal, owner: str | None, **more: Any
    ) -> Event:
        day = self.calendar.day(at)
        source = (table, more.pop("source_key", key))
        return Event(f"{measure}:{key}", measure, day, value, None, owner, day, day, source, **more)

    def _service(self) -> Iterator[Event]:
        one = Decimal(1)
        for row in self.of["crm.activities"]:
            if row["kind"] in _ACTIVITIES:  # A14
                measure, key, account = _ACTIVITIES[row["kind"]], row["activity_id"], row["account_id"]
                yield self._plain(
                    measure, "crm.activities", key, row["occurred_at"], one, row["user_id"], account=account
                )
        for row in self.of["messaging.interactions"]:
            key, value, account = row["interaction_id"], Decimal(row["message_count"]), row["account_id"]
            yield self._plain(
                "interactions",
                "messaging.interactions",
                key,
                row["occurred_at"],
                value,
                row["user_id"],
                account=account,
            )
        for row in self.of["service.tickets"]:
            if row["resolved_at"] is not None:
                key, owner, account = row["ticket_id"], row["assignee_user_id"], row["account_id"]
                yield self._plain(
                    "tickets_resolved", "service.tickets", key, row["resolved_at"], one, owner, account=account
                )

    def _dealer_sales(self) -> Iterator[Event]:
        def sale(measure: str, key: str, day: date, value: Decimal, row: Row, table: str, **more: Any) -> Event:
            money = measure in MONEY
            return Event(
                f"{measure}:{key}", measure, day, value, row["currency"] if money else None, row["dealer_id"], day, day,
                (table, more.pop("source_key", key)), account=row.get("account_id"),
                dealer=row["dealer_id"], product=row["product_id"], size=row["net_amount"],
                deal_day=self.calendar.day(row["ordered_at"]) if "ordered_at" in row else None, **more,
            )  # fmt: skip

        for lines in self.dealer_orders.values():
            for row in lines:
                key, day = row["dealer_order_line_id"], self.calendar.day(row["ordered_at"])
                more = {"dealer_order": row["dealer_order_id"], "line": row}
                table = "channel.dealer_order_lines"
                yield sale("dealer_sell_in", key, day, row["net_amount"], row, table, **more)
                yield sale("dealer_units_in", key, day, row["quantity"], row, table, **more)
        for row in self.of["channel.sell_through"]:
            key, day = row["sell_through_id"], row["sold_on"]
            yield sale("dealer_sell_through", key, day, row["net_amount"], row, "channel.sell_through", line=row)
            yield sale("dealer_units_through", key, day, row["quantity"], row, "channel.sell_through", line=row)
        for row in self.of["channel.dealer_payments"]:
            lines = self.dealer_orders.get(row["dealer_order_id"], [])
            if not lines or any(line["currency"] != row["currency"] for line in lines):  # A15
                continue
            weights = [(line["dealer_order_line_id"], line["net_amount"]) for line in lines]
            parts = spread(row["amount"], weights, self.unit(row["currency"]))
            for line in lines:
                part = parts[line["dealer_order_line_id"]]
                key = f"{row['dealer_payment_id']}/{line['dealer_order_line_id']}"
                more = {"dealer_order": row["dealer_order_id"], "line": line, "source_key": row["dealer_payment_id"]}
                yield sale("dealer_collected", key, row["paid_on"], part, line, "channel.dealer_payments", **more)

    def _classes(self) -> Iterator[Event]:
        """Seats and renewals; a refund is minus one on refunded_at (§1, A6, A15)."""
        self.classes = {row["class_id"]: row for row in self.of["education.classes"]}
        one = Decimal(1)
        full = self._classes_of_high_potential()
        for row in self.of["education.enrolments"]:
            of_class = self.classes.get(row["class_id"])
            owner = of_class["teacher_user_id"] if of_class else None
            dims = {"course": of_class["course"], "of_high_potential": row["class_id"] in full} if of_class else {}
            for measure, at in (("class_seats", row["converted_at"]), ("class_renewals", row["renewed_at"])):
                if at is None:
                    continue
                table, key = "education.enrolments", row["enrolment_id"]
                yield self._plain(measure, table, key, at, one, owner, **dims)
                if row["refunded_at"] is not None:
                    yield self._plain(
                        measure, table, f"{key}/refund", row["refunded_at"], -one, owner, source_key=key, **dims
                    )

    def _classes_of_high_potential(self) -> set[str]:
        """Classes of which enough seats were converted, and not refunded, before they began (A10)."""
        filled: dict[str, int] = defaultdict(int)
        for row in self.of["education.enrolments"]:
            of_class, converted, refunded = self.classes.get(row["class_id"]), row["converted_at"], row["refunded_at"]
            if of_class is None or converted is None:
                continue
            begins, day = of_class["starts_on"], self.calendar.day(converted)
            is_kept = refunded is None or self.calendar.day(refunded) >= begins
            filled[row["class_id"]] += day < begins and day <= self.as_of and is_kept
        return {
            class_id
            for class_id, row in self.classes.items()
            if row["capacity"] > 0
            and ten(EXACT.divide(Decimal(filled[class_id]), Decimal(row["capacity"]))) >= self.high_potential_from
        }


class Rates:
    """Exchange rates: valid from rate_on until the next row; the base currency has the rate 1 (C1)."""

    def __init__(self, rows: Sequence[Row], base: str) -> None:
        self.base = base
        self._rows: dict[str, list[tuple[date, Decimal]]] = defaultdict(list)
        for row in sorted(rows, key=lambda row: row["rate_on"], reverse=True):
            self._rows[row["currency"]].append((row["rate_on"], row["rate_to_base"]))
        self.rate = lru_cache(maxsize=None)(self._rate)

    def _rate(self, currency: str, day: date) -> Decimal | None:
        if currency == self.base:
            return Decimal(1)
        return next((rate for rate_on, rate in self._rows.get(currency, ()) if rate_on <= day), None)

    def convert(self, value: Decimal, currency: str | None, to: str, day: date) -> Decimal | None:
        """value × rate ÷ rate, rounded once; exact in the same currency; nothing without a rate or beyond an amount (C1)."""
        if currency is None or currency == to:
            return value
        rate, into = self.rate(currency, day), self.rate(to, day)
        if rate is None or into is None or abs(value) * rate >= into * _BEYOND_AMOUNTS:
            return None
        return ten(EXACT.divide(value * rate, into))
