"""Turns a case into the raw rows and plan rows that a company in its place would land.

Nothing here knows how pay is calculated. A case becomes rows of the contracts; the warehouse does the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from tests.conformance.contracts import Table
from tests.conformance.reading import Source

COMPANY_TIMEZONE = "Asia/Shanghai"
BASE_CURRENCY = "CNY"
# Read once: each time all files of zones are listed.
_TIMEZONES = available_timezones()
DEFAULT_AS_OF = "2027-12-31"
DEFAULT_RATES = {"USD": "7", "EUR": "8", "JPY": "0.05", "KWD": "23"}
DEFAULT_RATES_ON = "2000-01-01"
FX_TABLE = "erp.fx_rates"
LAST_BATCH = 5

# A value that reads as a number compares as a number (engine.md C12), so it must stay one.
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)")
# Values that two cases may share by name without meaning the same people or things.
_VALUE_COLUMNS = frozenset({"role", "region", "tier", "industry", "product_line"})
_PERSON_COLUMNS = frozenset({"leader_user_id", "requested_by", "approved_by", "supersedes"})
_UNTOUCHED_COLUMNS = frozenset({"company_id", "subject_id"})
_ID_KINDS = frozenset({"payee", "team", "dealer", "opportunity", "account", "product"})
_VALUE_KINDS = frozenset({"role", "region", "dealer_tier", "product_line"})
_ID_DIMENSIONS = frozenset({"product", "account", "dealer", "payee", "team"})
_VALUE_DIMENSIONS = frozenset(
    {"product_line", "account_industry", "account_tier", "account_region", "dealer_tier", "role", "payee_region"}
)
_COMPANY_TABLES = frozenset({"crm.users", "channel.dealers", "plans.plans", "plans.credit_rules"})

# Section of a case → plan table, and the letter its missing ids begin with.
_PLAN_SECTIONS = {
    "components": ("plans.plan_components", "c"),
    "tiers": ("plans.plan_tiers", ""),
    "modifiers": ("plans.plan_modifiers", "m"),
    "conditions": ("plans.plan_conditions", ""),
    "scorecard_kpis": ("plans.plan_scorecard_kpis", ""),
    "draws": ("plans.plan_draws", "d"),
    "credit_rules": ("plans.credit_rules", "r"),
    "contest_entries": ("plans.contest_entries", ""),
    "triggers": ("plans.triggers", "t"),
    "trigger_firings": ("plans.trigger_firings", ""),
    "manual_adjustments": ("plans.manual_adjustments", "x"),
    "payment_holds": ("plans.payment_holds", "h"),
    "quotas": ("plans.quotas", ""),
    "contribution_coefficients": ("plans.contribution_coefficients", ""),
}
_SECTIONS = frozenset(
    {
        "id",
        "mechanic",
        "source",
        "as_of",
        "timezone",
        "currency",
        "period",
        "payees",
        "teams",
        "dealers",
        "plans",
        "assignments",
    }
    | {"accounts", "deals", "dealer_orders", "sell_through", "fx_rates", "raw", "closes", "expect"}
    | set(_PLAN_SECTIONS)
)

# What tells an expected figure apart, in the order a reader wants it.
_EXPECTED = ("deal", "payee", "period_start", "posted_period_start", "earned_period_start", "line_kind", "component")
_MEASURED = ("amount", "payable", "attainment", "paid", "carried")
_DEAL_TABLES = ("erp.orders", "channel.dealer_order_lines", "channel.sell_through", "crm.opportunities")

Values = dict[str, str | None]


class CaseError(Exception):
    """The case cannot be loaded; the message says why."""


@dataclass(frozen=True)
class Row:
    """One row to land: its table (`crm.users`, `plans.plans`), the batch that brings it, its cells as text."""

    table: str
    batch: int
    values: Values


@dataclass(frozen=True)
class Figure:
    """One expected figure. Ids are those of the warehouse; `name` is how the case calls it; value None: null."""

    kind: str
    payee: str
    value: Decimal | None
    name: str
    component: str | None = None
    period_start: str | None = None
    deal: str | None = None
    posted_period_start: str | None = None
    line_kind: str | None = None


@dataclass(frozen=True)
class Close:
    """Closes the period of every plan of the case that begins on period_start, once a batch has been built."""

    period_start: str
    after_batch: int


@dataclass
class Case:
    """A case ready to land. `rates` is kept apart from the rows, since currencies cannot be told apart by a prefix."""

    case_id: str
    mechanic: str
    as_of: str
    timezone: str = COMPANY_TIMEZONE
    rows: list[Row] = field(default_factory=list)
    rates: dict[tuple[str, str, int], Values] = field(default_factory=dict)
    currencies: set[str] = field(default_factory=set)
    figures: list[Figure] = field(default_factory=list)
    closes: list[Close] = field(default_factory=list)

    @property
    def is_apart(self) -> bool:
        """Whether it has a contribution coefficient that would reach other cases: channels and numbers bear no prefix."""
        own = f"{self.case_id}/"
        return any(
            row.table == "plans.contribution_coefficients"
            and not any((row.values.get(name) or "").startswith(own) for name in ("region", "product_line"))
            for row in self.rows
        )

    @property
    def batches(self) -> int:
        return max(
            [
                1,
                *(row.batch for row in self.rows),
                *(of.after_batch for of in self.closes),
                *(key[2] for key in self.rates),
            ]
        )


def updated_at(batch: int) -> str:
    """The time every row of a batch carries: one day later than that of the batch before."""
    return (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=batch - 1)).strftime("%Y-%m-%dT%H:%M:%SZ")


def noon(day: str, timezone: str = COMPANY_TIMEZONE) -> str:
    """Noon of a company day as a UTC timestamp."""
    at = datetime.combine(_day(day), time(12), tzinfo=ZoneInfo(timezone)).astimezone(UTC)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def translate(source: Source, contract: Mapping[str, Table], needs_figures: bool = True) -> Case:
    """Translates a case as it is written into rows and expected figures; companies drawn at random expect none.

    Raises CaseError with the reason when the case uses a key or column that does not exist, gives a list where a
    value belongs (or the reverse), leaves out what a row cannot do without, or expects something that is no figure.
    """
    case = _Translation(source, contract).case
    if needs_figures and not case.figures:
        raise CaseError("nothing is expected")
    return case


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CaseError(f"{text} is not a day (YYYY-MM-DD)") from None


class _Translation:
    def __init__(self, source: Source, contract: Mapping[str, Table]) -> None:
        self.body = source.body
        self.contract = contract
        self.case_id = source.case_id
        unknown = sorted(str(key) for key in self.body if key not in _SECTIONS)
        if unknown:
            raise CaseError(f"unknown key {', '.join(unknown)}")
        self.currency = self._scalar("currency") or "USD"
        self.period = self._scalar("period") or "quarter"
        as_of = self._scalar("as_of") or DEFAULT_AS_OF
        _day(as_of)
        timezone = self._scalar("timezone") or COMPANY_TIMEZONE
        if timezone not in _TIMEZONES:
            raise CaseError(f"{timezone} is not a time zone")
        self.case = Case(self.case_id, source.mechanic, as_of, timezone)
        self.given: list[Row] = []
        self.generated: list[Row] = []
        self._people()
        self._dealers()
        self._deals()
        self._dealer_sales()
        self._accounts_and_products()
        self._plans()
        self._rates()
        self._raw()
        self._finish()
        self._expect()

    # reading

    def _scalar(self, key: str) -> str | None:
        return _cell(self.body.get(key), key)

    def _rows(self, key: str, known: Iterable[str], within: Any = None, place: str = "") -> Iterator[dict[str, Any]]:
        """The mappings listed under a key, each checked against the keys it may have."""
        listed = (self.body if within is None else within).get(key)
        place = f"{place}{key}"
        if listed is None:
            return
        if not isinstance(listed, list):
            raise CaseError(f"{place} is not a list")
        allowed = {*known, "landed"}
        for number, row in enumerate(listed, start=1):
            if not isinstance(row, dict):
                raise CaseError(f"{place}[{number}] is not a mapping")
            unknown = sorted(str(name) for name in row if name not in allowed)
            if unknown:
                raise CaseError(f"{place}[{number}]: unknown column {', '.join(unknown)}")
            yield {**row, "_place": f"{place}[{number}]"}

    def _columns(self, table: str) -> set[str]:
        return {*self.contract[table].columns, "updated_at", "is_deleted"}

    def _batch(self, row: Mapping[str, Any], default: int = 1) -> int:
        written = _cell(row.get("landed"), "landed")
        if written is None:
            return default
        if not re.fullmatch(r"\d", written) or not 1 <= int(written) <= LAST_BATCH:
            raise CaseError(f"{row['_place']}: landed is {written}, not a batch from 1 to {LAST_BATCH}")
        return int(written)

    def _needed(self, row: Mapping[str, Any], name: str) -> str:
        value = _cell(row.get(name), f"{row['_place']}.{name}")
        if value is None:
            raise CaseError(f"{row['_place']}: {name} is missing")
        return value

    def _get(self, row: Mapping[str, Any], name: str, default: str | None = None) -> str | None:
        value = _cell(row.get(name), f"{row['_place']}.{name}")
        return default if value is None else value

    # prefixes

    def _id(self, value: str | None) -> str | None:
        return None if value is None else f"{self.case_id}/{value}"

    def _value(self, value: str | None) -> str | None:
        return value if value is None or _NUMBER.fullmatch(value) else self._id(value)

    def _prefixed(self, table: str, values: Mapping[str, str | None]) -> Values:
        """The same cells with the case's id before every id and every value that names something of the case."""
        row: Values = {}
        for name, value in values.items():
            if name in _VALUE_COLUMNS:
                row[name] = self._value(value)
            elif name in _PERSON_COLUMNS or (name.endswith("_id") and name not in _UNTOUCHED_COLUMNS):
                row[name] = self._id(value)
            else:
                row[name] = value
        if "subject_id" in row:
            kind = row.get("subject_kind")
            row["subject_id"] = (
                self._id(row["subject_id"])
                if kind in _ID_KINDS
                else self._value(row["subject_id"])
                if kind in _VALUE_KINDS
                else row["subject_id"]
            )
        if table == "plans.plan_conditions":
            row["value"] = self._condition_value(row.get("dimension"), row.get("operator"), row.get("value"))
        if table in _COMPANY_TABLES:
            row["company_id"] = self._id(row.get("company_id")) or self.case_id
        return row

    def _condition_value(self, dimension: str | None, operator: str | None, value: str | None) -> str | None:
        if value is None or not (dimension in _ID_DIMENSIONS or dimension in _VALUE_DIMENSIONS):
            return value
        parts = value.split("|") if operator in ("in", "not_in") else [value]
        return "|".join(self._condition_part(dimension in _ID_DIMENSIONS, part) for part in parts)

    def _condition_part(self, is_id: bool, part: str) -> str:
        bare = part.strip()
        if not bare or (not is_id and _NUMBER.fullmatch(bare)):
            return part
        return part.replace(bare, f"{self.case_id}/{bare}", 1)

    # rows

    def _land(self, table: str, batch: int, values: Mapping[str, str | None], generated: bool = True) -> None:
        row = Row(table, batch, {"updated_at": updated_at(batch), **self._prefixed(table, values)})
        (self.generated if generated else self.given).append(row)

    def _own(self, table: str, row: Mapping[str, Any]) -> Values:
        """The cells of a row that are columns of the table under their own names."""
        return {
            name: _cell(value, f"{row['_place']}.{name}") for name, value in row.items() if name in self._columns(table)
        }

    def _people(self) -> None:
        shorthand = {"id", "team", "manager", "role", "region"}
        teams: dict[str, None] = {}
        for row in self._rows("payees", shorthand | self._columns("crm.users") - {"user_id"}):
            user_id = self._needed(row, "id")
            hired_on = self._get(row, "hired_on", "2020-01-01")
            team = self._get(row, "team", "team")
            assert team is not None
            teams[team] = None
            batch = self._batch(row)
            self._land(
                "crm.users",
                batch,
                {"name": user_id, "currency": self.currency}
                | _filled(self._own("crm.users", row))
                | {"user_id": user_id, "hired_on": hired_on},
            )
            position = {
                "user_id": user_id,
                "valid_from": hired_on,
                "role": self._get(row, "role", "rep"),
                "team_id": team,
                "manager_id": self._get(row, "manager"),
                "region": self._get(row, "region"),
            }
            self._land("crm.user_assignments", batch, position)
        for row in self._rows("teams", {"id", "parent", "leader", "name", "region"}):
            team = self._needed(row, "id")
            teams.pop(team, None)
            values = {
                "team_id": team,
                "name": self._get(row, "name", team),
                "parent_team_id": self._get(row, "parent"),
                "leader_user_id": self._get(row, "leader"),
                "region": self._get(row, "region"),
            }
            self._land("crm.teams", self._batch(row), values)
        for team in teams:
            self._land("crm.teams", 1, {"team_id": team, "name": team})

    def _dealers(self) -> None:
        for row in self._rows("dealers", {"id"} | self._columns("channel.dealers") - {"dealer_id"}):
            dealer_id = self._needed(row, "id")
            defaults: Values = {"name": dealer_id, "currency": self.currency, "onboarded_on": "2020-01-01"}
            values = defaults | _filled(self._own("channel.dealers", row)) | {"dealer_id": dealer_id}
            self._land("channel.dealers", self._batch(row), values)

    def _product(self, row: Mapping[str, Any], batch: int) -> str:
        line = self._get(row, "product_line", "general")
        product_id = self._get(row, "product") or f"{line}-product"
        first, known_line = self.products.get(product_id, (batch, line))
        self.products[product_id] = (min(first, batch), known_line)
        return product_id

    def _account(self, account_id: str, batch: int) -> str:
        self.accounts[account_id] = min(batch, self.accounts.get(account_id, batch))
        return account_id

    def _deals(self) -> None:
        self.products: dict[str, tuple[int, str | None]] = {}
        self.accounts: dict[str, int] = {}
        self.deals: set[str] = set()
        splits_of: dict[str, dict[tuple[str, str], str]] = {}
        known = {"id", "payee", "dealer", "date", "net", "cost", "qty", "product_line", "product", "account"}
        known |= {"channel", "currency", "status", "splits", "invoices", "payments", "returns"}
        deals = sorted(self._rows("deals", known), key=lambda row: self._batch(row))
        for deal in deals:
            self._deal(deal, splits_of)

    def _deal(self, deal: dict[str, Any], splits_of: dict[str, dict[tuple[str, str], str]]) -> None:
        order_id, place, batch = self._needed(deal, "id"), deal["_place"], self._batch(deal)
        payee, dealer = self._get(deal, "payee"), self._get(deal, "dealer")
        currency = self._get(deal, "currency", self.currency)
        account = self._get(deal, "account") or (f"{payee}-account" if payee else None)
        self.deals.add(order_id)
        order = {
            "order_id": order_id,
            "account_id": self._account(account, batch) if account else None,
            "sales_user_id": payee,
            "dealer_id": dealer,
            "channel": self._get(deal, "channel", "dealer" if dealer else "direct"),
            "ordered_at": noon(self._needed(deal, "date"), self.case.timezone),
            "status": self._get(deal, "status", "fulfilled"),
            "currency": currency,
        }
        self._land("erp.orders", batch, order)
        line = {
            "order_line_id": f"{order_id}/1",
            "order_id": order_id,
            "product_id": self._product(deal, batch),
            "quantity": self._get(deal, "qty", "1"),
            "net_amount": self._get(deal, "net"),
            "cost_amount": self._get(deal, "cost"),
        }
        self._land("erp.order_lines", batch, line)
        # A newer version of a deal has the splits it lists and no others: those of the version before are deleted.
        earlier = splits_of.pop(order_id, {})
        splits_of[order_id] = {}
        for row in self._rows("splits", {"payee", "share", "kind"}, deal, f"{place}."):
            key = (self._needed(row, "payee"), self._get(row, "kind", "split") or "split")
            share = self._needed(row, "share")
            splits_of[order_id][key] = share
            values = {"order_id": order_id, "user_id": key[0], "kind": key[1], "share": share}
            self._land("erp.order_splits", self._batch(row, batch), values)
        for (user_id, kind), share in earlier.items():
            if (user_id, kind) not in splits_of[order_id]:
                gone = {"order_id": order_id, "user_id": user_id, "kind": kind, "share": share, "is_deleted": "true"}
                self._land("erp.order_splits", batch, gone)
        for number, row in enumerate(self._rows("invoices", {"date", "due", "net"}, deal, f"{place}."), start=1):
            invoice = {
                "invoice_id": f"{order_id}/i{number}",
                "order_id": order_id,
                "invoiced_on": self._get(row, "date"),
                "due_on": self._get(row, "due") or self._get(row, "date"),
                "net_amount": self._get(row, "net"),
                "currency": currency,
            }
            self._land("erp.invoices", self._batch(row, batch), invoice)
        for number, row in enumerate(self._rows("payments", {"date", "amount", "invoice"}, deal, f"{place}."), start=1):
            payment = {
                "payment_id": f"{order_id}/p{number}",
                "invoice_id": f"{order_id}/i{self._get(row, 'invoice', '1')}",
                "paid_on": self._get(row, "date"),
                "amount": self._get(row, "amount"),
                "currency": currency,
            }
            self._land("erp.payments", self._batch(row, batch), payment)
        for number, row in enumerate(self._rows("returns", {"date", "net", "qty"}, deal, f"{place}."), start=1):
            returned = {
                "return_id": f"{order_id}/r{number}",
                "order_line_id": f"{order_id}/1",
                "returned_on": self._get(row, "date"),
                "quantity": self._get(row, "qty", "0"),
                "net_amount": self._get(row, "net"),
            }
            self._land("erp.returns", self._batch(row, batch), returned)

    def _dealer_sales(self) -> None:
        known = {"id", "dealer", "date", "net", "cost", "qty", "product_line", "product", "currency"}
        for sale in self._rows("dealer_orders", known | {"status", "account", "payments"}):
            sale_id, batch = self._needed(sale, "id"), self._batch(sale)
            currency, account = self._get(sale, "currency", self.currency), self._get(sale, "account")
            self.deals.add(sale_id)
            line = {
                "dealer_order_line_id": f"{sale_id}/1",
                "dealer_order_id": sale_id,
                "dealer_id": self._get(sale, "dealer"),
                "product_id": self._product(sale, batch),
                "ordered_at": noon(self._needed(sale, "date"), self.case.timezone),
                "quantity": self._get(sale, "qty", "1"),
                "net_amount": self._get(sale, "net"),
                "cost_amount": self._get(sale, "cost"),
                "currency": currency,
                "status": self._get(sale, "status", "fulfilled"),
                "account_id": self._account(account, batch) if account else None,
            }
            self._land("channel.dealer_order_lines", batch, line)
            payments = self._rows("payments", {"date", "amount"}, sale, f"{sale['_place']}.")
            for number, row in enumerate(payments, start=1):
                payment = {
                    "dealer_payment_id": f"{sale_id}/p{number}",
                    "dealer_order_id": sale_id,
                    "paid_on": self._get(row, "date"),
                    "amount": self._get(row, "amount"),
                    "currency": currency,
                }
                self._land("channel.dealer_payments", self._batch(row, batch), payment)
        for sale in self._rows("sell_through", known - {"cost"} | {"terminal"}):
            batch = self._batch(sale)
            sale_id = self._needed(sale, "id")
            self.deals.add(sale_id)
            sold = {
                "sell_through_id": sale_id,
                "dealer_id": self._get(sale, "dealer"),
                "product_id": self._product(sale, batch),
                "terminal_id": self._get(sale, "terminal"),
                "sold_on": self._get(sale, "date"),
                "quantity": self._get(sale, "qty", "1"),
                "net_amount": self._get(sale, "net"),
                "currency": self._get(sale, "currency", self.currency),
            }
            self._land("channel.sell_through", batch, sold)

    def _accounts_and_products(self) -> None:
        opened = {"created_at": noon(DEFAULT_RATES_ON), "is_key_account": "false"}
        for row in self._rows("accounts", {"id"} | self._columns("crm.accounts") - {"account_id"}):
            account_id = self._needed(row, "id")
            self.accounts.pop(account_id, None)
            values: Values = {"name": account_id, **opened}
            values |= _filled(self._own("crm.accounts", row)) | {"account_id": account_id}
            self._land("crm.accounts", self._batch(row), values)
        for account_id, batch in self.accounts.items():
            self._land("crm.accounts", batch, {"account_id": account_id, "name": account_id, **opened})
        for product_id, (batch, line) in self.products.items():
            product = {"product_id": product_id, "name": product_id, "product_line": line, "currency": self.currency}
            self._land("erp.products", batch, product)

    def _plans(self) -> None:
        defaults: Values = {"plan_id": "p", "status": "active", "payee_kind": "employee", "valid_from": "2026-01-01"}
        defaults |= {"currency": self.currency, "period": self.period}
        plans: dict[str, Values] = {}
        listed = self.body.get("plans") or [{}]
        for row in self._rows("plans", self._columns("plans.plans"), {"plans": listed}):
            plan = defaults | _filled(self._own("plans.plans", row))
            plan.setdefault("name", plan["plan_id"])
            plans.setdefault(str(plan["plan_id"]), plan)
            self._land("plans.plans", self._batch(row), plan)
        first = next(iter(plans.values()))
        everyone = [{"plan_id": plan_id, "subject_kind": "all"} for plan_id in plans]
        assignments = {"assignments": self.body.get("assignments") or everyone}
        known = self._columns("plans.plan_assignments")
        for number, row in enumerate(self._rows("assignments", known, assignments), start=1):
            values: Values = {"assignment_id": f"a{number}", "plan_id": first["plan_id"]}
            values |= {"subject_kind": "payee" if self._get(row, "subject_id") else "all"}
            values |= _filled(self._own("plans.plan_assignments", row))
            values.setdefault("valid_from", plans.get(str(values["plan_id"]), first)["valid_from"])
            self._land("plans.plan_assignments", self._batch(row), values)
        for section, (table, letter) in _PLAN_SECTIONS.items():
            columns = self.contract[table].columns
            key = self.contract[table].key[0]
            for number, row in enumerate(self._rows(section, self._columns(table)), start=1):
                given = _filled(self._own(table, row))
                values = self._plan_defaults(table, columns, number, given, first)
                if letter:
                    values.setdefault(key, f"{letter}{number}")
                values |= given
                if "name" in columns:
                    values.setdefault("name", values[key])
                self._land(table, self._batch(row), values)

    def _plan_defaults(
        self, table: str, columns: Mapping[str, str], number: int, given: Values, plan: Values
    ) -> Values:
        values: Values = {}
        if "plan_id" in columns:
            values["plan_id"] = plan["plan_id"]
        if columns.get("valid_from", "").endswith("!"):
            values["valid_from"] = plan["valid_from"]
        if table == "plans.plan_components":
            values |= {"seq": str(number), "kind": "commission"}
            key_of = {"rank": "rank", "scorecard": "score"}.get(given.get("method") or "")
            if key_of:
                values["tier_key"] = key_of
        elif table == "plans.quotas":
            values |= {"subject_kind": "payee", "measure": "revenue_booked", "period": plan["period"]}
        return values

    def _rates(self) -> None:
        for row in self._rows("fx_rates", self._columns(FX_TABLE)):
            self._rate(self._own(FX_TABLE, row), self._batch(row))

    def _rate(self, values: Values, batch: int) -> None:
        currency, rate_on = str(values.get("currency") or ""), str(values.get("rate_on") or "")
        self.case.rates[currency, rate_on, batch] = {"updated_at": updated_at(batch), **_filled(values)}

    def _raw(self) -> None:
        raw = self.body.get("raw")
        if raw is None:
            return
        if not isinstance(raw, dict):
            raise CaseError("raw is not a mapping of tables")
        for table in raw:
            if table not in self.contract or str(table).startswith("plans."):
                raise CaseError(f"raw: unknown table {table}")
            for row in self._rows(table, self._columns(table), raw, "raw."):
                values = self._own(table, row)
                if values.get("updated_at") is None:
                    values.pop("updated_at", None)
                if table == FX_TABLE:
                    self._rate(values, self._batch(row))
                else:
                    self._land(table, self._batch(row), values, generated=False)

    def _key(self, row: Row) -> tuple[str, tuple[str | None, ...]]:
        return row.table, tuple(row.values.get(name) for name in self.contract[row.table].key)

    def _finish(self) -> None:
        """A raw row replaces the generated row of its key, unless a later batch brings it: then it is a new version."""
        first_given: dict[tuple[str, tuple[str | None, ...]], int] = {}
        for row in self.given:
            key = self._key(row)
            first_given[key] = min(row.batch, first_given.get(key, row.batch))
        kept = [row for row in self.generated if row.batch < first_given.get(self._key(row), LAST_BATCH + 1)]
        self.case.rows = kept + self.given
        cells = (row.values.get("currency") for row in self.case.rows)
        self.case.currencies = {cell for cell in cells if cell} | {currency for currency, _, _ in self.case.rates}
        for row in self._mappings("closes", {"period_start", "after_batch"}):
            after = self._needed(row, "after_batch")
            if not re.fullmatch(r"\d", after):
                raise CaseError(f"{row['_place']}: after_batch is {after}, not a batch")
            self.case.closes.append(Close(_day(self._needed(row, "period_start")).isoformat(), int(after)))

    def _mappings(self, key: str, known: set[str]) -> Iterator[dict[str, Any]]:
        for row in self._rows(key, known):
            if "landed" in row:
                raise CaseError(f"{row['_place']}: unknown column landed")
            yield row

    # expectations

    def _expect(self) -> None:
        for row in self._mappings("expect", {*_EXPECTED, *_MEASURED}):
            self.case.figures.extend(self._figures(row))

    def _figures(self, row: dict[str, Any]) -> list[Figure]:
        """The figures of one row of `expect`: one, or several where a row gives amount and attainment together."""
        place = row["_place"]
        given = {name for name, value in row.items() if name != "_place" and value is not None}
        measured = [name for name in _MEASURED if name in row]
        if given & {"paid", "carried"}:
            kinds, needed = measured, {"payee", "posted_period_start"}
        elif "posted_period_start" in given:
            kinds, needed = ["ledger"], {"payee", "posted_period_start", "earned_period_start", "line_kind", "amount"}
        elif "deal" in given:
            kinds, needed = ["deal"], {"deal", "payee", "component", "amount"}
        else:
            kinds, needed = measured, {"payee", "period_start"} | ({"component"} if measured != ["payable"] else set())
        missing, more = needed - given, given - needed - set(measured) - {"component"}
        if not kinds or missing or more:
            told = f"needs {', '.join(sorted(missing))}" if missing else f"has {', '.join(sorted(more)) or 'no figure'}"
            raise CaseError(f"{place}: no form of expectation fits, it {told}")
        payee, component, deal = self._expected_payee(row), self._expected_component(row), self._expected_deal(row)
        period_start = row.get("earned_period_start") or row.get("period_start")
        posted = row.get("posted_period_start")
        return [
            Figure(
                kind,
                payee,
                self._figure(row, kind if kind in measured else "amount"),
                name=" ".join(f"{name}={row[name]}" for name in _EXPECTED if name in given),
                component=component if kind in ("amount", "attainment", "deal", "ledger") else None,
                period_start=_day(str(period_start)).isoformat() if period_start else None,
                deal=deal,
                posted_period_start=_day(str(posted)).isoformat() if posted else None,
                line_kind=self._get(row, "line_kind"),
            )
            for kind in kinds
        ]

    def _expected_payee(self, row: Mapping[str, Any]) -> str:
        payee = self._needed(row, "payee")
        wanted = f"{self.case_id}/{payee}"
        if wanted not in self._keys("crm.users", "channel.dealers"):
            raise CaseError(f"{row['_place']}: the case has no payee {payee}")
        return wanted

    def _expected_component(self, row: Mapping[str, Any]) -> str | None:
        component = self._id(self._get(row, "component"))
        if component is not None and component not in self._keys("plans.plan_components"):
            raise CaseError(f"{row['_place']}: the case has no component {row['component']}")
        return component

    def _expected_deal(self, row: Mapping[str, Any]) -> str | None:
        deal = self._get(row, "deal")
        if deal is not None and deal not in self.deals and self._id(deal) not in self._keys(*_DEAL_TABLES):
            raise CaseError(f"{row['_place']}: the case has no deal {deal}")
        return self._id(deal)

    def _keys(self, *tables: str) -> set[str | None]:
        """The first part of the key of every row of these tables."""
        return {row.values.get(self.contract[row.table].key[0]) for row in self.case.rows if row.table in tables}

    def _figure(self, row: Mapping[str, Any], name: str) -> Decimal | None:
        written = self._get(row, name)
        if written is None and name == "attainment":
            return None
        try:
            value = Decimal(str(written))
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite():
            raise CaseError(f"{row['_place']}: {name} is {written}, not a number")
        return value


def _cell(value: Any, place: str) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise CaseError(f"{place} is a {'list' if isinstance(value, list) else 'mapping'}, not a value")


def _filled(values: Mapping[str, str | None]) -> Values:
    return {name: value for name, value in values.items() if value is not None}
