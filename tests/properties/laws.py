"""The laws that every number must survive (engine.md §7), and how each is judged.

A law of one company reads what the marts say of it. A law of two compares a company with a variant of it that must be paid
the same, no less, or ten times as much; both stand in the same warehouse. Ids are compared without the company's prefix.
"""

from __future__ import annotations

import copy
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import duckdb

from orchestration.lib.dbt_runner import ROOT
from tests.conformance.steps import broken_lines
from tests.properties.generate import ANY, MONTHS, PLAIN, Body, Shape, text

Row = dict[str, Any]
# Where a mart says whose row it is; what a row says of the file it came in depends on the delivery.
_OWNERS = {
    "fct_incentive_events": "event_id",
    "fct_credits": "event_id",
    "fct_payout_lines": "payout_line_id",
    "fct_payout_factors": "payout_line_id",
    "fct_payout_ledger": "plan_id",
    "rpt_pending_adjustments": "plan_id",
    "rpt_attainment": "component_id",
    "rpt_channel_conflicts": "order_id",
    "rpt_contest_standings": "component_id",
    "rpt_dealer_rebates": "component_id",
    "rpt_statements": "plan_id",
    "rpt_uncredited": "event_id",
}
# A prorated target is rounded to 4 decimals, which ten times the target feels ten times less.
_PRORATED = Decimal("0.01")
_OF_DELIVERY = ("source_file", "source_row")
_EARNED = ("earning", "cap", "floor")
_COLUMN_OF = {"earning": "earned", "cap": "earned", "floor": "earned", "hold": "held", "release": "released"}
_COLUMN_OF |= {"clawback": "clawed_back", "clawback_return": "clawed_back", "draw": "draw", "manual": "manual"}
_COLUMN_OF |= {"draw_recovery": "recovered", "adjustment": "adjustments"}


@dataclass
class Pay:
    """What the marts say of one company."""

    rows: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))

    def earned(self, *by: str) -> dict[tuple[Any, ...], Decimal]:
        """Sum of earning, cap and floor lines by these columns."""
        sums: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
        for line in self.rows["fct_payout_lines"]:
            if line["line_kind"] in _EARNED:
                sums[tuple(line[name] for name in by)] += line["amount"]
        return sums

    def line_counts(self, *by: str) -> Counter[tuple[Any, ...]]:
        return Counter(tuple(line[name] for name in by) for line in self.rows["fct_payout_lines"])


def read_pay(warehouse: Path) -> dict[str, Pay]:
    """What the marts of a warehouse say, company by company."""
    of: dict[str, Pay] = defaultdict(Pay)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        for mart, owner in _OWNERS.items():
            found = connection.execute(f"select * from incentives.{mart}")
            names = [column[0] for column in found.description]
            place = names.index(owner)
            for cells in found.fetchall():
                case_id = cells[place].split("/")[0].split(":")[-1]
                bare = [cell.replace(f"{case_id}/", "") if isinstance(cell, str) else cell for cell in cells]
                of[case_id].rows[mart].append(dict(zip(names, bare, strict=True)))
    return of


def _units() -> dict[str, Decimal]:
    lines = (ROOT / "seeds/reference/currencies.csv").read_text(encoding="utf-8").splitlines()[1:]
    return {line.split(",")[0]: Decimal(1).scaleb(-int(line.split(",")[1])) for line in lines}


UNITS = _units()


# laws of one company


def credits_add_up(pay: Pay) -> list[str]:
    """Direct credits, received or not, add up to their event."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for credit in pay.rows["fct_credits"]:
        if credit["credit_kind"] == "direct":
            sums[credit["event_id"]] += credit["value"]
    for row in pay.rows["rpt_uncredited"]:
        if row["component_id"] == "":
            sums[row["event_id"]] += row["value"]
    return [
        f"the direct credits of {event['event_id']} add up to {sums[event['event_id']]}, it is worth {event['value']}"
        for event in pay.rows["fct_incentive_events"]
        if sums[event["event_id"]] != event["value"]
    ]


def lines_add_up(pay: Pay) -> list[str]:
    """Each column of a statement is the sum of its lines, payable is the sum of the columns, and no line is without a statement.

    Those of a closed period are the lines that were posted in it; of an open one what is pending counts as well.
    """
    key = ("payee_id", "plan_id", "period_start")
    sums: dict[tuple[Any, ...], Counter[str]] = defaultdict(Counter)
    closed = _closed_periods(pay)
    for line in pay.rows["fct_payout_lines"]:
        if (line["plan_id"], line["period_start"]) not in closed:
            sums[tuple(line[name] for name in key)][_COLUMN_OF[line["line_kind"]]] += line["amount"]
    for line in pay.rows["fct_payout_ledger"]:
        of = (line["payee_id"], line["plan_id"], line["posted_period_start"])
        sums[of][_COLUMN_OF[line["line_kind"]]] += line["amount"]
    for line in pay.rows["rpt_pending_adjustments"]:
        sums[line["payee_id"], line["plan_id"], line["posts_into_period_start"]]["adjustments"] += line["amount"]
    problems = []
    for row in pay.rows["rpt_statements"]:
        of = sums.pop(tuple(row[name] for name in key), Counter())
        columns = sorted({*_COLUMN_OF.values()})
        for name in columns:
            if of[name] != (row[name] or 0):
                problems.append(
                    f"{row['payee_id']} {row['period_start']}: lines give {name} {of[name]}, the statement {row[name]}"
                )
        if row["payable"] != sum((row[name] or 0) for name in columns):
            problems.append(
                f"{row['payee_id']} {row['period_start']}: payable {row['payable']} is not the sum of its columns"
            )
    problems += [f"no statement has the lines of {of}" for of in sums]
    return problems


def _closed_periods(pay: Pay) -> set[tuple[Any, ...]]:
    return {(row["plan_id"], row["period_start"]) for row in pay.rows["rpt_statements"] if row["status"] == "closed"}


def ledger_adds_up(pay: Pay) -> list[str]:
    """Of what a closed period has earned, what was posted and what is pending add up to what is calculated (engine.md §6)."""
    left: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
    by, closed = ("payee_id", "plan_id", "component_id"), _closed_periods(pay)
    for line in pay.rows["fct_payout_lines"]:
        if (line["plan_id"], line["period_start"]) in closed:
            left[*(line[name] for name in by), line["period_start"]] += line["amount"]
    for mart in ("fct_payout_ledger", "rpt_pending_adjustments"):
        for line in pay.rows[mart]:
            left[*(line[name] for name in by), line["earned_period_start"]] -= line["amount"]
    return [f"{' '.join(map(str, key))}: {amount} neither posted nor pending" for key, amount in left.items() if amount]


ALONE: dict[str, Callable[[Pay], list[str]]] = {
    "credits add to events": credits_add_up,
    "lines add to statements": lines_add_up,
    "posted and pending add to lines": ledger_adds_up,
}


# laws of two companies


@dataclass(frozen=True)
class Law:
    """A law that compares a company of a shape with a variant of it."""

    name: str
    shape: Shape
    vary: Callable[[Body, Random], Body | None]
    judge: Callable[[Pay, Pay, Body, Body], list[str]]


def _the_same(body: Body, _: Random) -> Body:
    """The other delivery is made of the rows: see run.py."""
    return copy.deepcopy(body)


def _differing(one: Pay, other: Pay, keep: Callable[[Row], bool] = lambda _: True) -> list[str]:
    problems = []
    for mart in _OWNERS:
        sides = [
            Counter(
                tuple((name, str(cell)) for name, cell in row.items() if name not in _OF_DELIVERY)
                for row in pay.rows[mart]
                if keep(row)
            )
            for pay in (one, other)
        ]
        for side, rows in (("base", sides[0] - sides[1]), ("variant", sides[1] - sides[0])):
            problems += [f"{mart}: only the {side} has {dict(row)}" for row in list(rows)[:2]]
    return problems


def same_rows(base: Pay, variant: Pay, *_: Body) -> list[str]:
    """Whatever order and batches the rows came in, the marts are the same."""
    return _differing(base, variant)


def _solely(body: Body, payee: str, deal: Body) -> bool:
    versions = [other for other in body["deals"] if other["id"] == deal["id"]]
    return all(other["payee"] == payee and "splits" not in other for other in versions)


def _payee_dropped(body: Body) -> str:
    return str(body["deals"][0]["payee"])


def _without_deals(body: Body, _: Random) -> Body | None:
    payee = _payee_dropped(body)
    kept = [deal for deal in body["deals"] if not _solely(body, payee, deal)]
    return (
        None if len(kept) == len(body["deals"]) or len(body["payees"]) < 2 else {**copy.deepcopy(body), "deals": kept}
    )


def others_stay(base: Pay, variant: Pay, body: Body, _: Body) -> list[str]:
    """Without the deals of one payee nobody else's lines change."""
    payee = _payee_dropped(body)
    return [
        line
        for mart in ("fct_payout_lines", "rpt_statements")
        for line in _differing(
            Pay(defaultdict(list, {mart: base.rows[mart]})),
            Pay(defaultdict(list, {mart: variant.rows[mart]})),
            lambda row: row["payee_id"] != payee,
        )
    ]


def _last_day(body: Body) -> str:
    return str(max(deal["date"] for deal in body["deals"]))


def _with_one_more(body: Body, draw: Random) -> Body | None:
    # What cap or floor changed is not made up later, when the year so far comes to less (engine.md §8 D5).
    for row in body["components"]:
        if row["accumulate"] == "year_to_date" and row.keys() & {"cap_per_period", "floor_per_period"}:
            return None
    varied = copy.deepcopy(body)
    model = draw.choice(varied["deals"])
    extra = {name: model[name] for name in ("payee", "date", "qty", "product_line", "channel") if name in model}
    net = Decimal(model["net"]) * draw.choice([1, 2, 7]) + Decimal(draw.choice(["0", "1", "1000"]))
    extra |= {"id": "more", "account": "fresh", "net": text(net), "cost": text((net / 2).quantize(Decimal("0.0001")))}
    if "invoices" in model and "currency" not in model:
        extra |= {"invoices": [{"date": extra["date"], "net": extra["net"]}]}
        extra |= {"payments": [{"date": extra["date"], "amount": extra["net"]}]}
    varied["deals"].append(extra)
    return varied


def no_less(base: Pay, variant: Pay, body: Body, varied: Body) -> list[str]:
    """One deal more lowers nobody's pay of a component, but what rounding takes of each line; in a contest that of its seller."""
    seller = varied["deals"][-1]["payee"]
    contests = {row["component_id"] for row in body["components"] if row["method"] == "rank"}
    by = ("payee_id", "component_id")
    before, after, counts = base.earned(*by), variant.earned(*by), variant.line_counts(*by)
    return [
        f"{key[0]} {key[1]}: {before.get(key, 0)} before, {after.get(key, 0)} with a deal more"
        for key in sorted({*before, *after})
        if after.get(key, 0)
        < before.get(key, 0) - UNITS[body["currency"]] * (counts[key] if key[1] not in contests else 1)
        and (key[1] not in contests or key[0] == seller)
    ]


def _cut(body: Body, draw: Random) -> Body | None:
    varied = copy.deepcopy(body)
    unit = UNITS[body["currency"]]
    pieces: list[Body] = []
    cut = 0
    for deal in varied["deals"]:
        net, cost, qty = (Decimal(deal.get(name, "0")) for name in ("net", "cost", "qty"))
        if "splits" in deal or "returns" in deal or "currency" in deal or net < 4 * unit:
            pieces.append(deal)
            continue
        cut += 1
        for number in range(2):
            share = draw.choice([3, 4, 5])
            parts = [
                (net / share).quantize(unit), (cost / share).quantize(unit), (qty / share).quantize(Decimal("0.0001")),
            ]  # fmt: skip
            net, cost, qty = net - parts[0], cost - parts[1], qty - parts[2]
            piece = {**deal, "id": f"{deal['id']}.{number}", "net": text(parts[0]), "qty": text(parts[2])}
            pieces.append(piece | ({"cost": text(parts[1])} if "cost" in deal else {}))
        pieces.append({**deal, "net": text(net), "qty": text(qty)} | ({"cost": text(cost)} if "cost" in deal else {}))
    varied["deals"] = pieces
    return varied if cut else None


def as_a_whole(base: Pay, variant: Pay, body: Body, varied: Body) -> list[str]:
    """A marginal plan pays the same however deals are cut, within half a unit a line."""
    by = ("payee_id", "component_id", "period_start")
    return _apart(base, variant, by, body["currency"], unseen=_unseen(varied, 1))


def _unseen(body: Body, shares: int) -> int:
    """How many lines of so many shares of each deal may be none: of the year so far one that rounds to what was paid before (D5)."""
    return shares * len(body["deals"]) if any(row["accumulate"] == "year_to_date" for row in body["components"]) else 0


def _apart(
    base: Pay, variant: Pay, by: tuple[str, ...], currency: str, exactly: frozenset[str] = frozenset(), unseen: int = 0
) -> list[str]:
    before, after = base.earned(*by), variant.earned(*by)
    counts = base.line_counts(*by) + variant.line_counts(*by)
    problems = []
    for key in sorted({*before, *after}, key=str):
        allowed = Decimal(0) if exactly & {*map(str, key)} else UNITS[currency] / 2 * (counts[key] + unseen)
        if abs(before[key] - after[key]) > allowed:
            problems.append(f"{' '.join(map(str, key))}: {before[key]} and {after[key]}")
    return problems


def _undone(body: Body, draw: Random) -> Body:
    varied = copy.deepcopy(body)
    model = draw.choice(varied["deals"])
    extra = {name: value for name, value in model.items() if name not in ("returns", "invoices", "payments", "landed")}
    if "cost" in extra:
        # Of a return the cost is rounded to the minor unit (engine.md §8 A1).
        extra["cost"] = text(Decimal(extra["cost"]).quantize(UNITS[extra.get("currency", body["currency"])]))
    back = {"date": extra["date"], "net": extra["net"], "qty": extra["qty"]}
    varied["deals"].append({**extra, "id": "undone", "account": "fresh", "returns": [back]})
    return varied


def as_before(base: Pay, variant: Pay, body: Body, _: Body) -> list[str]:
    """A sale that comes back whole on its day changes no total: exactly so but where slices round by themselves."""
    exactly = frozenset(
        row["component_id"] for row in body["components"] if row["method"] != "marginal" or row["accumulate"] == "event"
    )
    return _apart(base, variant, ("payee_id", "component_id", "period_start"), body["currency"], exactly)


def _shared(body: Body, draw: Random) -> Body | None:
    varied = copy.deepcopy(body)
    names = [row["id"] for row in varied["payees"]]
    if len(names) < 2:
        return None
    for deal in varied["deals"]:
        share = Decimal(draw.choice(["0.5", "0.3333", "0.9", "0.0001"]))
        other = draw.choice([name for name in names if name != deal["payee"]])
        deal["splits"] = [{"payee": deal["payee"], "share": text(share)}, {"payee": other, "share": text(1 - share)}]
    return varied


def same_total(base: Pay, variant: Pay, body: Body, _: Body) -> list[str]:
    """Deals split between two who are on the same flat plan pay the same in total, within half a unit a line."""
    return _apart(base, variant, ("component_id", "period_start"), body["currency"], unseen=_unseen(body, 2))


def _ten(row: Body, *names: str) -> None:
    for name in names:
        if name in row:
            row[name] = text(Decimal(row[name]) * 10)


def _scaled(body: Body, _: Random) -> Body:
    varied = copy.deepcopy(body)
    money = {"revenue_booked", "margin_booked", "revenue_invoiced", "revenue_collected"}
    of = {row["component_id"]: row for row in varied["components"]}
    for deal in varied["deals"]:
        _ten(deal, "net", "cost")
        for section, name in (("invoices", "net"), ("payments", "amount"), ("returns", "net")):
            for row in deal.get(section, []):
                _ten(row, name)
    for row in varied["components"] + varied.get("modifiers", []):
        _ten(row, "cap_per_event", "cap_per_period", "floor_per_period")
        if row.get("gate_key") == "amount" and row["gate_measure"] in money:
            _ten(row, "gate_min", "gate_max")
    for row in varied["tiers"]:
        component = of[row["component_id"]]
        is_money = component["measure"] in money
        _ten(row, "amount")
        if component["tier_key"] == "amount" and is_money and component["method"] != "flat":
            _ten(row, "tier_from")
        if component["method"] in ("flat", "marginal", "retroactive") and not is_money:
            _ten(row, "rate")
    for section, names in (("quotas", ("quota",)), ("scorecard_kpis", ("target",))):
        for row in varied.get(section, []):
            if row["measure"] in money:
                _ten(row, *names)
    for row in varied["assignments"]:
        _ten(row, "target_incentive")
    for row in varied.get("draws", []):
        _ten(row, "amount")
    for row in varied.get("conditions", []):
        if row["dimension"] == "deal_size":
            _ten(row, "value")
    return varied


def ten_times(base: Pay, variant: Pay, body: Body, _: Body) -> list[str]:
    """All amounts, bounds and quotas times ten: each line before rounding, and each total within its rounding, times ten."""
    steps = [
        {
            row["payout_line_id"]: row["amount_before"]
            for row in pay.rows["fct_payout_factors"]
            if row["factor_kind"] == "rounding"
        }
        for pay in (base, variant)
    ]
    unit = UNITS[body["currency"]]
    # Of the year so far a line that rounds to what was paid before is none (engine.md §8 D5).
    may_miss = {row["component_id"] for row in body["components"] if row["accumulate"] == "year_to_date"}
    # The prize that several share is whole minor units before anything is rounded (engine.md §4 rank).
    shared = {row["component_id"] for row in body["components"] if row["method"] == "rank"}
    problems = []
    for line in sorted({*steps[0], *steps[1]}):
        one, ten = steps[0].get(line), steps[1].get(line)
        if one is not None and ten is not None:
            is_wrong = abs(one * 10 - ten) > (unit * 10 if line.split("|")[0] in shared else _PRORATED)
        else:
            is_wrong = line.split("|")[0] not in may_miss or abs(one * 10 if one is not None else ten or 0) > unit * 10
        if is_wrong:
            problems.append(f"line {line}: {one} and {ten} before rounding")
    by = ("payee_id", "component_id", "period_start")
    before, after, counts = base.earned(*by), variant.earned(*by), base.line_counts(*by)
    return problems + [
        f"{' '.join(map(str, key))}: {before[key]} and {after[key]}"
        for key in sorted({*before, *after}, key=str)
        if abs(before[key] * 10 - after[key]) > unit * 11 * (counts[key] + 1)
    ]


def _with_closes(body: Body, draw: Random) -> Body:
    """Two periods are closed before the second delivery and one may be after it: see run.py."""
    months = MONTHS[body["period"]]
    first = (int(body["plans"][0]["valid_from"][5:7]) - 1) // months * months
    starts = [f"{2026 + month // 12}-{month % 12 + 1:02}-01" for month in (first, first + months, first + 2 * months)]
    closes = list(zip(starts, ["1", "1", "2"], strict=True))[: draw.choice([2, 3, 3])]
    return copy.deepcopy(body) | {"closes": [{"period_start": start, "after_batch": batch} for start, batch in closes]}


def closed_in_between(base: Pay, variant: Pay, *_: Body) -> list[str]:
    """Closing changes nothing of the calculation, and over all periods it pays what would be paid without."""
    lines = [
        Counter((row["payout_line_id"], row["amount"]) for row in pay.rows["fct_payout_lines"])
        for pay in (base, variant)
    ]
    problems = [
        f"line {line}: {amount} on one side only" for line, amount in (lines[0] - lines[1]) + (lines[1] - lines[0])
    ]
    left: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for sign, pay in ((1, base), (-1, variant)):
        for row in pay.rows["rpt_statements"]:
            left[row["payee_id"], row["plan_id"]] += sign * row["payable"]
    return problems + [f"{payee} is paid {amount} less by {plan}" for (payee, plan), amount in left.items() if amount]


_NO_ORDERS = tuple(name for name in ANY.conditions if name not in ("is_new_account", "is_first_order"))
_STEADY_CONDITIONS = tuple(
    name for name in _NO_ORDERS if name not in ("deal_size", "margin_rate", "is_registered_deal")
)
_SOLD = ("revenue_booked", "margin_booked", "units_sold")

LAWS = (
    Law("order of arrival", ANY, _the_same, same_rows),
    Law(
        "payees apart",
        replace(
            PLAIN, methods=tuple(name for name in ANY.methods if name != "rank"),
            # Who else orders for an account decides whose order is its first.
            measures=tuple(name for name in ANY.measures if name != "new_accounts"), conditions=_NO_ORDERS,
        ),
        _without_deals,
        others_stay,
    ),
    Law(
        "more is no less",
        replace(
            PLAIN, rising=True, returns=False, tier_keys=("amount", "attainment"), modifiers=False, personal_factors=False,
            conditions=_NO_ORDERS, measures=("revenue_booked", "margin_booked", "units_sold", "new_accounts"),
        ),
        _with_one_more,
        no_less,
    ),
    Law(
        "marginal is its slices",
        replace(
            PLAIN, methods=("marginal",), accumulates=("period", "year_to_date"), measures=_SOLD,
            conditions=_STEADY_CONDITIONS, modifiers=False,
            cap_per_event=False, personal_factors=False,
        ),
        _cut,
        as_a_whole,
    ),
    Law(
        "sold and returned is nothing",
        replace(PLAIN, measures=_SOLD, modifiers=False, cap_per_event=False, conditions=_NO_ORDERS),
        _undone,
        as_before,
    ),
    Law(
        "shares of a deal",
        replace(
            PLAIN, methods=("flat",), measures=(*_SOLD, "revenue_invoiced"), splits=False, moves=False, gates=False, caps=False,
            cap_per_event=False, personal_factors=False, modifiers=False,
            conditions=("product_line", "channel", "weekday", "order_month", "deal_size", "margin_rate"),
        ),
        _shared,
        same_total,
    ),
    Law("ten times the currency", replace(PLAIN, round_amounts=True), _scaled, ten_times),
    Law("closed in between", replace(ANY, superseded=True), _with_closes, closed_in_between),
)  # fmt: skip


def steps_lead_on(warehouse: Path) -> Mapping[str, list[str]]:
    """Steps that do not follow from their own columns, by company."""
    problems: dict[str, list[str]] = defaultdict(list)
    for line, wrong in broken_lines(warehouse):
        problems[re.split("/", line)[0]].append(f"{line}: {wrong}")
    return problems
