"""Chinook, flat 2 %: what the marts say against the published totals and against the source files."""

from __future__ import annotations

import gzip
import sqlite3
from collections import defaultdict
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from demo.public import chinook
from tests.public.conftest import Built, Converted, quarter_of

CENT = Decimal("0.01")
QUARTER = "concat(year(occurred_on), 'Q', quarter(occurred_on))"


@pytest.fixture(scope="module")
def built(converted: Converted) -> Built:
    return converted(chinook)


def commissions_by_hand(data: Path, folder: Path) -> dict[tuple[str, date], Decimal]:
    """2 % of each invoice line, rounded by line, from the SQLite file alone."""
    (folder / "chinook.sqlite").write_bytes(gzip.decompress((data / "Chinook_Sqlite.sqlite.gz").read_bytes()))
    connection = sqlite3.connect(folder / "chinook.sqlite")
    lines = connection.execute(
        "select SupportRepId, date(InvoiceDate), printf('%.2f', UnitPrice), Quantity from InvoiceLine"
        " join Invoice using (InvoiceId) join Customer using (CustomerId)"
    ).fetchall()
    connection.close()
    totals: dict[tuple[str, date], Decimal] = defaultdict(Decimal)
    for person, day, price, quantity in lines:
        commission = (Decimal(price) * quantity * Decimal(chinook.RATE)).quantize(CENT, ROUND_HALF_UP)
        totals[str(person), quarter_of(date.fromisoformat(day))] += commission
    return dict(totals)


def test_every_order_and_line_is_there(built: Built) -> None:
    ((orders, lines, total),) = built.rows(
        "select count(distinct order_id), count(*), sum(net_amount) from core.fct_order_lines"
    )
    assert (orders, lines) == (built.checks["invoices"], built.checks["invoice_lines"])
    assert total == Decimal(built.checks["total"])


def test_credits_by_agent_year_quarter_and_country_are_the_published_totals(built: Built) -> None:
    for kind, key, joined in (
        ("by_rep", "payee_name", ""),
        ("by_year", "cast(year(occurred_on) as varchar)", ""),
        ("by_rep_and_quarter", f"concat(payee_name, ' ', {QUARTER})", ""),
        (
            "by_country",
            "accounts.region",
            "join incentives.fct_incentive_events using (event_id) join core.dim_accounts as accounts using (account_id)",
        ),
    ):
        figures = built.figures(
            f"select {key}, sum(credits.value) from incentives.fct_credits as credits {joined}"
            " join (select distinct payee_id, payee_name from core.dim_payees) using (payee_id)"
            " where credits.measure = 'revenue_booked' group by all"
        )
        assert figures == {name: Decimal(value) for name, value in built.checks[kind].items()}, kind


def test_commissions_are_two_per_cent_rounded_line_by_line(built: Built, tmp_path: Path) -> None:
    expected = commissions_by_hand(built.data, tmp_path)
    paid = built.figures("select payee_id, period_start, payable from incentives.rpt_statements where payable <> 0")
    assert paid == expected
    rounded_sum = (Decimal(built.checks["total"]) * Decimal(chinook.RATE)).quantize(CENT, ROUND_HALF_UP)
    assert sum(paid.values()) != rounded_sum
    by_line = built.figures("select payee_id, sum(amount) from incentives.fct_payout_lines group by payee_id")
    assert sum(by_line.values()) == sum(expected.values())
