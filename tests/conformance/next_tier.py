"""The event that the reward of the next tier speaks of, landed: cases that expect the component to pay that much more.

Every payee, component and period for which rpt_attainment names a reward becomes a company of its own, with one deal more.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from tests.conformance.reading import Source

# Which figure of a deal a measure counts.
COUNTS = {"revenue_booked": "net", "units_sold": "qty"}
# What pays, and what only waits, comes back or is advanced later.
PAYS = "('earning', 'cap', 'floor')"
REWARDS = f"""
    with paid as (
        select payee_id, component_id, period_start, sum(amount) as amount, max(event_id) as event_id
        from incentives.fct_payout_lines
        where line_kind in {PAYS}
        group by payee_id, component_id, period_start
    )
    select
        attained.payee_id, attained.component_id, attained.currency, attained.period_start, attained.period,
        attained.gap_to_next_tier, attained.reward_at_next_tier, coalesce(paid.amount, 0), paid.event_id
    from incentives.rpt_attainment as attained
    left join paid
        on attained.payee_id = paid.payee_id
        and attained.component_id = paid.component_id
        and attained.period_start = paid.period_start
    where attained.reward_at_next_tier is not null and attained.gap_to_next_tier > 0
    order by all
"""
MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}


def is_built(connection: duckdb.DuckDBPyConnection) -> bool:
    """Not so where the plan check named cases of a group, which was begun anew without them."""
    return bool(connection.execute("from duckdb_tables() where table_name = 'rpt_attainment'").fetchall())


def last_day(start: date, period: str) -> date:
    months = start.month - 1 + MONTHS[period]
    return date(start.year + months // 12, months % 12 + 1, 1) - timedelta(days=1)


def rows(case: Source, section: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = case.body.get(section) or []
    return found


def event_measure(component: dict[str, Any]) -> str | None:
    """The measure whose next event the reward is for."""
    measure: str | None = component.get("measure")
    return (component.get("quota_measure") or measure) if component.get("tier_key") == "attainment" else measure


def is_comparable(case: Source, component: dict[str, Any]) -> bool:
    """Whether one deal of the payee is all that happens to the component, and without an event modifier."""
    return (
        event_measure(component) in COUNTS
        and component.get("credit_level", "own") == "own"
        and not component.get("hold_share")
        and not component.get("clawback_unpaid_days")
        and not any(
            row.get("component_id") == component["component_id"] and row.get("scope") == "event"
            for row in rows(case, "modifiers")
        )
    )


def with_next_event(case: Source, reward: tuple[Any, ...], number: int) -> dict[str, Any] | None:
    """The case with one deal more, as large as the gap, like the last one that counts; or None where no deal can be it."""
    payee, component_id, currency, start, period, gap, more, paid, last_event = reward
    payee, component_id = payee.removeprefix(f"{case.case_id}/"), component_id.removeprefix(f"{case.case_id}/")
    component = next((row for row in rows(case, "components") if row["component_id"] == component_id), None)
    if component is None or not is_comparable(case, component) or gap != gap.quantize(Decimal("0.0001")):
        return None
    end = last_day(start, period)
    deals = [
        deal
        for deal in rows(case, "deals")
        if deal.get("payee") == payee
        and not deal.get("splits")
        and start <= date.fromisoformat(deal["date"]) <= end
        and (last_event is None or last_event.endswith(f"{case.case_id}/{deal['id']}/1"))
    ]
    if not deals:
        return None
    kept = ("payee", "date", "product_line", "product", "account", "channel")
    like = {name: deals[-1][name] for name in kept if name in deals[-1]}
    # With a quota of another measure the event brings nothing of the component's own.
    figures = {"net": "0", "qty": "0"} | {COUNTS[event_measure(component) or ""]: format(gap, "f")}
    deal = {**like, **figures, "id": "~next", "currency": currency}
    expected = {
        "payee": payee,
        "period_start": str(start),
        "component": component_id,
        "amount": format(paid + more, "f"),
    }
    body = {name: part for name, part in case.body.items() if name not in ("closes", "expect")}
    return {**body, "id": f"{case.case_id}~{number}", "deals": [*rows(case, "deals"), deal], "expect": [expected]}


def next_events(work: Path, cases: dict[str, Source]) -> Iterator[dict[str, Any]]:
    """The bodies of those companies; work: the folder of a run over the cases."""
    for warehouse in sorted(work.glob("group-*/warehouse.duckdb")):
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            if not is_built(connection):
                continue
            rewards = connection.execute(REWARDS).fetchall()
        for number, reward in enumerate(rewards):
            case = next((case for name, case in cases.items() if reward[0].startswith(f"{name}/")), None)
            if case is not None and (variant := with_next_event(case, reward, number)):
                yield variant
