"""Chinook, a music shop: 412 invoices of five years, three sales agents on a flat 2 % of what their customers buy.

Small enough to follow by hand: most lines are 0.99, 2 % of that is 0.0198, and since every line is rounded the
commission is 0.02 a line, a little more than 2 % of the total.
"""

from __future__ import annotations

import gzip
import sqlite3
import sys
import tempfile
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from demo.public.common import Landing, command_line, noon

TIMEZONE = "America/Edmonton"
CURRENCY = "USD"
PLAN_ID = "chinook-flat"
COMPONENT_ID = "chinook-flat-commission"
RATE = "0.02"
SALES_ROLE = "Sales Support Agent"
_MASTER_DAY = date(2020, 12, 31)
_FIRST_DAY = date(2021, 1, 1)


def _day(written: str) -> date:
    return date.fromisoformat(written[:10])


def _money(number: Any) -> str:
    """SQLite keeps NUMERIC(10,2) as a binary float; its shortest text is the two decimals that were stored."""
    return str(Decimal(str(number)).quantize(Decimal("0.01")))


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def convert(data: Path, out: Path) -> Landing:
    """Writes Chinook's employees, customers, tracks and invoices, and the flat plan, as landing files."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "chinook.sqlite"
        file.write_bytes(gzip.decompress((data / "Chinook_Sqlite.sqlite.gz").read_bytes()))
        connection = sqlite3.connect(file)
        try:
            return _convert(connection, Landing(out, "chinook"))
        finally:
            connection.close()


def _convert(source: sqlite3.Connection, landing: Landing) -> Landing:
    source.row_factory = sqlite3.Row
    master = noon(_MASTER_DAY, TIMEZONE)
    people = source.execute(
        "select EmployeeId, FirstName || ' ' || LastName as Name, Email, Title, ReportsTo, HireDate from Employee"
        " where Title in ('General Manager', 'Sales Manager', ?) order by EmployeeId",
        [SALES_ROLE],
    ).fetchall()
    landing.write(
        "crm.users",
        (
            {
                "user_id": str(of["EmployeeId"]),
                "name": of["Name"],
                "email": of["Email"],
                "currency": CURRENCY,
                "hired_on": _day(of["HireDate"]).isoformat(),
                "updated_at": master,
            }
            for of in people
        ),
    )
    landing.write(
        "crm.user_assignments",
        (
            {
                "user_id": str(of["EmployeeId"]),
                "valid_from": _day(of["HireDate"]).isoformat(),
                "role": of["Title"],
                "team_id": "sales" if of["ReportsTo"] else "management",
                "manager_id": _text(of["ReportsTo"]),
                "updated_at": master,
            }
            for of in people
        ),
    )
    teams = {"management": (None, "1"), "sales": ("management", "2")}
    landing.write(
        "crm.teams",
        (
            {
                "team_id": team,
                "name": team.title(),
                "parent_team_id": parent,
                "leader_user_id": leader,
                "updated_at": master,
            }
            for team, (parent, leader) in teams.items()
        ),
    )
    landing.write(
        "crm.accounts",
        (
            {
                "account_id": str(of["CustomerId"]),
                "name": of["Company"] or of["Name"],
                "region": of["Country"],
                "owner_user_id": _text(of["SupportRepId"]),
                "is_key_account": "false",
                "created_at": master,
                "updated_at": master,
            }
            for of in source.execute(
                "select CustomerId, Company, FirstName || ' ' || LastName as Name, Country, SupportRepId"
                " from Customer order by CustomerId"
            )
        ),
    )
    landing.write(
        "erp.products",
        (
            {
                "product_id": str(of["TrackId"]),
                "name": of["Name"],
                "product_line": of["Genre"],
                "unit": "track",
                "list_price": _money(of["UnitPrice"]),
                "standard_cost": str(Decimal(_money(of["UnitPrice"])) * 70 / 100),
                "currency": CURRENCY,
                "updated_at": master,
            }
            for of in source.execute(
                "select Track.TrackId, Track.Name, Genre.Name as Genre, Track.UnitPrice from Track"
                " join Genre on Track.GenreId = Genre.GenreId order by Track.TrackId"
            )
        ),
    )
    invoices = source.execute(
        "select Invoice.InvoiceId, Invoice.InvoiceDate, Invoice.Total, Customer.CustomerId, Customer.SupportRepId"
        " from Invoice join Customer on Invoice.CustomerId = Customer.CustomerId order by Invoice.InvoiceId"
    ).fetchall()
    at = {of["InvoiceId"]: noon(_day(of["InvoiceDate"]), TIMEZONE) for of in invoices}
    landing.write(
        "erp.orders",
        (
            {
                "order_id": str(of["InvoiceId"]),
                "account_id": str(of["CustomerId"]),
                "sales_user_id": _text(of["SupportRepId"]),
                "channel": "online",
                "ordered_at": at[of["InvoiceId"]],
                "status": "fulfilled",
                "currency": CURRENCY,
                "updated_at": at[of["InvoiceId"]],
            }
            for of in invoices
        ),
    )
    landing.write(
        "erp.order_lines",
        (
            {
                "order_line_id": str(of["InvoiceLineId"]),
                "order_id": str(of["InvoiceId"]),
                "product_id": str(of["TrackId"]),
                "quantity": str(of["Quantity"]),
                "net_amount": str(Decimal(_money(of["UnitPrice"])) * of["Quantity"]),
                "updated_at": at[of["InvoiceId"]],
            }
            for of in source.execute(
                "select InvoiceLineId, InvoiceId, TrackId, UnitPrice, Quantity from InvoiceLine order by InvoiceLineId"
            )
        ),
    )
    for table, key, dates, amount in (
        ("erp.invoices", "invoice_id", ("invoiced_on", "due_on"), "net_amount"),
        ("erp.payments", "payment_id", ("paid_on",), "amount"),
    ):
        landing.write(
            table,
            (
                {key: str(of["InvoiceId"])}
                | {"order_id" if key == "invoice_id" else "invoice_id": str(of["InvoiceId"])}
                | {name: _day(of["InvoiceDate"]).isoformat() for name in dates}
                | {amount: _money(of["Total"]), "currency": CURRENCY, "updated_at": at[of["InvoiceId"]]}
                for of in invoices
            ),
        )
    _plan(landing, master)
    return landing


def _plan(landing: Landing, master: str) -> None:
    starts = _FIRST_DAY.isoformat()
    plan = {
        "plan_id": PLAN_ID,
        "name": "Flat commission",
        "status": "active",
        "payee_kind": "employee",
        "currency": CURRENCY,
        "period": "quarter",
        "valid_from": starts,
        "summary": "2 % of what the customers of a sales support agent buy, rounded line by line",
        "updated_at": master,
    }
    assignment = {
        "assignment_id": f"{PLAN_ID}-agents",
        "plan_id": PLAN_ID,
        "subject_kind": "role",
        "subject_id": SALES_ROLE,
        "valid_from": starts,
        "updated_at": master,
    }
    component = {
        "component_id": COMPONENT_ID,
        "plan_id": PLAN_ID,
        "seq": "1",
        "name": "Commission on sales",
        "kind": "commission",
        "measure": "revenue_booked",
        "method": "flat",
        "updated_at": master,
    }
    landing.write("plans.plans", [plan])
    landing.write("plans.plan_assignments", [assignment])
    landing.write("plans.plan_components", [component])
    landing.write(
        "plans.plan_tiers", [{"component_id": COMPONENT_ID, "tier_from": "0", "rate": RATE, "updated_at": master}]
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code."""
    return command_line("demo.public.chinook", convert, TIMEZONE, CURRENCY, arguments)


if __name__ == "__main__":
    sys.exit(main())
