"""What makes real data ugly, planted on purpose: one small function a case.

Each function changes the simulated company and returns a `Planted` that names what it touched, so that a test can look
for it in the files and follow it through the warehouse. They run in the order of `PEOPLE`, `RECORDS`, `PLANS`, `FILES`.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np
import pyarrow.parquet as pq

from demo.company import Company, Person, leave, move
from demo.files import MISSING, Array, Delivery, Landing, Table, as_text, write_parquet
from demo.plans import Row, quarters, reporting_line
from demo.trade import Trade, later, moments


@dataclass(frozen=True)
class Planted:
    """What a case touched: keys of a table (ids, or whole file names for files), and what it is about."""

    case: str
    table: str
    keys: tuple[str, ...]

    def after(self, earlier: Planted | None) -> Planted:
        """This, and what an earlier branch planted of the same case."""
        return replace(self, keys=(earlier.keys if earlier else ()) + self.keys)


@dataclass
class World:
    """The simulated company with everything it recorded, before it is written."""

    company: Company
    trade: Trade
    tables: dict[str, Table]
    quotas: list[Row] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)


def _settled(company: Company, role: str) -> list[Person]:
    """Settled sellers of a role who play no part in a truth."""
    cast = {company.sellers[index].user_id for indexes in company.cast.values() for index in indexes}
    return [one for one in company.settled(role) if one.user_id not in cast]


def _some(rng: np.random.Generator, rows: Array, count: float) -> Array:
    """So many of some rows, in their order, or all of them where there are fewer."""
    return np.sort(rng.choice(rows, min(max(1, round(count)), len(rows)), replace=False))


def _is(values: Array, wanted: object) -> Array:
    """Which rows' text is that one."""
    return np.asarray(values == wanted, dtype=bool)


def _once(rng: np.random.Generator, table: Table, key: str) -> Array:
    """A few hundred rows, taken at random, that are the only version of their key and not of the last three months."""
    old = np.flatnonzero(table["updated_at"] < np.max(table["updated_at"]) - np.timedelta64(90, "D"))
    seen = np.unique(rng.choice(old, 600 if len(old) else 0))
    versions = Counter(table[key][table.where(key, table[key][seen])])
    return np.array([row for row in seen if versions[table[key][row]] == 1], dtype=int)


def _old(world: World, table: Table) -> Array:
    """Rows that a correction can follow: not of before the first day, nor of the last month."""
    known = table["updated_at"]
    return np.flatnonzero(
        (known > np.datetime64(world.company.first_day)) & (known < world.company.end - np.timedelta64(30, "D"))
    )


def _day(company: Company, share: float) -> date:
    """The 18th of the month that lies so far into the simulation: never the end of a period."""
    return (company.first_day + timedelta(days=int(company.day_count * share))).replace(day=18)


def transfers_in_mid_period(company: Company, rng: np.random.Generator) -> Planted:
    """Four sellers change team in the middle of a quarter, one of them to another role and plan as well."""
    field_sales = _settled(company, "field_sales")[3:] or _settled(company, "field_sales")
    if not field_sales:
        return Planted("transfers_in_mid_period", "crm.user_assignments", ())
    moved = [field_sales[place * len(field_sales) // 4] for place in range(4)]
    goals = [
        ("T12", "field_sales", 0.26),
        ("T14", "field_sales", 0.42),
        ("T11", "key_account_manager", 0.63),
        ("T13", "field_sales", 0.86),
    ]
    done = []
    for person, (team, role, share) in zip(moved, goals, strict=True):
        if len(person.positions) == 1:
            move(person, _day(company, share), role, "T11" if team == person.team and team != "T11" else team)
            done.append(person.user_id)
    return Planted("transfers_in_mid_period", "crm.user_assignments", tuple(done))


def exits_in_mid_period(company: Company, rng: np.random.Generator) -> Planted:
    """Five people leave in the middle of a quarter; their orders end, returns of their sales do not."""
    gone: list[str] = []
    for role, share in (
        ("field_sales", 0.35),
        ("field_sales", 0.55),
        ("inside_sales", 0.6),
        ("overseas_sales", 0.74),
        ("field_sales", 0.9),
    ):
        stayed = _settled(company, role)[3:] or _settled(company, role)
        if not stayed:
            continue
        person = stayed[int(rng.integers(len(stayed)))]
        leave(person, _day(company, share) + timedelta(days=2))
        gone.append(person.user_id)
    return Planted("exits_in_mid_period", "crm.users", tuple(gone))


def accounts_handed_over(world: World, rng: np.random.Generator) -> Planted:
    """The accounts of those who left get a new owner the day after, as a second version of the row."""
    company, accounts = world.company, world.tables["crm.accounts"]
    handed: list[str] = []
    for person in [one for one in company.sellers if one.left_on]:
        stayed = [one for one in company.sellers if one.left_on is None]
        heirs = [one for one in stayed if one.role == person.role] or stayed
        rows = accounts.take(accounts.where("owner_user_id", [person.user_id]))
        rows.columns["owner_user_id"] = as_text(heirs[n % len(heirs)].user_id for n in range(len(rows)))
        left = person.left_on or company.last_day
        rows.columns["updated_at"] = np.full(
            len(rows), np.datetime64(left + timedelta(days=1), "s") + np.timedelta64(2, "h")
        )
        rows = rows.take(rows["created_at"] <= rows["updated_at"])
        accounts.append(rows)
        handed += rows["account_id"].tolist()
    return Planted("accounts_handed_over", "crm.accounts", tuple(handed))


def _share(
    table: Table, key: str, source: Table, rows: Array, people: Sequence[tuple[str, ...]], kind: str, parts: list[int]
) -> None:
    """Adds the rows of a team to each of some deals: `parts` are the shares in ten-thousandths."""
    each = len(parts)
    table.append(
        Table(
            table.name,
            {
                key: np.repeat(source[key][rows], each),
                "user_id": as_text(user for team in people for user in team),
                "kind": as_text([kind] * (each * len(rows))),
                "share": np.tile(parts, len(rows)),
                "updated_at": np.repeat(source["updated_at"][rows], each),
            },
        )
    )


def _orders_to_share(world: World, rng: np.random.Generator, count: int) -> tuple[Array, list[tuple[str, ...]]]:
    """Orders in CNY without a deal and without shares, and for each its seller and two colleagues."""
    trade = world.trade
    shared = set(trade.order_splits["order_id"])
    count_of = len(trade.seller)
    plain = (trade.seller >= 0) & (trade.day >= 0) & (trade.deal < 0) & _is(trade.orders["currency"][:count_of], "CNY")
    plain[[row for row in trade.orders.where("order_id", shared) if row < count_of]] = False
    rows = _some(rng, np.flatnonzero(plain), count)
    users = [
        one.user_id
        for one in world.company.sellers
        if one.currency == "CNY" and one.hired_on <= world.company.first_day and one.left_on is None
    ]
    teams: list[tuple[str, ...]] = []
    for row in rows:
        seller = world.company.sellers[trade.seller[row]].user_id
        others = rng.permutation([user for user in users if user != seller])[:2]
        teams.append((seller, str(others[0]), str(others[1])))
    return rows, teams


def thirds(world: World, rng: np.random.Generator) -> Planted:
    """Deals shared by three, written as 0.3333 each: the missing 0.0001 belongs to somebody."""
    rows, teams = _orders_to_share(world, rng, max(3, round(12 * world.company.scale)))
    _share(world.trade.order_splits, "order_id", world.trade.orders, rows, teams, "split", [3333, 3333, 3333])
    return Planted("thirds", "erp.order_splits", tuple(world.trade.orders["order_id"][rows]))


def splits_that_do_not_add_up(world: World, rng: np.random.Generator) -> Planted:
    """Shares of 0.5 and 0.4, or of 0.6 and 0.6: the deal stays with its seller and is reported."""
    trade, wrong = world.trade, []
    for parts in ([5000, 4000], [6000, 6000]):
        rows, teams = _orders_to_share(world, rng, 3)
        _share(trade.order_splits, "order_id", trade.orders, rows, [team[:2] for team in teams], "split", parts)
        wrong += trade.orders["order_id"][rows].tolist()
    return Planted("splits_that_do_not_add_up", "erp.order_splits", tuple(wrong))


def overlays(world: World, rng: np.random.Generator) -> Planted:
    """On top of the seller: the engineer who helped with four deals in ten, the manager who sponsored a large one."""
    company, deals = world.company, world.trade.opportunities
    by_id = {one.user_id: one for one in company.people}
    engineers = [one for one in company.people if one.role == "sales_engineer"]
    won = np.flatnonzero(deals["is_won"].astype(bool))
    helped = won[rng.random(len(won)) < 0.4]
    pairs = [(engineers[int(number)].user_id,) for number in rng.integers(0, len(engineers), len(helped))]
    _share(world.trade.opportunity_team, "opportunity_id", deals, helped, pairs, "overlay", [10_000])
    amount, money = deals["amount"][won], deals["currency"][won]
    large = np.zeros(len(won), bool)
    for currency, bound in (("CNY", 20_000_000), ("USD", 2_800_000), ("JPY", 410_000_000)):
        large |= _is(money, currency) & (amount >= bound)
    rows, sponsors = [], []
    for row in won[large]:
        closed = deals["closed_at"][row].astype("datetime64[D]").item()
        manager = reporting_line(company, by_id[deals["owner_user_id"][row]], closed)
        if manager:
            rows.append(row)
            sponsors.append((manager,))
    index = np.array(rows, dtype=int)
    _share(world.trade.opportunity_team, "opportunity_id", deals, index, sponsors, "overlay", [10_000])
    keys = sorted({*deals["opportunity_id"][helped], *deals["opportunity_id"][index]})
    return Planted("overlays", "crm.opportunity_team", tuple(keys))


def cancellations(world: World, rng: np.random.Generator) -> Planted:
    """One order in forty is cancelled days later, by a second version; a few had been invoiced and paid already."""
    trade, company = world.trade, world.company
    rows = np.flatnonzero((trade.day >= 0) & (rng.random(len(trade.day)) < 0.025))
    version = trade.orders.take(rows)
    version.columns["status"] = as_text(["cancelled"] * len(rows))
    version.columns["updated_at"] = later(company, version["updated_at"], rng.integers(86_400, 2_000_000, len(rows)))
    trade.orders.append(version)
    ids = trade.orders["order_id"][rows]
    unbilled = ids[rng.random(len(ids)) < 0.9]
    billed = trade.invoices.where("order_id", unbilled)
    paid = trade.payments.where("invoice_id", trade.invoices["invoice_id"][billed])
    trade.payments.columns = trade.payments.take(np.delete(np.arange(len(trade.payments)), paid)).columns
    trade.invoices.columns = trade.invoices.take(np.delete(np.arange(len(trade.invoices)), billed)).columns
    return Planted("cancellations", "erp.orders", tuple(ids))


def returns_in_a_later_quarter(world: World, rng: np.random.Generator) -> Planted:
    """Sales of the last week of a quarter come back whole in the next one, which then walks its tiers back."""
    trade, company = world.trade, world.company
    lines = trade.order_lines
    days = company.days(trade.day)
    ends = [np.datetime64(company.last_day) - np.timedelta64(days_back, "D") for days_back in (91, 182, 273)]
    returned = set(trade.returns["order_line_id"])
    keys: list[str] = []
    for end in ends:
        week = np.flatnonzero(
            (days <= end) & (days > end - np.timedelta64(7, "D")) & (trade.seller >= 0) & (trade.day >= 0)
        )
        rows = [
            row
            for row in lines.where("order_id", trade.orders["order_id"][week])
            if lines["order_line_id"][row] not in returned
        ]
        for row in rng.permutation(np.array(rows, dtype=int))[:4]:
            line_id = str(lines["order_line_id"][row])
            back = end + np.timedelta64(int(rng.integers(12, 40)), "D")
            trade.returns.add(
                return_id=f"RET-Q{len(keys) + 1:03d}",
                order_line_id=line_id,
                returned_on=back,
                quantity=lines["quantity"][row],
                net_amount=lines["net_amount"][row],
                updated_at=back.astype("datetime64[s]") + np.timedelta64(5, "h"),
            )
            keys.append(f"RET-Q{len(keys) + 1:03d}")
    return Planted("returns_in_a_later_quarter", "erp.returns", tuple(keys))


def late_rows(world: World, rng: np.random.Generator) -> Planted:
    """Orders booked on paper and typed in one to two months later: they come with a later file."""
    trade, company = world.trade, world.company
    rows = np.flatnonzero(
        (trade.day >= 0) & (trade.day < company.day_count - 75) & (rng.random(len(trade.day)) < 0.003)
    )
    ids = trade.orders["order_id"][rows]
    for table in (trade.orders, trade.order_lines, trade.order_splits):
        found = table.where("order_id", ids)
        table["updated_at"][found] = later(company, table["updated_at"][found], np.full(len(found), 3_800_000))
    return Planted("late_rows", "erp.orders", tuple(ids))


def corrected_rows(world: World, rng: np.random.Generator) -> Planted:
    """Lines whose price was wrong come again with a lower amount: in a later month's file, or in one of their own."""
    trade, company = world.trade, world.company
    count = max(6, round(90 * company.scale))
    rows = _some(rng, _old(world, trade.order_lines), count)
    version = trade.order_lines.take(rows)
    version.columns["net_amount"] = version["net_amount"] * 96 // 10_000 * 100
    version.columns["updated_at"] = later(company, version["updated_at"], rng.integers(90_000, 5_000_000, count))
    half = len(rows) // 2
    trade.order_lines.append(version.take(np.arange(half)))
    world.deliveries.append(
        Delivery(
            "erp.order_lines", _of_branch(world, "order_lines_corrections"), version.take(np.arange(half, len(rows)))
        )
    )
    return Planted("corrected_rows", "erp.order_lines", tuple(version["order_line_id"]))


def _of_branch(world: World, stem: str) -> str:
    """A file name that no other branch uses."""
    number = world.company.branch.number
    return f"{stem}_branch-{number:02d}" if number else stem


def _delete(world: World, table: Table, rows: Array, key: str) -> tuple[str, ...]:
    """Delivers rows once more with is_deleted, ten weeks later and in a file of their own."""
    removed = table.take(rows)
    removed.columns["updated_at"] = later(world.company, removed["updated_at"], np.full(len(rows), 6_000_000))
    removed.columns["is_deleted"] = np.ones(len(rows), bool)
    world.deliveries.append(Delivery(table.name, _of_branch(world, f"{table.name.partition('.')[2]}_deleted"), removed))
    return tuple(removed[key])


def deletions(world: World, rng: np.random.Generator) -> Planted:
    """Third lines of orders that were typed twice, removed by rows with is_deleted."""
    lines, returned = world.trade.order_lines, {*world.trade.returns["order_line_id"]}
    count = max(3, round(25 * world.company.scale))
    seen = rng.choice(_old(world, lines), 40 * count)
    third = [
        row
        for row in seen
        if lines["order_line_id"][row].endswith("-3") and lines["order_line_id"][row] not in returned
    ]
    gone = np.array(sorted(list(dict.fromkeys(third))[:count]), dtype=int)
    return Planted("deletions", "erp.order_lines", _delete(world, lines, gone, "order_line_id"))


def deleted_activities(world: World, rng: np.random.Generator) -> Planted:
    """Visits and calls that never were, removed by rows with is_deleted."""
    activities = world.tables["crm.activities"]
    plain = np.flatnonzero(np.array([deal is None for deal in activities["opportunity_id"]]))
    gone = _some(rng, plain, max(3, 20 * world.company.scale))
    return Planted("deleted_activities", "crm.activities", _delete(world, activities, gone, "activity_id"))


def lines_without_cost(world: World, rng: np.random.Generator) -> Planted:
    """Lines that the ERP has not costed: revenue without margin."""
    lines = world.trade.order_lines
    return Planted(
        "lines_without_cost", "erp.order_lines", tuple(lines["order_line_id"][lines["cost_amount"] == MISSING])
    )


def deals_in_three_currencies(world: World, rng: np.random.Generator) -> Planted:
    """Orders are in CNY, USD and JPY; an account of each is named here."""
    orders = world.trade.orders
    firsts = [min(orders["order_id"][_is(orders["currency"], money)]) for money in ("CNY", "USD", "JPY")]
    return Planted("deals_in_three_currencies", "erp.orders", tuple(firsts))


def currency_without_rate(world: World, rng: np.random.Generator) -> Planted:
    """A few orders are in SGD, for which treasury keeps no rate: they are credited, and wait for one to be paid."""
    trade = world.trade
    dollars = np.flatnonzero(_is(trade.orders["currency"][: len(trade.day)], "USD") & (trade.day >= 0))
    ids = trade.orders["order_id"][_some(rng, dollars, max(3, 10 * world.company.scale))]
    trade.orders["currency"][trade.orders.where("order_id", ids)] = "SGD"
    billed = trade.invoices.where("order_id", ids)
    trade.invoices["currency"][billed] = "SGD"
    trade.payments["currency"][trade.payments.where("invoice_id", trade.invoices["invoice_id"][billed])] = "SGD"
    return Planted("currency_without_rate", "erp.orders", tuple(sorted(ids)))


def cash_in_another_currency(world: World, rng: np.random.Generator) -> Planted:
    """Payments booked in another currency than their order: landed, and listed instead of counted."""
    payments = world.trade.payments
    rows = _some(rng, np.flatnonzero(_is(payments["currency"], "USD")), 3)
    payments["currency"][rows] = "EUR"
    return Planted("cash_in_another_currency", "erp.payments", tuple(payments["payment_id"][rows]))


def orders_at_midnight(world: World, rng: np.random.Generator) -> Planted:
    """Orders in the first minutes of a quarter: in UTC they still belong to the one before."""
    trade, company = world.trade, world.company
    keys: list[str] = []
    for start, _ in list(quarters(company))[1:]:
        day = company.day_no(start)
        for row in np.flatnonzero((trade.day == day) & (trade.seller >= 0))[:2]:
            stamp = moments(company, np.array([day]), np.array([int(rng.integers(5, 600))]))[0]
            trade.orders["ordered_at"][row] = stamp
            keys.append(str(trade.orders["order_id"][row]))
    return Planted("orders_at_midnight", "erp.orders", tuple(keys))


def payee_without_quota(world: World, rng: np.random.Generator) -> Planted:
    """A seller whose quota of the last two quarters was never agreed: attainment has nothing to divide by."""
    company = world.company
    person = (_settled(company, "field_sales") or company.sellers)[-1]
    missing = (company.last_day - timedelta(days=180)).isoformat()
    world.quotas = [
        row for row in world.quotas if not (row["subject_id"] == person.user_id and row["period_start"] >= missing)
    ]
    return Planted("payee_without_quota", "plans.quotas", (person.user_id,))


def bad_types(world: World, rng: np.random.Generator) -> Planted:
    """A spreadsheet of payments typed by hand: grouping, a day that is not, full-width digits, words, a missing key."""
    invoices = world.trade.invoices["invoice_id"]
    day = (world.company.last_day - timedelta(days=40)).isoformat()
    cells = [
        ("1,234.50", day, "CNY"),
        ("880.00", f"{world.company.last_day.year}-02-30", "CNY"),
        ("１２００.00", day, "CNY"),
        ("=SUM(D2:D4)", day, "CNY"),
        ("待确认", day, "CNY"),
        ("12345678901234567890123456789012345678901", day, "CNY"),
        ("560.00", day, ""),
    ]
    rows = [
        {
            "payment_id": f"PAY-M{number:02d}",
            "invoice_id": str(invoices[number]),
            "paid_on": paid_on,
            "amount": amount,
            "currency": currency,
            "updated_at": f"{day}T08:00:00Z",
        }
        for number, (amount, paid_on, currency) in enumerate(cells, start=1)
    ]
    rows.append(rows[0] | {"payment_id": "", "amount": "1234.50"})
    rows.append(rows[0] | {"payment_id": "PAY-M99", "amount": "99.00", "currency": "CNY"})
    world.deliveries.append(Delivery("erp.payments", "payments_by_hand", rows))
    return Planted("bad_types", "erp.payments", tuple(row["payment_id"] for row in rows[:-2]))


def unknown_columns(world: World, rng: np.random.Generator) -> Planted:
    """An export of accounts with a column that nobody agreed, and without one that may be empty."""
    accounts = world.tables["crm.accounts"].take(np.arange(3))
    stamp = str(world.company.end - np.timedelta64(40, "D"))
    rows = [
        {
            "account_id": str(accounts["account_id"][row]),
            "name": f"{accounts['name'][row]}",
            "industry": str(accounts["industry"][row]),
            "tier": "A",
            "region": str(accounts["region"][row]),
            "owner_user_id": str(accounts["owner_user_id"][row]),
            "created_at": f"{accounts['created_at'][row]}Z",
            "wechat_official_account": "是",
            "updated_at": f"{stamp}Z",
        }
        for row in range(3)
    ]
    world.deliveries.append(Delivery("crm.accounts", "accounts_from_marketing", rows))
    return Planted("unknown_columns", "crm.accounts", tuple(row["account_id"] for row in rows))


def versions_of_one_moment(world: World, rng: np.random.Generator) -> Planted:
    """Lines that come twice with one updated_at and two amounts: neither is newer, and no order of arrival may decide."""
    lines = world.trade.order_lines
    rows = _some(rng, _once(rng, lines, "order_line_id"), 5)
    again = lines.take(rows)
    again.columns["net_amount"] = again["net_amount"] + 1000
    lines.append(again)
    return Planted("versions_of_one_moment", "erp.order_lines", tuple(again["order_line_id"]))


def repeated_rows(world: World, rng: np.random.Generator) -> Planted:
    """Payments that stand twice in one file, cell for cell."""
    payments = world.trade.payments
    again = payments.take(_some(rng, np.arange(len(payments)), 4))
    payments.append(again)
    return Planted("repeated_rows", "erp.payments", tuple(again["payment_id"]))


def reassigned_orders(world: World, rng: np.random.Generator) -> Planted:
    """Orders booked on the wrong seller: a later version names the right one."""
    trade, company = world.trade, world.company
    plain = _once(rng, trade.orders, "order_id")
    plain = plain[plain < len(trade.day)]
    plain = plain[(trade.seller[plain] >= 0) & (trade.deal[plain] < 0) & (trade.day[plain] >= 0)]
    rows = _some(rng, plain, 5)
    version = trade.orders.take(rows)
    heirs = [one.user_id for one in company.sellers if one.left_on is None and one.hired_on < company.first_day]
    users = [[heir for heir in heirs if heir != user] for user in version["sales_user_id"]]
    version.columns["sales_user_id"] = as_text(others[int(rng.integers(len(others)))] for others in users)
    version.columns["updated_at"] = later(company, version["updated_at"], rng.integers(90_000, 900_000, len(rows)))
    trade.orders.append(version)
    return Planted("reassigned_orders", "erp.orders", tuple(version["order_id"]))


def deals_reopened(world: World, rng: np.random.Generator) -> Planted:
    """Deals that were won by mistake: a later version has them open again."""
    deals, company = world.trade.opportunities, world.company
    won = np.flatnonzero(deals["is_won"].astype(bool))
    rows = _some(rng, np.intersect1d(_old(world, deals), won), 3)
    version = deals.take(rows)
    version.columns |= {
        "stage": as_text(["negotiation"] * len(rows)),
        "closed_at": np.full(len(rows), np.datetime64("NaT"), dtype="datetime64[s]"),
        "is_closed": np.zeros(len(rows), bool),
        "is_won": np.zeros(len(rows), bool),
        "updated_at": later(company, version["updated_at"], np.full(len(rows), 700_000)),
    }
    deals.append(version)
    return Planted("deals_reopened", "crm.opportunities", tuple(version["opportunity_id"]))


def shares_at_the_edge(world: World, rng: np.random.Generator) -> Planted:
    """Shares that add to 1.0001: just near enough to be accepted."""
    rows, teams = _orders_to_share(world, rng, 2)
    trade = world.trade
    _share(trade.order_splits, "order_id", trade.orders, rows, [team[:2] for team in teams], "split", [5001, 5000])
    return Planted("shares_at_the_edge", "erp.order_splits", tuple(trade.orders["order_id"][rows]))


def shares_of_people_who_left(world: World, rng: np.random.Generator) -> Planted:
    """Half of a deal belongs to somebody who had left before the day of the order: nobody receives that half."""
    trade, company = world.trade, world.company
    gone = [one for one in company.sellers if one.left_on]
    rows, teams = _orders_to_share(world, rng, 40)
    after = [
        (row, (team[0], one.user_id))
        for row, team in zip(rows, teams, strict=True)
        for one in gone[:1]
        if one.left_on and trade.day[row] > company.day_no(one.left_on)
    ][:2]
    if after:
        pairs = [pair for _, pair in after]
        kept = np.array([row for row, _ in after])
        _share(trade.order_splits, "order_id", trade.orders, kept, pairs, "split", [5000, 5000])
    return Planted(
        "shares_of_people_who_left", "erp.order_splits", tuple(trade.orders["order_id"][row] for row, _ in after)
    )


def orders_after_leaving(world: World, rng: np.random.Generator) -> Planted:
    """Orders that are still typed on sellers who have left: nobody is credited."""
    trade, company = world.trade, world.company
    keys: list[str] = []
    for person in [one for one in company.sellers if one.left_on][:2]:
        after = company.day_no(person.left_on or company.last_day) + 3
        unsold = np.flatnonzero((trade.seller < 0) & (trade.day >= after))
        own = _is(trade.orders["currency"][: len(trade.day)], person.currency)
        rows = _some(rng, unsold[own[unsold]], 2)
        trade.orders["sales_user_id"][rows] = person.user_id
        keys += trade.orders["order_id"][rows].tolist()
    return Planted("orders_after_leaving", "erp.orders", tuple(sorted(set(keys))))


def rehired(world: World, rng: np.random.Generator) -> Planted:
    """A service engineer left and came back four months later: two positions with nothing between, one person."""
    company = world.company
    users, positions = world.tables["crm.users"], world.tables["crm.user_assignments"]
    row = positions.where("role", ["service_engineer"])[0]
    user = positions["user_id"][row]
    left, back = (np.datetime64(_day(company, share)) for share in (0.4, 0.6))
    after = positions.take(np.array([row]))
    positions["valid_to"][row] = left + np.timedelta64(1, "D")
    positions["updated_at"][row] = left.astype("datetime64[s]") + np.timedelta64(3, "h")
    after["valid_from"][0] = back
    after["updated_at"][0] = back.astype("datetime64[s]") + np.timedelta64(3, "h")
    positions.append(after)
    person = users.take(users.where("user_id", [user]))
    for day, terminated in ((left, left), (back, np.datetime64("NaT"))):
        person["terminated_on"][0] = terminated
        person["updated_at"][0] = day.astype("datetime64[s]") + np.timedelta64(3, "h")
        users.append(person)
    return Planted("rehired", "crm.user_assignments", (str(user),))


def overlapping_positions(world: World, rng: np.random.Generator) -> Planted:
    """A position that nobody ended when the next one began: from then on both are in force, and the later one counts."""
    company, positions = world.company, world.tables["crm.user_assignments"]
    row = positions.where("role", ["sales_engineer"])[-1]
    new = positions.take(np.array([row]))
    start = np.datetime64(_day(company, 0.5))
    new["valid_from"][0] = start
    new["region"][0] = "South China"
    new["updated_at"][0] = start.astype("datetime64[s]") + np.timedelta64(3, "h")
    positions.append(new)
    return Planted("overlapping_positions", "crm.user_assignments", (str(new["user_id"][0]),))


def ends_that_never_come(world: World, rng: np.random.Generator) -> Planted:
    """Positions whose end is 9999-12-31, which means none."""
    positions = world.tables["crm.user_assignments"]
    rows = [row for row in positions.where("role", ["trainer"]) if np.isnat(positions["valid_to"][row])][:2]
    positions["valid_to"][rows] = np.datetime64("9999-12-31")
    return Planted("ends_that_never_come", "crm.user_assignments", tuple(positions["user_id"][rows]))


def overlapping_leave(world: World, rng: np.random.Generator) -> Planted:
    """A sick leave inside an annual leave: its days are absent once."""
    absences = world.tables["crm.absences"]
    long = np.flatnonzero((absences["ends_on"] - absences["starts_on"]).astype(int) >= 3)
    rows = _some(rng, long, 2)
    inner = absences.take(rows)
    inner.columns["absence_id"] = as_text(f"ABS-I{number:02d}" for number in range(1, len(rows) + 1))
    inner.columns["ends_on"] = inner["starts_on"] + np.timedelta64(1, "D")
    inner.columns["kind"] = as_text(["sick"] * len(rows))
    absences.append(inner)
    return Planted("overlapping_leave", "crm.absences", tuple(inner["absence_id"]))


def dealers_who_left(world: World, rng: np.random.Generator) -> Planted:
    """Dealers whose contract ended; one in a small company."""
    dealers = world.tables["channel.dealers"]
    return Planted(
        "dealers_who_left", "channel.dealers", tuple(dealers["dealer_id"][~np.isnat(dealers["terminated_on"])])
    )


def sales_after_the_contract(world: World, rng: np.random.Generator) -> Planted:
    """A dealer reports what it sold after its contract had ended: it is listed, and pays nothing."""
    reports, dealers = world.tables["channel.sell_through"], world.tables["channel.dealers"]
    gone = np.flatnonzero(~np.isnat(dealers["terminated_on"]))[0]
    late = reports.take(reports.where("dealer_id", [dealers["dealer_id"][gone]])[-3:])
    late.columns["sell_through_id"] = as_text(f"ST-L{number:02d}" for number in range(1, len(late) + 1))
    late.columns["sold_on"] = dealers["terminated_on"][gone] + np.arange(5, 5 + len(late)).astype("timedelta64[D]")
    late.columns["updated_at"] = late["sold_on"].astype("datetime64[s]") + np.timedelta64(2, "D")
    reports.append(late)
    return Planted("sales_after_the_contract", "channel.sell_through", tuple(late["sell_through_id"]))


def overlapping_registrations(world: World, rng: np.random.Generator) -> Planted:
    """Two dealers hold one account at once; of one pair both claims came in the same second."""
    claims, dealers = world.tables["crm.deal_registrations"], world.tables["channel.dealers"]["dealer_id"]
    held = np.flatnonzero(_is(claims["status"], "approved") & np.array([user is None for user in claims["user_id"]]))
    taken = set(claims["account_id"][[user is not None for user in claims["user_id"]]])
    rows = _some(rng, np.array([row for row in held if claims["account_id"][row] not in taken], dtype=int), 3)
    second = claims.take(rows)
    second.columns["registration_id"] = as_text(f"REG-O{number:02d}" for number in range(1, len(rows) + 1))
    second.columns["dealer_id"] = as_text(
        dealers[(list(dealers).index(dealer) + 1) % len(dealers)] for dealer in second["dealer_id"]
    )
    second["registered_at"][1:] = later(world.company, second["registered_at"][1:], np.full(len(rows) - 1, 864_000))
    second.columns["updated_at"] = later(world.company, second["updated_at"], np.full(len(rows), 864_000))
    claims.append(second)
    return Planted("overlapping_registrations", "crm.deal_registrations", tuple(second["account_id"]))


def invoices_in_another_currency(world: World, rng: np.random.Generator) -> Planted:
    """Invoices in euros for orders in dollars: landed, and listed instead of counted."""
    invoices = world.trade.invoices
    rows = _some(rng, np.flatnonzero(_is(invoices["currency"], "USD")), 3)
    invoices["currency"][rows] = "EUR"
    return Planted("invoices_in_another_currency", "erp.invoices", tuple(invoices["invoice_id"][rows]))


def credit_notes(world: World, rng: np.random.Generator) -> Planted:
    """Invoices taken back in part by a negative one, and the cash by a negative payment of it."""
    trade, company = world.trade, world.company
    notes = trade.invoices.take(_some(rng, _old(world, trade.invoices), 4))
    notes.columns["invoice_id"] = as_text(f"INV-C{number:02d}" for number in range(1, len(notes) + 1))
    notes.columns["net_amount"] = -(notes["net_amount"] // 500 * 100)
    for column in ("invoiced_on", "due_on"):
        notes.columns[column] = notes[column] + np.timedelta64(12, "D")
    notes.columns["updated_at"] = later(company, notes["updated_at"], np.full(len(notes), 12 * 86_400))
    trade.invoices.append(notes)
    trade.payments.append(
        Table(
            "erp.payments",
            {
                "payment_id": as_text(f"PAY-C{number:02d}" for number in range(1, len(notes) + 1)),
                "invoice_id": notes["invoice_id"],
                "paid_on": notes["invoiced_on"] + np.timedelta64(3, "D"),
                "amount": notes["net_amount"],
                "currency": notes["currency"],
                "updated_at": later(company, notes["updated_at"], np.full(len(notes), 3 * 86_400)),
            },
        )
    )
    return Planted("credit_notes", "erp.invoices", tuple(notes["invoice_id"]))


def _take_back(world: World, rows: Array, prefix: str, days: int) -> tuple[str, ...]:
    """Returns of order lines in full, so many days after the order was known; the ids of the returns."""
    lines = world.trade.order_lines
    day = lines["updated_at"][rows].astype("datetime64[D]") + np.timedelta64(days, "D")
    ids = as_text(f"{prefix}{number:02d}" for number in range(1, len(rows) + 1))
    world.trade.returns.append(
        Table(
            "erp.returns",
            {
                "return_id": ids,
                "order_line_id": lines["order_line_id"][rows],
                "returned_on": day,
                "quantity": lines["quantity"][rows],
                "net_amount": lines["net_amount"][rows],
                "updated_at": day.astype("datetime64[s]") + np.timedelta64(5, "h"),
            },
        )
    )
    return tuple(ids)


def orders_returned_whole(world: World, rng: np.random.Generator) -> Planted:
    """Orders of several lines that come back on one day with every line."""
    trade = world.trade
    seen = trade.order_lines.take(_some(rng, _once(rng, trade.order_lines, "order_line_id"), 400))
    returned = set(trade.returns["order_line_id"])
    whole = []
    for order in dict.fromkeys(seen["order_id"]):
        rows = trade.order_lines.where("order_id", [order])
        fresh = {*trade.order_lines["order_line_id"][rows]}.isdisjoint(returned)
        if len({*trade.order_lines["order_line_id"][rows]}) == len(rows) >= 2 and fresh:
            whole.append((str(order), rows))
        if len(whole) == 3:
            break
    _take_back(world, np.concatenate([rows for _, rows in whole]), "RET-W", 20)
    return Planted("orders_returned_whole", "erp.returns", tuple(order for order, _ in whole))


def over_returns(world: World, rng: np.random.Generator) -> Planted:
    """Lines that come back twice in full: more is returned than was sold."""
    lines, returned = world.trade.order_lines, set(world.trade.returns["order_line_id"])
    rows = _some(rng, _once(rng, lines, "order_line_id"), 60)
    rows = np.array([row for row in rows if lines["order_line_id"][row] not in returned][:3], dtype=int)
    _take_back(world, rows, "RET-X", 15)
    _take_back(world, rows, "RET-Y", 25)
    return Planted("over_returns", "erp.returns", tuple(lines["order_line_id"][rows]))


def zero_value_lines(world: World, rng: np.random.Generator) -> Planted:
    """Samples that go along for nothing, one of them an order of its own."""
    lines = world.trade.order_lines
    rows = _some(rng, _once(rng, lines, "order_line_id"), 5)
    single = next(
        row for row in _once(rng, lines, "order_line_id") if len(lines.where("order_id", [lines["order_id"][row]])) == 1
    )
    rows = np.append(rows, single)
    lines["net_amount"][rows] = 0
    back = world.trade.returns.where("order_line_id", lines["order_line_id"][rows])
    world.trade.returns["net_amount"][back] = 0
    return Planted("zero_value_lines", "erp.order_lines", tuple(lines["order_line_id"][rows]))


def unknown_references(world: World, rng: np.random.Generator) -> Planted:
    """Lines of a product, and activities with an account, that no file brings."""
    lines, activities = world.trade.order_lines, world.tables["crm.activities"]
    rows = _some(rng, _once(rng, lines, "order_line_id"), 3)
    lines["product_id"][rows] = "P999"
    activities["account_id"][_some(rng, np.arange(len(activities)), 3)] = "A99999"
    return Planted("unknown_references", "erp.order_lines", tuple(lines["order_line_id"][rows]))


#: One row of each of these tables is deleted; order lines and activities have cases of their own.
DELETED = {
    "crm.absences": "absence_id",
    "crm.deal_registrations": "registration_id",
    "messaging.interactions": "interaction_id",
    "erp.invoices": "invoice_id",
    "erp.payments": "payment_id",
    "erp.returns": "return_id",
    "channel.dealer_order_lines": "dealer_order_line_id",
    "channel.dealer_payments": "dealer_payment_id",
    "channel.sell_through": "sell_through_id",
    "education.enrolments": "enrolment_id",
}


def deletions_of_every_kind(world: World, rng: np.random.Generator) -> Planted:
    """One row of each kind of record is deleted, in a file of its own."""
    keys: list[str] = []
    for name, key in DELETED.items():
        table = world.tables[name]
        keys += _delete(world, table, _some(rng, _once(rng, table, key), 1), key)
    return Planted("deletions_of_every_kind", "erp.payments", tuple(keys))


def deleted_orders(world: World, rng: np.random.Generator) -> Planted:
    """Orders that are deleted while their lines, invoices and payments stay."""
    orders = world.trade.orders
    return Planted(
        "deleted_orders",
        "erp.orders",
        _delete(world, orders, _some(rng, _once(rng, orders, "order_id"), 3), "order_id"),
    )


def deleted_by_key_alone(world: World, rng: np.random.Generator) -> Planted:
    """Change rows that bring key, time and the deletion and nothing else: of a return, and of one that never came."""
    returns = world.trade.returns
    key = str(returns["return_id"][_some(rng, _once(rng, returns, "return_id"), 1)[0]])
    stamp = f"{world.company.end - np.timedelta64(20, 'D')}Z"
    rows = [{"return_id": one, "updated_at": stamp, "is_deleted": "true"} for one in (key, "RET-N01")]
    world.deliveries.append(Delivery("erp.returns", "returns_withdrawn", rows))
    return Planted("deleted_by_key_alone", "erp.returns", (key, "RET-N01"))


def back_after_a_deletion(world: World, rng: np.random.Generator) -> Planted:
    """Tickets that were deleted by mistake, and come again alive."""
    tickets, company = world.tables["service.tickets"], world.company
    rows = _some(rng, _once(rng, tickets, "ticket_id"), 2)
    keys = _delete(world, tickets, rows, "ticket_id")
    alive = tickets.take(rows)
    alive.columns["updated_at"] = later(company, alive["updated_at"], np.full(len(rows), 6_500_000))
    tickets.append(alive)
    return Planted("back_after_a_deletion", "service.tickets", keys)


def from_the_future(world: World, rng: np.random.Generator) -> Planted:
    """A ticket typed with the year 2099: it lands, is reported, and moves no clock."""
    tickets = world.tables["service.tickets"]
    again = tickets.take(_some(rng, _once(rng, tickets, "ticket_id"), 1))
    again.columns["updated_at"] = np.full(len(again), np.datetime64("2099-01-01T00:00:00", "s"))
    world.deliveries.append(Delivery("service.tickets", "tickets_from_the_future", again))
    return Planted("from_the_future", "service.tickets", tuple(again["ticket_id"]))


def forms_of_text(world: World, rng: np.random.Generator) -> Planted:
    """Accounts typed by hand in every form the contract allows: offsets, fractions, YES and 0, \\N, quotes, lines in a cell."""
    day = world.company.last_day - timedelta(days=70)
    owner = _settled(world.company, "field_sales")[0].user_id if _settled(world.company, "field_sales") else ""
    cells = [
        ('=华星检测 "Star", Ltd.', "YES", f"{day.isoformat()}T09:30:00+08:00", "\\N"),
        ("Zeta\nLaboratories 🔬", "0", f"{day.isoformat()} 01:30:00", ""),
        ("　全角空格有限公司　", "True", f"{day.isoformat()}T01:30:00+00:00", "pharma"),
        ("Ωmega; Ærø & Sønner", "no", f"{day.isoformat()}T01:30:00.250Z", "food"),
    ]
    rows = [
        {
            "account_id": f"A-T{number:02d}",
            "name": name,
            "industry": industry,
            "tier": "C",
            "region": "East China",
            "owner_user_id": owner,
            "is_key_account": is_key,
            "created_at": created,
            "updated_at": f"{day.isoformat()}T10:00:00+08:00",
        }
        for number, (name, is_key, created, industry) in enumerate(cells, start=1)
    ]
    world.deliveries.append(Delivery("crm.accounts", "accounts_typed", rows))
    return Planted("forms_of_text", "crm.accounts", tuple(row["account_id"] for row in rows))


def too_many_decimals(world: World, rng: np.random.Generator) -> Planted:
    """Shares of 0.5 and 0.49995: the second has a decimal too many, is set aside, and the deal stays with its seller."""
    rows, teams = _orders_to_share(world, rng, 1)
    order, stamp = world.trade.orders["order_id"][rows[0]], world.trade.orders["updated_at"][rows[0]]
    parts = [
        {"order_id": str(order), "user_id": user, "kind": "split", "share": share, "updated_at": f"{stamp}Z"}
        for user, share in zip(teams[0], ("0.5", "0.49995"), strict=False)
    ]
    world.deliveries.append(Delivery("erp.order_splits", "order_splits_by_hand", parts))
    return Planted("too_many_decimals", "erp.order_splits", (str(order),))


def corrected_after_quarantine(world: World, rng: np.random.Generator) -> Planted:
    """Three rows of the spreadsheet that were set aside come again, whole; days are written with slashes there."""
    (typed,) = [one.rows for one in world.deliveries if one.stem == "payments_by_hand"]
    assert not isinstance(typed, Table)
    day = world.company.last_day - timedelta(days=40)
    rows = [
        dict(row) | {"amount": amount, "paid_on": f"{day.year}/{day.month}/{day.day}", "currency": "CNY"}
        for row, amount in zip(typed, ("1234.50", "880.00", "1200.00"), strict=False)
    ]
    for row in rows:
        row["updated_at"] = f"{world.company.last_day - timedelta(days=31)}T08:00:00Z"
    world.deliveries.append(Delivery("erp.payments", "payments_by_hand_corrected", rows))
    return Planted("corrected_after_quarantine", "erp.payments", tuple(row["payment_id"] for row in rows))


def empty_files(world: World, rng: np.random.Generator) -> Planted:
    """A month without returns: a file with a header and no row."""
    world.deliveries.append(Delivery("erp.returns", "returns_none", world.trade.returns.take(np.zeros(0, dtype=int))))
    return Planted("empty_files", "erp.returns", ("returns_none.csv",))


def quotas_revised(world: World, rng: np.random.Generator) -> Planted:
    """Quotas that were agreed anew in the middle of their quarter: the later version counts."""
    newest = max(row["period_start"] for row in world.quotas)
    own = [row for row in world.quotas if row["period_start"] == newest and row["subject_kind"] == "payee"]
    rows = [own[index] for index in sorted(rng.choice(len(own), min(3, len(own)), replace=False))]
    agreed = f"{date.fromisoformat(newest) + timedelta(days=40)}T09:00:00Z"
    world.quotas += [row | {"quota": str(int(row["quota"]) * 11 // 10), "updated_at": agreed} for row in rows]
    return Planted("quotas_revised", "plans.quotas", tuple(row["subject_id"] for row in rows))


def quota_of_zero(world: World, rng: np.random.Generator) -> Planted:
    """A dealer whose quota is 0: nothing to attain, nothing paid by attainment."""
    newest = max(row["period_start"] for row in world.quotas)
    row = next(row for row in world.quotas if row["subject_kind"] == "dealer" and row["period_start"] == newest)
    row["quota"] = "0"
    return Planted("quota_of_zero", "plans.quotas", (row["subject_id"],))


def draft_with_mistakes(world: World, rng: np.random.Generator) -> Planted:
    """A draft plan whose component counts a measure that does not exist: reported and left out, since it does not pay yet."""
    stamp = f"{world.company.last_day - timedelta(days=20)}T09:00:00Z"
    plan = {
        "plan_id": "draft-2027",
        "name": "直销提成 2027 Field sales 2027",
        "status": "draft",
        "payee_kind": "employee",
        "currency": "CNY",
        "period": "quarter",
        "valid_from": "2027-01-01",
        "updated_at": stamp,
    }
    component = {
        "component_id": "draft-2027-commission",
        "plan_id": "draft-2027",
        "seq": "1",
        "name": "提成 Commission",
        "kind": "commission",
        "measure": "revenue_dreamt",
        "method": "marginal",
        "updated_at": stamp,
    }
    world.deliveries.append(Delivery("plans.plans", "draft_2027", [plan]))
    world.deliveries.append(Delivery("plans.plan_components", "draft_2027", [component]))
    return Planted("draft_with_mistakes", "plans.plans", ("draft-2027",))


def redelivered_files(landing: Landing) -> Planted:
    """A month of payments comes again, the same bytes under another name; another month, the same rows backwards."""
    folder = landing.folder / "erp" / "payments"
    monthly = sorted([*folder.glob("payments_2*.csv"), *folder.glob("payments_part-*.parquet")])
    same, again = monthly[len(monthly) // 3], monthly[len(monthly) // 2]
    copy = landing.path("erp.payments", f"{same.stem}_again{same.suffix}")
    shutil.copyfile(same, copy)
    resent = landing.path("erp.payments", f"{again.stem}_resent{again.suffix}")
    if again.suffix == ".parquet":
        rows = pq.read_table(again)
        write_parquet(rows.take(np.arange(len(rows))[::-1]), resent)
        counts = [len(rows), pq.read_metadata(same).num_rows]
    else:
        header, *lines = again.read_text(encoding="utf-8").splitlines(keepends=True)
        resent.write_text(header + "".join(reversed(lines)), encoding="utf-8", newline="")
        counts = [len(lines), len(same.read_text(encoding="utf-8").splitlines()) - 1]
    for count in counts:
        landing.count("erp.payments", count)
    return Planted("redelivered_files", "erp.payments", (copy.name, resent.name))


PEOPLE: list[Callable[[Company, np.random.Generator], Planted]] = [transfers_in_mid_period, exits_in_mid_period]
RECORDS: list[Callable[[World, np.random.Generator], Planted]] = [
    rehired,
    overlapping_positions,
    ends_that_never_come,
    overlapping_leave,
    dealers_who_left,
    sales_after_the_contract,
    overlapping_registrations,
    accounts_handed_over,
    thirds,
    shares_at_the_edge,
    shares_of_people_who_left,
    splits_that_do_not_add_up,
    too_many_decimals,
    overlays,
    orders_at_midnight,
    orders_after_leaving,
    zero_value_lines,
    returns_in_a_later_quarter,
    orders_returned_whole,
    over_returns,
    currency_without_rate,
    cancellations,
    cash_in_another_currency,
    invoices_in_another_currency,
    credit_notes,
    late_rows,
    reassigned_orders,
    deals_reopened,
    lines_without_cost,
    deals_in_three_currencies,
    corrected_rows,
    versions_of_one_moment,
    repeated_rows,
    unknown_references,
    deletions,
    deleted_activities,
    deletions_of_every_kind,
    deleted_orders,
    deleted_by_key_alone,
    back_after_a_deletion,
    from_the_future,
    forms_of_text,
    bad_types,
    corrected_after_quarantine,
    unknown_columns,
    empty_files,
]
PLANS: list[Callable[[World, np.random.Generator], Planted]] = [
    payee_without_quota,
    quotas_revised,
    quota_of_zero,
    draft_with_mistakes,
]
FILES: list[Callable[[Landing], Planted]] = [redelivered_files]
#: What happens in every branch; the other cases are the head office's.
EVERYWHERE = [
    accounts_handed_over,
    thirds,
    overlays,
    late_rows,
    cancellations,
    lines_without_cost,
    corrected_rows,
    deletions,
    deleted_activities,
]
