"""Online Retail: a wholesaler's 541,909 invoice lines of 13 months, of which one in sixty takes an earlier one back.

The source has no salespeople. Account managers are a stated choice: ten for the United Kingdom by customer number, one for
each of the six biggest other countries, one for the rest of Europe, one for the rest of the world. What they are paid tests
the engine and says nothing of the company. Lines without a customer have nobody to be credited to, and costs, payments
and other currencies do not exist.

A return names the sale it takes back only by customer, item and price: it is matched with the latest earlier such line that
still has that many. Those that match none are landed without a line, and lines that are no sales (stock corrections of
negative quantity, bad debt of negative price) as they are, so that the quarantine names all of them.

Two plans share the mechanics out: the managers at home are on a flat rate with a cap for each event, those abroad on marginal,
retroactive and event tiers with modifiers, a cap and a floor. The mapping's year-to-date bonus is left out.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb

from demo.public.common import Cells, Landing, command_line, noon

TIMEZONE = "Europe/London"
CURRENCY = "GBP"
NON_GOODS = "non-goods"
HOME, EXPORT = "retail-home", "retail-export"
_MASTER_DAY = date(2010, 11, 30)
_FIRST_DAY = date(2010, 12, 1)
_HIRED_ON = date(2010, 1, 1)
_HOME_COUNTRY = "United Kingdom"
_COUNTRIES = ("Netherlands", "EIRE", "Germany", "France", "Australia", "Switzerland")
_EURO_COUNTRIES = ("Netherlands", "EIRE", "Germany", "France")
_REST_OF_EUROPE = "Rest of Europe"
_REST_OF_WORLD = "Rest of the world"
_EUROPE = (
    "Austria",
    "Belgium",
    "Channel Islands",
    "Cyprus",
    "Czech Republic",
    "Denmark",
    "European Community",
    "Finland",
    "Greece",
    "Iceland",
    "Italy",
    "Lithuania",
    "Malta",
    "Norway",
    "Poland",
    "Portugal",
    "Spain",
    "Sweden",
)
_NO_GOODS_CODES = ("POST", "DOT", "C2", "M", "D", "S", "B", "AMAZONFEE", "BANK CHARGES", "CRUK", "PADS")

# Prices are written with at most three decimals, which a double keeps; the product is exact from here on.
_LINES = """
create table lines as
select
    rows.file_row_number as row_no,
    rows.InvoiceNo as invoice_no,
    concat(rows.InvoiceNo, '-', row_number() over (partition by rows.InvoiceNo order by rows.file_row_number)) as line_id,
    upper(rows.StockCode) as product_id,
    rows.Description as description,
    rows.Quantity as quantity,
    cast(rows.UnitPrice as decimal(12, 4)) as price,
    round(cast(rows.UnitPrice as decimal(12, 4)) * rows.Quantity, 2) as amount,
    rows.InvoiceDate as local_at,
    timezone('UTC', timezone($timezone, rows.InvoiceDate)) as utc_at,
    cast(cast(rows.CustomerID as bigint) as varchar) as account_id,
    rows.Country as country,
    rows.InvoiceNo like 'C%' as is_return
from read_parquet($file, file_row_number = true) as rows
"""

# A customer's country is the commonest of its rows.
_CUSTOMERS = """
create table customers as
with
countries as (
    select account_id, country, count(*) as line_count, min(utc_at) as first_at
    from lines
    where account_id is not null
    group by all
),
first_of_all as (
    select
        account_id,
        min(first_at) over (partition by account_id) as first_at,
        country,
        row_number() over (partition by account_id order by line_count desc, country asc) as place
    from countries
)
select
    account_id,
    country,
    case
        when country = $home then concat('uk-', cast(account_id as bigint) % 10)
        when list_contains($countries, country) then country
        when list_contains($europe, country) then $rest_of_europe
        else $rest_of_world
    end as manager,
    first_at
from first_of_all
where place = 1
"""


def convert(data: Path, out: Path) -> Landing:
    """Writes the customers, items, invoices, returns, stated account managers and two plans as landing files."""
    landing = Landing(out, "online_retail")
    with duckdb.connect() as source:
        source.execute(_LINES, {"timezone": TIMEZONE, "file": str(data / "online_retail.parquet")})
        source.execute(
            _CUSTOMERS,
            {
                "home": _HOME_COUNTRY,
                "countries": _COUNTRIES,
                "europe": _EUROPE,
                "rest_of_europe": _REST_OF_EUROPE,
                "rest_of_world": _REST_OF_WORLD,
            },
        )
        _parties(source, landing)
        _orders(source, landing)
        _returns(source, landing)
    _managers(landing)
    _plans(landing)
    return landing


def _parties(source: duckdb.DuckDBPyConnection, landing: Landing) -> None:
    landing.copy(
        source,
        "crm.accounts",
        "select account_id, concat('Customer ', account_id) as name, country as region, manager as owner_user_id,"
        " false as is_key_account, first_at as created_at, first_at as updated_at from customers order by account_id",
    )
    codes = ", ".join(f"'{code}'" for code in _NO_GOODS_CODES)
    landing.copy(
        source,
        "erp.products",
        f"""
        with
        described as (
            select
                product_id,
                description,
                row_number() over (partition by product_id order by count(*) desc, description asc) as place
            from lines
            where description is not null
            group by product_id, description
        ),
        priced as (
            select product_id, quantile_disc(price, 0.5) as median_price, min(utc_at) as first_at
            from lines
            group by product_id
        )
        select
            priced.product_id,
            coalesce(described.description, priced.product_id) as name,
            case
                when priced.product_id in ({codes}) or starts_with(priced.product_id, 'GIFT_') then '{NON_GOODS}'
                when priced.median_price < 1 then 'under 1'
                when priced.median_price < 5 then '1 to 5'
                else '5 and more'
            end as product_line,
            '{CURRENCY}' as currency,
            priced.first_at as updated_at
        from priced
        left join described on priced.product_id = described.product_id and described.place = 1
        order by priced.product_id
        """,
    )


def _orders(source: duckdb.DuckDBPyConnection, landing: Landing) -> None:
    # Some invoices were written over two minutes; the order is of the first.
    source.execute(
        "create table orders as select invoice_no, min(account_id) as account_id, min(utc_at) as utc_at,"
        " cast(min(local_at) as date) as day, sum(amount) as amount from lines where not is_return group by invoice_no"
    )
    landing.copy(
        source,
        "erp.orders",
        f"""
        select
            orders.invoice_no as order_id,
            orders.account_id,
            customers.manager as sales_user_id,
            case when orders.account_id is null then 'online' else 'direct' end as channel,
            orders.utc_at as ordered_at,
            'fulfilled' as status,
            '{CURRENCY}' as currency,
            orders.utc_at as updated_at
        from orders
        left join customers on orders.account_id = customers.account_id
        order by orders.invoice_no
        """,
    )
    landing.copy(
        source,
        "erp.order_lines",
        "select line_id as order_line_id, invoice_no as order_id, product_id, quantity, amount as net_amount,"
        " utc_at as updated_at from lines where not is_return order by row_no",
    )
    landing.copy(
        source,
        "erp.invoices",
        "select invoice_no as invoice_id, invoice_no as order_id, day as invoiced_on, day + 30 as due_on,"
        f" amount as net_amount, '{CURRENCY}' as currency, utc_at as updated_at from orders order by invoice_no",
    )


def _returns(source: duckdb.DuckDBPyConnection, landing: Landing) -> None:
    """Matches each return with the latest earlier sale of its customer, item and price that has its quantity left."""
    same = "account_id, product_id, price"
    taken_back = source.execute(
        f"select row_no, -quantity, local_at, {same} from lines where is_return order by local_at, row_no"
    ).fetchall()
    sales: dict[tuple[object, ...], list[tuple[object, str]]] = {}
    left: dict[str, int] = {}
    for line, quantity, sold_at, *of in source.execute(
        f"select line_id, quantity, local_at, {same} from lines semi join (select {same} from lines where is_return)"
        f" using ({same}) where not is_return and quantity > 0 order by local_at, row_no"
    ).fetchall():
        sales.setdefault(tuple(of), []).append((sold_at, line))
        left[line] = quantity
    matched: dict[int, str] = {}
    for row, quantity, returned_at, *of in taken_back:
        for sold_at, line in reversed(sales.get(tuple(of), [])):
            if sold_at <= returned_at and left[line] >= quantity:
                matched[row] = line
                left[line] -= quantity
                break
    source.execute(
        "create table matched as select unnest($rows) as row_no, unnest($lines) as sale_line_id",
        {"rows": list(matched), "lines": list(matched.values())},
    )
    landing.copy(
        source,
        "erp.returns",
        "select lines.line_id as return_id, matched.sale_line_id as order_line_id, cast(lines.local_at as date) as"
        " returned_on, -lines.quantity as quantity, -lines.amount as net_amount, lines.utc_at as updated_at"
        " from lines left join matched using (row_no) where lines.is_return order by row_no",
    )
    landing.said.append(
        f"{len(taken_back) - len(matched):,} of {len(taken_back):,} returns match no sale; they have no order line and will"
        " be quarantined"
    )


def _managers(landing: Landing) -> None:
    master = noon(_MASTER_DAY, TIMEZONE)
    areas = {f"uk-{digit}": _HOME_COUNTRY for digit in range(10)}
    areas |= {area: area for area in (*_COUNTRIES, _REST_OF_EUROPE, _REST_OF_WORLD)}
    landing.write(
        "crm.users",
        (
            {
                "user_id": manager,
                "name": f"Account manager {manager}",
                "currency": "EUR" if area in _EURO_COUNTRIES else CURRENCY,
                "hired_on": _HIRED_ON.isoformat(),
                "updated_at": master,
            }
            for manager, area in areas.items()
        ),
    )
    landing.write(
        "crm.user_assignments",
        (
            {
                "user_id": manager,
                "valid_from": _HIRED_ON.isoformat(),
                "role": "account manager",
                "team_id": "Home" if area == _HOME_COUNTRY else "Export",
                "region": area,
                "updated_at": master,
            }
            for manager, area in areas.items()
        ),
    )
    landing.write(
        "crm.teams",
        (
            {"team_id": team, "name": team, "parent_team_id": parent, "updated_at": master}
            for team, parent in (("Sales", None), ("Home", "Sales"), ("Export", "Sales"))
        ),
    )


def _plans(landing: Landing) -> None:
    def plan(plan_id: str, name: str, summary: str) -> Cells:
        return {
            "plan_id": plan_id,
            "name": name,
            "status": "active",
            "payee_kind": "employee",
            "currency": CURRENCY,
            "period": "month",
            "valid_from": _FIRST_DAY.isoformat(),
            "summary": summary,
        }

    def assignment(plan_id: str, team: str) -> Cells:
        return {
            "assignment_id": f"{plan_id}-team",
            "plan_id": plan_id,
            "subject_kind": "team",
            "subject_id": team,
            "valid_from": _FIRST_DAY.isoformat(),
        }

    def component(component_id: str, seq: int, name: str, kind: str, measure: str, **more: str) -> Cells:
        plan_id = HOME if component_id.startswith(HOME) else EXPORT
        of: Cells = {"component_id": component_id, "plan_id": plan_id, "seq": str(seq), "name": name}
        return {**of, "kind": kind, "measure": measure, **more}

    def tiers(component_id: str, *rates: tuple[str, str]) -> list[Cells]:
        return [{"component_id": component_id, "tier_from": tier_from, "rate": rate} for tier_from, rate in rates]

    def modifier(name: str, factor: str, stack: str) -> Cells:
        of = {
            "modifier_id": f"{EXPORT}-{name.replace(' ', '-')}",
            "component_id": f"{EXPORT}-sales",
            "name": name.capitalize(),
        }
        return {**of, "factor": factor, "scope": "event", "stack": stack}

    def condition(owner_id: str, dimension: str, operator: str, value: str) -> Cells:
        return {"owner_id": owner_id, "dimension": dimension, "operator": operator, "value": value}

    landing.write_plans(
        noon(_MASTER_DAY, TIMEZONE),
        {
            "plans": [
                plan(HOME, "Home sales", "2 % of goods, at most 500 a line, and 10 for each new account"),
                plan(EXPORT, "Export sales", "Goods by marginal tiers, large lines and units on top, 100 at the least"),
            ],
            "plan_assignments": [assignment(HOME, "Home"), assignment(EXPORT, "Export")],
            "plan_components": [
                component(
                    f"{HOME}-sales",
                    1,
                    "Commission on goods",
                    "commission",
                    "revenue_booked",
                    method="flat",
                    cap_per_event="500",
                ),
                component(
                    f"{HOME}-accounts",
                    2,
                    "New accounts",
                    "spiff",
                    "new_accounts",
                    method="flat",
                    cap_per_period="600",
                ),
                component(
                    f"{EXPORT}-sales",
                    1,
                    "Commission on goods",
                    "commission",
                    "revenue_booked",
                    method="marginal",
                    floor_per_period="100",
                ),
                component(
                    f"{EXPORT}-large",
                    2,
                    "Large lines",
                    "bonus",
                    "revenue_booked",
                    method="marginal",
                    accumulate="event",
                ),
                component(
                    f"{EXPORT}-units", 3, "Units", "bonus", "units_sold", method="retroactive", cap_per_period="150"
                ),
            ],
            "plan_tiers": [
                *tiers(f"{HOME}-sales", ("0", "0.02")),
                {"component_id": f"{HOME}-accounts", "tier_from": "0", "amount": "10"},
                *tiers(f"{EXPORT}-sales", ("0", "0.02"), ("20000", "0.03")),
                *tiers(f"{EXPORT}-large", ("250", "0.01"), ("1000", "0.015")),
                *tiers(f"{EXPORT}-units", ("0", "0.001"), ("5000", "0.005"), ("10000", "0.01")),
            ],
            "plan_modifiers": [
                modifier("thursday", "1.1", "highest"),
                modifier("first order", "1.25", "highest"),
                modifier("far away", "1.15", "multiply"),
                modifier("high priced", "1.05", "add"),
                modifier("in spring", "1.02", "add"),
            ],
            "plan_conditions": [
                condition(f"{HOME}-sales", "product_line", "not_in", NON_GOODS),
                condition(f"{EXPORT}-sales", "product_line", "not_in", NON_GOODS),
                condition(f"{EXPORT}-large", "product_line", "not_in", NON_GOODS),
                condition(f"{EXPORT}-units", "channel", "eq", "direct"),
                condition(f"{EXPORT}-thursday", "weekday", "eq", "4"),
                condition(f"{EXPORT}-first-order", "is_first_order", "eq", "true"),
                condition(f"{EXPORT}-far-away", "account_region", "in", "Australia|Japan|Singapore|Hong Kong"),
                condition(f"{EXPORT}-high-priced", "product_line", "eq", "5 and more"),
                condition(f"{EXPORT}-in-spring", "order_month", "gte", "3"),
                condition(f"{EXPORT}-in-spring", "order_month", "lte", "5"),
            ],
        },
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code."""
    return command_line("demo.public.online_retail", convert, TIMEZONE, CURRENCY, arguments)


if __name__ == "__main__":
    sys.exit(main())
