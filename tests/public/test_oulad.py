"""OULAD: seats taken, given up and renewed, against checks.json and against the source files."""

from __future__ import annotations

import csv
import gzip
from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal

import pytest

from demo.public import oulad
from tests.public.conftest import Built, Converted, quarter_of

# Of the 45 registrations without a day, 35 are given up before the class begins and 4 afterwards.
UNDATED, UNDATED_EARLY, UNDATED_LATE = 45, 35, 4


@pytest.fixture(scope="module")
def built(converted: Converted) -> Built:
    return converted(oulad)


def moves(built: Built) -> list[tuple[str, str, date, int]]:
    """(measure, module, day, 1 or -1) of every seat and renewal, from the registrations alone."""
    text = gzip.decompress((built.data / "studentRegistration.csv.gz").read_bytes()).decode()
    rows = list(csv.DictReader(text.splitlines()))
    begins = {row["code_presentation"]: start_of(row["code_presentation"]) for row in rows}
    presentations: dict[str, dict[date, list[date]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        registered = presentations[row["id_student"]][begins[row["code_presentation"]]]
        if row["date_registration"]:
            registered.append(begins[row["code_presentation"]] + timedelta(int(row["date_registration"])))
    found = []
    for row in rows:
        start, left = begins[row["code_presentation"]], row["date_unregistration"]
        later = sorted(day for day in presentations[row["id_student"]] if day > start)
        renewals = presentations[row["id_student"]][later[0]] if later else []
        if not row["date_registration"]:
            continue
        if not left or int(left) > 0:
            found.append(("class_seats", row["code_module"], start, 1))
        if renewals:
            found.append(("class_renewals", row["code_module"], min(renewals), 1))
        if left and int(left) > 0:
            gone = start + timedelta(int(left))
            found.append(("class_seats", row["code_module"], gone, -1))
            if renewals:
                found.append(("class_renewals", row["code_module"], gone, -1))
    return found


def start_of(presentation: str) -> date:
    return date(int(presentation[:4]), {"B": 2, "J": 10}[presentation[4]], 1)


def pay_by_hand(built: Built) -> dict[tuple[str, date], Decimal]:
    """20 a seat, a tenth more in two small courses; 50 a renewal, or 60 for all of a quarter that has a hundred of them."""
    pay: dict[tuple[str, date], Decimal] = defaultdict(Decimal)
    renewals: Counter[tuple[str, date]] = Counter()
    for measure, module, day, sign in moves(built):
        of = (f"teacher-{module}", quarter_of(day))
        if measure == "class_renewals":
            renewals[of] += sign
        else:
            pay[of] += sign * Decimal(22 if module in ("AAA", "GGG") else 20)
    for of, count in renewals.items():
        pay[of] += count * Decimal(60 if count >= 100 else 50)
    return {of: amount for of, amount in pay.items() if amount}


def test_every_registration_is_landed_or_quarantined_for_want_of_a_day(built: Built) -> None:
    found = built.figures(
        "select table_name, column_name, reason, count(*) from operations.rpt_quarantine group by all"
    )
    assert found == {("education.enrolments", "enrolled_at", "is empty, and must be given"): UNDATED}
    ((seats,),) = built.rows(
        "select count(*) from incentives.fct_incentive_events where measure = 'class_seats' and value = 1"
    )
    early = sum(
        before for _, _, before in built.checks["by_class_registered_withdrawn_withdrawn_before_start"].values()
    )
    assert seats == built.checks["registrations"] - early - (UNDATED - UNDATED_EARLY)


def test_seats_taken_and_given_up_are_those_of_each_module(built: Built) -> None:
    taken = built.figures(
        "select payee_id, sum(value) from incentives.fct_credits where measure = 'class_seats' group by 1"
    )
    expected: Counter[str] = Counter()
    for name, (registered, withdrawn, _) in built.checks[
        "by_class_registered_withdrawn_withdrawn_before_start"
    ].items():
        expected[f"teacher-{name[:3]}"] += registered - withdrawn
    undated = UNDATED - UNDATED_EARLY - UNDATED_LATE
    assert sum(taken.values()) == sum(expected.values()) - undated
    assert all(expected[person] - undated <= seats <= expected[person] for person, seats in taken.items())


def test_events_are_the_moves_of_the_registrations(built: Built) -> None:
    events = built.figures(
        "select measure, occurred_on, sum(value) from incentives.fct_incentive_events group by all having sum(value) <> 0"
    )
    by_day: Counter[tuple[str, date]] = Counter()
    for measure, _, day, sign in moves(built):
        by_day[measure, day] += sign
    assert events == {of: count for of, count in by_day.items() if count}


def test_pay_is_that_of_the_plan_seat_by_seat(built: Built) -> None:
    paid = built.figures("select payee_id, period_start, payable from incentives.rpt_statements where payable <> 0")
    assert paid == pay_by_hand(built)
