"""All KPIs once more, in plain Python, from the landed files of a company: nothing here reads what the KPI models wrote.

Contributions are (kpi, person, day, numerator, denominator); what is no sum over days comes by period. Days on a plan and
lines of pay are the warehouse's own: the conformance cases and the checks of lines answer for those.
"""

from __future__ import annotations

import csv
import gzip
import json
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from demo.files import CONTRACT

ZONE = ZoneInfo("Asia/Shanghai")
BASE = "CNY"
SEEDS = Path(__file__).parents[2] / "seeds"
HIGH_VALUE = 100_000
NEVER = date(9999, 12, 31)

Row = dict[str, str]
Period = tuple[str, date]
Contribution = tuple[str, str, date, Decimal, Decimal | None]


def rounded(value: Decimal, digits: int = 10) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def at(text: str) -> datetime | None:
    if not text:
        return None
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def day(text: str) -> date | None:
    """The company's day of a timestamp, or a date as it stands."""
    if len(text) <= 10:
        return date(*map(int, re.split("[-/]", text))) if text else None
    moment = at(text)
    return moment.astimezone(ZONE).date() if moment else None


def must(on: date | None) -> date:
    assert on
    return on


def is_true(text: str) -> bool:
    return text.lower() in ("true", "1", "yes")


def period_of(kind: str, on: date) -> date:
    return on.replace(day=1, month=on.month if kind == "month" else (on.month - 1) // 3 * 3 + 1)


def after(kind: str, start: date) -> date:
    months = start.month - 1 + (1 if kind == "month" else 3)
    return date(start.year + months // 12, months % 12 + 1, 1)


def shared_out(whole: Decimal, weights: Mapping[str, Decimal], digits: int) -> dict[str, Decimal]:
    """Largest remainder; what lies below the minor unit goes to the part served first."""
    unit, total = Decimal(1).scaleb(-digits), sum(weights.values())
    if not total:
        return {part: whole if part == min(weights) else Decimal(0) for part in weights}
    below = abs(whole) % unit
    units = (abs(whole) - below) / unit
    exact = {part: units * weight / total for part, weight in weights.items()}
    served = sorted(exact, key=lambda part: (-(abs(whole) / unit * weights[part] / total % 1), part))
    parts = {part: Decimal(int(abs(whole) / unit * weights[part] / total)) for part in weights}
    for part in served[: int(units - sum(parts.values()))]:
        parts[part] += 1
    given = {part: count * unit for part, count in parts.items()}
    given[served[0]] += below
    return {part: value if whole >= 0 else -value for part, value in given.items()}


def rows_of(path: Path) -> Iterator[Row]:
    if path.suffix == ".parquet":
        with duckdb.connect() as connection:
            found = connection.execute(f"select columns(*)::varchar from read_parquet('{path}')")
            names = [each[0] for each in found.description]
            yield from (dict(zip(names, (cell or "" for cell in row), strict=True)) for row in found.fetchall())
    elif path.suffix == ".gz":
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for line in file:
                yield {key: "" if cell is None else str(cell) for key, cell in json.loads(line).items()}
    else:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from csv.DictReader(file)


MINOR_UNITS = {row["currency"]: int(row["minor_units"]) for row in rows_of(SEEDS / "reference/currencies.csv")}

COEFFICIENTS = [
    (
        (row["channel"], row["region"], row["product_line"]),
        must(day(row["valid_from"])),
        day(row["valid_to"]) or NEVER,
        Decimal(row["coefficient"]),
    )
    for row in rows_of(SEEDS / "plans/contribution_coefficients.csv")
]


@dataclass
class Credited:
    """A person's direct part of an event."""

    person: str
    on: date
    value: Decimal
    currency: str
    rate_on: date
    line_id: str


@dataclass
class Files:
    """The landed rows of a company, the newest of each key."""

    landing: Path
    as_of: date
    cache: dict[str, dict[str, Row]] = field(default_factory=dict)

    def table(self, name: str, *key: str) -> dict[str, Row]:
        if name not in self.cache:
            newest: dict[str, tuple[tuple[datetime, bool, list[str]], Row]] = {}
            for path in sorted((self.landing / name).iterdir()):
                for row in rows_of(path):
                    if name == "erp/payments" and not self.is_payment(row):
                        continue
                    if name == "erp/order_splits" and not re.fullmatch(r"[0-9]*(\.[0-9]{0,4})?0*", row["share"]):
                        continue
                    version = at(row["updated_at"])
                    assert version
                    columns = CONTRACT.get(name.replace("/", "."), {"columns": sorted(row)})["columns"]
                    rank = (
                        version,
                        is_true(row.get("is_deleted") or ""),
                        [row.get(column) or "" for column in columns],
                    )
                    one = "/".join(row[column] for column in key)
                    if one not in newest or rank > newest[one][0]:
                        newest[one] = (rank, row)
            self.cache[name] = {one: row for one, ((_, deleted, _), row) in newest.items() if not deleted}
        return self.cache[name]

    @staticmethod
    def is_payment(row: Row) -> bool:
        """What ingest lands: an amount, a day of the calendar, a currency and a key."""
        try:
            date(*map(int, re.split("[-/]", row["paid_on"])))
        except ValueError:
            return False
        plain = re.fullmatch(r"[+-]?[0-9]{1,14}(\.[0-9]{0,4})?", row["amount"])
        return bool(plain and row["currency"] and row["payment_id"])

    @cached_property
    def users(self) -> dict[str, tuple[date, date]]:
        """First and last day of employment."""
        return {
            one: (must(day(row["hired_on"])), day(row.get("terminated_on") or "") or NEVER)
            for one, row in self.table("crm/users", "user_id").items()
        }

    def is_employed(self, person: str, on: date) -> bool:
        return person in self.users and self.users[person][0] <= on <= self.users[person][1]

    @cached_property
    def rates(self) -> dict[str, list[tuple[date, Decimal]]]:
        dated = defaultdict(list)
        for row in self.table("erp/fx_rates", "currency", "rate_on").values():
            dated[row["currency"]].append((must(day(row["rate_on"])), Decimal(row["rate_to_base"])))
        return {currency: sorted(each) for currency, each in dated.items()}

    def rate(self, currency: str, on: date) -> Decimal | None:
        if currency == BASE:
            return Decimal(1)
        known = self.rates.get(currency, [])
        place = bisect_right(known, on, key=lambda each: each[0])
        return known[place - 1][1] if place else None

    def in_base(self, value: Decimal, currency: str, on: date) -> Decimal | None:
        rate = self.rate(currency, on)
        return None if rate is None else rounded(value * rate)

    # -- orders and credits

    @cached_property
    def orders(self) -> dict[str, Row]:
        return {one: row for one, row in self.table("erp/orders", "order_id").items() if row["status"] != "cancelled"}

    @cached_property
    def lines(self) -> dict[str, Row]:
        lines = self.table("erp/order_lines", "order_line_id")
        return {one: row for one, row in lines.items() if row["order_id"] in self.orders}

    def ordered_on(self, order_id: str) -> date:
        return must(day(self.orders[order_id]["ordered_at"]))

    @cached_property
    def shares(self) -> dict[tuple[str, str], dict[str, Decimal]]:
        """Rows of kind split by (table, deal); empty where a deal has overlays alone."""
        found: dict[tuple[str, str], dict[str, Decimal]] = defaultdict(dict)
        for table, deal in (("erp/order_splits", "order_id"), ("crm/opportunity_team", "opportunity_id")):
            for row in self.table(table, deal, "user_id", "kind").values():
                split = found[(table, row[deal])]
                if row["kind"] == "split":
                    split[row["user_id"]] = Decimal(row["share"])
        return found

    def credits(self, order_id: str, value: Decimal, on: date, rate_on: date, line_id: str) -> Iterator[Credited]:
        """The direct credits of an event of an order, to who is employed on the day."""
        order = self.orders[order_id]
        split = self.shares.get(("erp/order_splits", order_id))
        if split is None:
            split = self.shares.get(("crm/opportunity_team", order.get("opportunity_id") or ""), {})
        missing = 1 - sum(split.values())
        parts = {order.get("sales_user_id") or "": value}
        if split and abs(missing) <= Decimal("0.0001"):
            greatest = min(split, key=lambda person: (-split[person], person))
            weights = {person: share + (missing if person == greatest else 0) for person, share in split.items()}
            parts = shared_out(value, weights, MINOR_UNITS[order["currency"]])
        for person, part in parts.items():
            if on <= self.as_of and self.is_employed(person, on):
                yield Credited(person, on, part, order["currency"], rate_on, line_id)

    @cached_property
    def sales(self) -> list[tuple[Credited, bool]]:
        """Credits of revenue_booked; True for those of returns."""
        found = []
        for one, line in self.lines.items():
            on = self.ordered_on(line["order_id"])
            found += [
                (credit, False) for credit in self.credits(line["order_id"], Decimal(line["net_amount"]), on, on, one)
            ]
        for row in self.table("erp/returns", "return_id").values():
            if row["order_line_id"] in self.lines:
                order_id = self.lines[row["order_line_id"]]["order_id"]
                on, value = must(day(row["returned_on"])), -Decimal(row["net_amount"])
                found += [
                    (credit, True)
                    for credit in self.credits(order_id, value, on, self.ordered_on(order_id), row["order_line_id"])
                ]
        return found

    @cached_property
    def margins(self) -> list[Credited]:
        found: list[Credited] = []
        for one, line in self.lines.items():
            if line.get("cost_amount"):
                on = self.ordered_on(line["order_id"])
                value = Decimal(line["net_amount"]) - Decimal(line["cost_amount"])
                found += self.credits(line["order_id"], value, on, on, one)
        for row in self.table("erp/returns", "return_id").values():
            line = self.lines.get(row["order_line_id"], {})
            if line.get("cost_amount"):
                minor = MINOR_UNITS[self.orders[line["order_id"]]["currency"]]
                part = Decimal(line["cost_amount"]) * Decimal(row["quantity"]) / Decimal(line["quantity"])
                value = rounded(part, minor) - Decimal(row["net_amount"])
                found += self.credits(
                    line["order_id"],
                    value,
                    must(day(row["returned_on"])),
                    self.ordered_on(line["order_id"]),
                    row["order_line_id"],
                )
        return found

    @cached_property
    def lines_of(self) -> dict[str, dict[str, Decimal]]:
        found: dict[str, dict[str, Decimal]] = defaultdict(dict)
        for one, line in self.lines.items():
            found[line["order_id"]][one] = Decimal(line["net_amount"])
        return found

    # -- KPIs that add up over days

    def contributions(self) -> Iterator[Contribution]:
        yield from self.revenue()
        yield from self.gross_margin()
        yield from self.collection()
        yield from self.visits()
        yield from self.closings()
        yield from self.follow_ups()
        yield from self.satisfaction()
        yield from self.classes()

    def revenue(self) -> Iterator[Contribution]:
        for credit, _ in self.sales:
            base = self.in_base(credit.value, credit.currency, credit.rate_on)
            if base is not None:
                yield "revenue", credit.person, credit.on, base, None
                weighed = rounded(base * self.coefficient(credit))
                yield "contribution", credit.person, credit.on, weighed, None

    def coefficient(self, credit: Credited) -> Decimal:
        line = self.lines[credit.line_id]
        product = self.table("erp/products", "product_id").get(line["product_id"])
        deal = (
            self.orders[line["order_id"]]["channel"],
            self.region(credit.person, credit.on),
            product["product_line"] if product else "",
        )
        best: tuple[object, ...] = ()
        found = Decimal(1)
        for given, begin, end, coefficient in COEFFICIENTS:
            if begin <= credit.on < end and all(part in ("", own) for part, own in zip(given, deal, strict=True)):
                rank = (sum(map(bool, given)), *map(bool, given), begin)
                if rank > best:
                    best, found = rank, coefficient
        return found

    @cached_property
    def positions(self) -> dict[str, list[tuple[date, date, str]]]:
        found = defaultdict(list)
        for row in self.table("crm/user_assignments", "user_id", "valid_from").values():
            begin, end = must(day(row["valid_from"])), day(row["valid_to"]) or NEVER
            found[row["user_id"]].append((begin, end, row["region"]))
        return found

    def region(self, person: str, on: date) -> str:
        return max((one for one in self.positions[person] if one[0] <= on < one[1]), default=(on, on, ""))[2]

    def gross_margin(self) -> Iterator[Contribution]:
        costed = {credit.line_id for credit in self.margins}
        booked = [credit for credit, _ in self.sales if self.lines[credit.line_id].get("cost_amount")]
        assert {credit.line_id for credit in booked} >= costed
        for place, credits in enumerate((self.margins, booked)):
            for credit in credits:
                base = self.in_base(credit.value, credit.currency, credit.rate_on)
                if base is not None:
                    parts = [Decimal(0), Decimal(0)]
                    parts[place] = base
                    yield "gross_margin_rate", credit.person, credit.on, parts[0], parts[1]

    def collection(self) -> Iterator[Contribution]:
        invoices = self.table("erp/invoices", "invoice_id")
        for row in self.table("erp/payments", "payment_id").values():
            invoice = invoices.get(row["invoice_id"])
            order = self.orders.get(invoice["order_id"]) if invoice else None
            if not invoice or not order or row["currency"] != order["currency"]:
                continue
            on = must(day(row["paid_on"]))
            days = (on - must(day(invoice["invoiced_on"]))).days
            weights = self.lines_of[invoice["order_id"]]
            for one, part in shared_out(Decimal(row["amount"]), weights, MINOR_UNITS[row["currency"]]).items():
                for credit in self.credits(invoice["order_id"], part, on, on, one):
                    base = self.in_base(credit.value, credit.currency, on)
                    if base is not None:
                        yield "collection_days", credit.person, on, base * days, base

    def visits(self) -> Iterator[Contribution]:
        order_days = defaultdict(set)
        for credit, is_return in self.sales:
            if not is_return:
                account = self.orders[self.lines[credit.line_id]["order_id"]].get("account_id")
                order_days[(credit.person, account)].add(credit.on)
        for row in self.table("crm/activities", "activity_id").values():
            on = must(day(row["occurred_at"]))
            is_visit = row["kind"] == "visit" and row.get("account_id") and on <= self.as_of
            if is_visit and self.is_employed(row["user_id"], on):
                ordered = order_days[(row["user_id"], row["account_id"])]
                came = any(timedelta(0) <= each - on <= timedelta(30) for each in ordered)
                yield "visit_to_order_rate", row["user_id"], on, Decimal(came), Decimal(1)

    def closings(self) -> Iterator[Contribution]:
        for row in self.table("crm/opportunities", "opportunity_id").values():
            closed, owner = day(row["closed_at"]), row["owner_user_id"]
            if closed and closed <= self.as_of and self.is_employed(owner, closed):
                won = is_true(row["is_won"])
                if is_true(row["is_closed"]):
                    yield "win_rate", owner, closed, Decimal(won), Decimal(1)
                if won:
                    cycle = (closed - must(day(row["created_at"]))).days
                    yield "sales_cycle_days", owner, closed, Decimal(cycle), Decimal(1)

    def follow_ups(self) -> Iterator[Contribution]:
        as_of_at = datetime.combine(self.as_of + timedelta(1), datetime.min.time(), ZONE).astimezone(UTC)
        first: dict[tuple[str, str], datetime] = {}
        for row in self.table("crm/activities", "activity_id").values():
            moment, key = at(row["occurred_at"]), (row.get("opportunity_id") or "", row["user_id"])
            assert moment
            if key[0] and moment < as_of_at:
                first[key] = min(moment, first.get(key, moment))
        for one, row in self.table("crm/opportunities", "opportunity_id").items():
            created, owner, on = at(row["created_at"]), row["owner_user_id"], must(day(row["created_at"]))
            assert created
            base = self.in_base(Decimal(row["amount"]), row["currency"], on) if row["amount"] else None
            if base is not None and base >= HIGH_VALUE and on <= self.as_of and self.is_employed(owner, on):
                waited = (first.get((one, owner), as_of_at) - created) // timedelta(milliseconds=1)
                hours = rounded(Decimal(max(0, min(waited, 720 * 3_600_000))) / 3_600_000)
                yield "follow_up_hours", owner, on, hours, Decimal(1)

    def satisfaction(self) -> Iterator[Contribution]:
        for row in self.table("service/tickets", "ticket_id").values():
            on, owner = day(row.get("resolved_at") or ""), row.get("assignee_user_id") or ""
            if on and row.get("satisfaction_score") and on <= self.as_of and self.is_employed(owner, on):
                yield "satisfaction", owner, on, Decimal(row["satisfaction_score"]), Decimal(1)

    def classes(self) -> Iterator[Contribution]:
        seats: dict[str, list[Row]] = defaultdict(list)
        for row in self.table("education/enrolments", "enrolment_id").values():
            converted, refunded = day(row["converted_at"]), day(row["refunded_at"])
            if converted and converted <= self.as_of and not (refunded and refunded <= self.as_of):
                seats[row["class_id"]].append(row)
        for one, row in self.table("education/classes", "class_id").items():
            teacher, starts, ends = row["teacher_user_id"], must(day(row["starts_on"])), must(day(row["ends_on"]))
            filled = Decimal(len(seats[one]))
            if starts <= self.as_of and self.is_employed(teacher, starts):
                yield "class_fill_rate", teacher, starts, filled, Decimal(row["capacity"])
            if ends <= self.as_of and self.is_employed(teacher, ends) and filled:
                renewals = [day(each["renewed_at"]) for each in seats[one]]
                renewed = sum(1 for each in renewals if each and each <= self.as_of)
                yield "class_renewal_rate", teacher, ends, Decimal(renewed), filled

    # -- KPIs by period: (kpi, person, start, numerator, denominator)

    def repurchases(self, kind: str) -> Iterator[Contribution]:
        history: dict[str, list[tuple[datetime, str, date]]] = defaultdict(list)
        for one, row in self.orders.items():
            moment = at(row["ordered_at"])
            if row.get("account_id") and moment:
                history[row["account_id"]].append((moment, one, self.ordered_on(one)))
        bought: dict[tuple[str, str, date], set[tuple[datetime, str, date]]] = defaultdict(set)
        for credit, is_return in self.sales:
            order_id = self.lines[credit.line_id]["order_id"]
            account, moment = self.orders[order_id].get("account_id"), at(self.orders[order_id]["ordered_at"])
            if account and moment and not is_return:
                bought[(credit.person, account, period_of(kind, credit.on))].add((moment, order_id, credit.on))
        for (person, account, start), orders in bought.items():
            first = min(orders)
            again = any(each < first and each[2] >= first[2] - timedelta(365) for each in history[account])
            yield "repurchase_rate", person, start, Decimal(again), Decimal(1)

    def pipelines(self, kind: str, quotas: Iterable[Quota]) -> Iterator[Contribution]:
        for quota in quotas:
            start = period_of(kind, quota.start - timedelta(1))
            seen = min(quota.start - timedelta(1), self.as_of)
            if quota.kind != kind or start > self.as_of or not self.is_employed(quota.person, seen):
                continue
            amount = Decimal(0)
            for row in self.table("crm/opportunities", "opportunity_id").values():
                expected, closed = day(row["expected_close_on"]), day(row["closed_at"])
                is_open = closed > seen if closed else not is_true(row["is_closed"])
                is_due = expected and quota.start <= expected < after(kind, quota.start)
                is_known = row["owner_user_id"] == quota.person and must(day(row["created_at"])) <= seen
                if is_open and is_due and is_known and row["amount"]:
                    amount += self.in_base(Decimal(row["amount"]), row["currency"], seen) or 0
            yield "pipeline_coverage", quota.person, start, amount, rounded(quota.whole * quota.rate)

    def attainments(self, kind: str, quotas: Iterable[Quota]) -> Iterator[Contribution]:
        """Of quotas by quarter, the last day of the month or quarter on which the person is employed."""
        for quota in quotas:
            booked = sorted(self.booked_on_plan(quota))
            starts = {period_of(kind, quota.start + timedelta(shift)) for shift in (0, 31, 62)}
            for start in sorted(starts):
                last = min(after(kind, start) - timedelta(1), self.as_of, self.users[quota.person][1])
                first = max(quota.days[0][0], start, self.users[quota.person][0]) if quota.days else NEVER
                if first <= last and quota.value > 0:
                    so_far = sum((value for on, value in booked if on <= last), Decimal(0))
                    yield (
                        "quota_attainment",
                        quota.person,
                        start,
                        rounded(so_far * quota.rate),
                        rounded(quota.value * quota.rate),
                    )

    def booked_on_plan(self, quota: Quota) -> Iterator[tuple[date, Decimal]]:
        for credit, _ in self.sales:
            if credit.person == quota.person and any(start <= credit.on < end for start, end in quota.days):
                if credit.currency == quota.currency:
                    yield credit.on, credit.value
                    continue
                rates = self.rate(credit.currency, credit.rate_on), self.rate(quota.currency, credit.rate_on)
                if rates[0] and rates[1]:
                    yield credit.on, rounded(credit.value * rates[0] / rates[1])


@dataclass
class Quota:
    """A person's quota of revenue; days: those on the plan that reads it."""

    person: str
    kind: str
    start: date
    whole: Decimal
    value: Decimal
    currency: str
    rate: Decimal
    days: list[tuple[date, date]]


PlanDay = tuple[str, str, date, date, bool]


def quotas_read(files: Files, plan_days: Iterable[PlanDay]) -> list[Quota]:
    """The quotas by quarter with the plan that reads each: revenue first, without conditions first, then by component."""
    seeds = {
        name: list(rows_of(SEEDS / "plans" / f"{name}.csv")) for name in ("plans", "plan_components", "plan_conditions")
    }
    plans = {row["plan_id"]: row for row in seeds["plans"]}
    conditional = {row["owner_id"] for row in seeds["plan_conditions"]}
    stays: dict[str, dict[str, list[tuple[date, date, bool]]]] = defaultdict(lambda: defaultdict(list))
    for plan_id, person, start, end, is_absent in plan_days:
        stays[person][plan_id].append((start, end, is_absent))
    found = []
    for row in files.table("plans/quotas", "subject_kind", "subject_id", "measure", "period", "period_start").values():
        if row["subject_kind"] != "payee" or row["measure"] != "revenue_booked":
            continue
        assert row["period"] == "quarter"
        person, start = row["subject_id"], must(day(row["period_start"]))
        end = after("quarter", start)
        readers = []
        for plan_id, days in stays[person].items():
            inside = [(max(a, start), min(b, end), absent) for a, b, absent in days if a < end and b > start]
            if min(a for a, _, _ in days) >= end:
                continue
            for component in seeds["plan_components"]:
                if component["plan_id"] == plan_id:
                    is_monthly = plans[plan_id]["period"] == "month"
                    rank = (
                        not inside,
                        component["measure"] != "revenue_booked",
                        is_monthly,
                        component["component_id"] in conditional,
                        -max(b for _, b, _ in days).toordinal(),
                        component["component_id"].encode(),
                    )
                    prorates = component["prorate"] != "false" and not is_monthly and bool(inside)
                    readers.append((rank, plans[plan_id]["currency"], prorates, inside))
        if not readers:
            continue
        _, currency, prorates, inside = min(readers, key=lambda each: each[0])
        whole = Decimal(row["quota"])
        worked = sum((b - a).days for a, b, absent in inside if not absent)
        value = rounded(whole * worked / (end - start).days, 4) if prorates else whole
        rate = files.rate(currency, start)
        if rate is not None and whole > 0:
            days = sorted((a, b) for a, b, _ in inside)
            found.append(Quota(person, "quarter", start, whole, value, currency, rate, days))
    return found


def kpis(
    files: Files, plan_days: Iterable[PlanDay], earnings: Iterable[tuple[str, date, Decimal]]
) -> dict[tuple[str, str, str, str, date], tuple[Decimal, Decimal | None]]:
    """(subject kind, subject, KPI, kind of period, start) → numerator and denominator, of payees by quarter and the company by month."""
    with localcontext() as context:
        context.prec = 60
        quotas = quotas_read(files, plan_days)
        daily = list(files.contributions())
        daily += [("earnings", person, min(on, files.as_of), amount, None) for person, on, amount in earnings]
        totals: dict[tuple[str, str, str, str, date], list[Decimal | None]] = {}
        for subject, kind in (("payee", "quarter"), ("company", "month")):
            by_period = [
                *((kpi, person, period_of(kind, on), top, bottom) for kpi, person, on, top, bottom in daily),
                *files.repurchases(kind),
                *files.pipelines(kind, quotas),
                *files.attainments(kind, quotas),
            ]
            for kpi, person, start, top, bottom in by_period:
                if subject == "company" and person not in files.users:
                    continue
                key = (subject, person if subject == "payee" else "all", kpi, kind, start)
                total = totals.setdefault(key, [Decimal(0), None])
                total[0] = (total[0] or Decimal(0)) + top
                if bottom is not None:
                    total[1] = (total[1] or Decimal(0)) + bottom
    return {
        key: (top, bottom)
        for key, (top, bottom) in totals.items()
        if top is not None and (bottom is None or bottom > 0)
    }
