"""AdventureWorks: 17 salespeople, three years of orders of bicycle shops, quarterly quotas, a commission rate each.

The source keeps the same facts on three axes of time; everything is brought to that of the sales file. The plan is the
company's own: one component of 1 %, and each person's CommissionPct as the personal factor that multiplies it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from demo.public.common import Landing, command_line, noon, records

TIMEZONE = "America/Los_Angeles"
CURRENCY = "USD"
PLAN_ID = "aw-commission"
COMPONENT_ID = "aw-commission-sales"
RATE = Decimal("0.01")

# dw lies 2 376 days before the sales file, oltp 1 794 days after it.
_DW_SHIFT = timedelta(days=2376)
_OLTP_SHIFT = timedelta(days=-1794)
_FIRST_DAY = date(2017, 7, 1)
_MASTER_DAY = date(2017, 6, 30)
# Annual sales of a shop fall into five sizes and no others.
_ACCOUNT_TIERS = {"300000": "E", "800000": "D", "1000000": "C", "1500000": "B", "3000000": "A"}
_TEAM_LEADERS = {"Sales": "277", "North America": "272", "Europe": "290", "Pacific": "294"}


def _on(written: str, shift: timedelta = timedelta()) -> date:
    return date.fromisoformat(written[:10].replace("/", "-")) + shift


class _Source:
    """The files of the data set that the mapping reads, keyed by EmployeeKey where they speak of people."""

    def __init__(self, data: Path) -> None:
        shop = data / "reseller_sales"
        self.people = list(records(shop / "Salesperson.csv", "|", header=True))
        self.regions = {row[0]: row for row in records(shop / "Region.csv", "|", header=True)}
        self.resellers = list(records(shop / "Reseller.csv", "|", header=True))
        self.products = list(records(shop / "Product.csv", "|", header=True))
        self.sales = list(records(shop / "Sales.csv.gz", "|", header=True))
        keys = {national_id: key for key, national_id, *_ in self.people}
        in_oltp = {row[0]: keys[row[1]] for row in records(data / "oltp/Employee.csv", "\t") if row[1] in keys}
        self.commission_rates = {
            in_oltp[row[0]]: Decimal(row[4]) for row in records(data / "oltp/SalesPerson.csv", "\t")
        }
        self.territories: dict[str, list[tuple[date, str]]] = {}
        self.left_on: dict[str, date] = {}
        for person, territory, starts, ends, *_ in records(data / "oltp/SalesTerritoryHistory.csv", "\t"):
            key = in_oltp[person]
            self.territories.setdefault(key, []).append((_on(starts, _OLTP_SHIFT), territory))
            if ends:
                self.left_on[key] = _on(ends, _OLTP_SHIFT) + timedelta(days=1)
        known = {row[0] for row in self.people}
        employees = {row[1]: row for row in records(data / "dw/DimEmployee.csv", "|") if row[1] in known}
        self.managers = {key: row[2] for key, row in employees.items() if row[2] in known}
        self.hired_on = {key: _on(row[11], _DW_SHIFT) for key, row in employees.items()}
        self.annual_sales = {row[0]: row[14] for row in records(data / "dw/DimReseller.csv", "|")}
        catalogue = list(records(data / "dw/DimProduct.csv.gz", "|"))
        self.list_prices = {row[1]: row[14] for row in catalogue if row[14]}
        self.launched_on = {row[1]: _on(row[-3], _DW_SHIFT) for row in catalogue if row[-3]}
        self.quotas = list(records(data / "dw/FactSalesQuota.csv", "|"))
        codes = {row[0]: row[1] for row in records(data / "dw/DimCurrency.csv", "|")}
        self.rates = [(codes[row[0]], row[2], row[4]) for row in records(data / "dw/FactCurrencyRate.csv.gz", "|")]


def convert(data: Path, out: Path) -> Landing:
    """Writes AdventureWorks' people, shops, products, orders, rates, quotas and commission plan as landing files."""
    source, landing = _Source(data), Landing(out, "adventureworks")
    master = noon(_MASTER_DAY, TIMEZONE)
    _people(source, landing, master)
    _catalogue(source, landing, master)
    _orders(source, landing)
    _plan(source, landing, master)
    return landing


def _people(source: _Source, landing: Landing, master: str) -> None:
    landing.write(
        "crm.users",
        (
            {
                "user_id": key,
                "name": name,
                "email": email,
                "currency": CURRENCY,
                "hired_on": source.hired_on[key].isoformat(),
                "updated_at": master,
            }
            for key, _, _, email, name in source.people
        ),
    )
    landing.write("crm.user_assignments", (row | {"updated_at": master} for row in _positions(source)))
    landing.write(
        "crm.teams",
        (
            {
                "team_id": team,
                "name": team,
                "parent_team_id": None if team == "Sales" else "Sales",
                "leader_user_id": leader,
                "updated_at": master,
            }
            for team, leader in _TEAM_LEADERS.items()
        ),
    )


def _positions(source: _Source) -> list[dict[str, str | None]]:
    """Effective-dated positions: team and region follow the territory; who leaves one keeps the team, not the region."""
    led = {leader: team for team, leader in _TEAM_LEADERS.items()}
    rows: list[dict[str, str | None]] = []
    for key, _, title, _, _ in source.people:
        spans: list[tuple[date, str, str | None]] = []
        for starts, territory in sorted(source.territories.get(key, [])):
            region = source.regions[territory]
            spans.append((max(starts, source.hired_on[key]), region[3], region[1]))
        if not spans:
            spans = [(source.hired_on[key], led[key], None)]
        left_on = source.left_on.get(key)
        if left_on and left_on > spans[-1][0]:
            spans.append((left_on, spans[-1][1], None))
        for (starts, team, region_name), following in zip(spans, [*spans[1:], None], strict=True):
            rows.append(
                {
                    "user_id": key,
                    "valid_from": starts.isoformat(),
                    "valid_to": following[0].isoformat() if following else None,
                    "role": title,
                    "team_id": team,
                    "manager_id": source.managers.get(key),
                    "region": region_name,
                }
            )
    return rows


def _catalogue(source: _Source, landing: Landing, master: str) -> None:
    landing.write(
        "crm.accounts",
        (
            {
                "account_id": key,
                "name": name,
                "industry": business,
                "tier": _ACCOUNT_TIERS[str(int(Decimal(source.annual_sales[key])))],
                "region": country,
                "is_key_account": "false",
                "created_at": master,
                "updated_at": master,
            }
            for key, business, name, _, _, country in source.resellers
        ),
    )
    landing.write(
        "erp.products",
        (
            {
                "product_id": key,
                "name": name,
                "product_line": category,
                "list_price": source.list_prices.get(key),
                "standard_cost": cost,
                "currency": CURRENCY,
                "launched_on": source.launched_on[key].isoformat() if key in source.launched_on else None,
                "updated_at": master,
            }
            for key, name, cost, _, _, category, _, _ in source.products
        ),
    )
    landing.write(
        "erp.fx_rates",
        (
            {
                "currency": code,
                "rate_on": _on(day, _DW_SHIFT).isoformat(),
                "rate_to_base": rate,
                "updated_at": noon(_on(day, _DW_SHIFT), TIMEZONE),
            }
            for code, rate, day in source.rates
            if code != CURRENCY
        ),
    )


def _orders(source: _Source, landing: Landing) -> None:
    orders: dict[str, dict[str, str | None]] = {}
    for number, day, _, reseller, person, *_ in source.sales:
        ordered_at = noon(_on(day), TIMEZONE)
        order: dict[str, str | None] = {
            "order_id": number,
            "account_id": reseller,
            "sales_user_id": person,
            "channel": "direct",
            "ordered_at": ordered_at,
            "status": "fulfilled",
            "currency": CURRENCY,
            "updated_at": ordered_at,
        }
        if orders.setdefault(number, order) != order:
            raise ValueError(f"order {number} has lines of different days, shops or people")
    landing.write("erp.orders", orders.values())
    landing.write(
        "erp.order_lines",
        (
            {
                "order_line_id": f"{number}-{product}",
                "order_id": number,
                "product_id": product,
                "quantity": quantity,
                "net_amount": sales,
                "cost_amount": cost,
                "updated_at": noon(_on(day), TIMEZONE),
            }
            for number, day, product, _, _, _, quantity, _, sales, cost in source.sales
        ),
    )


def quarter_start(rank: int) -> date:
    """The first day of the quarter that the quota date of this rank (0 for the first) stands for."""
    months = _FIRST_DAY.month - 1 + 3 * rank
    return date(_FIRST_DAY.year + months // 12, months % 12 + 1, 1)


def _plan(source: _Source, landing: Landing, master: str) -> None:
    starts = _FIRST_DAY.isoformat()
    ranks = {day: rank for rank, day in enumerate(sorted({row[6] for row in source.quotas}))}
    landing.write(
        "plans.quotas",
        (
            {
                "subject_kind": "payee",
                "subject_id": row[1],
                "measure": "revenue_booked",
                "period": "quarter",
                "period_start": quarter_start(ranks[row[6]]).isoformat(),
                "quota": row[5],
                "updated_at": master,
            }
            for row in source.quotas
        ),
    )
    plan = {
        "plan_id": PLAN_ID,
        "name": "Sales commission",
        "status": "active",
        "payee_kind": "employee",
        "currency": CURRENCY,
        "period": "quarter",
        "valid_from": starts,
        "summary": "A commission on booked revenue at each person's own rate: 1 % times the personal factor",
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
    landing.write("plans.plan_components", [component])
    landing.write(
        "plans.plan_tiers", [{"component_id": COMPONENT_ID, "tier_from": "0", "rate": str(RATE), "updated_at": master}]
    )
    landing.write(
        "plans.plan_assignments",
        (
            {
                "assignment_id": f"{PLAN_ID}-{key}",
                "plan_id": PLAN_ID,
                "subject_kind": "payee",
                "subject_id": key,
                "valid_from": starts,
                "personal_factor": str(rate / RATE),
                "updated_at": master,
            }
            for key, rate in source.commission_rates.items()
        ),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code."""
    return command_line("demo.public.adventureworks", convert, TIMEZONE, CURRENCY, arguments)


if __name__ == "__main__":
    sys.exit(main())
