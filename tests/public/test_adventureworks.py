"""AdventureWorks, `aw-commission`: three years of orders against checks.json and against the source files."""

from __future__ import annotations

import csv
import gzip
import io
from collections import defaultdict
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest

from demo.public import adventureworks
from tests.public.conftest import Built, Converted, quarter_of

NAMED = "join (select distinct payee_id, payee_name from core.dim_payees) using (payee_id)"


@pytest.fixture(scope="module")
def built(converted: Converted) -> Built:
    return converted(adventureworks)


def commissions_by_hand(built: Built) -> dict[tuple[str, date], Decimal]:
    """Each person's CommissionPct of each sales line, rounded by line, from the sales file alone."""
    rates = built.checks["salesperson_key_to_commission_pct_and_bonus"]
    totals: dict[tuple[str, date], Decimal] = defaultdict(Decimal)
    text = gzip.decompress((built.data / "reseller_sales" / "Sales.csv.gz").read_bytes()).decode()
    for line in csv.DictReader(io.StringIO(text), delimiter="|"):
        quarter = quarter_of(date.fromisoformat(line["OrderDate"].replace("/", "-")))
        commission = Decimal(line["Sales"]) * Decimal(rates[line["EmployeeKey"]]["commission_pct"])
        totals[line["EmployeeKey"], quarter] += commission.quantize(Decimal("0.01"), ROUND_HALF_UP)
    return {key: total for key, total in totals.items() if total}


def test_every_order_line_unit_and_cent_is_there(built: Built) -> None:
    checks = built.checks
    ((orders, lines, sales, cost),) = built.rows(
        "select count(distinct order_id), count(*), sum(net_amount), sum(cost_amount) from core.fct_order_lines"
    )
    assert (orders, lines) == (checks["orders"], checks["lines"])
    assert (sales, cost) == (Decimal(checks["sales"]), Decimal(checks["cost"]))
    totals = built.figures("select measure, sum(value) from incentives.fct_incentive_events group by measure")
    assert totals["revenue_booked"] == Decimal(checks["sales"])
    assert totals["margin_booked"] == Decimal(checks["sales"]) - Decimal(checks["cost"])
    assert totals["units_sold"] == checks["units"]


def test_sales_by_person_quarter_and_fiscal_year_are_those_of_the_source(built: Built) -> None:
    credited = f"from incentives.fct_credits as credits {NAMED} where credits.measure = 'revenue_booked'"
    by_person = built.figures(f"select payee_name, sum(credits.value) {credited} group by payee_name")
    assert by_person == {name: Decimal(value) for name, value in built.checks["sales_by_salesperson"].items()}
    by_quarter = built.figures(
        "select payee_id, cast(cast(date_trunc('quarter', occurred_on) as date) as varchar), sum(credits.value)"
        f" {credited} group by all"
    )
    assert by_quarter == {
        (row["employee_key"], row["quarter_start"]): Decimal(row["sales"])
        for row in built.checks["quarters"]
        if Decimal(row["sales"])
    }
    by_year = built.figures(
        f"select year(occurred_on) + cast(month(occurred_on) >= 7 as integer), sum(credits.value) {credited} group by all"
    )
    assert by_year == {int(name[2:6]): Decimal(value) for name, value in built.checks["sales_by_fiscal_year"].items()}


def test_commissions_are_each_persons_rate_rounded_line_by_line(built: Built) -> None:
    paid = built.figures("select payee_id, period_start, payable from incentives.rpt_statements where payable <> 0")
    assert paid == commissions_by_hand(built)
    assert paid == {
        (row["employee_key"], date.fromisoformat(row["quarter_start"])): Decimal(row["commission"])
        for row in built.checks["quarters"]
        if Decimal(row["commission"])
    }
    assert sum(paid.values()) == Decimal(built.checks["commission_total"]) == Decimal("1058440.45")
    by_person = built.figures(
        f"select payee_name, sum(payable) from incentives.rpt_statements {NAMED.replace(', payee_name', '')} group by 1"
    )
    assert by_person == {name: Decimal(value) for name, value in built.checks["commission_by_salesperson"].items()}


def test_attainment_is_sales_over_the_quota_of_the_quarter(built: Built) -> None:
    attained = built.figures(
        "select attained.payee_id, cast(attained.period_start as varchar), round(attained.attainment, 6)"
        " from incentives.rpt_attainment as attained"
        " join (select distinct payee_id, hired_on from core.dim_payees) as people"
        " on attained.payee_id = people.payee_id and attained.period_start >= people.hired_on"
        " where attained.attainment is not null"
    )
    published = {
        (row["employee_key"], row["quarter_start"]): Decimal(row["attainment"]) for row in built.checks["quarters"]
    }
    # One person is hired inside a quarter: there the quota shrinks with the days employed; the source does not prorate.
    assert published.keys() - attained.keys() == {("293", "2018-10-01")}
    assert attained == {key: published[key] for key in attained}
