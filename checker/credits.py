"""Who gets it: credits of events, and the dimensions that conditions ask for (engine.md §2, §8 A9, A10, B1 to B12, C12)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from checker.events import Event, Facts, Rates
from checker.figures import EXACT, ONE, ZERO, spread, ten, to_unit
from checker.people import FOREVER, People, Post, tenure_band
from checker.rows import Row

_TOLERANCE = Decimal("0.0001")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)", re.ASCII)


@dataclass(slots=True, eq=False)
class Credit:
    """What one payee has of an event."""

    event: Event
    payee_id: str
    kind: str  # direct | overlay
    share: Decimal
    value: Decimal
    rule: str = ""

    @property
    def order(self) -> tuple[date, bytes, bytes, str, str]:
        """Lines are ordered by (occurred_on, event_id, credited payee_id, credit_kind) (B4)."""
        return (self.event.day, self.event.event_id.encode(), self.payee_id.encode(), self.kind, self.rule)


class Credits:
    """All credits, by payee and measure and by team and measure."""

    def __init__(self, of: Mapping[str, Sequence[Row]], facts: Facts, people: People, rates: Rates) -> None:
        self.facts, self.people, self.rates = facts, people, rates
        self._order_splits: dict[str, list[Row]] = defaultdict(list)
        for row in of["erp.order_splits"]:
            self._order_splits[row["order_id"]].append(row)
        self._deal_team: dict[str, list[Row]] = defaultdict(list)
        for row in of["crm.opportunity_team"]:
            self._deal_team[row["opportunity_id"]].append(row)
        self._rules: dict[str, list[Row]] = defaultdict(list)
        for row in sorted(of["plans.credit_rules"], key=lambda row: row["credit_rule_id"]):
            self._rules[row["measure"]].append(row)
        self._conditions: dict[str, list[Row]] = defaultdict(list)
        for row in of["plans.plan_conditions"]:
            self._conditions[row["owner_id"]].append(row)
        self._tickets: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
        for row in of["service.tickets"]:
            opened = (row["opened_at"], row["ticket_id"].encode(), row["assignee_user_id"])
            self._tickets[row["account_id"]].append(opened)
        self._claims: dict[str, list[Row]] = defaultdict(list)
        for row in sorted(
            of["crm.deal_registrations"], key=lambda row: (row["registered_at"], row["registration_id"].encode())
        ):
            if row["status"] == "approved":
                self._claims[row["account_id"]].append(row)
        self.own: dict[tuple[str, str], list[Credit]] = defaultdict(list)
        self.team: dict[tuple[str, str], list[Credit]] = defaultdict(list)
        self.all: list[Credit] = [credit for event in facts.events for credit in self._of(event)]
        self.all.sort(key=lambda credit: credit.order)
        for credit in self.all:
            measure = credit.event.measure
            self.own[credit.payee_id, measure].append(credit)
            if credit.kind == "direct":
                for team in people.above(people.post(credit.payee_id, credit.event.day).team):
                    self.team[team, measure].append(credit)

    def led(self, teams: Sequence[str], measure: str) -> list[Credit]:
        """The direct credits of teams and all teams below them, each once (B6)."""
        found = {id(credit): credit for team in teams for credit in self.team.get((team, measure), ())}
        return sorted(found.values(), key=lambda credit: credit.order)

    def has_splits(self, order_id: str) -> bool:
        """Whether an order has splits or overlays of its own (B8)."""
        return bool(self._order_splits.get(order_id))

    def split_rows(self, event: Event) -> list[Row]:
        """Splits and overlays of the deal: the order's own first, else the opportunity's (B8)."""
        if event.order is not None and (own := self._order_splits.get(event.order.row["order_id"])):
            return own
        if event.opportunity is not None:
            return self._deal_team.get(event.opportunity["opportunity_id"], [])
        return []

    def shares(self, event: Event) -> list[tuple[str, Decimal]]:
        """Direct shares: the splits when they add to 1 within 0.0001, the rest to the greatest; else the owner (B1, B10)."""
        splits = sorted((row["user_id"], row["share"]) for row in self.split_rows(event) if row["kind"] == "split")
        off = ONE - sum((share for _, share in splits), ZERO)
        if not splits or abs(off) > _TOLERANCE:
            return [(event.owner, ONE)] if event.owner else []
        greatest = max(share for _, share in splits)
        lucky = min((user for user, share in splits if share == greatest), key=str.encode)
        return [(user, share + off if user == lucky else share) for user, share in splits]

    def _of(self, event: Event) -> Iterator[Credit]:
        shares = self.shares(event)
        digits = self.facts.unit(event.currency)
        values = spread(event.value, shares, digits) if len(shares) > 1 else dict.fromkeys(dict(shares), event.value)
        for payee_id, share in shares:
            if self.people.works(payee_id, event.day):  # B5
                yield Credit(event, payee_id, "direct", share, values[payee_id])
        for payee_id, share, rule in self._on_top(event, {payee_id for payee_id, _ in shares}):
            if self.people.works(payee_id, event.day):
                yield Credit(event, payee_id, "overlay", share, to_unit(ten(event.value * share), digits), rule)  # B2

    def _on_top(self, event: Event, direct: set[str]) -> Iterator[tuple[str, Decimal, str]]:
        """Overlay and rule credits (B9): none for a payee who has a direct credit of the event."""
        rules = [
            rule
            for rule in self._rules.get(event.measure, ())
            if rule["valid_from"] <= event.shares_day < (rule["valid_to"] or FOREVER)
            and self._reaches(rule, event, direct)
        ]
        for row in self.split_rows(event):
            if row["kind"] == "overlay" and row["user_id"] not in direct:
                ruled = [
                    rule
                    for rule in rules
                    if rule["receives"] == "overlay" and self._rule_holds(rule, event, row["user_id"])
                ]
                if not ruled:
                    yield row["user_id"], row["share"], ""
                for rule in ruled:
                    yield row["user_id"], ten(row["share"] * rule["share"]), rule["credit_rule_id"]
        for rule in rules:
            payee_id = self._receiver(rule["receives"], event)
            if payee_id and payee_id not in direct and self._rule_holds(rule, event, payee_id):
                yield payee_id, rule["share"], rule["credit_rule_id"]

    def _rule_holds(self, rule: Row, event: Event, payee_id: str) -> bool:
        """The conditions of a rule, on the credit it would give; a rule has no plan, so sizes are in the base currency."""
        conditions = self._conditions.get(rule["credit_rule_id"], ())
        if not conditions or not self.people.works(payee_id, event.day):
            return not conditions
        credit = Credit(event, payee_id, "overlay", rule["share"], ZERO)
        return all(self.holds(condition, credit, self.rates.base) for condition in conditions)

    def _reaches(self, rule: Row, event: Event, direct: set[str]) -> bool:
        """A rule with a company_id reaches the events of that company's sellers and dealers (B11)."""
        company = rule["company_id"]
        if not company:
            return True
        among = direct | ({event.dealer} if event.dealer else set())
        return any(payee in self.people.payees and self.people.payees[payee].company_id == company for payee in among)

    def _receiver(self, receives: str, event: Event) -> str | None:
        if receives == "dealer_manager":
            dealer = self.facts.dealers.get(event.dealer or "")
            return dealer["manager_user_id"] if dealer else None
        if receives == "account_owner":
            account = self.facts.accounts.get(event.account or "")
            return account["owner_user_id"] if account else None
        if receives == "service_owner":
            before = [
                ticket
                for ticket in self._tickets.get(event.account or "", ())
                if self.facts.calendar.day(ticket[0]) < event.shares_day
            ]
            return max(before)[2] if before else None
        winner = self.claim(event.account, event.deal_day or event.day)
        if winner is None or receives != "registrant":
            return None
        if winner["user_id"]:
            return str(winner["user_id"])
        return winner["dealer_id"] if event.measure.startswith("dealer_") else None  # B10

    def claim(self, account: str | None, day: date) -> Row | None:
        """The deal registration that wins an account on a day (B12)."""
        for row in self._claims.get(account or "", ()):
            if self.facts.calendar.day(row["registered_at"]) <= day <= row["expires_on"]:
                return row
        return None

    # dimensions

    def dimension(self, credit: Credit, name: str, currency: str) -> str | None:
        """The value of a dimension as text, or None (A10)."""
        event = credit.event
        if name in ("payee", "role", "team", "payee_region", "tenure_days", "tenure_band"):
            return self._of_payee(credit, name, self.people.post(credit.payee_id, event.day))
        if name == "is_registered_deal":
            if event.deal_day is None:
                return None
            winner = self.claim(event.account, event.deal_day)
            holders = {credit.payee_id, event.dealer} - {None}
            return _truth(winner is not None and bool(holders & {winner["user_id"], winner["dealer_id"]}))
        if name == "deal_size":
            return self._deal_size(event, currency)
        if event.dims is None:
            event.dims = self._of_event(event)
        return event.dims.get(name)

    def _of_payee(self, credit: Credit, name: str, post: Post) -> str | None:
        days = (credit.event.day - self.people.payees[credit.payee_id].hired_on).days
        return {
            "payee": credit.payee_id,
            "role": post.role,
            "team": post.team,
            "payee_region": post.region,
            "tenure_days": str(days),
            "tenure_band": tenure_band(days),
        }[name]

    def _deal_size(self, event: Event, currency: str) -> str | None:
        size: Decimal | None
        if event.order is not None:
            size, of, day = event.order.total, event.order.row["currency"], event.order.day
        elif event.opportunity is not None:
            size, of, day = event.opportunity["amount"], event.opportunity["currency"], event.day
        elif event.line is not None:
            size, of, day = event.size, event.line["currency"], event.deal_day or event.day
        else:
            return None
        converted = None if size is None else self.rates.convert(size, of, currency, day)
        return None if converted is None else format(converted, "f")

    def _of_event(self, event: Event) -> dict[str, str | None]:
        facts, order, opportunity = self.facts, event.order, event.opportunity
        dims: dict[str, str | None] = {"account": event.account, "class_course": event.course}
        if event.of_high_potential is not None:
            dims["is_high_potential_class"] = _truth(event.of_high_potential)
        account = facts.accounts.get(event.account or "")
        if account:
            dims |= {
                "account_industry": account["industry"],
                "account_tier": account["tier"],
                "account_region": account["region"],
            }
            dims["is_key_account"] = None if account["is_key_account"] is None else _truth(account["is_key_account"])
        dealer = facts.dealers.get(event.dealer or "")
        dims["dealer"], dims["dealer_tier"] = event.dealer, dealer["tier"] if dealer else None
        product = facts.products.get(event.product or "")
        deal_day = event.deal_day or event.day
        dims["product"] = event.product
        if product:
            dims["product_line"] = product["product_line"]
            if product["launched_on"]:
                dims["product_age_days"] = str((deal_day - product["launched_on"]).days)
        if opportunity and not order:
            dims["product_line"] = opportunity["product_line"]
        dims["weekday"], dims["order_month"] = str(deal_day.isoweekday()), str(deal_day.month)
        if order:
            dims["channel"] = order.row["channel"]
            if event.account:
                dims["is_first_order"], dims["is_new_account"] = _truth(order.is_first), _truth(order.is_new)
            if opportunity:
                dims["lead_source"] = opportunity["lead_source"]
                if opportunity["closed_at"]:
                    created, closed = map(facts.calendar.day, (opportunity["created_at"], opportunity["closed_at"]))
                    dims["sales_cycle_days"] = str((closed - created).days)
        elif event.dealer:
            dims["channel"] = "dealer"
        if event.line:
            currency = order.row["currency"] if order else event.line["currency"]
            dims |= self._of_line(event.line, product, currency, deal_day)
        return dims

    def _of_line(self, line: Row, product: Row | None, currency: str, day: date) -> dict[str, str | None]:
        dims: dict[str, str | None] = {}
        net, cost = line["net_amount"], line.get("cost_amount")
        if cost is not None and net:
            dims["margin_rate"] = format(ten(EXACT.divide(net - cost, net)), "f")
        if product and product["list_price"] is not None:
            price = self.rates.convert(product["list_price"], product["currency"], currency, day)
            if price and line["quantity"]:
                dims["discount_rate"] = format(ONE - ten(EXACT.divide(net, price * line["quantity"])), "f")
        return dims

    def holds(self, condition: Row, credit: Credit, currency: str) -> bool:
        """Whether a condition holds for a credit (C12)."""
        return met(condition["operator"], condition["value"], self.dimension(credit, condition["dimension"], currency))


def _truth(value: bool) -> str:
    return "true" if value else "false"


def _number(text: str) -> Decimal | None:
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def met(operator: str, wanted: str | None, value: str | None) -> bool:
    """One condition on one value: numbers compare as numbers, else text; no value meets is_null, ne and not_in only."""
    if operator in ("is_null", "not_null"):
        return (value is None) == (operator == "is_null")
    if value is None:
        return operator in ("ne", "not_in")
    number = _number(value)

    def same(item: str) -> bool:
        other = _number(item)
        if number is not None and other is not None:
            return number == other
        return value == (item.lower() if value in ("true", "false") else item)

    items = (wanted or "").split("|") if operator in ("in", "not_in") else [wanted or ""]
    if operator in ("in", "eq", "not_in", "ne"):
        return any(map(same, items)) == (operator in ("in", "eq"))
    bound = _number(items[0])
    if number is None or bound is None:
        return False
    return {"gt": number > bound, "gte": number >= bound, "lt": number < bound, "lte": number <= bound}[operator]
