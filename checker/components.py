"""Components: matching, basis, quota, attainment, methods, modifiers, gates (engine.md §3, §4, §8 C and D)."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from checker.credits import Credit, Credits
from checker.events import Rates
from checker.figures import (
    EXACT,
    ONE,
    PERIOD_MONTHS,
    ZERO,
    four,
    period_end,
    plan_year_start,
    spread,
    ten,
    to_unit,
    year_before,
)
from checker.kpis import LESS_IS_BETTER, Kpis
from checker.people import FOREVER, People, Plan
from checker.rows import Row

MEASURES = frozenset(
    "revenue_booked margin_booked units_sold revenue_invoiced revenue_collected deals_won bookings_won new_accounts visits calls"
    " demos interactions tickets_resolved dealer_sell_in dealer_units_in dealer_sell_through dealer_units_through dealer_collected"
    " class_seats class_renewals".split()
)
ONE_LINE = frozenset({"step", "milestones", "interpolated", "rank", "scorecard"})
_INFINITE = Decimal("Infinity")


@dataclass(slots=True, eq=False)
class Item:
    """A credit that belongs to a component, with its basis in the plan's currency."""

    credit: Credit
    basis: Decimal


@dataclass(slots=True)
class Component:
    """A component with its tiers, modifiers, conditions, KPIs and firings."""

    row: Row
    plan: Plan
    begin: date
    end: date
    tiers: list[Row]
    conditions: list[Row]
    modifiers: list[tuple[Row, list[Row]]]
    kpis: list[Row]
    firings: list[Row] | None  # None: no trigger names it

    @property
    def component_id(self) -> str:
        """Its id."""
        return str(self.row["component_id"])

    def valid(self, day: date) -> bool:
        """Whether the component is valid on a day."""
        return self.begin <= day < self.end


@dataclass(slots=True)
class Standing:
    """Where a payee stands in a component over a span: B, Q and attainment."""

    total: Decimal
    actual: Decimal
    quota: Decimal | None
    attainment: Decimal | None


def components_of(plans: Sequence[Plan], of: Mapping[str, Sequence[Row]]) -> list[Component]:
    """All components of plans that pay."""
    grouped: dict[str, dict[str, list[Row]]] = {}
    for table, column in (
        ("plan_tiers", "component_id"), ("plan_conditions", "owner_id"), ("plan_modifiers", "component_id"),
        ("plan_scorecard_kpis", "component_id"), ("triggers", "component_id"), ("trigger_firings", "trigger_id"),
    ):  # fmt: skip
        grouped[table] = defaultdict(list)
        for row in of[f"plans.{table}"]:
            if row[column]:
                grouped[table][row[column]].append(row)
    found = []
    for plan in plans:
        for row in plan.components:
            key = row["component_id"]
            modifiers = sorted(grouped["plan_modifiers"].get(key, ()), key=lambda of: of["modifier_id"].encode())
            triggers = grouped["triggers"].get(key)
            firings = None
            if triggers is not None:
                firings = [firing for of in triggers for firing in grouped["trigger_firings"].get(of["trigger_id"], ())]
            found.append(
                Component(
                    row, plan, max(row["valid_from"] or plan.valid_from, plan.valid_from), row["valid_to"] or FOREVER,
                    sorted(grouped["plan_tiers"].get(key, ()), key=lambda of: of["tier_from"]),
                    grouped["plan_conditions"].get(key, []),
                    [(of, grouped["plan_conditions"].get(of["modifier_id"], [])) for of in modifiers],
                    grouped["plan_scorecard_kpis"].get(key, []), firings,
                )
            )  # fmt: skip
    return found


class Engine:
    """Evaluates components for payees and spans."""

    def __init__(
        self, of: Mapping[str, Sequence[Row]], people: People, credits: Credits, rates: Rates, kpis: Kpis, as_of: date
    ) -> None:
        self.people, self.credits, self.rates, self.kpis, self.as_of = people, credits, rates, kpis, as_of
        self._quotas: dict[tuple[str, str, str, str], dict[date, Decimal]] = defaultdict(dict)
        for row in of["plans.quotas"]:
            key = (row["subject_kind"], row["subject_id"], row["measure"], row["period"])
            self._quotas[key][row["period_start"]] = row["quota"]
        self._groups: dict[tuple[str, str, str], str] = {}
        for row in of["plans.contest_entries"]:
            kind = "team" if row["subject_kind"] == "team" else "payee"
            self._groups[row["component_id"], kind, row["subject_id"]] = row["group_id"]
        self._matched: dict[tuple[str, str], list[Item]] = {}
        self._sums: dict[tuple[str, str, str, str], list[tuple[date, Decimal]]] = {}
        self._periods: dict[tuple[str, str], list[date]] = {}
        self._prizes: dict[tuple[str, date], dict[str, Decimal]] = {}
        self.standings: dict[tuple[str, str, date], Standing] = {}

    # periods and spans

    def periods(self, component: Component, payee_id: str) -> list[date]:
        """Periods with a day on which the payee is employed and on the plan and the component valid (C5)."""
        key = (component.component_id, payee_id)
        if key not in self._periods:
            self._periods[key] = self.people.periods(
                component.plan, payee_id, self.as_of, component.begin, component.end
            )
        return self._periods[key]

    def span(self, component: Component, payee_id: str, start: date) -> list[date]:
        """The periods that positions and attainment run over: this one, or those of the plan year so far (D5, C13)."""
        if component.row["accumulate"] != "year_to_date":
            return [start]
        first = plan_year_start(component.plan.period, component.plan.valid_from, start)
        return [of for of in self.periods(component, payee_id) if first <= of <= start]

    def days(self, component: Component, start: date) -> tuple[date, date]:
        """The days [begin, end) of the span."""
        plan = component.plan
        year_to_date = component.row["accumulate"] == "year_to_date"
        begin = plan_year_start(plan.period, plan.valid_from, start) if year_to_date else start
        return begin, period_end(plan.period, start)

    # credits and basis

    def pool(self, payee_id: str, measure: str, level: str) -> list[Credit]:
        """Credits a component of a level runs on: all of the payee, or the direct ones of the teams led (B3, B6)."""
        if level == "team":
            return self.credits.led(self.people.leads.get(payee_id, []), measure)
        return self.credits.own.get((payee_id, measure), [])

    def basis(self, credit: Credit, plan: Plan) -> Decimal | None:
        """The credited value in the plan's currency; None without a rate (C1)."""
        return self.rates.convert(credit.value, credit.event.currency, plan.currency, credit.event.rate_day)

    def _holds(self, conditions: Iterable[Row], credit: Credit, plan: Plan) -> bool:
        return all(self.credits.holds(condition, credit, plan.currency) for condition in conditions)

    def matched(self, component: Component, payee_id: str) -> list[Item]:
        """The credits that belong to a component, in order (§3)."""
        key = (component.component_id, payee_id)
        if key not in self._matched:
            found = []
            plan = component.plan
            for credit in self.pool(payee_id, component.row["measure"], component.row["credit_level"]):
                day = credit.event.day
                if (
                    component.valid(day)
                    and self.people.on_plan(plan, payee_id, day)
                    and self._reached(component, credit)
                    and self._holds(component.conditions, credit, plan)
                    and (basis := self.basis(credit, plan)) is not None
                ):
                    found.append(Item(credit, basis))
            self._matched[key] = found
        return self._matched[key]

    def _reached(self, component: Component, credit: Credit) -> bool:
        """Whether a firing reaches the event; always where no trigger names the component (C15)."""
        if component.firings is None:
            return True
        event = credit.event
        product_line = self.credits.dimension(credit, "product_line", component.plan.currency)
        deal = event.opportunity["opportunity_id"] if event.opportunity else None
        for firing in component.firings:
            if firing["fired_on"] <= event.day < firing["active_until"]:
                kind, subject = firing["subject_kind"], firing["subject_id"]
                if (kind == "product_line" and subject == product_line) or (kind == "opportunity" and subject == deal):
                    return True
                if self._subject(kind, subject, credit.payee_id, event.day):
                    return True
        return False

    def _subject(self, kind: str, subject: str, payee_id: str, day: date) -> bool:
        post = self.people.post(payee_id, day)
        if kind == "payee":
            return subject == payee_id
        return (kind == "team" and subject in self.people.above(post.team)) or (
            kind == "region" and subject == post.region
        )

    def _switched_on(self, component: Component, payee_id: str, start: date) -> bool:
        """For one-line methods: a firing reaches the payee on a day on the plan in the period (C15)."""
        if component.firings is None:
            return True
        end = period_end(component.plan.period, start)
        for firing in component.firings:
            for segment in self.people.segments(component.plan, payee_id):
                day = max(segment.begin, start, firing["fired_on"])
                while day < min(segment.end, end, firing["active_until"]):
                    if self._subject(firing["subject_kind"], firing["subject_id"], payee_id, day):
                        return True
                    day += timedelta(days=1)
        return False

    def items(self, component: Component, payee_id: str, start: date) -> list[Item]:
        """The credits of the span."""
        begin, end = self.days(component, start)
        matched = self.matched(component, payee_id)
        low = bisect_left(matched, begin, key=lambda item: item.credit.event.day)
        return matched[low : bisect_left(matched, end, key=lambda item: item.credit.event.day)]

    def actual(self, component: Component, payee_id: str, measure: str, start: date) -> Decimal:
        """Credits of a measure on days employed and on the plan, without conditions (C9), in the periods that Q is of."""
        plan, level = component.plan, component.row["credit_level"]
        key = (plan.plan_id, payee_id, measure, level)
        if key not in self._sums:
            sums = []
            for credit in self.pool(payee_id, measure, level):
                if self.people.on_plan(plan, payee_id, credit.event.day):
                    basis = self.basis(credit, plan)
                    if basis is not None:
                        sums.append((credit.event.day, basis))
            self._sums[key] = sums
        periods = [(of, period_end(plan.period, of)) for of in self.span(component, payee_id, start)]
        return sum((basis for day, basis in self._sums[key] if any(begin <= day < end for begin, end in periods)), ZERO)

    # quota, attainment, growth

    def _quota_row(self, kinds: Sequence[str], subject: str, measure: str, period: str, start: date) -> Decimal | None:
        """The row of the plan's period, else the sum of the rows of the longest shorter period inside it (C7)."""
        end = period_end(period, start)
        for shorter in sorted(PERIOD_MONTHS, key=lambda of: -PERIOD_MONTHS[of]):
            if PERIOD_MONTHS[shorter] > PERIOD_MONTHS[period]:
                continue
            for kind in kinds:
                rows = self._quotas.get((kind, subject, measure, shorter), {})
                inside = [quota for on, quota in rows.items() if start <= on < end]
                if inside:
                    return sum(inside, ZERO)
        return None

    def _full_quota(self, plan: Plan, payee_id: str, measure: str, level: str, start: date) -> Decimal | None:
        if level == "team":  # C8
            teams = self.people.topmost(self.people.leads.get(payee_id, []))
            quotas = [self._quota_row(["team"], team, measure, plan.period, start) for team in teams]
            given = [quota for quota in quotas if quota is not None]
            if given:
                return sum(given, ZERO)
        kinds = ["dealer", "payee"] if plan.payee_kind == "dealer" else ["payee"]
        return self._quota_row(kinds, payee_id, measure, plan.period, start)

    def quota(self, component: Component, payee_id: str, measure: str, start: date) -> Decimal | None:
        """Q over the span, prorated by the days of each period by itself (§3, C3, §8 Numbers)."""
        plan = component.plan
        quotas = []
        for of in self.span(component, payee_id, start):
            quota = self._full_quota(plan, payee_id, measure, component.row["credit_level"], of)
            if quota is not None and component.row["prorate"]:
                end = period_end(plan.period, of)
                days = sum(count for count, _ in self.people.worked(plan, payee_id, of, end))
                quota = four(EXACT.divide(quota * days, Decimal((end - of).days)))
            if quota is not None:
                quotas.append(quota)
        return sum(quotas, ZERO) if quotas else None

    def standing(self, component: Component, payee_id: str, start: date) -> Standing:
        """B, Q and attainment of a component over the span."""
        key = (component.component_id, payee_id, start)
        if key not in self.standings:
            row = component.row
            total = sum((item.basis for item in self.items(component, payee_id, start)), ZERO)
            measure, actual = row["measure"], total
            if row["quota_measure"] and row["quota_measure"] != measure:
                measure = row["quota_measure"]
                actual = self.actual(component, payee_id, measure, start)
            quota = self.quota(component, payee_id, measure, start)
            self.standings[key] = Standing(total, actual, quota, ten(EXACT.divide(actual, quota)) if quota else None)
        return self.standings[key]

    def year_ago(self, component: Component, payee_id: str, start: date) -> Decimal:
        """B of the same calendar span a year earlier, whatever was valid then (C11)."""
        begin, end = map(year_before, self.days(component, start))
        total = ZERO
        for credit in self.pool(payee_id, component.row["measure"], component.row["credit_level"]):
            if begin <= credit.event.day < end and self._holds(component.conditions, credit, component.plan):
                total += self.basis(credit, component.plan) or ZERO
        return total

    def growth(self, component: Component, payee_id: str, start: date) -> Decimal | None:
        """B / B a year before − 1; null when that is 0 or less (C11)."""
        base = self.year_ago(component, payee_id, start)
        total = self.standing(component, payee_id, start).total
        return ten(EXACT.divide(total, base)) - ONE if base > 0 else None

    # gates and KPIs

    def _measured(self, component: Component, payee_id: str, measure: str, start: date) -> Decimal | None:
        """The actual of a measure, conditions of the component aside, or the value of a KPI (C9)."""
        if measure in MEASURES:
            return self.actual(component, payee_id, measure, start)
        return self._kpi(component.plan, measure, payee_id, False, *self.days(component, start))

    def _kpi(self, plan: Plan, kpi: str, subject: str, is_team: bool, begin: date, end: date) -> Decimal | None:
        """The value of a KPI; pipeline_coverage is measured by the quota of the period after (A13)."""
        if kpi != "pipeline_coverage":
            return self.kpis.value(kpi, subject, is_team, begin, end)
        kinds = ["team"] if is_team else ["payee"]
        quota = self._quota_row(kinds, subject, "revenue_booked", plan.period, end)
        amount = self.kpis.expected(subject, is_team, end, period_end(plan.period, end), plan.currency)
        return ten(EXACT.divide(amount, quota)) if quota and quota > 0 else None

    def gate(self, row: Row, component: Component, payee_id: str, start: date) -> bool:
        """gate_min ≤ value < gate_max; for a KPI where less is better gate_max < value ≤ gate_min (D10)."""
        measure, plan = row["gate_measure"], component.plan
        if not measure:
            return True
        begin, end = self.days(component, start)
        value: Decimal | None
        quota: Decimal | None = None
        if row["gate_subject"] == "team":
            last = self.people.last_day(plan, payee_id, start, end)
            team = self.people.post(payee_id, last[0]).team if last else None
            if team is None:
                return False
            if measure in MEASURES:
                credits = self.credits.team.get((team, measure), ())
                value = sum((self.basis(of, plan) or ZERO for of in credits if begin <= of.event.day < end), ZERO)
                of, given = begin, list[Decimal]()
                while of < end:
                    row_quota = self._quota_row(["team"], team, measure, plan.period, of)
                    if row_quota is not None:
                        given.append(row_quota)
                    of = period_end(plan.period, of)
                quota = sum(given, ZERO) if given else None
            else:
                value = self._kpi(plan, measure, team, True, begin, end)
        else:
            value = self._measured(component, payee_id, measure, start)
            quota = self.quota(component, payee_id, measure, start) if measure in MEASURES else None
        if measure in MEASURES and row["gate_key"] == "attainment":
            value = ten(EXACT.divide(value or ZERO, quota)) if quota else None
        if value is None:
            return False
        low, high = row["gate_min"], row["gate_max"]
        if measure in LESS_IS_BETTER:
            return (high is None or high < value) and (low is None or value <= low)
        return (low is None or low <= value) and (high is None or value < high)

    def score(self, component: Component, payee_id: str, start: date) -> Decimal:
        """S of a scorecard (§4, D8)."""
        total = ZERO
        for row in component.kpis:
            value = self._measured(component, payee_id, row["measure"], start)
            less = row["measure"] in LESS_IS_BETTER
            if value is None:
                score = row["min_score"]
            elif less and value <= 0:
                score = row["max_score"]
            else:
                score = ten(EXACT.divide(row["target"], value) if less else EXACT.divide(value, row["target"]))
                score = min(max(score, row["min_score"]), row["max_score"])
            total += ten(score * row["weight"])
        return total

    # methods

    def _key_value(self, component: Component, payee_id: str, start: date) -> Decimal | None:
        """The value on the scale of tier_from (§3)."""
        key = component.row["tier_key"]
        if key == "score" or component.row["method"] == "scorecard":
            return self.score(component, payee_id, start)
        if key == "growth":
            return self.growth(component, payee_id, start)
        standing = self.standing(component, payee_id, start)
        return standing.attainment if key == "attainment" else standing.total

    def _bounds(self, component: Component, payee_id: str, start: date) -> tuple[list[Decimal], Decimal] | None:
        """The tiers' lower bounds, and what is compared with them; None where the key has no value (§8 Numbers, C11)."""
        key = component.row["tier_key"]
        standing = self.standing(component, payee_id, start)
        froms = [tier["tier_from"] for tier in component.tiers]
        if key == "attainment":
            return ([ten(of * standing.quota) for of in froms], standing.actual) if standing.quota else None
        if key == "growth":
            base = self.year_ago(component, payee_id, start)
            return ([ten((ONE + of) * base) for of in froms], standing.total) if base > 0 else None
        if key == "amount":
            return froms, standing.total
        value = self._key_value(component, payee_id, start)
        return None if value is None else (froms, value)

    def _tier(self, component: Component, bounds: list[Decimal], value: Decimal, below: bool = True) -> Row | None:
        """The tier a value reaches; a first tier whose bound is 0 or less also covers what is below (D1)."""
        reached = [tier for tier, bound in zip(component.tiers, bounds, strict=True) if value >= bound]
        if reached:
            return reached[-1]
        return component.tiers[0] if below and component.tiers and bounds[0] <= 0 else None

    def _event_lines(self, component: Component, payee_id: str, start: date) -> list[tuple[Item, Decimal]]:
        items = self.items(component, payee_id, start)
        method, by_event = component.row["method"], component.row["accumulate"] == "event"
        if method == "flat":
            tier = component.tiers[0] if component.tiers else None
            return [(item, self._flat(tier, item) if tier else ZERO) for item in items]
        found = self._bounds(component, payee_id, start)
        if found is None:
            return [(item, ZERO) for item in items]
        bounds, value = found
        if method == "retroactive":
            if by_event:
                tiers = [self._tier(component, bounds, abs(item.basis)) if item.basis else None for item in items]
            else:
                tiers = [self._tier(component, bounds, value)] * len(items)
            return [
                (item, ten(item.basis * (tier["rate"] or ZERO)) if tier else ZERO)
                for item, tier in zip(items, tiers, strict=True)
            ]
        lines = []
        position = ZERO
        for number, item in enumerate(items):
            if by_event:
                amount = self._marginal(component, bounds, ZERO, abs(item.basis), True, True)
                lines.append((item, -amount if item.basis < 0 else amount if item.basis else ZERO))
            else:
                amount = self._marginal(component, bounds, position, position + item.basis, number == 0, False)
                lines.append((item, amount))
                position += item.basis
        return lines

    @staticmethod
    def _flat(tier: Row, item: Item) -> Decimal:
        """b × rate, plus amount × share for each event (§4, D3)."""
        event, share = item.credit.event, item.credit.share
        amount = ten((tier["amount"] or ZERO) * share)
        line = ten(item.basis * (tier["rate"] or ZERO))
        if event.value > 0:
            return line + amount
        if event.value == 0:
            return line
        if event.line_value is None:
            return line - amount
        part = ten(EXACT.divide(-event.value, event.line_value)) if event.line_value else ZERO
        return line - ten(amount * part)

    @staticmethod
    def _marginal(
        component: Component, bounds: list[Decimal], before: Decimal, after: Decimal, is_first: bool, by_event: bool
    ) -> Decimal:
        """Slices from one position to the next at the rates of their tiers, and the amounts of tiers entered (§4, D1, D2, D13)."""
        low, high = min(before, after), max(before, after)
        total = ZERO
        for number, tier in enumerate(component.tiers):
            bound = bounds[number]
            band_from = -_INFINITE if number == 0 and bound <= 0 else bound
            band_to = bounds[number + 1] if number + 1 < len(bounds) else _INFINITE
            inside = min(high, band_to) - max(low, band_from)
            if inside > 0 and tier["rate"]:
                paid = ten(inside * tier["rate"])
                total += paid if after >= before else -paid
            if tier["amount"]:
                was_in = (not is_first and not by_event) and before >= bound
                total += tier["amount"] * ((after >= bound) - was_in)
        return total

    def _target(self, component: Component, payee_id: str, start: date) -> Decimal:
        """target_incentive × weight; of the year so far the sum of the periods' (D5)."""
        plan, prorate = component.plan, component.row["prorate"]
        target = sum(
            (self.people.target(plan, payee_id, of, prorate) for of in self.span(component, payee_id, start)), ZERO
        )
        return ten(target * component.row["weight"])

    def _one_line(self, component: Component, payee_id: str, start: date) -> Decimal:
        method, tiers = component.row["method"], component.tiers
        if method == "rank":
            return self.prizes(component, start).get(payee_id, ZERO)
        target = self._target(component, payee_id, start)
        if method == "scorecard":
            score = self.score(component, payee_id, start)
            if not tiers:
                return ten(target * score)
            tier = self._tier(component, [of["tier_from"] for of in tiers], score, below=False)
            return ten(target * (tier["rate"] or ZERO)) if tier else ZERO
        if method == "interpolated":
            value = self._key_value(component, payee_id, start)
            return ZERO if value is None else ten(target * _interpolated(tiers, value))
        found = self._bounds(component, payee_id, start)
        if found is None:
            return ZERO
        bounds, value = found
        if method == "milestones":
            return sum((of["amount"] or ZERO for of, bound in zip(tiers, bounds, strict=True) if value >= bound), ZERO)
        tier = self._tier(component, bounds, value, below=False)
        if tier is None:
            return ZERO
        return Decimal(tier["amount"]) if tier["amount"] is not None else ten(target * (tier["rate"] or ZERO))

    def participants(self, component: Component, start: date) -> list[str]:
        """Who takes part in a contest: who has a day on the plan in the period (D6)."""
        payees = self.people.payees.values()
        return sorted(
            (
                of.payee_id
                for of in payees
                if of.kind == component.plan.payee_kind and start in self.periods(component, of.payee_id)
            ),
            key=str.encode,
        )

    def prizes(self, component: Component, start: date) -> dict[str, Decimal]:
        """Places and prizes of a contest (§4 rank, D6, D7)."""
        key = (component.component_id, start)
        if key in self._prizes:
            return self._prizes[key]
        plan, row = component.plan, component.row
        totals: dict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
        members: dict[tuple[str, str], list[str]] = defaultdict(list)
        for payee_id in self.participants(component, start):
            last = self.people.last_day(plan, payee_id, start, period_end(plan.period, start))
            post = self.people.post(payee_id, last[0] if last else start)
            by_team = row["rank_subject"] == "team"
            subject = post.team if by_team else payee_id
            group = self.contest_group(component, payee_id, post.team, post.region)
            if subject is None or group is None:
                continue
            totals[group, subject] += self.standing(component, payee_id, start).total
            members[group, subject].append(payee_id)
        prize_of = {tier["tier_from"]: tier["amount"] or ZERO for tier in component.tiers}
        prizes: dict[str, Decimal] = {}
        for group in {of for of, _ in totals}:
            ranked = {subject: total for (of, subject), total in totals.items() if of == group and total > 0}
            place = 1
            for total in sorted(set(ranked.values()), reverse=True):
                tied = [subject for subject, of in ranked.items() if of == total]
                pot = sum((prize_of.get(Decimal(of), ZERO) for of in range(place, place + len(tied))), ZERO)
                parts = spread(pot, [(subject, ONE) for subject in tied], self.credits.facts.unit(plan.currency))
                for subject, part in parts.items():
                    prizes |= dict.fromkeys(members[group, subject], part)
                place += len(tied)
        self._prizes[key] = prizes
        return prizes

    def contest_group(self, component: Component, payee_id: str, team: str | None, region: str | None) -> str | None:
        """The group a payee ranks in (D6)."""
        within = component.row["rank_within"]
        if within == "plan":
            return ""
        if within == "team":
            return team
        if within == "region":
            return region
        of_team = self._groups.get((component.component_id, "team", team or ""))
        if component.row["rank_subject"] == "team":
            return of_team
        return self._groups.get((component.component_id, "payee", payee_id), of_team)

    # the line

    def _factors(
        self, component: Component, payee_id: str, start: date, credit: Credit | None, gates: dict[str, bool]
    ) -> list[Decimal]:
        """The factors that hold, in order: multiply, highest, add (§4, D9, D14)."""
        held = []
        for row, conditions in component.modifiers:
            if credit is None and conditions:
                continue
            if credit is not None and not self._holds(conditions, credit, component.plan):
                continue
            key = row["modifier_id"]
            if key not in gates:
                gates[key] = self.gate(row, component, payee_id, start)
            if gates[key]:
                held.append(row)
        factors = [row["factor"] for row in held if row["stack"] == "multiply"]
        highest = [row["factor"] for row in held if row["stack"] == "highest"]
        added = [row["factor"] - ONE for row in held if row["stack"] == "add"]
        return factors + ([max(highest)] if highest else []) + ([ONE + sum(added, ZERO)] if added else [])

    def evaluate(self, component: Component, payee_id: str, start: date) -> list[tuple[Item | None, Decimal]]:
        """The rounded earning lines of the span, up to and with step 3 of §5."""
        row, plan = component.row, component.plan
        digits = self.credits.facts.unit(plan.currency)
        gates: dict[str, bool] = {}
        is_met = self.gate(row, component, payee_id, start)
        lines: list[tuple[Item | None, Decimal]] = []
        if row["method"] in ONE_LINE:
            if not self._switched_on(component, payee_id, start):
                return []
            lines.append((None, self._one_line(component, payee_id, start)))
        else:
            lines.extend(self._event_lines(component, payee_id, start))
        last = self.people.last_day(plan, payee_id, start, period_end(plan.period, start))
        cap = row["cap_per_event"]
        rounded = []
        for item, raw in lines:
            amount = raw
            if amount:
                credit = item.credit if item else None
                on = self.people.on_plan(plan, payee_id, credit.event.day) if credit else last and last[1]
                for factor in [
                    *self._factors(component, payee_id, start, credit, gates),
                    on.personal_factor if on else ONE,
                ]:
                    amount = ten(amount * factor)
                if item is not None and cap is not None:
                    amount = min(max(amount, -cap), cap)  # E1
            rounded.append((item, to_unit(amount, digits) if is_met else ZERO))  # E2
        return rounded


def _interpolated(points: Sequence[Row], value: Decimal) -> Decimal:
    """Linear between the points, 0 below the first, flat above the last (§4)."""
    reached = [number for number, point in enumerate(points) if value >= point["tier_from"]]
    if not reached:
        return ZERO
    at = points[reached[-1]]
    rate = Decimal(at["rate"] or ZERO)
    if reached[-1] + 1 == len(points):
        return rate
    after = points[reached[-1] + 1]
    rise, run = (after["rate"] or ZERO) - rate, after["tier_from"] - at["tier_from"]
    return rate + ten(EXACT.divide((value - at["tier_from"]) * rise, run))
