"""What makes real data ugly, planted on purpose: one small function a case.

Each function changes the simulated company and returns a `Planted` that names what it touched, so that a test can look
for it in the files and follow it through the warehouse. They run in the order of `PEOPLE`, `RECORDS`, `PLANS`, `FILES`.
"""

from __future__ import annotations

import shutil
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
        if one.currency == "CNY" and one.hired_on <= world.company.first_day
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
    person = (_settled(company, "field_sales") or company.settled("inside_sales"))[-1]
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
    accounts_handed_over,
    thirds,
    splits_that_do_not_add_up,
    overlays,
    orders_at_midnight,
    returns_in_a_later_quarter,
    currency_without_rate,
    cash_in_another_currency,
    late_rows,
    cancellations,
    lines_without_cost,
    deals_in_three_currencies,
    corrected_rows,
    deletions,
    deleted_activities,
    bad_types,
    unknown_columns,
]
PLANS: list[Callable[[World, np.random.Generator], Planted]] = [payee_without_quota]
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
