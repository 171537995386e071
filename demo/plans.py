"""Quotas, and the plan rows of single payees: what the plan designer of the company would have landed.

The plans themselves are data of the project, seeds/plans/*.csv; they name roles, teams and regions, never people.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

import numpy as np

from demo import catalogue
from demo.company import Company, Person, first_of_month, manager_of
from demo.files import Array, Table
from demo.trade import PRICED, Trade, day_weights, employment

Row = dict[str, str]

#: What a quota is rounded to, in whole units.
STEPS = {"CNY": 10_000, "USD": 1_000, "JPY": 100_000}
#: Quotas ask for what the territory gave, before cancellations, returns and shared deals.
STRETCH = 0.97


def quarters(company: Company) -> Iterator[tuple[date, slice]]:
    """The calendar quarters that the simulation touches: first day, and the day numbers in it."""
    start = first_of_month(company.first_day, (company.first_day.month - 1) % 3)
    while start <= company.last_day:
        after = first_of_month(start, -3)
        yield start, slice(max(0, company.day_no(start)), min(company.day_no(after), company.day_count))
        start = after


def _expected(company: Company, trade: Trade) -> tuple[Array, Array]:
    """What each seller's territory is worth a unit of day weight (hundredths of CNY), and the day weights."""
    weights = day_weights(company)
    potential = np.array([catalogue.SELLING[one.role][0] * one.territory**0.85 for one in company.sellers])
    worked = np.array(
        [weights[slice(first, last + 1)].sum() for first, last in (employment(company, one) for one in company.sellers)]
    )
    sold = trade.value[(trade.seller >= 0) & (trade.day >= 0)].sum()
    return np.asarray(potential * sold / (potential * worked).sum()), weights


def _whole_quarter(weights: Array, days: slice, first: date) -> float:
    """The weight of a quarter; the days of it that are not simulated count like those that are."""
    length = (first_of_month(first, -3) - first).days
    simulated = max(1, days.stop - days.start)
    return float(weights[days].sum() * length / simulated)


def _rounded(cents: float, currency: str) -> int:
    units, _ = PRICED[currency]
    step = STEPS[currency]
    return max(step, round(cents / 100 * units / 1000 / step) * step)


def _dealer_worth(company: Company, sell_in: Table) -> Array:
    """What each dealer orders a unit of day weight, hundredths of CNY, measured on the dealers that pay in CNY."""
    dealers, weights = company.dealers, day_weights(company)
    potential = dealers.weight**0.7
    home = dealers.currency == "CNY"
    last = np.minimum(dealers.left, company.day_count - 1)
    worked = np.array(
        [weights[max(0, start) : end + 1].sum() for start, end in zip(dealers.onboarded, last, strict=True)]
    )
    bought = sell_in["net_amount"][sell_in["currency"] == "CNY"].sum()
    return np.asarray(potential * bought / (potential * worked)[home].sum())


def quotas(company: Company, trade: Trade, sell_in: Table) -> list[Row]:
    """A quarterly revenue quota of each seller, the sum of them for the team, and a sell-in quota of each dealer.

    A branch's sums are quotas of its own team, and once more of the head office's team above: see `added_up`.
    """
    worth, weights = _expected(company, trade)
    dealer_worth = _dealer_worth(company, sell_in)
    rows: list[Row] = []

    def add(kind: str, subject: str, measure: str, start: date, quota: int) -> None:
        agreed = start - timedelta(days=12)
        rows.append(
            {
                "subject_kind": kind,
                "subject_id": subject,
                "measure": measure,
                "period": "quarter",
                "period_start": start.isoformat(),
                "quota": str(quota),
                "updated_at": f"{agreed.isoformat()}T09:00:00Z",
            }
        )

    dealers = company.dealers
    for start, days in quarters(company):
        weight = _whole_quarter(weights, days, start)
        by_team: dict[str, int] = {}
        for person, each in zip(company.sellers, worth, strict=True):
            if person.hired_on < first_of_month(start, -3) and (person.left_on is None or person.left_on >= start):
                quota = _rounded(each * weight * STRETCH, person.currency)
                add("payee", person.user_id, "revenue_booked", start, quota)
                by_team[person.team] = by_team.get(person.team, 0) + quota
        for team, total in by_team.items():
            for subject in dict.fromkeys((company.branch.team(team), team)):
                add("team", subject, "revenue_booked", start, total)
        for number, dealer in enumerate(dealers.ids):
            if dealers.onboarded[number] < days.stop and dealers.left[number] >= days.start:
                quota = _rounded(dealer_worth[number] * weight * STRETCH, str(dealers.currency[number]))
                add("dealer", dealer, "dealer_sell_in", start, quota)
    return rows


def added_up(rows: Iterable[Row]) -> list[Row]:
    """The quotas of all branches: rows of one team and period become their sum."""
    merged: dict[tuple[str, ...], Row] = {}
    for row in rows:
        key = tuple(cell for column, cell in row.items() if column != "quota")
        known = merged.get(key)
        merged[key] = row if known is None else row | {"quota": str(int(known["quota"]) + int(row["quota"]))}
    return list(merged.values())


def personal_assignments(company: Company) -> list[Row]:
    """Rows of single payees: one at 1.15, a part-timer at 0.8, a carve-out, two managers off their team's plan."""
    settled = [one for one in company.sellers if one.left_on is None and len(one.positions) == 1]
    field = [one for one in settled if one.role == "field_sales" and one.hired_on < company.first_day]
    rows: list[Row] = []

    def add(person: Person, plan_id: str, why: str, factor: str = "", excluded: str = "") -> None:
        rows.append(
            {
                "assignment_id": f"personal-{person.user_id}-{plan_id}-{why}",
                "plan_id": plan_id,
                "subject_kind": "payee",
                "subject_id": person.user_id,
                "valid_from": company.first_day.isoformat(),
                "valid_to": "",
                "target_incentive": "",
                "personal_factor": factor,
                "excluded": excluded,
                "updated_at": f"{(company.first_day - timedelta(days=12)).isoformat()}T09:00:00Z",
            }
        )

    for plan_id in ("field-2025", "field-2026"):
        add(field[0], plan_id, "key-seller", factor="1.15")
        add(field[1 % len(field)], plan_id, "part-time", factor="0.8")
    add(field[2 % len(field)], "activity-bonus", "carve-out", excluded="true")
    add(company.leaders["T31"], "overseas-usd", "manager", excluded="true")
    add(company.leaders["T32"], "japan-jpy", "manager", excluded="true")
    return rows


def reporting_line(company: Company, person: Person, on: date) -> str | None:
    """The manager of a person on a day."""
    held = [one for one in person.positions if one.valid_from <= on and (one.valid_to is None or on < one.valid_to)]
    return manager_of(company, person, held[-1]) if held else None
