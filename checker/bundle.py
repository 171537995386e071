"""One payee's bundle: the rows his pay needs and what the warehouse says, checked anywhere with Python alone.

A zip of CSV files, one a table, and `settings.json`. It holds every version of each row it needs; of other people no
more than their pay share in his: members of a team he leads or is gated by, those he is ranked with, and what is written
on his own deals. Names of others are their ids there, and nobody's addresses are in it.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from checker.calculation import Pay, Settings, calculate
from checker.components import MEASURES, Component
from checker.contract import TABLES
from checker.credits import Credit
from checker.ledger import BATCHES, LEDGER
from checker.report import MARTS, Report, compare
from checker.rows import Row, Text

Tables = Mapping[str, Sequence[Text]]

# What no landed cell reaches; the csv module would read more where another module has allowed it.
_LONGEST_CELL = 100_000
_SETTINGS = "settings.json"
_PRIVATE = ("email", "im_user_id")
# What a KPI is made of: credited measures, and rows of the payee's own in other tables (A13).
_KPI_MEASURES = {
    "revenue": ("revenue_booked",),
    "contribution": ("revenue_booked",),
    "gross_margin_rate": ("revenue_booked", "margin_booked"),
    "collection_days": ("revenue_collected",),
    "visit_to_order_rate": ("visits", "revenue_booked"),
    "repurchase_rate": ("revenue_booked",),
    "pipeline_coverage": ("revenue_booked",),  # for its quota
}
_KPI_ROWS = {
    "win_rate": ("crm.opportunities", "owner_user_id"),
    "sales_cycle_days": ("crm.opportunities", "owner_user_id"),
    "follow_up_hours": ("crm.opportunities", "owner_user_id"),
    "pipeline_coverage": ("crm.opportunities", "owner_user_id"),
    "satisfaction": ("service.tickets", "assignee_user_id"),
    "class_fill_rate": ("education.classes", "teacher_user_id"),
    "class_renewal_rate": ("education.classes", "teacher_user_id"),
}


class NotABundle(Exception):
    """The file is no bundle, or a bundle that does not hold what the pay needs."""


def check_bundle(file: Path) -> Report:
    """Recomputes the pay of a bundle and compares it with what the warehouse said. Raises NotABundle."""
    try:
        with zipfile.ZipFile(file) as bundle:
            settings = json.loads(bundle.read(_SETTINGS))
            names = set(bundle.namelist())
            tables = {name: _read(bundle, name) for name in TABLES if f"{name}.csv" in names}
            marts = {name: _read(bundle, name) for name in MARTS}
        payee = str(settings["payee"])
        told = Settings(
            date.fromisoformat(settings["as_of"]), settings["timezone"], settings["base_currency"],
            Decimal(settings["high_value_amount"]), {str(code): int(digits) for code, digits in settings["minor_units"].items()},
            Decimal(settings["high_potential_from"]),
        )  # fmt: skip
        return compare(calculate(tables, told), marts, {payee})
    except (OSError, KeyError, ValueError, AttributeError, ArithmeticError, csv.Error, zipfile.BadZipFile) as error:
        raise NotABundle(f"{file} is no bundle, or a broken one: {error!r}") from error


def write_bundle(warehouse: Path, payee: str, out: Path) -> Report:
    """Writes a payee's bundle and returns the comparison it gives. Raises NotABundle when it would not give the same pay."""
    from checker.warehouse import recalculate

    pay, _, tables, marts = recalculate(warehouse)
    return save_bundle(pay, tables, marts, payee, out)


def save_bundle(pay: Pay, tables: Tables, marts: Tables, payee: str, out: Path) -> Report:
    """As write_bundle, from what has been read and calculated."""
    if payee not in pay.engine.people.payees:
        raise NotABundle(f"There is no payee {payee}.")
    said = {name: [row for row in rows if row.get("payee_id") == payee] for name, rows in marts.items()}
    kept = needed_rows(pay, payee, tables, {str(row["plan_id"]) for row in said[LEDGER]})
    plans = {row["plan_id"] for row in [*kept["plans.plans"], *said[LEDGER]]}
    said[BATCHES] = [row for row in marts[BATCHES] if row["plan_id"] in plans]
    facts = pay.engine.credits.facts
    currencies = {row.get("currency") for rows in kept.values() for row in rows} | {pay.settings.base_currency}
    settings = {
        "payee": payee,
        "as_of": facts.as_of.isoformat(),
        "timezone": pay.settings.timezone,
        "base_currency": pay.settings.base_currency,
        "high_value_amount": str(pay.settings.high_value_amount),
        "high_potential_from": str(facts.high_potential_from),
        "minor_units": {code: facts.digits[code] for code in sorted(filter(None, currencies)) if code in facts.digits},
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr(_SETTINGS, json.dumps(settings, ensure_ascii=False, indent=2))
        for name, rows in kept.items():
            if rows:
                bundle.writestr(f"{name}.csv", _written(rows, (*TABLES[name].columns, "updated_at", "is_deleted")))
        for name, rows in said.items():
            bundle.writestr(f"{name}.csv", _written(rows, MARTS[name]))
    again = calculate(kept, pay.settings)
    if _pay_of(again, payee) != _pay_of(pay, payee):
        out.unlink()
        raise NotABundle(
            f"The rows chosen for {payee} do not give the pay that all rows give: this is a fault of the checker."
        )
    return check_bundle(out)


def _pay_of(pay: Pay, payee: str) -> tuple[object, ...]:
    lines = {key: amount for key, amount in pay.lines.items() if key[0] == payee}
    attainment = {key: of.attainment for key, of in pay.attainment.items() if key[0] == payee}
    return lines, {key: row for key, row in pay.statements.items() if key[0] == payee}, attainment


def _written(rows: Iterable[Text], columns: Sequence[str]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(dict.fromkeys(columns)), restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _read(bundle: zipfile.ZipFile, name: str) -> list[Text]:
    rows = list(csv.DictReader(io.StringIO(bundle.read(f"{name}.csv").decode("utf-8"), newline="")))
    if any(len(value) > _LONGEST_CELL for row in rows for value in row.values() if value):
        raise ValueError(f"{name} has a cell of more than {_LONGEST_CELL} characters")
    return [{column: value or None for column, value in row.items()} for row in rows]


def needed_rows(pay: Pay, payee: str, tables: Tables, posted: Iterable[str] = ()) -> dict[str, list[Text]]:
    """The rows a payee's pay depends on, every version of them, by table. `posted`: plans the ledger has him in."""
    return _Needs(pay, payee, tables, posted).rows()


class _Needs:
    """Collects, by table and column, the values whose rows are kept."""

    def __init__(self, pay: Pay, payee: str, tables: Tables, posted: Iterable[str]) -> None:
        self._pay, self._payee, self._tables = pay, payee, tables
        self._engine = pay.engine
        self._facts = pay.engine.credits.facts
        self._keep: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self._payees = {payee}
        self._ranked = {payee}  # with whom he is ranked
        self._fired = {payee}  # payees whose firings reach what counts for him
        self._teams: set[str] = set()
        self._credits: dict[int, Credit] = {}
        own_plans = {plan.plan_id for plan in pay.plans.values() if self._engine.people.segments(plan, payee)}
        own_plans |= {line.plan.plan_id for line in pay.payout_lines if line.payee_id == payee}
        own_plans |= set(posted)
        self._plans = own_plans
        self._components = [of for of in pay.components if of.plan.plan_id in own_plans]
        self._measures: set[str] = set()
        self._whole_account = self._cash = False
        for component in self._components:
            self._of_component(component)
        self._plan_rows()
        self._conditions_and_rules()
        self._deals()
        self._people()

    def _add(self, table: str, column: str, *values: str | None) -> None:
        self._keep[table][column].update(value for value in values if value)

    # components

    def _of_component(self, component: Component) -> None:
        row, engine, payee = component.row, self._engine, self._payee
        level = row["credit_level"]
        gates = [row, *(of for of, _ in component.modifiers)]
        measures = {row["measure"], row["quota_measure"], *(of["measure"] for of in component.kpis)}
        measures |= {of["gate_measure"] for of in gates if of["gate_subject"] != "team"}
        for measure in filter(None, measures):
            self._measure(component, payee, measure, level)
        starts = engine.periods(component, payee)
        teams = {self._team_of(component, payee, start) for start in starts}
        for of in gates:
            if of["gate_measure"] and of["gate_subject"] == "team":
                for team in filter(None, teams):
                    self._teams.add(team)
                    self._team_measure(component, team, of["gate_measure"])
        if row["method"] == "rank":
            for start in starts:
                self._rivals(component, start)
        self._cash |= bool(row["hold_share"]) or row["clawback_unpaid_days"] is not None

    def _team_of(self, component: Component, payee: str, start: date) -> str | None:
        last = self._engine.people.last_day(component.plan, payee, *self._engine.days(component, start))
        return self._engine.people.post(payee, last[0]).team if last else None

    def _measure(self, component: Component, payee: str, measure: str, level: str) -> None:
        """The credits of a measure or KPI; others' only on days the payee is on the plan (or the year before, for growth)."""
        if measure not in MEASURES:
            self._kpi(measure, payee, False)
            return
        self._measures.add(measure)
        grows = component.row["tier_key"] == "growth"
        for credit in self._engine.pool(payee, measure, level):
            if (
                credit.payee_id == payee
                or grows
                or self._engine.people.on_plan(component.plan, payee, credit.event.day)
            ):
                self._credits[id(credit)] = credit
                if level == "team":
                    self._fired.add(credit.payee_id)

    def _team_measure(self, component: Component, team: str, measure: str) -> None:
        if measure not in MEASURES:
            self._kpi(measure, team, True)
            return
        self._measures.add(measure)
        for credit in self._engine.credits.team.get((team, measure), ()):
            self._credits[id(credit)] = credit

    def _kpi(self, kpi: str, subject: str, is_team: bool) -> None:
        for measure in _KPI_MEASURES.get(kpi, ()):
            self._measures.add(measure)
            index = self._engine.credits.team if is_team else self._engine.credits.own
            for credit in index.get((subject, measure), ()):
                self._credits[id(credit)] = credit
        self._cash |= kpi == "collection_days"
        self._whole_account |= kpi == "repurchase_rate"
        if kpi in _KPI_ROWS:
            table, column = _KPI_ROWS[kpi]
            owners = {subject}
            if is_team:
                owners = {of for of in self._engine.people.payees if subject in self._ever_above(of)}
                self._payees |= owners
            key = TABLES[table].key[0]
            rows = [of for of in self._facts.of[table] if of[column] in owners]
            self._add(table, key, *(of[key] for of in rows))
            if kpi == "follow_up_hours":
                self._add("crm.activities", "opportunity_id", *(of[key] for of in rows))
            if table == "education.classes":
                self._add("education.enrolments", "class_id", *(of[key] for of in rows))

    def _ever_above(self, payee: str) -> set[str]:
        return {team for post in self._engine.people.posts(payee) for team in self._engine.people.above(post.team)}

    def _rivals(self, component: Component, start: date) -> None:
        """Those he is ranked with in a period, and the credits that count there."""
        engine, end = self._engine, self._engine.days(component, start)[1]
        group_of: dict[str, str | None] = {}
        for payee in engine.participants(component, start):
            last = engine.people.last_day(component.plan, payee, start, end)
            post = engine.people.post(payee, last[0] if last else start)
            group_of[payee] = engine.contest_group(component, payee, post.team, post.region)
        group = group_of.get(self._payee)
        for payee, of in group_of.items():
            if of == group and group is not None:
                self._payees.add(payee)
                self._ranked.add(payee)
                for item in engine.items(component, payee, start):
                    self._credits[id(item.credit)] = item.credit

    # plan rows

    def _plan_rows(self) -> None:
        ids = {of.component_id for of in self._components}
        modifiers = {of["modifier_id"] for component in self._components for of, _ in component.modifiers}
        self._add("plans.plans", "plan_id", *self._plans)
        # Where a replaced plan is closed, so is the one that replaces it: the whole chain is needed.
        replaced = [self._pay.plans[of].supersedes for of in self._plans if of in self._pay.plans]
        while fresh := {of for of in replaced if of} - self._keep["plans.plans"]["plan_id"]:
            self._add("plans.plans", "plan_id", *fresh)
            replaced = [self._pay.plans[of].supersedes for of in fresh if of in self._pay.plans]
        self._add("plans.plans", "supersedes", *self._plans)
        for table in ("plan_assignments", "plan_components", "plan_draws"):
            self._add(f"plans.{table}", "plan_id", *self._plans)
        for table in ("plan_tiers", "plan_modifiers", "plan_scorecard_kpis", "contest_entries", "triggers"):
            self._add(f"plans.{table}", "component_id", *ids)
        self._add("plans.plan_conditions", "owner_id", *ids, *modifiers)
        named = [row["trigger_id"] for row in self._facts.of["plans.triggers"] if row["component_id"] in ids]
        self._add("plans.trigger_firings", "trigger_id", *named)
        self._add("plans.manual_adjustments", "payee_id", self._payee)
        self._add("plans.payment_holds", "payee_id", self._payee)
        led = self._engine.people.leads.get(self._payee, [])
        self._teams |= set(led)
        self._add("plans.quotas", "subject_id", self._payee, *self._teams)

    def _conditions_and_rules(self) -> None:
        rules = [row for row in self._facts.of["plans.credit_rules"] if row["measure"] in self._measures]
        self._add("plans.credit_rules", "measure", *self._measures)
        self._add("plans.plan_conditions", "owner_id", *(row["credit_rule_id"] for row in rules))
        owners = self._keep["plans.plan_conditions"]["owner_id"]
        asked = {row["dimension"] for row in self._facts.of["plans.plan_conditions"] if row["owner_id"] in owners}
        receives = {row["receives"] for row in rules}
        self._whole_account |= bool(asked & {"is_first_order", "is_new_account"}) or "new_accounts" in self._measures
        self._whole_class = "is_high_potential_class" in asked
        self._claims = "is_registered_deal" in asked or "registrant" in receives
        self._served = "service_owner" in receives
        self._sellers = any(row["company_id"] for row in rules)
        self._cash |= bool(self._measures & {"revenue_invoiced", "revenue_collected", "dealer_collected"})

    # deals

    def _deals(self) -> None:
        self._class_of = {row["enrolment_id"]: row["class_id"] for row in self._facts.of["education.enrolments"]}
        for credit in self._credits.values():
            event = credit.event
            self._payees.add(credit.payee_id)
            self._add(event.source[0], TABLES[event.source[0]].key[0], event.source[1])
            self._add("crm.accounts", "account_id", event.account)
            self._add("channel.dealers", "dealer_id", event.dealer)
            self._add("erp.products", "product_id", event.product)
            if event.opportunity:
                self._add("crm.opportunities", "opportunity_id", event.opportunity["opportunity_id"])
            if event.order:
                self._order(event.order.row, event.order.lines)
            elif event.opportunity:
                self._add("crm.opportunity_team", "opportunity_id", event.opportunity["opportunity_id"])
            if event.dealer_order:
                self._add("channel.dealer_order_lines", "dealer_order_id", event.dealer_order)
                if self._cash:
                    self._add("channel.dealer_payments", "dealer_order_id", event.dealer_order)
            if event.source[0] == "education.enrolments":
                self._add("education.classes", "class_id", self._class_of[event.source[1]])
                if self._whole_class:
                    self._add("education.enrolments", "class_id", self._class_of[event.source[1]])
            if self._claims:
                self._add("crm.deal_registrations", "account_id", event.account)
            if self._served:
                self._add("service.tickets", "account_id", event.account)
            if self._whole_account and event.account:
                self._add("erp.orders", "account_id", event.account)
            if self._sellers:
                self._payees |= {seller for seller, _ in self._engine.credits.shares(event)}

    def _order(self, order: Row, lines: Sequence[Row]) -> None:
        order_id = order["order_id"]
        for table in ("erp.orders", "erp.order_lines", "erp.order_splits"):
            self._add(table, "order_id", order_id)
        if not self._engine.credits.has_splits(order_id):
            self._add("crm.opportunity_team", "opportunity_id", order["opportunity_id"])
        self._add("erp.returns", "order_line_id", *(line["order_line_id"] for line in lines))
        self._add("plans.payment_holds", "order_id", order_id)
        if self._cash:
            self._add("erp.invoices", "order_id", order_id)

    # people

    def _people(self) -> None:
        self._add("crm.users", "user_id", *self._payees)
        self._add("crm.user_assignments", "user_id", *self._payees)
        self._add("channel.dealers", "dealer_id", *self._payees)
        self._add("crm.absences", "user_id", self._payee)
        raw_parents = {row["team_id"]: row["parent_team_id"] for row in self._facts.of["crm.teams"]}
        teams = set(self._teams)
        for payee in self._payees:
            teams |= {post.team for post in self._engine.people.posts(payee) if post.team}
        for team in list(teams):
            while (above := raw_parents.get(team)) and above not in teams:
                teams.add(above)
                team = above
        self._add("crm.teams", "team_id", *teams)

    def rows(self) -> dict[str, list[Text]]:
        """The kept rows of every table; all exchange rates and contribution coefficients, which belong to nobody."""
        kept: dict[str, list[Text]] = {}
        for name in TABLES:
            wanted = self._keep.get(name, {})
            rows = self._tables.get(name, ())
            if name in ("erp.fx_rates", "plans.contribution_coefficients"):
                kept[name] = list(rows)
                continue
            kept[name] = [
                self._masked(name, row) for row in rows if any(row.get(of) in values for of, values in wanted.items())
            ]
        if self._cash:
            invoices = {row["invoice_id"] for row in kept["erp.invoices"]}
            kept["erp.payments"] = [
                row for row in self._tables.get("erp.payments", ()) if row.get("invoice_id") in invoices
            ]
        for name in ("plans.plan_assignments", "plans.contest_entries"):
            kept[name] = [
                row
                for row in kept[name]
                if row.get("subject_kind") not in ("payee", "dealer") or row.get("subject_id") in self._ranked
            ]
        kept["plans.payment_holds"] = [
            row for row in kept["plans.payment_holds"] if row.get("payee_id") in (None, "", self._payee)
        ]
        kept["plans.trigger_firings"] = [
            row
            for row in kept["plans.trigger_firings"]
            if row.get("subject_kind") != "payee" or row.get("subject_id") in self._fired
        ]
        return kept

    def _masked(self, name: str, row: Text) -> Text:
        """What others are called, and what they are promised, is not needed."""
        if (
            name == "plans.plan_assignments"
            and row.get("subject_kind") == "payee"
            and row.get("subject_id") != self._payee
        ):
            return {**row, "target_incentive": None, "personal_factor": None}
        if name not in ("crm.users", "channel.dealers"):
            return row
        masked = {column: None if column in _PRIVATE else value for column, value in row.items()}
        key = row.get(TABLES[name].key[0])
        return masked if key == self._payee else {**masked, "name": key}
