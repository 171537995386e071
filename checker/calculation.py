"""The whole calculation: rows as text in, pay out (engine.md §1 to §5, F6)."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, localcontext
from pathlib import Path

from checker.around import Around, Line
from checker.components import Component, Engine, Standing, components_of
from checker.contract import TABLES
from checker.credits import Credits
from checker.events import Calendar, Facts, Rates
from checker.figures import EXACT, ZERO
from checker.kpis import Kpis
from checker.people import People, Plan, paying_plans
from checker.rows import Text, newest, newest_update

_REFERENCE = Path(__file__).resolve().parents[1] / "seeds" / "reference"

# What the columns of a statement are made of (F6).
COLUMNS = {
    "earning": "earned",
    "cap": "earned",
    "floor": "earned",
    "hold": "held",
    "release": "released",
    "clawback": "clawed_back",
    "clawback_return": "clawed_back",
    "draw": "draw",
    "draw_recovery": "recovered",
    "manual": "manual",
}
STATEMENT = ("earned", "held", "released", "clawed_back", "draw", "recovered", "manual")

StatementKey = tuple[str, str, date]  # payee, plan, period_start
LineKey = tuple[str, str, str, date, str, str]  # payee, plan, component, period_start, event, kind
AttainmentKey = tuple[str, str, date]  # payee, component, period_start


@dataclass(frozen=True)
class Settings:
    """What a build is told beside its rows. `as_of` None: the company day of the newest updated_at of raw rows (§6)."""

    as_of: date | None = None
    timezone: str = "Asia/Shanghai"
    base_currency: str = "CNY"
    high_value_amount: Decimal = Decimal(100000)
    minor_units: Mapping[str, int] = field(default_factory=dict)  # empty: those of seeds/reference/currencies.csv
    high_potential_from: Decimal | None = None  # None: that of seeds/reference/thresholds.csv


@dataclass
class Pay:
    """What is paid: lines, statements and attainment by their keys, and the rows that broke the contract."""

    settings: Settings
    payout_lines: list[Line]
    statements: dict[StatementKey, dict[str, Decimal]]
    attainment: dict[AttainmentKey, Standing]
    refused: list[str]
    unknown_kpis: set[str]
    engine: Engine
    components: list[Component]
    plans: dict[str, Plan]

    @property
    def lines(self) -> dict[LineKey, Decimal]:
        """The amounts of lines by payee, plan, component, period, event and kind."""
        found: dict[LineKey, Decimal] = defaultdict(lambda: ZERO)
        with localcontext(EXACT):
            for line in self.payout_lines:
                key = (line.payee_id, line.plan.plan_id, line.component_id, line.start, line.event_id, line.kind)
                found[key] += line.amount
        return dict(found)


def minor_units() -> dict[str, int]:
    """The digits of each currency's minor unit, as the project lists them."""
    return {row["currency"]: int(row["minor_units"]) for row in _reference("currencies")}


def high_potential_from() -> Decimal:
    """The share of its seats that a class of high potential has filled before it begins, as the project lists it."""
    of = {row["threshold"]: row["value"] for row in _reference("thresholds")}
    return Decimal(of["high_potential_class_fill_rate"])


def _reference(name: str) -> list[dict[str, str]]:
    with (_REFERENCE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def calculate(tables: Mapping[str, Sequence[Text]], settings: Settings) -> Pay:
    """Calculates all pay from landed rows as text.

    `tables`: rows by contract name (`crm.users`, `plans.plan_tiers`), every version of them; a missing table is empty.
    """
    with localcontext(EXACT):
        return _calculate(tables, settings)


def _calculate(tables: Mapping[str, Sequence[Text]], settings: Settings) -> Pay:
    refused: list[str] = []
    of = {name: newest(name, tables.get(name, ()), refused) for name in TABLES}
    calendar = Calendar(settings.timezone)
    as_of = settings.as_of
    if as_of is None:
        last = newest_update(tables)
        as_of = calendar.day(last) if last else date.min
    people = People(of)
    rates = Rates(of["erp.fx_rates"], settings.base_currency)
    full_from = high_potential_from() if settings.high_potential_from is None else settings.high_potential_from
    facts = Facts(of, calendar, as_of, settings.minor_units or minor_units(), full_from)
    credits = Credits(of, facts, people, rates)
    kpis = Kpis(of, facts, credits, rates, settings.base_currency, settings.high_value_amount, settings.timezone)
    engine = Engine(of, people, credits, rates, kpis, as_of)
    around = Around(engine, facts, of)
    plans = paying_plans(of)
    components = components_of(plans, of)
    lines: list[Line] = []
    statements: dict[StatementKey, dict[str, Decimal]] = {}
    attainment: dict[AttainmentKey, Standing] = {}
    for plan in plans:  # a statement for each period with a day on the plan
        for payee in people.payees.values():
            for start in people.periods(plan, payee.payee_id, as_of):
                statements[payee.payee_id, plan.plan_id, start] = dict.fromkeys(STATEMENT, ZERO)
    for component in components:
        for payee in people.payees.values():
            if payee.kind != component.plan.payee_kind:
                continue
            for start in engine.periods(component, payee.payee_id):
                key = (payee.payee_id, component.component_id, start)
                attainment[key] = engine.standing(component, payee.payee_id, start)
            lines.extend(around.lines(component, payee.payee_id))
    # A line is held whole; E of draws sees holds by hand as it sees those of plans.
    lines.extend(list(around.payment_holds(lines)))
    by_payee: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in lines:
        by_payee[line.plan.plan_id, line.payee_id].append(line)
    for plan in plans:
        for payee in people.payees.values():
            if payee.kind == plan.payee_kind and (
                people.segments(plan, payee.payee_id) or by_payee[plan.plan_id, payee.payee_id]
            ):
                lines.extend(list(around.draws(plan, payee.payee_id, by_payee[plan.plan_id, payee.payee_id])))
    plan_of = {plan.plan_id: plan for plan in plans}
    lines.extend(list(around.by_hand(plan_of)))
    for line in lines:
        row = statements.setdefault((line.payee_id, line.plan.plan_id, line.start), dict.fromkeys(STATEMENT, ZERO))
        row[COLUMNS[line.kind]] += line.amount
    for row in statements.values():
        row["payable"] = sum(row.values(), ZERO)
    return Pay(settings, lines, statements, attainment, refused, kpis.unknown, engine, components, plan_of)
