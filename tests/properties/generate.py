"""Small companies drawn by Hypothesis, in the format of the conformance cases: `python -m tests.properties.generate`.

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
from typing import Any, TypeVar

import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st

from checker import Settings, calculate
from tests.conformance.contracts import read_contract
from tests.conformance.reading import Source
from tests.conformance.translation import DEFAULT_RATES, DEFAULT_RATES_ON, FX_TABLE, Values, translate, updated_at

Body = dict[str, Any]
T = TypeVar("T")
# Companies of one world share as-of day and rates, and so a warehouse.
WORLD_SIZE = 1000
_SCALE = {"USD": 1000, "EUR": 1000, "CNY": 1000, "JPY": 100000, "KWD": 100}
_UNIT = {"USD": "0.01", "EUR": "0.01", "CNY": "0.01", "JPY": "1", "KWD": "0.001"}
_MONEY = ("revenue_booked", "margin_booked", "revenue_invoiced", "revenue_collected", "bookings_won")
_BOOKED = ("revenue_booked", "margin_booked", "units_sold")
_ACTIVITIES = {"visits": "visit", "calls": "call", "demos": "demo"}
_COUNTS = (*_ACTIVITIES, "deals_won", "interactions", "tickets_resolved", "class_seats", "class_renewals")
_DEALER_MONEY = ("dealer_sell_in", "dealer_sell_through", "dealer_collected")
_DEALER = (*_DEALER_MONEY, "dealer_units_in", "dealer_units_through")
MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}
# Zones, and times near their midnights in winter and in summer.
_MIDNIGHTS = {
    "Asia/Shanghai": ("04:00:00", "15:59:59", "16:00:00"),
    "America/New_York": ("03:59:59", "04:00:00", "04:59:59", "05:00:00"),
    "Europe/Berlin": ("21:59:59", "22:00:00", "22:59:59", "23:00:00"),
}
# KPIs that gate and score, with a value near those that small companies have.
KPIS = {
    "revenue": "9000", "contribution": "9000", "gross_margin_rate": "0.25", "collection_days": "30", "win_rate": "0.5",
    "visit_to_order_rate": "0.5", "sales_cycle_days": "30", "follow_up_hours": "24", "satisfaction": "4", "class_fill_rate": "0.125",
    "class_renewal_rate": "0.5", "repurchase_rate": "0.5", "pipeline_coverage": "0.5",
}  # fmt: skip
# Dimensions whose values are names: each company has its own, so a world lets only a few of them be named.
_NAMED = ("product_line", "account_industry", "account_tier", "account_region", "role", "payee_region")
_IDS = {
    "product": "general-product", "account": "k1", "payee": "ann", "team": "t1", "dealer": "d1", "dealer_tier": "gold",
}  # fmt: skip
NAMED_BY_COMPANY = (*_NAMED, *_IDS)
_OF_COEFFICIENTS = {"payee_region": "region", "product_line": "product_line"}
_VALUES = {
    "channel": ("direct", "online", "dealer"),
    "weekday": ("1", "5", "6"),
    "order_month": ("1", "3", "6"),
    "is_key_account": ("true", "false"),
    "is_new_account": ("true",),
    "is_first_order": ("true", "false"),
    "is_registered_deal": ("true", "false"),
    "deal_size": ("1000", "5000"),
    "margin_rate": ("0.25", "0.5"),
    "tenure_days": ("90", "365"),
    "tenure_band": ("0-90", "366+"),
    "discount_rate": ("0", "0.1"),
    "product_age_days": ("30", "365"),
    "sales_cycle_days": ("0", "30"),
    "lead_source": ("web", "fair"),
    "class_course": ("piano",),
    "is_high_potential_class": ("true", "false"),
}
_NUMBERS = (
    *("deal_size", "margin_rate", "tenure_days", "order_month", "weekday", "discount_rate"),
    *("product_age_days", "sales_cycle_days"),
)
# The laws but that of arrival are judged on deals, which have no value of these.
_OF_OTHERS = ("discount_rate", "product_age_days", "sales_cycle_days", "lead_source", "class_course")
_OF_OTHERS += ("is_high_potential_class", *_IDS)
_OF_PAYEES = ("role", "payee_region", "tenure_band", "tenure_days", "payee", "team")


class Choices:
    """Even choices, read off the bytes that Hypothesis drew; where these end, each choice is the simplest.

    Choice by choice Hypothesis would lean towards the first of everything, and spend half of its examples on copies that
    differ in one choice.
    """

    TAPE = st.binary(min_size=4096, max_size=4096)

    def __init__(self, tape: bytes) -> None:
        self._tape, self._read = tape, 0

    def randrange(self, count: int) -> int:
        self._read += 2
        return int.from_bytes(self._tape[self._read - 2 : self._read]) % count

    def chance(self, share: float) -> bool:
        """True for this share; simpler is without."""
        return self.randrange(1000) >= 1000 - round(share * 1000)

    def choice(self, choices: Sequence[T]) -> T:
        return choices[self.randrange(len(choices))]

    def sample(self, choices: Sequence[T], count: int) -> list[T]:
        left = list(choices)
        return [left.pop(self.randrange(len(left))) for _ in range(count)]


def drawn(strategy: st.SearchStrategy[T], count: int, seed: str) -> list[T]:
    """So many examples of a strategy, the same for the same seed.

    They are gathered first, since a build of hundreds takes little longer than one of a single company.
    """
    found: list[T] = []

    @seeded(seed)
    @settings(
        max_examples=count, phases=[Phase.generate], database=None, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(strategy)
    def gather(example: T) -> None:
        found.append(example)

    gather()
    return found


@dataclass(frozen=True)
class Shape:
    """Which mechanics a company may have."""

    methods: tuple[str, ...] = (
        *("flat", "marginal", "retroactive", "step", "milestones", "interpolated", "rank", "scorecard"),
    )
    measures: tuple[str, ...] = (*_MONEY, *_BOOKED, *_BOOKED, "revenue_invoiced", "new_accounts", *_COUNTS)
    conditions: tuple[str, ...] = (*_NAMED, *_VALUES, *_IDS)
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
    superseded: bool = False
    by_hand: bool = True


ANY = Shape()
PLAIN = replace(
    ANY, rules=False, teams=False, shared_accounts=False, others=False, later=False, withheld=False, by_hand=False,
    measures=("revenue_booked", "margin_booked", "revenue_invoiced", "revenue_collected", "units_sold", "new_accounts"),
    conditions=tuple(name for name in ANY.conditions if name not in _OF_OTHERS),
)  # fmt: skip


@dataclass(frozen=True)
class World:
    """What companies of one warehouse have in common."""

    as_of: str
    timezone: str
    rates: tuple[dict[str, str], ...]
    named: frozenset[str]


def world(seed: int, number: int) -> World:
    """The world of that number."""
    draw = Random(f"{seed}/world/{number}")
    as_of = draw.choice(["2026-12-31", "2026-08-15", "2027-01-31", "2026-06-30"])
    timezone = draw.choice(list(_MIDNIGHTS))
    rates = [
        {"currency": "USD", "rate_on": "2026-02-14", "rate_to_base": draw.choice(["7.1234567891", "6.5", "7"])},
        {"currency": "JPY", "rate_on": "2026-04-01", "rate_to_base": draw.choice(["0.0476190476", "0.05"])},
        {"currency": "EUR", "rate_on": "2026-03-31", "rate_to_base": draw.choice(["7.77", "8.3333333333"])},
    ]
    # One of them is what a contribution coefficient can name, and reach no other company by.
    one = draw.choice(list(_OF_COEFFICIENTS))
    return World(
        as_of, timezone, tuple(rates), frozenset({one, draw.choice([of for of in NAMED_BY_COMPANY if of != one])})
    )


def shift(day: str, days: int) -> str:
    """The day so many days later."""
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def text(number: Decimal) -> str:
    """A number as the contracts want it: no exponent, no trailing zeros."""
    plain = format(number.normalize(), "f")
    return "0" if Decimal(plain) == 0 else plain


class _Company:
    def __init__(self, draw: Choices, shape: Shape, of: World) -> None:
        self.draw, self.shape, self.world = draw, shape, of
        self.currency = draw.choice(["USD", "USD", "USD", "EUR", "JPY", "KWD", "CNY"])
        self.period = draw.choice(["month", "quarter", "quarter", "quarter", "half", "year"])
        self.scale = Decimal(_SCALE[self.currency])
        self.begins = draw.choice(
            ["2026-01-01"] * 4 + ["2026-02-15", "2026-01-01" if shape.superseded else "2025-07-01"]
        )
        self.dealers = shape.others and self.chance(0.12)
        self.dealer_ids = ["d1", "d2"] if self.dealers or (shape.others and self.chance(0.2)) else []
        self.body: Body = {"id": "", "mechanic": "drawn", "source": "drawn at random", "as_of": of.as_of}
        self.body["timezone"] = of.timezone
        self.body |= {"currency": self.currency, "period": self.period}
        self._people()
        self._plans()
        self._deals()
        if self.dealers:
            self._dealer_sales()
        if shape.others:
            self._others()
            self._corrected()
        if shape.by_hand:
            self._by_hand()
        self.body["raw"] = {table: rows for table, rows in self.raw.items() if rows}
        self.body["fx_rates"] = [dict(rate) for rate in of.rates]
        self.body = {key: value for key, value in self.body.items() if value not in ([], {})}

    # choices

    def chance(self, share: float) -> bool:
        return self.draw.chance(share)

    def some(self, choices: Sequence[str], most: int) -> list[str]:
        return self.draw.sample(choices, 1 + self.draw.randrange(min(most, len(choices))))

    def name(self, dimension: str) -> str:
        """A value of a dimension: a name in the few that the world lets be named, else a number."""
        if dimension in self.world.named:
            return self.draw.choice(["north", "south", "钢"])
        return self.draw.choice(["1", "2", "007"])

    def day(self) -> str:
        kind = self.draw.randrange(100)
        if kind < 35:
            ends = [
                "2026-01-01",
                "2026-01-31",
                "2026-03-31",
                "2026-04-01",
                "2026-06-30",
                "2026-02-14",
                "2026-02-28",
                "2026-03-08",
            ]
            return self.draw.choice([*ends, self.begins, self.world.as_of])
        if kind < 42:
            return shift(self.draw.choice([self.begins, "2026-01-01"]), -1)
        if kind < 52 and self.shape.tier_keys != ("amount",):
            return shift("2025-01-01", self.draw.randrange(365))
        return shift("2026-01-01", self.draw.randrange(200))

    def later(self, day: str) -> str:
        return shift(day, self.draw.choice([0, 1, 15, 30, 31, 60, 90, 120]))

    def at(self, day: str) -> str:
        """A time of that day, near midnight in the company's zone."""
        return f"{day}T{self.draw.choice(_MIDNIGHTS[self.world.timezone])}Z"

    def amount(self, currency: str | None = None, least: str = "0") -> str:
        """An amount near the bounds of tiers, quotas and sums of them."""
        currency = currency or self.currency
        scale, unit = Decimal(_SCALE[currency]), Decimal(_UNIT[currency])
        if self.shape.round_amounts:
            return text(scale * self.draw.choice([1, 2, 3, 5, 7]) / self.draw.choice([1, 1, 2, 5]))
        kinds = [scale, 2 * scale, 3 * scale, 5 * scale, scale / 2, scale - unit, scale + unit, scale + unit / 2]
        kinds += [unit, unit / 2, scale * (1 + self.draw.randrange(9998)) / 999]
        value = self.draw.choice(kinds).quantize(Decimal("0.0001") if self.chance(0.1) else unit / 2)
        return text(value) if self.chance(0.96) or least != "0" else "0"

    # people

    def _people(self) -> None:
        self.two_companies = self.shape.others and self.chance(0.06)
        ids = self.draw.sample(["ann", "bob", "cal", "Dee", "王"], self.draw.choice([1, 2, 2, 3, 3, 4]))
        self.payees = sorted(ids)
        rows, moves = [], []
        for payee in ids:
            row = {"id": payee}
            if self.shape.moves and self.chance(0.15):
                row["hired_on"] = self.draw.choice(["2026-01-01", "2026-02-15", "2026-03-31", "2025-11-30"])
            if self.two_companies and self.chance(0.4):
                row["company_id"] = "two"
            if self.shape.moves and self.chance(0.12):
                row["terminated_on"] = self.draw.choice(["2026-03-31", "2026-05-15", "2026-06-30"])
            row["role"], row["team"] = self.name("role"), self.draw.choice(["t1", "t1", "t2"])
            if self.shape.others and self.chance(0.3):
                row["manager"] = self.draw.choice(ids)
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
        if self.two_companies:
            plan["company_id"] = "two"
        if self.shape.others and self.chance(0.5 if self.shape.superseded else 0.15):
            second = {"plan_id": "q", "valid_from": "2026-04-01"}
            if self.shape.superseded:
                second["valid_from"] = self.draw.choice(["2026-01-01", "2026-02-01", "2026-02-15", "2026-04-01"])
            if self.chance(0.6):
                second["supersedes"] = "p"
            if self.chance(0.4):
                second |= {"currency": self.draw.choice(list(_UNIT)), "period": self.draw.choice(list(MONTHS))}
            plans.append(second)
        if self.dealer_ids:
            self.body["dealers"] = [
                {"id": "d1", "tier": "gold", "manager_user_id": self.draw.choice(self.payees)},
                {"id": "d2", "onboarded_on": "2026-02-01"},
            ]
        if self.dealers:
            measures = _DEALER
            for row in plans:
                row["payee_kind"] = "dealer"
        elif self.shape.others and self.chance(0.1):
            # Tasks pay points, which no money is worth.
            plans.append({"plan_id": "z", "valid_from": "2026-01-01", "currency": "PTS", "period": "month"})
        self.body["plans"] = plans
        sections = "components tiers modifiers conditions scorecard_kpis contest_entries quotas draws credit_rules"
        sections += " triggers trigger_firings contribution_coefficients"
        self.body |= {key: [] for key in sections.split()}
        self._assignments(plans)
        self.quotas: set[tuple[str, str, str, str, str]] = set()
        for row in plans:
            for number in range(self.draw.choice([1, 1, 2]) if row is plan else 1):
                of = (*_COUNTS, "units_sold", "new_accounts") if row["plan_id"] == "z" else measures
                self._component(f"{row['plan_id']}{number + 1}", row["plan_id"], self.draw.choice(of))
        if self.shape.withheld and self.chance(0.2):
            for kind in self.some(["recoverable", "guarantee", "recoverable"], 2):
                row = {"plan_id": "p", "kind": kind, "amount": text(self.scale / self.draw.choice([2, 10, 20]))}
                row |= {"first_month": self.draw.choice(["0", "0", "0", "1", "70"])}
                self.body["draws"].append({**row, "months": self.draw.choice(["3", "90", "240"])})
        if self.shape.rules and self.chance(0.3):
            kinds = ["account_owner", "overlay", "registrant", "service_owner", "dealer_manager"]
            for receives in self.some(kinds[: 5 if self.dealer_ids else 4], 2):
                row = {"credit_rule_id": f"r-{receives}", "measure": self.draw.choice(measures), "receives": receives}
                row |= {"share": self.draw.choice(["0.5", "0.1", "1", "0.333333"]), "valid_from": "2026-01-01"}
                if self.chance(0.15):
                    row["valid_to"] = "2026-05-01"
                if self.two_companies and self.chance(0.5):
                    row["company_id"] = "two"
                self.body["credit_rules"].append(row)
                self._conditions(row["credit_rule_id"], 0.3)

    def _assignments(self, plans: list[dict[str, str]]) -> None:
        who = self.dealer_ids if self.dealers else self.payees
        shape = self.shape
        rows = []
        for plan in plans:
            wide = shape.moves and self.chance(0.3)
            for number, payee in enumerate(who):
                if wide and shape.others and self.chance(0.4):
                    continue
                row = {"plan_id": plan["plan_id"], "subject_id": payee, "target_incentive": self._target([1, 5])}
                if shape.personal_factors and self.chance(0.2):
                    row["personal_factor"] = self.draw.choice(["0.9", "1.1", "0.333333"])
                if shape.moves and self.chance(0.1):
                    row["valid_from"] = "2026-03-15"
                if shape.others and self.chance(0.05):
                    row["valid_to"] = self.draw.choice(["2026-05-10", "2026-07-01"])
                if shape.moves and self.chance(0.05) and number:
                    row["excluded"] = "true"
                rows.append(row)
            if wide:
                subjects = [("dealer_tier", "gold")] if self.dealers else [("team", "t1")]
                if shape.others:
                    subjects.append(("all", ""))
                if shape.others and not self.dealers:
                    subjects += [("role", self.name("role")), ("region", self.name("payee_region"))]
                    subjects += [("tenure_band", "366+"), ("tenure_band", "0-90"), ("team", "t0")]
                for kind, subject in self.draw.sample(subjects, min(len(subjects), 1 + self.draw.randrange(2))):
                    row = {"plan_id": plan["plan_id"], "subject_kind": kind, "valid_from": "2026-02-01"}
                    row |= {"subject_id": subject} if subject else {}
                    rows.append({**row, "target_incentive": self._target([2, 3])})
            if not any(row["plan_id"] == plan["plan_id"] for row in rows):
                rows.append({"plan_id": plan["plan_id"], "subject_kind": "all", "target_incentive": self._target([1])})
        self.body["assignments"] = rows

    def _target(self, times: Sequence[int]) -> str:
        return text((self.scale * self.draw.choice(times) / self.draw.choice([1, 3])).quantize(Decimal("0.0001")))

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
        kpis = shape.others and not self.dealers
        if self.chance(0.2):
            row["prorate"] = "false"
        if shape.others and self.chance(0.06):
            row |= {"valid_from": "2026-02-10", "valid_to": draw.choice(["2026-05-20", "2027-01-01"])}
        if plan == "z":
            row["kind"] = "task"
        if shape.others and key == "attainment" and method in ("step", "milestones", "interpolated", "retroactive"):
            others = _DEALER if self.dealers else _BOOKED
            if accumulate != "event" and self.chance(0.25):
                row["quota_measure"] = draw.choice(others)
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
            row |= self._gate(measure, kpis)
        if method == "rank":
            # Dealers are in no team.
            row["rank_within"] = draw.choice(["plan", "region", "group", *([] if self.dealers else ["team"])])
            row["rank_subject"] = "payee" if self.dealers else draw.choice(["payee", "payee", "team"])
        if (
            shape.withheld
            and measure in (*_BOOKED, "revenue_invoiced", "dealer_sell_in")
            and method in ("flat", "marginal", "retroactive")
        ):
            if self.chance(0.3):
                row |= {"hold_share": draw.choice(["0.5", "0.333333", "1"])}
                row["hold_until"] = draw.choice(["collected", "collected", "days:30", "days:0"])
            elif measure != "dealer_sell_in" and self.chance(0.3):
                row["clawback_unpaid_days"] = draw.choice(["0", "30", "60"])
        self.body["components"].append(row)
        self._tiers(row)
        self._conditions(component, 0.3)
        if method == "scorecard":
            known = {"revenue_booked": text(self.scale * 5), "margin_booked": text(self.scale * 2), "units_sold": "10"}
            known |= KPIS if kpis else {}
            if self.dealers:
                known = {"dealer_sell_in": text(self.scale * 5), "dealer_units_through": "10"}
            for kpi in self.some(list(known), 3):
                of = {"component_id": component, "measure": kpi, "weight": draw.choice(["0.5", "1", "0.333333"])}
                if self.chance(0.3):
                    of |= {"min_score": draw.choice(["0.5", "-1"]), "max_score": draw.choice(["1", "0.9"])}
                self.body["scorecard_kpis"].append({**of, "target": known[kpi]})
                if kpi == "contribution":
                    self._coefficients()
                if kpi == "pipeline_coverage":
                    self._quotas("revenue_booked", False)
        if row.get("rank_within") == "group":
            ranked = [("payee", payee) for payee in (self.dealer_ids if self.dealers else self.payees)]
            ranked += [] if self.dealers else [("team", "t1"), ("team", "t2")]
            # A group of nobody is refused: the first of who is ranked has an entry.
            first = next(one for one in ranked if one[0] == row["rank_subject"])
            for kind, subject in ranked:
                if (kind, subject) == first or self.chance(0.7 if kind == "payee" else 0.5):
                    entry = {"component_id": component, "subject_kind": kind, "subject_id": subject}
                    self.body["contest_entries"].append({**entry, "group_id": draw.choice(["red", "blue"])})
        if key == "attainment" or row.get("gate_key") == "attainment":
            self._quotas(row.get("quota_measure", measure), row.get("credit_level") == "team")
            if "quota_measure" in row and row.get("gate_key") == "attainment":
                self._quotas(measure, False)
        if shape.modifiers:
            for number in range(draw.choice([0, 0, 1, 2])):
                self._modifier(f"{component}-m{number}", component, measure, kpis)
        if shape.others and self.chance(0.08):
            self._trigger(component)

    def _trigger(self, component: str) -> None:
        """What a firing of the trigger reaches is what the component pays."""
        subjects = [("product_line", self.name("product_line")), ("opportunity", "n1")]
        if not self.dealers:
            subjects += [("payee", self.draw.choice(self.payees)), ("team", "t1"), ("team", "t0")]
            subjects += [("region", self.name("payee_region"))]
        kind = self.draw.choice(subjects)[0]
        trigger = {
            "trigger_id": f"{component}-t",
            "metric": "revenue_booked",
            "subject_kind": kind,
            "window_days": "30",
        }
        trigger |= {"operator": "lt", "threshold": "1", "action": "campaign", "cooldown_days": "7"}
        self.body["triggers"].append({**trigger, "component_id": component, "message": "{subject}"})
        for subject in [subject for of, subject in subjects if of == kind and self.chance(0.9)]:
            fired_on = self.day()
            firing = {"trigger_id": f"{component}-t", "subject_kind": kind, "subject_id": subject, "fired_on": fired_on}
            firing["active_until"] = shift(fired_on, self.draw.choice([1, 30, 90, 400]))
            self.body["trigger_firings"].append(firing)

    def _coefficients(self) -> None:
        """Rows that reach this company alone: each gives the region or product line that is its own."""
        named = [of for of in _OF_COEFFICIENTS if of in self.world.named]
        rows = {}
        for _ in range(self.draw.choice([2, 3, 5])):
            given = self.draw.choice(named)
            row = {_OF_COEFFICIENTS[of]: self.name(of) for of in _OF_COEFFICIENTS if of == given or self.chance(0.3)}
            if self.chance(0.4):
                row["channel"] = self.draw.choice(_VALUES["channel"])
            row["valid_from"] = self.draw.choice(["2026-01-01", "2025-01-01", self.day()])
            key = tuple(sorted(row.items()))
            row["coefficient"] = self.draw.choice(["0.5", "2", "0", "1.333333"])
            if self.chance(0.3):
                row["valid_to"] = shift(row["valid_from"], self.draw.choice([1, 60]))
            rows[key] = row
        self.body["contribution_coefficients"] = list(rows.values())

    def _gate(self, measure: str, kpis: bool) -> dict[str, str]:
        gate = {"gate_measure": measure, "gate_key": self.draw.choice(["amount", "attainment"])}
        bound = self.draw.choice(["0.5", "1"])
        if gate["gate_key"] == "amount":
            bound = text(self.scale * 2) if self._is_money(measure) else "2"
        gate["gate_min"] = bound
        if not self.shape.rising and self.chance(0.3):
            gate["gate_max"] = text(Decimal(bound) * 2)
        if kpis and self.chance(0.3):
            kpi = self.draw.choice(list(KPIS))
            gate = {"gate_measure": kpi, "gate_key": self.draw.choice(["amount", "attainment"])}
            bounds = [KPIS[kpi], text(Decimal(KPIS[kpi]) * (3 if kpi != "collection_days" else Decimal("0.5")))]
            if kpi in ("sales_cycle_days", "follow_up_hours"):
                bounds.sort(key=Decimal, reverse=True)
            gate["gate_min"] = bounds[0]
            if self.chance(0.4):
                gate["gate_max"] = bounds[1]
        if self.shape.teams and not self.dealers and self.chance(0.3):
            gate["gate_subject"] = "team"
        if gate["gate_measure"] == "contribution":
            self._coefficients()
        if gate["gate_measure"] == "pipeline_coverage":
            self._quotas("revenue_booked", "gate_subject" in gate)
        return gate

    def _is_money(self, measure: str) -> bool:
        return measure in _MONEY or measure in _DEALER_MONEY

    def _tiers(self, row: dict[str, str]) -> None:
        draw, method, key = self.draw, row["method"], row["tier_key"]
        count = draw.choice([1, 2, 3, 4]) if method != "flat" else 1
        if key == "rank":
            places = range(1, count + 1) if self.shape.rising else sorted(draw.sample([1, 2, 3, 4], count))
            bounds = [Decimal(place) for place in places]
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
        months = MONTHS[self.period]
        length = self.period if self.chance(0.7) or months == 1 else "month"
        subjects = [("dealer", who) for who in self.dealer_ids] if self.dealers else [("payee", w) for w in self.payees]
        if of_team or self.shape.teams:
            subjects += [("team", "t1"), ("team", "t2")]
        for kind, subject in subjects:
            size = self.draw.choice([2, 5, 10, 3])
            if self.chance(0.08):
                continue
            for first in range(1, 13, MONTHS[length]):
                start = f"2026-{first:02}-01"
                key = (kind, subject, measure, length, start)
                if key in self.quotas or start > self.world.as_of:
                    continue
                self.quotas.add(key)
                quota = self.scale * size if self._is_money(measure) else Decimal(size)
                row = {"subject_kind": kind, "subject_id": subject, "measure": measure, "period": length}
                quota = Decimal(0) if self.chance(0.03) else quota
                self.body["quotas"].append({**row, "period_start": start, "quota": text(quota)})

    def _modifier(self, modifier: str, component: str, measure: str, kpis: bool) -> None:
        factors = ["1.5", "2", "1.1"] if self.shape.rising else ["0.5", "1.5", "2", "0", "1.333333"]
        row = {"modifier_id": modifier, "component_id": component, "factor": self.draw.choice(factors)}
        row |= {"scope": "event", "stack": self.draw.choice(["multiply", "highest", "add"])}
        if self.shape.gates and self.chance(0.4):
            row |= {"scope": "period"} | self._gate(measure, kpis)
            if row["gate_key"] == "attainment":
                self._quotas(measure, False)
        self.body["modifiers"].append(row)
        self._conditions(modifier, 0.7 if row["scope"] == "event" else 0.1)

    def _conditions(self, owner: str, share: float) -> None:
        if not self.shape.conditions or not self.chance(share):
            return
        for dimension in self.draw.sample(self.shape.conditions, self.draw.choice([1, 1, 1, 2])):
            if dimension in _IDS and dimension not in self.world.named:
                continue
            if dimension in _OF_PAYEES and self.dealers:
                continue
            operator = self.draw.choice(["eq", "ne", "in", "not_in", "is_null", "not_null"])
            if dimension in _NUMBERS and self.chance(0.7):
                operator = self.draw.choice(["gt", "gte", "lt", "lte"])
            value = (
                self.name(dimension) if dimension in _NAMED
                else _IDS[dimension] if dimension in _IDS
                else self.draw.choice(_VALUES[dimension])
            )  # fmt: skip
            if operator in ("in", "not_in") and self.chance(0.5):
                value = f"{value}|{self.name(dimension)}" if dimension in _NAMED else value
            row = {"owner_id": owner, "dimension": dimension, "operator": operator}
            self.body["conditions"].append(row if operator.endswith("null") else {**row, "value": value})

    # what happened

    def _deals(self) -> None:
        self.body["deals"] = []
        for number in range(1, self.draw.choice([2, 4, 6, 8]) + 1):
            deal = self.deal(f"o{number}")
            self.body["deals"].append(deal)
            if self.shape.others:
                self._more_of(deal)
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
        elif self.dealer_ids and self.chance(0.3):
            deal["dealer"] = draw.choice(self.dealer_ids)
        if self.chance(0.05) and shape.later:
            deal["status"] = "cancelled"
        if shape.splits and len(self.payees) > 1 and self.chance(0.25):
            deal["splits"] = self._splits()
        measures = {row["measure"] for row in self.body["components"]}
        withheld = any("clawback_unpaid_days" in row or "hold_share" in row for row in self.body["components"])
        withheld |= "collection_days" in self._asked()
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
            if self.chance(0.2):
                line = {
                    "dealer_order_line_id": f"s{number}/2",
                    "dealer_order_id": f"s{number}",
                    "dealer_id": sale["dealer"],
                }
                line |= {"product_id": "general-product", "ordered_at": f"{day}T04:00:00Z", "quantity": "3"}
                line |= {
                    "status": self.draw.choice(["open", "cancelled"]),
                    "account_id": self.draw.choice(self.accounts),
                }
                self._add(
                    "channel.dealer_order_lines", {**line, "net_amount": self.amount(), "currency": self.currency}
                )

    def _asked(self) -> set[str]:
        """What components, gates and scorecards read, and what credit rules need."""
        rows = [row for name in ("components", "modifiers", "scorecard_kpis") for row in self.body[name]]
        asked = {row[name] for row in rows for name in ("measure", "gate_measure", "quota_measure") if name in row}
        return asked | {row["receives"] for row in self.body["credit_rules"]}

    def _more_of(self, deal: Body) -> None:
        """A second line of the order; an order of its own time, opportunity, or owner."""
        draw, order = self.draw, deal["id"]
        if self.chance(0.15):
            line = {"order_line_id": f"{order}/2", "order_id": order, "quantity": draw.choice(["1", "3"])}
            line |= {"product_id": f"{deal.get('product_line', 'general')}-product", "net_amount": self.amount()}
            self._add("erp.order_lines", line | ({"cost_amount": line["net_amount"]} if self.chance(0.5) else {}))
        if self.chance(0.15):
            row = {"order_id": order, "ordered_at": self.at(deal["date"]), "status": deal.get("status", "open")}
            row |= {"channel": deal.get("channel", "direct"), "currency": deal.get("currency", self.currency)}
            row["account_id"] = deal.get("account", draw.choice(self.accounts))
            if self.chance(0.9):
                row["sales_user_id"] = deal["payee"]
            if self.chance(0.7):
                row["opportunity_id"] = draw.choice(["n1", "n2"])
            self._add("erp.orders", row | ({"dealer_id": deal["dealer"]} if "dealer" in deal else {}))

    def _others(self) -> None:
        asked, draw = self._asked(), self.draw
        of_orders = {row["opportunity_id"] for row in self.raw.get("erp.orders", []) if "opportunity_id" in row}
        of_deals = {"deals_won", "bookings_won", "win_rate", "sales_cycle_days", "follow_up_hours", "pipeline_coverage"}
        if asked & of_deals or of_orders:
            for number in range(1, 5):
                self._opportunity(f"n{number}")
        if asked & {*_ACTIVITIES, "visit_to_order_rate", "follow_up_hours"}:
            kinds = [kind for measure, kind in _ACTIVITIES.items() if measure in asked] + ["visit"]
            for number in range(1, 7):
                row = {"activity_id": f"v{number}", "kind": draw.choice(kinds), "user_id": draw.choice(self.payees)}
                row |= {"account_id": draw.choice(self.accounts)} if self.chance(0.9) else {}
                row |= {"opportunity_id": draw.choice(["n1", "n2"])} if self.chance(0.4) else {}
                self._add("crm.activities", row | {"occurred_at": self.at(self.day())})
        if asked & {"tickets_resolved", "satisfaction", "service_owner"}:
            for number in range(1, 5):
                row = {"ticket_id": f"h{number}", "account_id": draw.choice(self.accounts)}
                row |= {"assignee_user_id": draw.choice(self.payees)} if self.chance(0.9) else {}
                row |= {"satisfaction_score": draw.choice(["3", "4", "5"])} if self.chance(0.7) else {}
                day = self.day()
                row |= {"resolved_at": self.at(day)} if self.chance(0.9) else {}
                self._add("service.tickets", row | {"opened_at": f"{shift(day, -1)}T04:00:00Z"})
        if "interactions" in asked:
            for number in range(1, 5):
                row = {"interaction_id": f"x{number}", "user_id": draw.choice(self.payees), "direction": "out"}
                row |= {"account_id": draw.choice(self.accounts), "message_count": draw.choice(["0", "1", "7"])}
                self._add("messaging.interactions", row | {"occurred_at": self.at(self.day())})
        if asked & {"class_seats", "class_renewals", "class_fill_rate", "class_renewal_rate"}:
            self._classes()
        if self.chance(0.3):
            row = {"registration_id": "g1", "account_id": "k1", "status": "approved", "expires_on": "2026-03-31"}
            row |= {"dealer_id": "d1"} if self.dealer_ids and self.chance(0.6) else {"user_id": self.payees[0]}
            self._add("crm.deal_registrations", row | {"registered_at": "2026-01-10T00:00:00Z"})
        if {row["dimension"] for row in self.body["conditions"]} & {"discount_rate", "product_age_days"}:
            row = {"product_id": "general-product", "name": "general", "product_line": "general"}
            row |= {"list_price": self.amount(), "currency": draw.choice(list(_UNIT)), "launched_on": "2025-12-02"}
            self._add("erp.products", row)

    def _opportunity(self, opportunity: str) -> None:
        draw, day, created = self.draw, self.day(), self.day()
        row = {"opportunity_id": opportunity, "account_id": draw.choice(self.accounts), "stage": "any"}
        row |= {
            "owner_user_id": draw.choice(self.payees),
            "currency": self.currency,
            "created_at": f"{created}T04:00:00Z",
        }
        row |= {"amount": text(self.scale * draw.choice([1, 20, 300])) if self.chance(0.3) else self.amount()}
        row |= {"product_line": self.name("product_line")} if self.chance(0.4) else {}
        row |= {"lead_source": draw.choice(["web", "fair"])} if self.chance(0.6) else {}
        row["is_closed"] = str(self.chance(0.7)).lower()
        if self.chance(0.7):
            row["expected_close_on"] = self.later(draw.choice([created, day]))
        row["is_won"] = str(row["is_closed"] == "true" and self.chance(0.7)).lower()
        if row["is_closed"] == "true":
            row["closed_at"] = self.at(max(day, created))
        self._add("crm.opportunities", row)
        if len(self.payees) > 1 and self.chance(0.3):
            for share in self._splits():
                shared = {"opportunity_id": opportunity, "user_id": share["payee"], "share": share["share"]}
                self._add("crm.opportunity_team", shared | {"kind": share.get("kind", "split")})

    def _classes(self) -> None:
        draw = self.draw
        for number in range(1, 3):
            row = {
                "class_id": f"l{number}",
                "course": draw.choice(["piano", "chess"]),
                "capacity": draw.choice(["2", "8", "0"]),
            }
            row |= {"teacher_user_id": draw.choice(self.payees), "starts_on": draw.choice(["2026-01-01", "2026-03-15"])}
            self._add("education.classes", row | {"ends_on": draw.choice(["2026-06-30", "2026-05-01"])})
        for number in range(1, 6):
            day = self.day()
            row = {"enrolment_id": f"e{number}", "class_id": draw.choice(["l1", "l2"]), "student_id": "s"}
            row |= {"is_trial": "true", "enrolled_at": f"{day}T01:00:00Z", "net_amount": "9", "currency": "USD"}
            if self.chance(0.8):
                row["converted_at"] = self.at(day)
            if self.chance(0.4):
                row["renewed_at"] = self.at(self.later(day))
            if self.chance(0.3):
                row["refunded_at"] = f"{self.later(day)}T20:00:00Z"
            self._add("education.enrolments", row)

    def _corrected(self) -> None:
        """What a later batch deletes or says anew."""
        for deal in self.body["deals"]:
            if deal.get("returns") and "landed" not in deal and self.chance(0.1):
                row = {"return_id": f"{deal['id']}/r1", "order_line_id": f"{deal['id']}/1", "quantity": "1"}
                row |= {
                    "net_amount": "1",
                    "returned_on": deal["date"],
                    "is_deleted": self.draw.choice(["true", "false"]),
                }
                self._add("erp.returns", {**row, "landed": "2"})
            if deal.get("payments") and "landed" not in deal and self.chance(0.1):
                row = {"payment_id": f"{deal['id']}/p1", "invoice_id": f"{deal['id']}/i1", "paid_on": deal["date"]}
                row |= {"amount": "1", "currency": self.draw.choice([deal.get("currency", self.currency), "KWD"])}
                self._add("erp.payments", {**row, "is_deleted": self.draw.choice(["true", "false"]), "landed": "2"})
        for name, column in (("quotas", "quota"), ("assignments", "target_incentive")):
            rows = [(number, row) for number, row in enumerate(self.body[name], start=1) if column in row]
            if rows and self.chance(0.05):
                number, row = self.draw.choice(rows)
                row = row | ({"assignment_id": f"a{number}"} if name == "assignments" else {})
                self.body[name].append(
                    {**row, column: "7", "is_deleted": self.draw.choice(["true", "false"]), "landed": "2"}
                )

    def _by_hand(self) -> None:
        """What is paid or taken back by hand, and who or which order is held back."""
        draw, who = self.draw, self.dealer_ids if self.dealers else self.payees
        adjustments, holds = [], []
        for _ in range(draw.choice([1, 1, 2]) if self.chance(0.25) else 0):
            plan = draw.choice(self.body["plans"])
            currency = plan.get("currency", self.currency)
            unit, scale = Decimal(_UNIT.get(currency, "1")), Decimal(_SCALE.get(currency, 8))
            amount = draw.choice([unit, -unit, scale / 4, -scale])
            row = {"payee_id": draw.choice(who), "plan_id": plan["plan_id"], "period_start": self.day()}
            row |= {"amount": text(amount), "currency": currency, "reason": "agreed", "requested_by": "finance"}
            if self.chance(0.3):
                of_plan = [of for of in self.body["components"] if of["plan_id"] == plan["plan_id"]]
                row["component_id"] = draw.choice(of_plan)["component_id"]
            adjustments.append({**row, "approved_by": "head of finance"})
        for _ in range(draw.choice([1, 1, 2]) if self.chance(0.25) else 0):
            row = {"held_from": self.day(), "reason": "audit", "approved_by": "finance"}
            orders = [of["id"] for name in ("deals", "dealer_orders") for of in self.body.get(name, [])]
            if not self.chance(0.4):
                row["payee_id"] = draw.choice(who)
            if "payee_id" not in row or self.chance(0.2):
                row["order_id"] = draw.choice(orders)
            if self.chance(0.7):
                row["released_on"] = shift(row["held_from"], draw.choice([1, 30, 90, 120]))
            holds.append(row)
        self.body |= {"manual_adjustments": adjustments, "payment_holds": holds}

    def _add(self, table: str, row: dict[str, str]) -> None:
        self.raw.setdefault(table, []).append(row)


def company(shape: Shape, of: World) -> st.SearchStrategy[Body]:
    """Companies of that shape in that world, without an id."""
    return Choices.TAPE.map(lambda tape: _Company(Choices(tape), shape, of).body)


def companies(seed: int, count: int) -> list[Body]:
    """So many companies of any shape; each WORLD_SIZE of them agree in as-of day and rates."""
    found: list[Body] = []
    for number in range(-(-count // WORLD_SIZE)):
        left = min(WORLD_SIZE, count - len(found))
        found += drawn(company(ANY, world(seed, number)), left, f"{seed}/{number}")
    return [{**body, "id": f"g{seed}-{number:05}"} for number, body in enumerate(found)]


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
    pay = calculate(tables, Settings(date.fromisoformat(case.as_of), case.timezone))
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
    # A company with nobody on a plan by the as-of day pays nothing.
    return rows or [{"payee": body["payees"][0]["id"], "period_start": "2026-01-01", "payable": "0"}]


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.properties.generate", description=__doc__)
    parser.add_argument("--cases", type=int, default=WORLD_SIZE)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--bare", action="store_true", help="leave out what the checker expects")
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    bodies = companies(options.seed, options.cases)
    if not options.bare:
        bodies = [{**body, "expect": expected(body)} for body in bodies]
    for first in range(0, len(bodies), WORLD_SIZE):
        file = options.out / f"drawn-{options.seed}-{first // WORLD_SIZE:03}.yml"
        file.write_text(as_yaml(bodies[first : first + WORLD_SIZE]), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
