"""Draws small companies at random, in the format of the conformance cases: `python -m tests.properties.generate`.

Nothing here knows what a company must be paid. A shape says which mechanics may be drawn, since a law can only be judged
where it holds; values are drawn near what decides: bounds of tiers, ends of periods, half minor units, ties, 0.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from random import Random
from typing import Any

import yaml

from checker import Settings, calculate
from tests.conformance.contracts import read_contract
from tests.conformance.reading import Source
from tests.conformance.translation import DEFAULT_RATES, DEFAULT_RATES_ON, FX_TABLE, Values, translate, updated_at

Body = dict[str, Any]
# Companies of one world share as-of day and rates, and so a warehouse.
WORLD_SIZE = 1500
_SCALE = {"USD": 1000, "EUR": 1000, "CNY": 1000, "JPY": 100000, "KWD": 100}
_UNIT = {"USD": "0.01", "EUR": "0.01", "CNY": "0.01", "JPY": "1", "KWD": "0.001"}
_MONEY = ("revenue_booked", "margin_booked", "revenue_invoiced", "revenue_collected")
_BOOKED = ("revenue_booked", "margin_booked", "units_sold")
_COUNTS = ("new_accounts", "deals_won", "visits", "tickets_resolved", "class_seats")
_DEALER = ("dealer_sell_in", "dealer_units_in", "dealer_sell_through", "dealer_collected")
_MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}
# Dimensions whose values are names: each company has its own, so a world lets only a few of them be named.
_NAMED = ("product_line", "account_industry", "account_tier", "account_region", "role", "payee_region")
_STEADY = (*_NAMED, "channel", "weekday", "order_month", "is_key_account")
_VALUES = {
    "channel": ("direct", "online"),
    "weekday": ("1", "5", "6"),
    "order_month": ("1", "3", "6"),
    "is_key_account": ("true", "false"),
    "is_new_account": ("true",),
    "is_first_order": ("true", "false"),
    "is_registered_deal": ("true",),
    "deal_size": ("1000", "5000"),
    "margin_rate": ("0.25", "0.5"),
    "tenure_days": ("90", "365"),
    "tenure_band": ("0-90", "366+"),
}


@dataclass(frozen=True)
class Shape:
    """Which mechanics a company may have."""

    methods: tuple[str, ...] = (
        *("flat", "marginal", "retroactive", "step", "milestones", "interpolated", "rank", "scorecard"),
    )
    measures: tuple[str, ...] = (*_MONEY, "units_sold", *_COUNTS)
    conditions: tuple[str, ...] = (*_STEADY, *(name for name in _VALUES if name not in _STEADY))
    tier_keys: tuple[str, ...] = ("amount", "attainment", "growth")
    accumulates: tuple[str, ...] = ("period", "period", "period", "year_to_date", "event")
    modifiers: bool = True
    gates: bool = True
    caps: bool = True
    cap_per_event: bool = True
    teams: bool = True
    rules: bool = True
    splits: bool = True
    returns: bool = True
    personal_factors: bool = True
    moves: bool = True
    shared_accounts: bool = True
    others: bool = True
    rising: bool = False
    round_amounts: bool = False
    currencies: bool = True
    later: bool = True
    withheld: bool = True


ANY = Shape()
PLAIN = replace(ANY, rules=False, teams=False, shared_accounts=False, others=False, later=False, withheld=False)


@dataclass(frozen=True)
class World:
    """What companies of one warehouse have in common."""

    as_of: str
    rates: tuple[dict[str, str], ...]
    named: frozenset[str]


def world(seed: int, number: int) -> World:
    """The world of that number."""
    draw = Random(f"{seed}/world/{number}")
    as_of = draw.choice(["2026-12-31", "2026-08-15", "2027-01-31", "2026-06-30"])
    rates = [
        {"currency": "USD", "rate_on": "2026-02-14", "rate_to_base": draw.choice(["7.1234567891", "6.5", "7"])},
        {"currency": "JPY", "rate_on": "2026-04-01", "rate_to_base": draw.choice(["0.0476190476", "0.05"])},
        {"currency": "EUR", "rate_on": "2026-03-31", "rate_to_base": draw.choice(["7.77", "8.3333333333"])},
    ]
    return World(as_of, tuple(rates), frozenset(draw.sample(_NAMED, 2)))


def shift(day: str, days: int) -> str:
    """The day so many days later."""
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def text(number: Decimal) -> str:
    """A number as the contracts want it: no exponent, no trailing zeros."""
    plain = format(number.normalize(), "f")
    return "0" if Decimal(plain) == 0 else plain


class _Company:
    def __init__(self, draw: Random, case_id: str, shape: Shape, of: World) -> None:
        self.draw, self.shape, self.world = draw, shape, of
        self.currency = draw.choice(["USD", "USD", "USD", "EUR", "JPY", "KWD", "CNY"])
        self.period = draw.choice(["month", "quarter", "quarter", "quarter", "half", "year"])
        self.scale = Decimal(_SCALE[self.currency])
        self.begins = draw.choice(["2026-01-01"] * 4 + ["2026-02-15", "2025-07-01"])
        self.dealers = shape.others and self.chance(0.12)
        self.body: Body = {"id": case_id, "mechanic": "drawn", "source": "drawn at random", "as_of": of.as_of}
        self.body |= {"currency": self.currency, "period": self.period}
        self._people()
        self._plans()
        self._deals()
        if self.dealers:
            self._dealer_sales()
        if shape.others:
            self._others()
        self.body["fx_rates"] = [dict(rate) for rate in of.rates]
        self.body = {key: value for key, value in self.body.items() if value not in ([], {})}

    # choices

    def chance(self, share: float) -> bool:
        return self.draw.random() < share

    def some(self, choices: Sequence[str], most: int) -> list[str]:
        return self.draw.sample(list(choices), self.draw.randint(1, min(most, len(choices))))

    def name(self, dimension: str) -> str:
        """A value of a dimension: a name in the few that the world lets be named, else a number."""
        if dimension in self.world.named:
            return self.draw.choice(["north", "south", "钢"])
        return self.draw.choice(["1", "2", "007"])

    def day(self) -> str:
        kind = self.draw.random()
        if kind < 0.35:
            ends = ["2026-01-01", "2026-01-31", "2026-03-31", "2026-04-01", "2026-06-30", "2026-02-14", "2026-02-28"]
            return self.draw.choice([*ends, self.begins, self.world.as_of])
        if kind < 0.42:
            return shift(self.draw.choice([self.begins, "2026-01-01"]), -1)
        if kind < 0.52 and self.shape.tier_keys != ("amount",):
            return shift("2025-01-01", self.draw.randrange(365))
        return shift("2026-01-01", self.draw.randrange(200))

    def later(self, day: str) -> str:
        return shift(day, self.draw.choice([0, 1, 15, 30, 31, 60, 90, 120]))

    def amount(self, currency: str | None = None, least: str = "0") -> str:
        """An amount near the bounds of tiers, quotas and sums of them."""
        currency = currency or self.currency
        scale, unit = Decimal(_SCALE[currency]), Decimal(_UNIT[currency])
        if self.shape.round_amounts:
            return text(scale * self.draw.choice([1, 2, 3, 5, 7]) / self.draw.choice([1, 1, 2, 5]))
        kinds = [scale, 2 * scale, 3 * scale, 5 * scale, scale / 2, scale - unit, scale + unit, scale + unit / 2]
        kinds += [unit, unit / 2, scale * self.draw.randrange(1, 9999) / 999]
        value = self.draw.choice(kinds).quantize(Decimal("0.0001") if self.chance(0.1) else unit / 2)
        return text(value) if self.chance(0.96) or least != "0" else "0"

    # people

    def _people(self) -> None:
        ids = self.draw.sample(["ann", "bob", "cal", "Dee", "王"], self.draw.choice([1, 2, 2, 3, 3, 4]))
        self.payees = sorted(ids)
        rows, moves = [], []
        for payee in ids:
            row = {"id": payee}
            if self.shape.moves and self.chance(0.15):
                row["hired_on"] = self.draw.choice(["2026-01-01", "2026-02-15", "2026-03-31", "2025-11-30"])
            if self.shape.moves and self.chance(0.12):
                row["terminated_on"] = self.draw.choice(["2026-03-31", "2026-05-15", "2026-06-30"])
            row["role"], row["team"] = self.name("role"), self.draw.choice(["t1", "t1", "t2"])
            if self.chance(0.5):
                row["region"] = self.name("payee_region")
            rows.append(row)
            if self.shape.moves and "hired_on" not in row and self.chance(0.2):
                moves.append(
                    {"user_id": payee, "valid_from": self.draw.choice(["2026-02-01", "2026-04-01", "2026-05-20"])}
                    | {"role": self.name("role"), "team_id": self.draw.choice(["t1", "t2", "t3"])}
                )
        self.raw: dict[str, list[dict[str, str]]] = {"crm.user_assignments": moves}
        if self.shape.moves and self.chance(0.15):
            start = self.day()
            absence = {"absence_id": "x1", "user_id": ids[0], "starts_on": start, "ends_on": self.later(start)}
            self.raw["crm.absences"] = [{**absence, "kind": "parental"}]
        self.body["payees"] = rows
        teams = [{"id": "t1", "parent": "t0"}, {"id": "t2"}, {"id": "t0"}]
        if self.shape.teams:
            for team in teams:
                if self.chance(0.6):
                    team["leader"] = self.draw.choice(ids)
        self.body["teams"] = teams
        self.accounts = [f"k{number}" for number in range(1, 4)]
        self.body["accounts"] = [
            {"id": account, "tier": self.name("account_tier"), "region": self.name("account_region")}
            | ({"industry": self.name("account_industry")} if self.chance(0.7) else {})
            | {"is_key_account": self.draw.choice(["true", "false"])}
            | ({"owner_user_id": self.draw.choice(ids)} if self.chance(0.5) else {})
            for account in self.accounts
        ]

    # plans

    def _plans(self) -> None:
        plan = {"plan_id": "p", "valid_from": self.begins}
        if self.chance(0.1):
            plan["valid_to"] = self.draw.choice(["2026-05-15", "2026-07-01"])
            plan["status"] = self.draw.choice(["active", "retired"])
        plans = [plan]
        measures = self.shape.measures
        if self.shape.others and self.chance(0.1):
            plans.append({"plan_id": "q", "supersedes": "p", "valid_from": "2026-04-01"})
        if self.dealers:
            plan["payee_kind"] = "dealer"
            measures = _DEALER
            self.dealer_ids = ["d1", "d2"]
            self.body["dealers"] = [{"id": "d1", "tier": "gold"}, {"id": "d2", "onboarded_on": "2026-02-01"}]
        self.body["plans"] = plans
        if len(plans) > 1 and self.dealers:
            plans[1]["payee_kind"] = "dealer"
        sections = "components tiers modifiers conditions scorecard_kpis contest_entries quotas draws credit_rules"
        self.body |= {key: [] for key in sections.split()}
        self._assignments(plans)
        self.quotas: set[tuple[str, str, str, str, str]] = set()
        for row in plans:
            for number in range(self.draw.choice([1, 1, 2]) if row is plan else 1):
                self._component(f"{row['plan_id']}{number + 1}", row["plan_id"], self.draw.choice(measures))
        if self.shape.withheld and self.chance(0.2):
            for kind in self.some(["recoverable", "guarantee"], 2):
                row = {"plan_id": "p", "kind": kind, "amount": text(self.scale / self.draw.choice([2, 10, 20]))}
                self.body["draws"].append({**row, "months": self.draw.choice(["3", "90", "240"])})
        if self.shape.rules and self.chance(0.3):
            for receives in self.some(["account_owner", "overlay", "registrant", "service_owner"], 2):
                row = {"credit_rule_id": f"r-{receives}", "measure": self.draw.choice(measures), "receives": receives}
                row |= {"share": self.draw.choice(["0.5", "0.1", "1", "0.333333"]), "valid_from": "2026-01-01"}
                self.body["credit_rules"].append(row)
                self._conditions(row["credit_rule_id"], 0.3)

    def _assignments(self, plans: list[dict[str, str]]) -> None:
        who = self.dealer_ids if self.dealers else self.payees
        rows = []
        for plan in plans:
            for number, payee in enumerate(who):
                row = {"plan_id": plan["plan_id"], "subject_id": payee}
                target = self.scale * self.draw.choice([1, 5]) / self.draw.choice([1, 3])
                row["target_incentive"] = text(target.quantize(Decimal("0.0001")))
                if self.shape.personal_factors and self.chance(0.2):
                    row["personal_factor"] = self.draw.choice(["0.9", "1.1", "0.333333"])
                if self.shape.moves and self.chance(0.1):
                    row["valid_from"] = "2026-03-15"
                if self.shape.moves and self.chance(0.05) and number:
                    row["excluded"] = "true"
                rows.append(row)
            if self.shape.moves and self.chance(0.2) and not self.dealers:
                row = {
                    "plan_id": plan["plan_id"],
                    "subject_kind": "team",
                    "subject_id": "t1",
                    "valid_from": "2026-02-01",
                }
                rows.append({**row, "target_incentive": text(self.scale * 2)})
        self.body["assignments"] = rows

    def _component(self, component: str, plan: str, measure: str) -> None:
        draw, shape = self.draw, self.shape
        method = draw.choice(shape.methods)
        row = {"component_id": component, "plan_id": plan, "measure": measure, "method": method}
        key = draw.choice(shape.tier_keys)
        if method in ("flat", "rank", "scorecard"):
            key = {"rank": "rank", "scorecard": "score"}.get(method, "amount")
        accumulate = draw.choice(shape.accumulates)
        if accumulate == "event" and (method not in ("marginal", "retroactive") or key == "growth"):
            accumulate = "period"
        row |= {"tier_key": key, "accumulate": accumulate}
        if self.chance(0.2):
            row["prorate"] = "false"
        if method in ("step", "interpolated", "scorecard") and self.chance(0.3):
            row["weight"] = draw.choice(["0.5", "0.333333"])
        if shape.teams and not self.dealers and self.chance(0.15):
            row["credit_level"] = "team"
        if shape.caps and self.chance(0.25):
            row["cap_per_period"] = text(self.scale / draw.choice([5, 20]))
        if shape.caps and self.chance(0.15):
            row["floor_per_period"] = text(self.scale / draw.choice([40, 100]))
        if shape.cap_per_event and method in ("flat", "marginal", "retroactive") and self.chance(0.15):
            row["cap_per_event"] = text(self.scale / draw.choice([10, 25]))
        if shape.gates and self.chance(0.2):
            row |= self._gate(measure)
        if method == "rank":
            row |= {"rank_within": draw.choice(["plan", "team", "region", "group"])}
            row["rank_subject"] = draw.choice(["payee", "payee", "team"])
        if (
            shape.withheld
            and measure in (*_BOOKED, "revenue_invoiced")
            and method in ("flat", "marginal", "retroactive")
        ):
            if self.chance(0.2):
                row |= {"hold_share": draw.choice(["0.5", "0.333333", "1"])}
                row["hold_until"] = draw.choice(["collected", "days:30", "days:0"])
            elif self.chance(0.2):
                row["clawback_unpaid_days"] = draw.choice(["0", "30", "60"])
        self.body["components"].append(row)
        self._tiers(row)
        self._conditions(component, 0.3)
        if method == "scorecard":
            for kpi in self.some(["revenue_booked", "units_sold", "margin_booked"], 2):
                target = text(self.scale * 5) if kpi != "units_sold" else "10"
                target_row = {
                    "component_id": component,
                    "measure": kpi,
                    "weight": draw.choice(["0.5", "1", "0.333333"]),
                }
                self.body["scorecard_kpis"].append({**target_row, "target": target})
        if row.get("rank_within") == "group":
            for payee in self.payees:
                if self.chance(0.7):
                    entry = {"component_id": component, "subject_kind": "payee", "subject_id": payee}
                    self.body["contest_entries"].append({**entry, "group_id": draw.choice(["red", "blue"])})
        if key == "attainment" or row.get("gate_key") == "attainment":
            self._quotas(measure, row.get("credit_level") == "team")
        if shape.modifiers:
            for number in range(draw.choice([0, 0, 1, 2])):
                self._modifier(f"{component}-m{number}", component, measure)

    def _gate(self, measure: str) -> dict[str, str]:
        gate = {"gate_measure": measure, "gate_key": self.draw.choice(["amount", "attainment"])}
        bound = self.draw.choice(["0.5", "1"])
        if gate["gate_key"] == "amount":
            bound = text(self.scale * 2) if self._is_money(measure) else "2"
        gate["gate_min"] = bound
        if not self.shape.rising and self.chance(0.3):
            gate["gate_max"] = text(Decimal(bound) * 2)
        if self.shape.others and not self.dealers and self.chance(0.2):
            gate |= {"gate_measure": "gross_margin_rate", "gate_min": "0.25", "gate_max": "0.75", "gate_key": "amount"}
        if self.shape.teams and not self.dealers and self.chance(0.3) and gate["gate_measure"] == measure:
            gate["gate_subject"] = "team"
        return gate

    def _is_money(self, measure: str) -> bool:
        return measure in _MONEY or measure in ("dealer_sell_in", "dealer_sell_through", "dealer_collected")

    def _tiers(self, row: dict[str, str]) -> None:
        draw, method, key = self.draw, row["method"], row["tier_key"]
        count = draw.choice([1, 2, 3, 4]) if method != "flat" else 1
        if key == "rank":
            bounds = [Decimal(place) for place in sorted(draw.sample([1, 2, 3, 4], count))]
        elif key == "attainment":
            bounds = [Decimal(bound) for bound in draw.sample(["0", "0.333333", "0.5", "1", "1.2"], count)]
        elif key == "growth":
            bounds = [Decimal(bound) for bound in draw.sample(["-0.5", "0", "0.1", "1"], count)]
        elif key == "score":
            bounds = [Decimal(bound) for bound in draw.sample(["0", "0.5", "0.9", "1.2"], count)]
        else:
            unit = self.scale if self._is_money(row["measure"]) else Decimal(1)
            below = ["0", "0", "1", "2", "5", "10"] + ([] if row["accumulate"] == "event" else ["-1"])
            bounds = [unit * bound for bound in {Decimal(bound) for bound in draw.sample(below, count)}]
        bounds.sort()
        per_unit = self.scale / 50 if not self._is_money(row["measure"]) else Decimal(1)
        pool = ["0.05", "0.1", "0.033333", "0.125", "0.0005", "0"] + ([] if self.shape.rising else ["-0.02"])
        if method in ("step", "interpolated", "scorecard"):
            per_unit, pool = Decimal(1), ["0", "0.5", "0.8", "1", "1.333333"]
        rates = [(Decimal(draw.choice(pool)) * per_unit).quantize(Decimal("0.000001")) for _ in bounds]
        amounts = [(self.scale / draw.choice([3, 10, 100])).quantize(Decimal("0.0001")) for _ in bounds]
        if self.shape.rising:
            rates.sort()
            amounts.sort(reverse=method == "rank")
        given = method in ("rank", "milestones") or (
            method in ("flat", "marginal", "step") and self.chance(0.25 if method != "step" else 0.6)
        )
        for bound, rate, amount in zip(bounds, rates, amounts, strict=True):
            tier = {"component_id": row["component_id"], "tier_from": text(bound)}
            if method not in ("rank", "milestones"):
                tier["rate"] = text(rate)
            if given:
                tier["amount"] = text(amount)
            self.body["tiers"].append(tier)

    def _quotas(self, measure: str, of_team: bool) -> None:
        months = _MONTHS[self.period]
        length = self.period if self.chance(0.7) or months == 1 else "month"
        subjects = [("dealer", who) for who in self.dealer_ids] if self.dealers else [("payee", w) for w in self.payees]
        if of_team or self.shape.teams:
            subjects += [("team", "t1"), ("team", "t2")]
        for kind, subject in subjects:
            size = self.draw.choice([2, 5, 10, 3])
            if self.chance(0.08):
                continue
            for first in range(1, 13, _MONTHS[length]):
                start = f"2026-{first:02}-01"
                key = (kind, subject, measure, length, start)
                if key in self.quotas or start > self.world.as_of:
                    continue
                self.quotas.add(key)
                quota = self.scale * size if self._is_money(measure) else Decimal(size)
                row = {"subject_kind": kind, "subject_id": subject, "measure": measure, "period": length}
                quota = Decimal(0) if self.chance(0.03) else quota
                self.body["quotas"].append({**row, "period_start": start, "quota": text(quota)})

    def _modifier(self, modifier: str, component: str, measure: str) -> None:
        factors = ["1.5", "2", "1.1"] if self.shape.rising else ["0.5", "1.5", "2", "0", "1.333333"]
        row = {"modifier_id": modifier, "component_id": component, "factor": self.draw.choice(factors)}
        row |= {"scope": "event", "stack": self.draw.choice(["multiply", "highest", "add"])}
        if self.shape.gates and self.chance(0.4):
            row |= {"scope": "period"} | self._gate(measure)
            if row["gate_key"] == "attainment":
                self._quotas(measure, False)
        self.body["modifiers"].append(row)
        self._conditions(modifier, 0.7 if row["scope"] == "event" else 0.1)

    def _conditions(self, owner: str, share: float) -> None:
        if not self.shape.conditions or not self.chance(share):
            return
        dimension = self.draw.choice(self.shape.conditions)
        if dimension in ("role", "payee_region", "tenure_band", "tenure_days") and self.dealers:
            return
        operator = self.draw.choice(["eq", "ne", "in", "not_in", "is_null", "not_null"])
        value = self.name(dimension) if dimension in _NAMED else self.draw.choice(_VALUES[dimension])
        if dimension in ("deal_size", "margin_rate", "tenure_days", "order_month", "weekday") and self.chance(0.7):
            operator = self.draw.choice(["gt", "gte", "lt", "lte"])
        if operator in ("in", "not_in"):
            value = f"{value}|{self.name(dimension)}" if dimension in _NAMED and self.chance(0.5) else value
        row = {"owner_id": owner, "dimension": dimension, "operator": operator}
        self.body["conditions"].append(row if operator.endswith("null") else {**row, "value": value})

    # what happened

    def _deals(self) -> None:
        self.body["deals"] = []
        for number in range(1, self.draw.choice([2, 4, 6, 8]) + 1):
            deal = self.deal(f"o{number}")
            self.body["deals"].append(deal)
            if self.shape.later and self.chance(0.12):
                self.body["deals"].append({**self.deal(deal["id"]), "date": deal["date"], "landed": "2"})

    def deal(self, order: str) -> Body:
        shape, draw = self.shape, self.draw
        currency = draw.choice(list(_UNIT)) if shape.currencies and self.chance(0.15) else self.currency
        net, day = self.amount(currency), self.day()
        deal: Body = {"id": order, "payee": draw.choice(self.payees), "date": day, "net": net}
        deal["qty"] = draw.choice(["1", "2", "3", "10"] + ([] if shape.round_amounts else ["0.5"]))
        if self.chance(0.8):
            share = Decimal(draw.choice(["0.5", "0.6", "0.75", "1"] + ([] if shape.rising else ["1.2"])))
            deal["cost"] = text((Decimal(net) * share).quantize(Decimal("0.0001")))
        if currency != self.currency:
            deal["currency"] = currency
        if self.chance(0.5):
            deal["product_line"] = self.name("product_line")
        if shape.shared_accounts and self.chance(0.7):
            deal["account"] = draw.choice(self.accounts)
        if self.chance(0.2):
            deal["channel"] = "online"
        if self.chance(0.05) and shape.later:
            deal["status"] = "cancelled"
        if shape.splits and len(self.payees) > 1 and self.chance(0.25):
            deal["splits"] = self._splits()
        measures = {row["measure"] for row in self.body["components"]}
        withheld = any("clawback_unpaid_days" in row or "hold_share" in row for row in self.body["components"])
        if measures & {"revenue_invoiced", "revenue_collected"} or withheld or self.chance(0.1):
            deal |= self._invoices(day, Decimal(net))
        if shape.returns and self.chance(0.25) and Decimal(net):
            deal["returns"] = []
            for part in draw.choice([["1"], ["0.5"], ["0.25", "0.5"]]):
                back = {"date": self.later(day), "qty": text(Decimal(deal["qty"]) * Decimal(part))}
                back["net"] = text((Decimal(net) * Decimal(part)).quantize(Decimal("0.0001")))
                deal["returns"].append(back)
        return deal

    def _splits(self) -> list[dict[str, str]]:
        one, other = self.draw.sample(self.payees, 2)
        if self.shape.rules and self.chance(0.3):
            return [{"payee": other, "share": self.draw.choice(["0.5", "0.3333", "1"]), "kind": "overlay"}]
        shares = [("0.5", "0.5"), ("0.6", "0.4"), ("0.9", "0.1")]
        if not self.shape.round_amounts:
            shares += [("0.3333", "0.6667"), ("0.5", "0.4999")]
            shares += [("0.5", "0.3")] if self.shape.later else []
        first, second = self.draw.choice(shares)
        return [{"payee": one, "share": first}, {"payee": other, "share": second}]

    def _invoices(self, day: str, net: Decimal) -> Body:
        parts = (
            [net]
            if self.chance(0.6)
            else [(net / 3).quantize(Decimal("0.01")), net - (net / 3).quantize(Decimal("0.01"))]
        )
        if self.shape.round_amounts:
            parts = [net]
        invoices, payments = [], []
        for number, part in enumerate(parts, start=1):
            issued = self.later(day)
            invoices.append({"date": issued, "due": self.later(issued), "net": text(part)})
            for share in self.draw.choice([["1"], ["0.5"], ["0.5", "0.5"], []]):
                paid = text((part * Decimal(share)).quantize(Decimal("0.0001")))
                payments.append({"date": self.later(issued), "amount": paid, "invoice": str(number)})
        if payments and self.chance(0.1) and not self.shape.rising:
            payments.append(
                {**payments[0], "date": self.later(payments[0]["date"]), "amount": f"-{payments[0]['amount']}"}
            )
            if payments[-1]["amount"] in ("-0", "--0"):
                payments.pop()
        return {"invoices": invoices, "payments": payments}

    def _dealer_sales(self) -> None:
        self.body["dealer_orders"] = []
        self.body["sell_through"] = []
        for number in range(1, 5):
            day, net = self.day(), self.amount()
            sale = {
                "dealer": self.draw.choice(self.dealer_ids),
                "date": day,
                "net": net,
                "qty": self.draw.choice(["1", "8"]),
            }
            payments = [{"date": self.later(day), "amount": net}] if self.chance(0.5) else []
            self.body["dealer_orders"].append({"id": f"s{number}", **sale, "payments": payments})
            self.body["sell_through"].append({"id": f"w{number}", **sale, "date": self.later(day)})

    def _others(self) -> None:
        measures = {row["measure"] for row in self.body["components"]}
        for number in range(1, 5):
            who, day, account = self.draw.choice(self.payees), self.day(), self.draw.choice(self.accounts)
            at = f"{day}T{self.draw.choice(['04:00:00', '15:59:59', '16:00:00'])}Z"
            if "deals_won" in measures:
                row = {"opportunity_id": f"n{number}", "account_id": account, "owner_user_id": who, "stage": "won"}
                row |= {
                    "amount": self.amount(),
                    "currency": self.currency,
                    "created_at": f"{shift(day, -30)}T04:00:00Z",
                }
                won = {"closed_at": at, "is_closed": "true", "is_won": self.draw.choice(["true", "true", "false"])}
                self._add("crm.opportunities", row | won)
            if "visits" in measures:
                kind = self.draw.choice(["visit", "visit", "call"])
                row = {"activity_id": f"v{number}", "kind": kind, "user_id": who, "account_id": account}
                self._add("crm.activities", row | {"occurred_at": at})
            if "tickets_resolved" in measures:
                row = {"ticket_id": f"h{number}", "account_id": account, "assignee_user_id": who}
                self._add("service.tickets", row | {"opened_at": f"{shift(day, -1)}T04:00:00Z", "resolved_at": at})
            if "class_seats" in measures:
                row = {"class_id": f"l{number}", "course": "piano", "teacher_user_id": who, "capacity": "8"}
                self._add("education.classes", row | {"starts_on": "2026-01-01", "ends_on": "2026-06-30"})
                row = {"enrolment_id": f"e{number}", "class_id": f"l{number}", "student_id": "s", "is_trial": "true"}
                row |= {"enrolled_at": f"{day}T01:00:00Z", "converted_at": at, "net_amount": "9", "currency": "USD"}
                if self.chance(0.3):
                    row["refunded_at"] = f"{self.later(day)}T20:00:00Z"
                self._add("education.enrolments", row)
        if self.chance(0.2):
            row = {"registration_id": "g1", "account_id": "k1", "user_id": self.payees[0], "status": "approved"}
            row |= {"registered_at": "2026-01-10T00:00:00Z", "expires_on": "2026-03-31"}
            self._add("crm.deal_registrations", row)
        self.body["raw"] = {table: rows for table, rows in self.raw.items() if rows}

    def _add(self, table: str, row: dict[str, str]) -> None:
        self.raw.setdefault(table, []).append(row)


def company(seed: int, number: int, shape: Shape = ANY, case_id: str | None = None) -> Body:
    """The company of that number: the same for the same seed, whatever others are drawn."""
    draw = Random(f"{seed}/{number}")
    drawn = _Company(draw, case_id or f"g{seed}-{number:05}", shape, world(seed, number // WORLD_SIZE))
    if not shape.others:
        drawn.body["raw"] = {table: rows for table, rows in drawn.raw.items() if rows}
    return drawn.body


def companies(seed: int, count: int) -> list[Body]:
    """So many companies of any shape; each WORLD_SIZE of them agree in as-of day and rates."""
    return [company(seed, number) for number in range(count)]


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    def ignore_aliases(self, _: Any) -> bool:
        return True


def _plain(dumper: Any, value: str) -> Any:
    """A number or a day is written as one; the reader takes every scalar as the text that stands there."""
    tag = dumper.resolve(yaml.ScalarNode, value, (True, False)) if value else "tag:yaml.org,2002:str"
    return dumper.represent_scalar(tag, value)


_Dumper.add_representer(str, _plain)


def as_yaml(bodies: Sequence[Body]) -> str:
    """The companies as a file of cases."""
    return yaml.dump(list(bodies), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=160)


def expected(body: Body) -> list[dict[str, str]]:
    """What the checker says of a company: each component's pay, each statement, each attainment."""
    case = translate(Source(body["id"], "drawn", "", body), read_contract(), needs_figures=False)
    tables: dict[str, list[Values]] = {FX_TABLE: list(case.rates.values())}
    for currency, rate in DEFAULT_RATES.items():
        known: Values = {"currency": currency, "rate_on": DEFAULT_RATES_ON, "rate_to_base": rate}
        tables[FX_TABLE].append({**known, "updated_at": updated_at(1)})
    for row in case.rows:
        tables.setdefault(row.table, []).append(row.values)
    pay = calculate(tables, Settings(as_of=date.fromisoformat(case.as_of)))
    amounts: dict[tuple[str, date, str], Decimal] = {}
    for (payee, _, component, start, _, kind), amount in pay.lines.items():
        if component and kind not in ("draw", "draw_recovery"):
            key = (payee, start, component)
            amounts[key] = amounts.get(key, Decimal(0)) + amount
    payable: dict[tuple[str, date], Decimal] = {}
    for (payee, _, start), columns in pay.statements.items():
        payable[payee, start] = payable.get((payee, start), Decimal(0)) + columns["payable"]

    def row_of(payee: str, start: date, **figures: str) -> dict[str, str]:
        bare = {name: value.removeprefix(f"{case.case_id}/") for name, value in figures.items()}
        return {"payee": payee.removeprefix(f"{case.case_id}/"), "period_start": start.isoformat(), **bare}

    rows = [row_of(payee, start, component=of, amount=text(amount)) for (payee, start, of), amount in amounts.items()]
    rows += [row_of(payee, start, payable=text(amount)) for (payee, start), amount in payable.items()]
    for (payee, component, start), standing in pay.attainment.items():
        if standing.attainment is not None:
            attained = standing.attainment.quantize(Decimal("0.000001"), ROUND_HALF_UP)
            rows.append(row_of(payee, start, component=component, attainment=text(attained)))
    return rows


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.properties.generate", description=__doc__)
    parser.add_argument("--cases", type=int, default=WORLD_SIZE)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--bare", action="store_true", help="leave out what the checker expects")
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    drawn = companies(options.seed, options.cases)
    if not options.bare:
        # A company without a figure (nobody is on a plan by the as-of day) is no case.
        drawn = [{**body, "expect": rows} for body in drawn if (rows := expected(body))]
    for first in range(0, len(drawn), WORLD_SIZE):
        file = options.out / f"drawn-{options.seed}-{first // WORLD_SIZE:03}.yml"
        file.write_text(as_yaml(drawn[first : first + WORLD_SIZE]), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
