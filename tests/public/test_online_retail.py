"""Online Retail: half a million invoice lines and their returns against checks.json and against the source file."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import duckdb
import pytest

from demo.public import online_retail
from tests.public.conftest import Built, Converted

CENT = Decimal("0.01")
FAR_AWAY = {"Australia", "Japan", "Singapore", "Hong Kong"}
# Bad debt of negative price and stock corrections of negative quantity; the matching of returns is the converter's.
QUARANTINED = {
    ("erp.order_lines", "quantity", "must be at least 0"): 1336,
    ("erp.order_lines", "net_amount", "must be at least 0"): 2,
    ("erp.returns", "order_line_id", "is empty, and must be given"): 2152,
}


@pytest.fixture(scope="module")
def built(converted: Converted) -> Built:
    return converted(online_retail)


def deliveries(built: Built) -> list[tuple[Any, ...]]:
    """The lines of the source file that are sales or take one back, with what the converter chose for them.

    (key, day, order's day, quantity, price, manager, country, product line, whether direct, whether the first order)
    """
    landing = built.landing
    return duckdb.execute(
        """
        with
        lines as (
            select
                concat(InvoiceNo, '-', row_number() over (partition by InvoiceNo order by file_row_number)) as key,
                InvoiceNo as number,
                cast(min(InvoiceDate) over (partition by InvoiceNo) as date) as day,
                upper(StockCode) as item,
                Quantity as quantity,
                cast(UnitPrice as varchar) as price
            from read_parquet($source, file_row_number = true)
        ),
        sales as (
            select
                lines.*,
                orders.sales_user_id as manager,
                accounts.region as country,
                products.product_line,
                orders.channel = 'direct' as is_direct,
                orders.account_id is not null and orders.order_id = first_value(orders.order_id) over (
                    partition by orders.account_id order by orders.ordered_at, orders.order_id
                ) as is_first
            from lines
            inner join read_parquet($orders) as orders on lines.number = orders.order_id
            inner join read_parquet($products) as products on lines.item = products.product_id
            left join read_parquet($accounts) as accounts on orders.account_id = accounts.account_id
        )
        select key, day, day, quantity, price, manager, country, product_line, is_direct, is_first
        from sales
        where quantity >= 0 and price not like '-%'
        union all
        select back.key, back.day, sales.day, back.quantity, back.price, manager, country, product_line, is_direct, is_first
        from lines as back
        inner join read_parquet($returns) as returns on back.key = returns.return_id
        inner join sales on returns.order_line_id = sales.key
        """,
        {"source": str(built.data / "online_retail.parquet")}
        | {
            table.partition(".")[2]: str(landing / table.replace(".", "/") / "online_retail.parquet")
            for table in ("erp.orders", "erp.products", "erp.returns", "crm.accounts")
        },
    ).fetchall()


def rounded(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def through_tiers(start: Decimal, end: Decimal, *tiers: tuple[str, str]) -> Decimal:
    """What the slices between two positions earn, each at the rate of its tier; backwards they take it back."""
    bounds = [Decimal(bound) for bound, _ in tiers[1:]] + [Decimal("Infinity")]
    low, high, total = min(start, end), max(start, end), Decimal()
    for (begins, rate), ends in zip(tiers, bounds, strict=True):
        total += Decimal(rate) * max(Decimal(), min(high, ends) - max(low, Decimal(begins)))
    return total if end >= start else -total


def pay_by_hand(built: Built) -> dict[tuple[str, date], Decimal]:
    """Both plans, from the lines of the source file."""
    pay: dict[tuple[str, date], Decimal] = defaultdict(Decimal)
    capped: dict[tuple[str, date], Decimal] = defaultdict(Decimal)
    units: dict[tuple[str, date], list[Decimal]] = defaultdict(list)
    commission: dict[tuple[str, date], Decimal] = defaultdict(Decimal)
    position: dict[tuple[str, date], Decimal] = defaultdict(Decimal)
    firsts: set[tuple[str, date, str]] = set()
    for key, day, ordered, quantity, price, manager, country, line, is_direct, is_first in sorted(
        deliveries(built), key=lambda row: (row[1], row[0])
    ):
        if manager is None:
            continue
        of, amount = (manager, day.replace(day=1)), rounded(Decimal(price) * quantity)
        is_goods = line != online_retail.NON_GOODS
        if manager.startswith("uk-"):
            if is_goods:
                pay[of] += max(Decimal(-500), min(Decimal(500), rounded(amount * Decimal("0.02"))))
            if is_first and day == ordered and not key.startswith("C"):
                firsts.add((*of, key.partition("-")[0]))
            continue
        if is_direct:
            units[of].append(Decimal(quantity))
        if is_goods:
            earned = through_tiers(position[of], position[of] + amount, ("-Infinity", "0.02"), ("20000", "0.03"))
            position[of] += amount
            factor = Decimal("1.15") if country in FAR_AWAY else Decimal(1)
            factor *= Decimal("1.25") if is_first else Decimal("1.1") if ordered.isoweekday() == 4 else Decimal(1)
            factor *= 1 + Decimal("0.05") * (line == "5 and more") + Decimal("0.02") * (3 <= ordered.month <= 5)
            commission[of] += rounded(earned * factor)
            large = through_tiers(Decimal(), abs(amount), ("250", "0.01"), ("1000", "0.015"))
            pay[of] += rounded(large.copy_sign(amount))
    for person, month, _ in firsts:
        capped[person, month] = min(Decimal(600), capped[person, month] + 10)
    abroad = built.rows(
        "select user_id from (select distinct payee_id as user_id from core.dim_payees) where user_id not like 'uk-%'"
    )
    months = [date(2010, 12, 1), *(date(2011, month, 1) for month in range(1, 13))]
    for of in ((person, month) for (person,) in abroad for month in months):
        pay[of] += max(Decimal(100), commission[of])
        reached = sum(units[of], Decimal())
        rate = Decimal("0.001" if reached < 5000 else "0.005" if reached < 10000 else "0.01")
        pay[of] += min(Decimal(150), sum((rounded(rate * quantity) for quantity in units[of]), Decimal()))
    for of, amount in capped.items():
        pay[of] += amount
    return {of: amount for of, amount in pay.items() if amount}


def test_every_line_is_a_fact_or_in_the_quarantine_by_name(built: Built) -> None:
    ((lines, orders),) = built.rows("select count(*), count(distinct order_id) from core.fct_order_lines")
    ((returns,),) = built.rows(
        "select count(*) from incentives.fct_incentive_events"
        " where measure = 'revenue_booked' and source_table = 'erp.returns'"
    )
    found = built.figures(
        "select table_name, column_name, reason, count(*) from operations.rpt_quarantine group by all"
    )
    assert lines + returns + sum(QUARANTINED.values()) == built.checks["rows"]
    delivered = duckdb.execute(f"from read_parquet('{built.landing}/erp/orders/*.parquet') select count(*)").fetchall()
    assert delivered == [(built.checks["invoices"] - built.checks["cancellation_invoices"],)]
    # All lines of these orders are among the quarantined ones, so that their invoices have nothing to be spread over.
    bare = {("erp.invoices", "order_id", "no line of this order has landed"): delivered[0][0] - orders}
    assert found == QUARANTINED | bare


def test_months_of_sales_and_returns_are_those_of_the_source(built: Built) -> None:
    """What the quarantine holds is added back from the file; four lines of a tenth of a penny a piece are rounded."""
    month = "strftime(occurred_on, '%Y-%m')"
    booked = built.figures(
        f"select {month}, sum(value) from incentives.fct_incentive_events where measure = 'revenue_booked' group by 1"
    )
    taken_back = built.figures(
        f"select {month}, sum(value) from incentives.fct_incentive_events"
        " where measure = 'revenue_booked' and source_table = 'erp.returns' group by 1"
    )
    unmatched = {
        month: Decimal(amount)
        for month, amount in duckdb.execute(
            "select strftime(returned_on, '%Y-%m'), -sum(net_amount) from"
            f" read_parquet('{built.landing}/erp/returns/*.parquet') where order_line_id is null group by 1"
        ).fetchall()
    }
    bad_debt = {"2011-08": Decimal("-22124.12")}
    zero = Decimal()
    for of, total in built.checks["by_month"].items():
        here = booked[of] + unmatched.get(of, zero) + bad_debt.get(of, zero)
        assert abs(here - Decimal(total)) <= Decimal("0.01"), of
        assert taken_back.get(of, zero) + unmatched.get(of, zero) == Decimal(built.checks["returns_by_month"][of]), of


def test_each_return_takes_back_an_earlier_sale_of_the_same_customer_item_and_price(built: Built) -> None:
    source = built.data / "online_retail.parquet"
    ((matches, alike, overdrawn),) = duckdb.execute(
        f"""
        with
        lines as (
            select
                concat(InvoiceNo, '-', row_number() over (partition by InvoiceNo order by file_row_number)) as key, *
            from read_parquet('{source}', file_row_number = true)
        ),
        matched as (
            select
                sold.CustomerID = back.CustomerID and upper(sold.StockCode) = upper(back.StockCode)
                and sold.UnitPrice = back.UnitPrice and sold.InvoiceDate <= back.InvoiceDate as is_alike,
                sum(-back.Quantity) over (partition by sold.key) > sold.Quantity as is_overdrawn
            from read_parquet('{built.landing}/erp/returns/*.parquet') as returns
            inner join lines as back on returns.return_id = back.key
            inner join lines as sold on returns.order_line_id = sold.key
        )
        select count(*), count(*) filter (where is_alike), count(*) filter (where is_overdrawn) from matched
        """
    ).fetchall()
    # 7,174 returns have an earlier sale of enough quantity when each is looked at alone; together they use some of them up.
    assert (matches, alike, overdrawn) == (7136, 7136, 0)


def test_what_is_credited_and_what_nobody_owns_add_up_to_the_events(built: Built) -> None:
    events = built.figures("select measure, sum(value) from incentives.fct_incentive_events group by 1")
    credited = built.figures("select measure, sum(value) from incentives.fct_credits group by 1")
    reasons = built.figures("select measure, reason, sum(value) from incentives.rpt_uncredited group by all")
    assert {reason for _, reason in reasons} == {"no_owner"}
    assert events == {measure: credited[measure] + reasons.get((measure, "no_owner"), Decimal()) for measure in events}
    assert credited["new_accounts"] == events["new_accounts"]


def test_pay_is_that_of_the_plans_line_by_line(built: Built) -> None:
    paid = built.figures("select payee_id, period_start, payable from incentives.rpt_statements where payable <> 0")
    assert paid == pay_by_hand(built)


def test_the_two_outliers_meet_the_cap_and_net_to_nothing(built: Built) -> None:
    lines = built.figures(
        "select event_id, amount from incentives.fct_payout_lines where event_id in ('revenue_booked:541431-1',"
        " 'revenue_booked:C541433-1', 'revenue_booked:581483-1', 'revenue_booked:C581484-1')"
    )
    assert lines == {
        "revenue_booked:541431-1": 500,
        "revenue_booked:C541433-1": -500,
        "revenue_booked:581483-1": 500,
        "revenue_booked:C581484-1": -500,
    }
