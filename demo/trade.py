"""The pipeline, the orders, their invoices, the cash that comes late and the goods that come back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demo import catalogue, truths
from demo.company import ZONE_HOURS, Company, Person
from demo.files import MISSING, Array, Table, as_text, joined, utc

#: What a month sells, 1 on average: the Spring Festival is quiet and quarters end busily.
MONTH_WEIGHTS = np.array([0.86, 0.66, 1.16, 0.94, 0.98, 1.24, 0.84, 0.90, 1.18, 0.88, 1.04, 1.36])
HOLIDAYS = [("2025-01-28", 8), ("2025-05-01", 5), ("2025-10-01", 8), ("2026-02-16", 8), ("2026-05-01", 5)]
#: Hundredths of a currency for 1000 hundredths of CNY when prices are set, and the smallest amount that is used.
PRICED = {"USD": (140, 1), "JPY": (20_500, 100), "CNY": (1000, 1)}
#: How often a line of an opportunity's order, and of a repeat order, is of each product line.
MIX = {True: [0.17, 0.24, 0.18, 0.21, 0.08, 0.12], False: [0.004, 0.07, 0.12, 0.066, 0.64, 0.10]}
#: The largest quantity of a line by product line.
MOST = np.array([1, 3, 6, 3, 24, 2])


@dataclass
class Trade:
    """What was sold. The arrays have one entry an order; `seller` is an index in Company.sellers or -1."""

    opportunities: Table
    opportunity_team: Table
    orders: Table
    order_lines: Table
    order_splits: Table
    invoices: Table
    payments: Table
    returns: Table
    fx_rates: Table
    seller: Array
    account: Array
    day: Array
    value: Array  # hundredths of CNY
    deal: Array  # the opportunity's index, or -1
    visits: Array  # day number on which each opportunity is visited, or -1
    talked: Array  # account by month, from the month before the first: whether somebody talks to the account in it

    def tables(self) -> list[Table]:
        """All raw tables of this part."""
        return [part for part in vars(self).values() if isinstance(part, Table)]


def day_weights(company: Company) -> Array:
    """What each day sells: season, weekday, holidays, growth and the rush at the end of a quarter."""
    days = company.days(np.arange(company.day_count))
    months = days.astype("datetime64[M]").astype(int) % 12
    weekday = (days.astype(int) + 3) % 7
    weights = MONTH_WEIGHTS[months] * np.array([1, 1.05, 1.05, 1.05, 1, 0.22, 0.1])[weekday]
    next_month = (days.astype("datetime64[M]") + 1).astype("datetime64[D]")
    left = (next_month - days).astype(int)
    weights *= np.where((months % 3 == 2) & (left <= 10), 1 + (11 - left) * 0.13, 1.0)
    weights *= np.where((months % 3 != 2) & (left <= 3), 1.2, 1.0)
    weights *= 1 + 0.12 * np.arange(len(days)) / 365
    for start, length in HOLIDAYS:
        first = (np.datetime64(start) - np.datetime64(company.first_day)).astype(int)
        weights[max(first, 0) : max(first + length, 0)] *= 0.06
    return np.asarray(weights)


def pick_days(rng: np.random.Generator, weights: Array, first: Array, last: Array) -> Array:
    """A day number for each pair of bounds (both included), heavier days more often."""
    reach = np.concatenate([[0.0], np.cumsum(weights)])
    low, high = reach[first], reach[np.maximum(last, first) + 1]
    day = np.searchsorted(reach, low + rng.random(len(first)) * (high - low), side="right") - 1
    return np.asarray(np.clip(day, first, last))


def moments(company: Company, days: Array, seconds: Array) -> Array:
    """Days and seconds of the day in the company's zone, as UTC, none after the end."""
    stamps = company.days(days).astype("datetime64[s]") + seconds.astype("timedelta64[s]")
    return company.until_end(stamps - np.timedelta64(ZONE_HOURS, "h"))


def office_hours(rng: np.random.Generator, count: int) -> Array:
    """Seconds of the day between 08:30 and 19:30."""
    return (rng.beta(2.2, 2.4, count) * 39_600).astype(int) + 30_600


def later(company: Company, stamps: Array, seconds: Array) -> Array:
    """Moments so many seconds later, none after the end."""
    return company.until_end(stamps + seconds.astype("timedelta64[s]"))


def in_currency(cents: Array, currency: Array) -> Array:
    """Hundredths of CNY as hundredths of each currency at list rates, rounded down; yen have no cents."""
    out = cents.copy()
    for money, (units, whole) in PRICED.items():
        chosen = currency == money
        out[chosen] = cents[chosen] * units // 1000 // whole * whole
    return out


def employment(company: Company, person: Person) -> tuple[int, int]:
    """First and last day number on which a person sells."""
    last = company.day_no(person.left_on) if person.left_on else company.day_count - 1
    return max(0, company.day_no(person.hired_on)), last


def own_account(company: Company, rng: np.random.Generator, seller: Array, day: Array) -> Array:
    """An account of each seller, won by that day; the older ones buy more often."""
    accounts, wide = company.accounts, 1_000_000
    keys = accounts.owner * wide + accounts.created + 10_000
    start = np.searchsorted(accounts.owner, seller)
    known = np.searchsorted(keys, seller * wide + day + 10_000, side="right") - start
    return np.asarray(start + (np.maximum(known, 1) * rng.random(len(seller)) ** 1.35).astype(int))


@dataclass
class _Orders:
    """Orders before they have ids: one entry an order in each array, `opportunity` is an index or -1."""

    seller: Array
    account: Array
    day: Array
    seconds: Array
    opportunity: Array

    def join(self, other: _Orders) -> _Orders:
        return _Orders(*(np.concatenate([mine, vars(other)[name]]) for name, mine in vars(self).items()))

    def take(self, rows: Array) -> _Orders:
        return _Orders(*(values[rows] for values in vars(self).values()))


@dataclass
class _Pipeline:
    """Opportunities: day numbers; `won` and `closed` are masks, an open one closes after the last day."""

    seller: Array
    account: Array
    created: Array
    close: Array
    closed: Array
    won: Array
    visited: Array  # day of the visit before it closes, or -1


def _bounds(company: Company) -> Array:
    """First and last day number of each seller."""
    return np.array([employment(company, person) for person in company.sellers])


def month_no(company: Company, days: Array) -> Array:
    """Months since the first one, by day number."""
    return np.asarray((company.days(days).astype("datetime64[M]") - np.datetime64(company.first_day, "M")).astype(int))


def slump(company: Company, seller: Array, day: Array) -> Array:
    """What part of a seller's usual work is done: all of it, but for those who slide into the slump in three weeks."""
    name = truths.NAMES["slump"]
    weeks = (day - company.day_no(truths.since(name))) // 7 + 1
    slides = np.isin(seller, company.cast.get("slump", [])) & (weeks > 0)
    return np.asarray(np.where(slides, 1 - (1 - company.truths.slump) * np.minimum(weeks, 3) / 3, 1.0))


def _lifted(company: Company, seller: Array, account: Array, day: Array, talked: Array) -> Array:
    """How likely a seller's repeat order comes about, 1 at most: conversations, the region's policy, the slump."""
    planted = company.truths
    regions = np.array([catalogue.TEAMS[person.team][2] == truths.POLICY["region"] for person in company.sellers])
    reached = regions[seller] & (day >= company.day_no(truths.since(truths.NAMES["policy"])))
    chance = np.where(talked[account, month_no(company, day)], 1, 1 / planted.conversations)
    return np.asarray(chance * np.where(reached, 1, 1 / planted.policy) * slump(company, seller, day))


def _open_pipeline(company: Company, rng: np.random.Generator, weights: Array) -> _Pipeline:
    """Opportunities by seller and territory; skill and visits win them, and quarter ends close them."""
    bounds = _bounds(company)
    selling = np.array([catalogue.SELLING[person.role][0] for person in company.sellers])
    territory = np.array([person.territory for person in company.sellers])
    skill = np.array([person.skill for person in company.sellers])
    months = (bounds[:, 1] - bounds[:, 0] + 1) / 30.4
    richness = np.array([person.richness for person in company.sellers])
    counts = rng.poisson(5.4 * months * selling * np.sqrt(territory) * richness)
    seller = np.repeat(np.arange(len(company.sellers)), counts)
    created = pick_days(rng, weights, bounds[seller, 0], bounds[seller, 1])
    close = created + np.maximum(4, rng.lognormal(3.9, 0.55, len(seller)).astype(int))
    visited = rng.random(len(seller)) < 0.5
    chance = np.clip(0.34 * skill[seller] ** 1.2, 0.15, 0.8) + company.truths.visits * np.where(visited, 0.5, -0.5)
    won = rng.random(len(seller)) < chance
    days = company.days(close)
    quarter_end = (
        ((days.astype("datetime64[M]").astype(int) // 3 + 1) * 3).astype("datetime64[M]").astype("datetime64[D]")
    )
    left = (quarter_end - days).astype(int)
    pulled = won & (left <= 25) & (rng.random(len(seller)) < 0.45)
    close = np.where(pulled, close + np.maximum(0, left - rng.integers(1, 6, len(seller))), close)
    gone = close > bounds[seller, 1]
    left_company = gone & (bounds[seller, 1] < company.day_count - 1)
    close = np.where(left_company, bounds[seller, 1], close)
    until = np.minimum(np.maximum(close - 1, created), bounds[seller, 1])
    day = created + ((until - created + 1) * rng.random(len(seller))).astype(int)
    return _Pipeline(
        seller=seller,
        account=own_account(company, rng, seller, created),
        created=created,
        close=close,
        closed=~gone | left_company,
        won=won & ~gone,
        visited=np.where(visited, day, -1),
    )


def _take_orders(
    company: Company, rng: np.random.Generator, weights: Array, pipeline: _Pipeline, talked: Array
) -> _Orders:
    """Orders of won opportunities, repeat orders, orders that nobody sold, and an old order of each older account."""
    from_pipeline = np.flatnonzero(pipeline.won & (rng.random(len(pipeline.won)) < 0.97))
    splitting = np.isin(pipeline.seller[from_pipeline], company.cast.get("splits", []))
    twice = from_pipeline[splitting & (rng.random(len(from_pipeline)) < company.truths.splits)]
    from_pipeline = np.concatenate([from_pipeline, twice])
    ordered = np.minimum(pipeline.close[from_pipeline] + rng.integers(0, 3, len(from_pipeline)), company.day_count - 1)
    bounds = _bounds(company)
    seller = pipeline.seller[from_pipeline]
    won = _Orders(
        seller,
        pipeline.account[from_pipeline],
        np.minimum(ordered, bounds[seller, 1]),
        office_hours(rng, len(seller)),
        from_pipeline,
    )
    volume = round(24_200 * company.scale * company.day_count / 546)
    people = company.sellers
    share = np.array([catalogue.SELLING[one.role][0] * one.territory * one.richness * one.skill for one in people])
    share *= bounds[:, 1] - bounds[:, 0] + 1
    unsold = round(volume * 0.06)
    count = max(0, volume - len(seller) - unsold)
    # More than are needed are thought of; those that come about are independent of each other.
    thought_of = int(count * company.truths.conversations * company.truths.policy * 1.1) + 100
    seller = np.searchsorted(np.cumsum(share / share.sum())[:-1], rng.random(thought_of), side="right")
    day = pick_days(rng, weights, bounds[seller, 0], bounds[seller, 1])
    account = own_account(company, rng, seller, day)
    came = np.flatnonzero(rng.random(thought_of) < _lifted(company, seller, account, day, talked))[:count]
    count = len(came)
    repeat = _Orders(seller[came], account[came], day[came], office_hours(rng, count), np.full(count, -1))
    day = pick_days(rng, weights, np.zeros(unsold, int), np.full(unsold, company.day_count - 1))
    any_seller = rng.choice(len(people), unsold)
    online = _Orders(
        np.full(unsold, -1),
        own_account(company, rng, any_seller, day),
        day,
        (rng.random(unsold) * 86_400).astype(int),
        np.full(unsold, -1),
    )
    old = np.flatnonzero(company.accounts.created < -5)
    past = np.maximum(company.accounts.created[old], -360)
    owner = company.accounts.owner[old]
    hired = np.array([company.day_no(person.hired_on) for person in people])
    day = past + ((-1 - past) * rng.random(len(old))).astype(int)
    before = _Orders(
        np.where(hired[owner] <= day, owner, -1), old, day, office_hours(rng, len(old)), np.full(len(old), -1)
    )
    every = won.join(repeat).join(online).join(before)
    return every.take(np.lexsort((every.account, every.seconds, every.day)))


def _fill_lines(
    company: Company, rng: np.random.Generator, orders: _Orders, currency: Array
) -> tuple[Array, dict[str, Array]]:
    """The order that each line belongs to, and the lines' product, quantity, net amount and cost in its currency."""
    products, has_deal = company.products, orders.opportunity >= 0
    count = np.where(has_deal, 2 + rng.poisson(1.4, len(has_deal)), 1 + rng.poisson(1.36, len(has_deal)))
    of_deal = np.bincount(orders.opportunity[has_deal], minlength=1)
    split = has_deal & (of_deal[np.where(has_deal, orders.opportunity, 0)] > 1)
    count[split | (orders.day < 0)] = 1
    order = np.repeat(np.arange(len(count)), count)
    dice = rng.random(len(order))
    line_no = np.where(
        has_deal[order],
        np.searchsorted(np.cumsum(MIX[True])[:-1], dice, side="right"),
        np.searchsorted(np.cumsum(MIX[False])[:-1], dice, side="right"),
    )
    stopped = orders.day[order] >= company.day_no(truths.since(truths.NAMES["product_line"]))
    stopped &= (line_no == truths.STOPPED_LINE) & (rng.random(len(order)) >= company.truths.product_line)
    line_no[stopped | (split[order] & (line_no == 0))] = 1
    product = line_no * 10 + (10 * rng.random(len(order)) ** 1.3).astype(int)
    product = np.where(products.launched[product] > orders.day[order], line_no * 10, product)
    quantity = 1 + (MOST[line_no] * rng.random(len(order)) ** 1.8).astype(int)
    quantity = np.minimum(quantity, MOST[line_no])
    quantity = np.where(split[order], np.clip(truths.LIMIT // products.price[product], 1, quantity), quantity)
    habit = np.array([*(person.discount for person in company.sellers), 0.1])[orders.seller]
    discount = np.clip(rng.beta(1.6, 9, len(order)) * (0.45 + 2.2 * habit[order]), 0, 0.52)
    per_mille = 1000 - (discount * 1000).astype(int)
    money = currency[order]
    return order, {
        "product": product,
        "quantity": quantity,
        "value": quantity * products.price[product] * per_mille // 1000,
        "net_amount": in_currency(quantity * products.price[product] * per_mille // 1000, money),
        "cost_amount": in_currency(quantity * products.cost[product], money),
    }


def sums(order: Array, amounts: Array, count: int) -> Array:
    """Σ of integer amounts by order."""
    out = np.zeros(count, dtype=np.int64)
    np.add.at(out, order, amounts)
    return out


def _bill(company: Company, rng: np.random.Generator, orders: Table, seen: Array, day: Array, total: Array,
          account: Array) -> tuple[Table, Table]:  # fmt: skip
    """Invoices (large orders in two parts) and their payments: most are late, some come in two parts, some not at all.

    `seen`: indexes of orders that are billed; the other arrays have one entry an order.
    """
    large = total[seen] > 12_000_000
    index = np.concatenate([seen, seen[large]])
    part = np.concatenate([np.where(large, 1, 0), np.full(int(large.sum()), 2)])
    invoiced = day[index] + np.where(part == 2, rng.integers(25, 60, len(index)), rng.integers(1, 13, len(index)))
    net = np.asarray(orders["net_total"][index])
    first = net * 3 // 10 // 100 * 100
    net = np.where(part == 1, first, np.where(part == 2, net - first, net))
    terms = np.array([60, 45, 30])[
        np.array([{"A": 0, "B": 1}.get(t, 2) for t in company.accounts.tier])[account[index]]
    ]
    order = np.lexsort((index, invoiced))
    keep = order[invoiced[order] < company.day_count]
    index, invoiced, net, terms = index[keep], invoiced[keep], net[keep], terms[keep]
    known = moments(company, invoiced, office_hours(rng, len(index)))
    invoices = Table(
        "erp.invoices",
        {
            "invoice_id": company.branch.numbered("INV", len(index), 6),
            "order_id": orders["order_id"][index],
            "invoiced_on": company.days(invoiced),
            "due_on": company.days(invoiced + terms),
            "net_amount": net,
            "currency": orders["currency"][index],
            "updated_at": known,
        },
    )
    late = company.accounts.late_days[account[index]] + rng.normal(2, 9, len(index)).astype(int)
    paid = invoiced + np.maximum(1, terms + late)
    paid[rng.random(len(index)) < 0.015] = company.day_count + 1
    halves = rng.random(len(index)) < 0.12
    rows = np.concatenate([np.arange(len(index)), np.flatnonzero(halves)])
    second = np.concatenate([np.zeros(len(index), bool), np.ones(int(halves.sum()), bool)])
    half = net // 200 * 100
    amount = np.where(second, net[rows] - half[rows], np.where(halves[rows], half[rows], net[rows]))
    day_paid = paid[rows] + np.where(second, rng.integers(10, 45, len(rows)), 0)
    order = np.lexsort((rows, day_paid))
    keep = order[(day_paid[order] < company.day_count) & (amount[order] != 0)]
    return invoices, Table(
        "erp.payments",
        {
            "payment_id": company.branch.numbered("PAY", len(keep), 6),
            "invoice_id": invoices["invoice_id"][rows[keep]],
            "paid_on": company.days(day_paid[keep]),
            "amount": amount[keep],
            "currency": invoices["currency"][rows[keep]],
            "updated_at": moments(company, day_paid[keep], office_hours(rng, len(keep))),
        },
    )


def _rates(company: Company, rng: np.random.Generator) -> Table:
    """Weekly rates of USD, JPY, EUR and HKD from a year before the first day; units of 1e-10 CNY."""
    weeks = company.days(np.arange(-371, company.day_count, 7))
    columns: dict[str, list[Array]] = {"currency": [], "rate": [], "day": []}
    for money, start, digits in (("USD", 71_800, 4), ("JPY", 47_600, 6), ("EUR", 77_600, 4), ("HKD", 92_200, 5)):
        steps = np.clip(np.cumsum(rng.integers(-160, 158, len(weeks))), -start // 25, start // 25)
        columns["currency"].append(as_text([money] * len(weeks)))
        columns["rate"].append((start + steps) * 10 ** (10 - digits))
        columns["day"].append(weeks)
    day = np.concatenate(columns["day"])
    return Table(
        "erp.fx_rates",
        {
            "currency": np.concatenate(columns["currency"]),
            "rate_on": day,
            "rate_to_base": np.concatenate(columns["rate"]),
            "updated_at": day.astype("datetime64[s]") + np.timedelta64(1, "h"),
        },
    )


def _record_pipeline(company: Company, rng: np.random.Generator, pipeline: _Pipeline, amount: Array,
                     currency: Array) -> Table:  # fmt: skip
    """Each opportunity as it was opened and, where it is closed, once more as it was closed."""
    count, products = len(pipeline.seller), company.products
    line = products.line[rng.choice(6, count, p=MIX[True]) * 10]
    created = moments(company, pipeline.created, office_hours(rng, count))
    closed = np.maximum(moments(company, pipeline.close, office_hours(rng, count)), created + np.timedelta64(1, "h"))
    expected = company.days(pipeline.close + rng.integers(-12, 20, count))
    opened = rng.choice(np.array(["qualified", "proposal", "negotiation"], dtype=object), count)
    guess = amount * rng.integers(75, 130, count) // 100 // 10_000 * 10_000
    first = Table(
        "crm.opportunities",
        {
            "opportunity_id": company.branch.numbered("OPP", count, 6),
            "account_id": company.accounts.ids[pipeline.account],
            "owner_user_id": company.seller_ids[pipeline.seller],
            "name": joined(company.accounts.names[pipeline.account], line, separator=" "),
            "stage": opened,
            "amount": guess,
            "currency": currency,
            "product_line": line,
            "lead_source": rng.choice(np.array(catalogue.LEAD_SOURCES, dtype=object), count),
            "created_at": created,
            "expected_close_on": np.maximum(expected, company.days(pipeline.created)),
            "closed_at": np.full(count, np.datetime64("NaT"), dtype="datetime64[s]"),
            "is_closed": np.zeros(count, bool),
            "is_won": np.zeros(count, bool),
            "updated_at": later(company, created, rng.integers(60, 3600, count)),
        },
    )
    after = first.take(pipeline.closed)
    won = pipeline.won[pipeline.closed]
    after.columns |= {
        "stage": np.where(won, "won", "lost").astype(object),
        "amount": np.where(won, amount[pipeline.closed], after["amount"]),
        "closed_at": closed[pipeline.closed],
        "is_closed": np.ones(len(after), bool),
        "is_won": won,
        "updated_at": later(company, closed[pipeline.closed], rng.integers(60, 7200, len(after))),
    }
    first.append(after)
    return first


def _two_way_splits(company: Company, rng: np.random.Generator, trade: Trade, pipeline: _Pipeline) -> None:
    """One won deal in twelve, and one order in forty without a deal, is shared with a colleague."""
    people = company.sellers
    stayed = [
        number for number, person in enumerate(people) if person.hired_on <= company.first_day and not person.left_on
    ]
    colleagues = [
        [other for other in stayed if other != number and people[other].currency == person.currency]
        for number, person in enumerate(people)
    ]
    has_one = np.array([bool(others) for others in colleagues])
    deals = np.flatnonzero(pipeline.won & has_one[pipeline.seller] & (rng.random(len(pipeline.won)) < 1 / 12))
    sold = (trade.deal < 0) & (trade.seller >= 0) & (trade.day >= 0) & has_one[trade.seller]
    orders = np.flatnonzero(sold & (rng.random(len(sold)) < 1 / 40))
    for table, key, rows, seller, known in (
        (trade.opportunity_team, "opportunity_id", deals, pipeline.seller, trade.opportunities["updated_at"]),
        (trade.order_splits, "order_id", orders, trade.seller, trade.orders["updated_at"]),
    ):
        source = trade.opportunities if key == "opportunity_id" else trade.orders
        shares = rng.choice([5000, 6000, 7000, 8000], len(rows))
        pairs = [(int(seller[row]), int(rng.choice(colleagues[int(seller[row])]))) for row in rows]
        table.append(
            Table(
                table.name,
                {
                    key: np.repeat(source[key][rows], 2),
                    "user_id": as_text(people[one].user_id for pair in pairs for one in pair),
                    "kind": as_text(["split"] * (2 * len(rows))),
                    "share": np.column_stack([shares, 10_000 - shares]).reshape(-1),
                    "updated_at": np.repeat(known[rows], 2),
                },
            )
        )


def _shares(name: str, key: str) -> Table:
    empty = as_text([])
    return Table(
        name,
        {key: empty, "user_id": empty, "kind": empty, "share": np.zeros(0, np.int64),
         "updated_at": np.zeros(0, "datetime64[s]")},
    )  # fmt: skip


def _dealers_of(company: Company, rng: np.random.Generator, seller: Array, wanted: Array) -> Array:
    """A dealer of the seller for each order that wants one (index, or -1)."""
    held = [np.flatnonzero(company.dealers.manager == person.user_id) for person in company.sellers]
    starts = np.cumsum([0, *map(len, held)])
    each = np.diff(starts)[seller]
    chosen = starts[seller] + (each * rng.random(len(seller))).astype(int)
    return np.where(wanted & (each > 0), np.append(np.concatenate(held), 0)[np.minimum(chosen, starts[-1])], -1)


def simulate(company: Company, seed: int) -> Trade:
    """Everything sold by the direct, dealer and online channels."""
    rng = company.branch.draws(seed, "trade")
    weights = day_weights(company)
    months = month_no(company, np.array([company.day_count - 1]))[0] + 2
    talked = rng.random((len(company.accounts.ids), months)) < 0.5
    pipeline = _open_pipeline(company, rng, weights)
    orders = _take_orders(company, rng, weights, pipeline, talked)
    count = len(orders.day)
    money_of = as_text([*(person.currency for person in company.sellers), "CNY"])
    account_money = money_of[company.accounts.owner]
    currency = np.where(orders.seller >= 0, money_of[orders.seller], account_money[orders.account])
    line_order, line = _fill_lines(company, rng, orders, currency)
    value = sums(line_order, line["value"], count)
    total = sums(line_order, line["net_amount"], count)

    role = np.array([*(person.role for person in company.sellers), ""])[orders.seller]
    channel_no = np.select(
        [
            orders.day < 0,
            orders.seller < 0,
            role == "channel_manager",
            (role == "inside_sales") & (rng.random(count) < 0.4),
        ],
        [0, 2, 1, 2],
        0,
    )
    dealer = _dealers_of(company, rng, orders.seller, channel_no == 1)
    channel = as_text(["direct", "dealer", "online"])[np.where((channel_no == 1) & (dealer < 0), 0, channel_no)]

    ordered_at = moments(company, orders.day, orders.seconds)
    updated_at = later(company, ordered_at, rng.integers(30, 5400, count))
    migrated = utc(company.first_day)
    updated_at = np.where(orders.day < 0, migrated - np.timedelta64(1, "D"), updated_at)
    order_ids = company.branch.numbered("SO", count, 6)
    opportunity_ids = np.append(company.branch.numbered("OPP", len(pipeline.seller), 6), [None])
    order_table = Table(
        "erp.orders",
        {
            "order_id": order_ids,
            "account_id": company.accounts.ids[orders.account],
            "opportunity_id": opportunity_ids[orders.opportunity],
            "sales_user_id": company.seller_ids[orders.seller],
            "dealer_id": np.append(company.dealers.ids, [None])[dealer],
            "channel": channel,
            "ordered_at": ordered_at,
            "status": np.where(orders.day > company.day_count - 18, "open", "fulfilled").astype(object),
            "currency": currency.astype(object),
            "updated_at": updated_at,
            "net_total": total,
        },
    )
    in_order = np.arange(len(line_order)) - np.searchsorted(line_order, line_order) + 1
    lines = Table(
        "erp.order_lines",
        {
            "order_line_id": joined(order_ids[line_order], in_order, separator="-"),
            "order_id": order_ids[line_order],
            "product_id": company.products.ids[line["product"]],
            "quantity": line["quantity"] * 10_000,
            "net_amount": line["net_amount"],
            "cost_amount": line["cost_amount"],
            "updated_at": updated_at[line_order],
        },
    )
    invoices, payments = _bill(
        company, rng, order_table, np.flatnonzero(orders.day >= 0), orders.day, value, orders.account
    )
    del order_table.columns["net_total"]

    back = np.flatnonzero((rng.random(len(line_order)) < 0.02) & (orders.day[line_order] >= 0))
    day = orders.day[line_order[back]] + rng.integers(4, 70, len(back))
    back, day = back[day < company.day_count], day[day < company.day_count]
    bought = line["quantity"][back]
    quantity = np.where(rng.random(len(back)) < 0.6, bought, np.maximum(1, bought // 2))
    whole = np.where(currency[line_order[back]] == "JPY", 100, 1)
    net_back = line["net_amount"][back] * quantity // bought // whole * whole
    by_day = np.argsort(day, kind="stable")
    back, day, quantity, net_back = back[by_day], day[by_day], quantity[by_day], net_back[by_day]
    returns = Table(
        "erp.returns",
        {
            "return_id": company.branch.numbered("RET", len(back), 5),
            "order_line_id": lines["order_line_id"][back],
            "returned_on": company.days(day),
            "quantity": quantity * 10_000,
            "net_amount": net_back,
            "updated_at": moments(company, day, office_hours(rng, len(back))),
        },
    )

    opportunity_money = money_of[pipeline.seller]
    typical = value[orders.opportunity >= 0]
    amount = in_currency(rng.choice(typical, len(pipeline.seller)) // 10_000 * 10_000, opportunity_money)
    with_deal = np.flatnonzero(orders.opportunity >= 0)
    amount[orders.opportunity[with_deal]] = 0
    np.add.at(amount, orders.opportunity[with_deal], total[with_deal])
    trade = Trade(
        opportunities=_record_pipeline(company, rng, pipeline, amount, opportunity_money),
        opportunity_team=_shares("crm.opportunity_team", "opportunity_id"),
        orders=order_table,
        order_lines=lines,
        order_splits=_shares("erp.order_splits", "order_id"),
        invoices=invoices,
        payments=payments,
        returns=returns,
        fx_rates=_rates(company, rng),
        seller=orders.seller,
        account=orders.account,
        day=orders.day,
        value=value,
        deal=orders.opportunity,
        visits=pipeline.visited,
        talked=talked,
    )
    _two_way_splits(company, rng, trade, pipeline)
    lines["cost_amount"][rng.random(len(lines)) < 0.003] = MISSING
    return trade
