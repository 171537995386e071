"""Who is where on a day: employment, positions, teams, days on a plan (engine.md §2, §8 B5 to B7, C3, C5, C6, C14, C16)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from checker.figures import PERIOD_MONTHS, ZERO, four, period_end, period_start
from checker.rows import Row

FOREVER = date.max
_SPECIFIC = {"payee": 0, "team": 1, "role": 2, "tenure_band": 3, "region": 4, "dealer_tier": 4, "all": 5}


@dataclass(frozen=True)
class Payee:
    """An employee or a dealer."""

    payee_id: str
    kind: str
    hired_on: date
    left_on: date
    company_id: str | None
    region: str | None = None
    tier: str | None = None

    def works(self, day: date) -> bool:
        """Whether hired_on ≤ day ≤ terminated_on (B5)."""
        return self.hired_on <= day <= self.left_on


@dataclass(frozen=True)
class Post:
    """What a payee is on a day."""

    role: str | None = None
    team: str | None = None
    manager: str | None = None
    region: str | None = None


@dataclass(frozen=True)
class Segment:
    """Days [begin, end) on which one assignment row puts a payee on a plan."""

    begin: date
    end: date
    target: Decimal
    personal_factor: Decimal


@dataclass
class Plan:
    """A plan that pays: its days already cut by retirement and by the plan that supersedes it."""

    plan_id: str
    payee_kind: str
    company_id: str | None
    currency: str
    period: str
    valid_from: date
    valid_to: date
    supersedes: str | None
    assignments: list[Row] = field(default_factory=list)
    components: list[Row] = field(default_factory=list)


def tenure_band(days: int) -> str:
    """The band of a number of days since hiring (A10)."""
    return "0-90" if days <= 90 else "91-180" if days <= 180 else "181-365" if days <= 365 else "366+"


class People:
    """The payees, their posts and teams by day."""

    def __init__(self, of: Mapping[str, Sequence[Row]]) -> None:
        self.payees: dict[str, Payee] = {}
        for row in of["channel.dealers"]:
            self.payees[row["dealer_id"]] = Payee(
                row["dealer_id"], "dealer", row["onboarded_on"], row["terminated_on"] or FOREVER,
                row["company_id"], row["region"], row["tier"],
            )  # fmt: skip
        for row in of["crm.users"]:
            self.payees[row["user_id"]] = Payee(
                row["user_id"], "employee", row["hired_on"], row["terminated_on"] or FOREVER, row["company_id"]
            )
        self._posts: dict[str, list[tuple[date, date, Post]]] = defaultdict(list)
        for row in sorted(of["crm.user_assignments"], key=lambda row: row["valid_from"], reverse=True):
            post = Post(row["role"], row["team_id"], row["manager_id"], row["region"])
            self._posts[row["user_id"]].append((row["valid_from"], row["valid_to"] or FOREVER, post))
        self._absent: dict[str, list[tuple[date, date]]] = defaultdict(list)
        for row in of["crm.absences"]:
            self._absent[row["user_id"]].append((row["starts_on"], row["ends_on"]))
        self._parents = {row["team_id"]: row["parent_team_id"] for row in of["crm.teams"]}
        for team in _in_loops(self._parents):
            self._parents[team] = None
        self._above: dict[str, tuple[str, ...]] = {}
        self.leads: dict[str, list[str]] = defaultdict(list)
        for row in of["crm.teams"]:
            if row["leader_user_id"]:
                self.leads[row["leader_user_id"]].append(row["team_id"])
        self._segments: dict[tuple[str, str], list[Segment]] = {}

    def works(self, payee_id: str, day: date) -> bool:
        """Whether the payee is known and employed on the day (B5)."""
        return payee_id in self.payees and self.payees[payee_id].works(day)

    def post(self, payee_id: str, day: date) -> Post:
        """The position in force; of several the one with the latest valid_from (B7). Dealers have a region only."""
        for begin, end, post in self._posts.get(payee_id, ()):
            if begin <= day < end:
                return post
        payee = self.payees.get(payee_id)
        return Post(region=payee.region) if payee and payee.kind == "dealer" else Post()

    def posts(self, payee_id: str) -> list[Post]:
        """All positions a payee ever has."""
        return [post for _, _, post in self._posts.get(payee_id, ())]

    def above(self, team: str | None) -> tuple[str, ...]:
        """A team and the teams above it; those in a loop count as without a parent (B6)."""
        if not team:
            return ()
        if team not in self._above:
            chain = [team]
            while (parent := self._parents.get(chain[-1])) is not None:
                chain.append(parent)
            self._above[team] = tuple(chain)
        return self._above[team]

    def topmost(self, teams: Iterable[str]) -> list[str]:
        """Of teams, those that lie below no other of them (C8)."""
        among = set(teams)
        return sorted(team for team in among if not among.intersection(self.above(team)[1:]))

    def segments(self, plan: Plan, payee_id: str) -> list[Segment]:
        """The days on which a payee is employed and on a plan, with the row that decides (C3, C6)."""
        key = (plan.plan_id, payee_id)
        if key not in self._segments:
            self._segments[key] = self._days_on_plan(plan, self.payees[payee_id])
        return self._segments[key]

    def _days_on_plan(self, plan: Plan, payee: Payee) -> list[Segment]:
        if payee.kind != plan.payee_kind or (plan.company_id and plan.company_id != payee.company_id):
            return []  # B11
        begin = max(plan.valid_from, payee.hired_on)
        end = min(plan.valid_to, _next_day(payee.left_on))
        if begin >= end:
            return []
        changes = {begin, end}
        changes.update(payee.hired_on + timedelta(days=days) for days in (91, 181, 366))
        for post_begin, post_end, _ in self._posts.get(payee.payee_id, ()):
            changes.update((post_begin, post_end))
        for row in plan.assignments:
            changes.update((row["valid_from"], row["valid_to"] or FOREVER))
        days = sorted(day for day in changes if begin <= day <= end)
        found = []
        for day, until in pairwise(days):
            deciding = self._deciding(plan, payee, day)
            if deciding is not None and not deciding["excluded"]:
                target = deciding["target_incentive"] or ZERO
                found.append(Segment(day, until, target, deciding["personal_factor"]))
        return found

    def _deciding(self, plan: Plan, payee: Payee, day: date) -> Row | None:
        """The most specific row; then the later valid_from, then the greater id (C6)."""
        post = self.post(payee.payee_id, day)
        values: dict[str, tuple[str | None, ...]] = {
            "payee": (payee.payee_id,),
            "team": self.above(post.team),
            "role": (post.role,),
            "tenure_band": (tenure_band((day - payee.hired_on).days),),
            "region": (post.region,),
            "dealer_tier": (payee.tier,),
        }
        best: tuple[tuple[int, date, bytes], Row] | None = None
        for row in plan.assignments:
            kind = row["subject_kind"]
            if not row["valid_from"] <= day < (row["valid_to"] or FOREVER):
                continue
            if kind != "all" and (row["subject_id"] is None or row["subject_id"] not in values.get(kind, ())):
                continue
            rank = (-_SPECIFIC[kind], row["valid_from"], row["assignment_id"].encode())
            if best is None or rank > best[0]:
                best = (rank, row)
        return best[1] if best else None

    def periods(
        self, plan: Plan, payee_id: str, as_of: date, begin: date = date.min, end: date = FOREVER
    ) -> list[date]:
        """Periods that begin not after as_of with a day on the plan within [begin, end)."""
        starts: set[date] = set()
        for segment in self.segments(plan, payee_id):
            day, until = max(segment.begin, begin), min(segment.end, end)
            while day < until and (start := period_start(plan.period, day)) <= as_of:
                starts.add(start)
                day = period_end(plan.period, start)
        return sorted(starts)

    def on_plan(self, plan: Plan, payee_id: str, day: date) -> Segment | None:
        """The segment of a day on the plan."""
        for segment in self.segments(plan, payee_id):
            if segment.begin <= day < segment.end:
                return segment
        return None

    def last_day(self, plan: Plan, payee_id: str, begin: date, end: date) -> tuple[date, Segment] | None:
        """The payee's last day on the plan in [begin, end)."""
        for segment in reversed(self.segments(plan, payee_id)):
            if segment.begin < end and segment.end > begin:
                return min(segment.end, end) - timedelta(days=1), segment
        return None

    def worked(self, plan: Plan, payee_id: str, begin: date, end: date) -> list[tuple[int, Segment]]:
        """Days on the plan, employed and not absent, by deciding row (C3)."""
        absences = self._absent.get(payee_id, ())
        found = []
        for segment in self.segments(plan, payee_id):
            first, last = max(segment.begin, begin), min(segment.end, end)
            if first >= last:
                continue
            away: set[date] = set()
            for starts_on, ends_on in absences:
                day = max(starts_on, first)
                while day <= ends_on and day < last:
                    away.add(day)
                    day += timedelta(days=1)
            found.append(((last - first).days - len(away), segment))
        return found

    def target(self, plan: Plan, payee_id: str, start: date, prorate: bool) -> Decimal:
        """target_incentive of a period: by days, or that of the last day on the plan (C3)."""
        end = period_end(plan.period, start)
        if prorate:
            worked = self.worked(plan, payee_id, start, end)
            return four(sum((days * of.target for days, of in worked), ZERO) / (end - start).days)
        last = self.last_day(plan, payee_id, start, end)
        return last[1].target if last else ZERO


def _in_loops(parents: Mapping[str, Any]) -> set[str]:
    loops: set[str] = set()
    for team in parents:
        seen: list[str] = []
        at: str | None = team
        while at is not None and at not in seen:
            seen.append(at)
            at = parents.get(at)
        if at == team:
            loops.add(team)
    return loops


def _next_day(day: date) -> date:
    return day if day == FOREVER else day + timedelta(days=1)


def paying_plans(of: Mapping[str, Sequence[Row]]) -> list[Plan]:
    """Plans that pay, with the days they pay for.

    Active ones, and retired ones before their valid_to (C14); a plan that another one supersedes ends where that
    begins (C16).
    """
    rows = [
        row
        for row in of["plans.plans"]
        if row["status"] == "active" or (row["status"] == "retired" and row["valid_to"])
    ]
    ends = {row["plan_id"]: row["valid_to"] or FOREVER for row in rows}
    for row in rows:
        if row["supersedes"] in ends:
            ends[row["supersedes"]] = min(ends[row["supersedes"]], row["valid_from"])
    plans = {
        row["plan_id"]: Plan(
            row["plan_id"], row["payee_kind"], row["company_id"], row["currency"], row["period"], row["valid_from"],
            ends[row["plan_id"]], row["supersedes"],
        )
        for row in rows
        if row["period"] in PERIOD_MONTHS
    }  # fmt: skip
    for row in of["plans.plan_assignments"]:
        if row["plan_id"] in plans and row["subject_kind"] in _SPECIFIC:
            plans[row["plan_id"]].assignments.append(row)
    for row in sorted(of["plans.plan_components"], key=lambda row: (row["seq"], row["component_id"])):
        if row["plan_id"] in plans:
            plans[row["plan_id"]].components.append(row)
    return sorted(plans.values(), key=lambda plan: plan.plan_id)
