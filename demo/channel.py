"""Dealers: what they order from the company, what they pay, and what they sell on."""

from __future__ import annotations

import numpy as np

from demo.company import Company
from demo.files import Array, Table, as_text, digits, joined
from demo.trade import day_weights, in_currency, later, moments, office_hours, pick_days, sums

#: How often a dealer's line is of each product line, and the largest quantity of one.
MIX = [0.01, 0.17, 0.22, 0.14, 0.46, 0.0]
MOST = np.array([1, 4, 10, 5, 60, 1])
_STATUS = np.array(["approved", "pending", "rejected", "withdrawn"], dtype=object)


def _spread(company: Company, rng: np.random.Generator, each: float) -> tuple[Array, Array]:
    """About `each` dates a dealer and month: the dealer's index and the day number of each, in order of day."""
    dealers = company.dealers
    first = np.maximum(dealers.onboarded, 0)
    last = np.minimum(dealers.left, company.day_count - 1)
    counts = rng.poisson(each * dealers.weight**0.7 * (last - first + 1) / 30.4)
    dealer = np.repeat(np.arange(len(dealers.ids)), counts)
    day = pick_days(rng, day_weights(company), first[dealer], last[dealer])
    order = np.lexsort((dealer, day))
    return dealer[order], day[order]


def _goods(company: Company, rng: np.random.Generator, count: int, day: Array, most: Array) -> tuple[Array, Array]:
    """A product and a quantity for each line; nothing is sold before its launch."""
    products = company.products
    line_no = rng.choice(6, count, p=MIX)
    product = line_no * 10 + (10 * rng.random(count) ** 1.3).astype(int)
    product = np.where(products.launched[product] > day, line_no * 10, product)
    return product, np.minimum(1 + (most[line_no] * rng.random(count) ** 1.6).astype(int), most[line_no])


def _orders(company: Company, rng: np.random.Generator) -> tuple[Table, Table]:
    """Sell-in, with a cancelled order in fifty, and its payments 20 to 80 days later."""
    dealers, products = company.dealers, company.products
    dealer, day = _spread(company, rng, 4.0)
    ids = company.branch.numbered("DO", len(dealer), 5)
    stamps = moments(company, day, office_hours(rng, len(dealer)))
    known = later(company, stamps, rng.integers(30, 5400, len(dealer)))
    cancelled = rng.random(len(dealer)) < 0.02
    status = np.select([cancelled, day > company.day_count - 14], ["cancelled", "open"], "fulfilled").astype(object)
    known = np.where(cancelled, later(company, known, rng.integers(86_400, 900_000, len(dealer))), known)
    size = 1 + rng.poisson(2.9, len(dealer))
    order = np.repeat(np.arange(len(dealer)), size)
    product, quantity = _goods(company, rng, len(order), day[order], MOST)
    money = dealers.currency[dealer[order]]
    wholesale = np.select([dealers.tier == "gold", dealers.tier == "silver"], [690, 720], 750)[dealer[order]]
    net = in_currency(quantity * products.price[product] * wholesale // 1000, money)
    place = np.arange(len(order)) - np.searchsorted(order, order) + 1
    lines = Table(
        "channel.dealer_order_lines",
        {
            "dealer_order_line_id": joined(ids[order], place, separator="-"),
            "dealer_order_id": ids[order],
            "dealer_id": dealers.ids[dealer[order]],
            "product_id": products.ids[product],
            "ordered_at": stamps[order],
            "quantity": quantity * 10_000,
            "net_amount": net,
            "cost_amount": in_currency(quantity * products.cost[product], money),
            "currency": money,
            "status": status[order],
            "account_id": as_text([None] * len(order)),
            "updated_at": known[order],
        },
    )
    paid = day + 20 + rng.integers(0, 60, len(dealer))
    keep = np.flatnonzero((paid < company.day_count) & ~cancelled)
    keep = keep[np.argsort(paid[keep], kind="stable")]
    return lines, Table(
        "channel.dealer_payments",
        {
            "dealer_payment_id": company.branch.numbered("DP", len(keep), 5),
            "dealer_order_id": ids[keep],
            "paid_on": company.days(paid[keep]),
            "amount": sums(order, net, len(dealer))[keep],
            "currency": dealers.currency[dealer[keep]],
            "updated_at": moments(company, paid[keep], office_hours(rng, len(keep))),
        },
    )


def _sell_through(company: Company, rng: np.random.Generator) -> Table:
    """What dealers report, each about as much as it orders, a day to two weeks after the sale."""
    dealers, products = company.dealers, company.products
    dealer, day = _spread(company, rng, 27.0)
    product, quantity = _goods(company, rng, len(dealer), day, np.array([1, 2, 4, 2, 20, 1]))
    net = quantity * products.price[product] * rng.integers(820, 960, len(dealer)) // 1000
    terminal = rng.integers(1, 60, len(dealer))
    return Table(
        "channel.sell_through",
        {
            "sell_through_id": company.branch.numbered("ST", len(dealer), 6),
            "dealer_id": dealers.ids[dealer],
            "product_id": products.ids[product],
            "terminal_id": joined(dealers.ids[dealer], "-S", digits(terminal, 2)),
            "sold_on": company.days(day),
            "quantity": quantity * 10_000,
            "net_amount": in_currency(net, dealers.currency[dealer]),
            "currency": dealers.currency[dealer],
            "updated_at": moments(company, day + rng.integers(1, 15, len(dealer)), office_hours(rng, len(dealer))),
        },
    )


def _registrations(company: Company, rng: np.random.Generator) -> Table:
    """Claims on accounts, one each: two in three by the account's own seller, the others by a dealer of the region.

    One seller registers most of his accounts, and one dealer two in three of those as well.
    """
    accounts, dealers = company.accounts, company.dealers
    claiming = company.cast.get("claims", [])
    others = np.flatnonzero(~np.isin(accounts.owner, claiming))
    account = rng.permutation(others)[: round(420 * company.scale)]
    dealer = np.where(rng.random(len(account)) < 0.34, rng.integers(0, len(dealers.ids), len(account)), -1)
    day = rng.integers(0, company.day_count, len(account))
    status = rng.choice(_STATUS, len(account), p=[0.72, 0.1, 0.12, 0.06])
    if claiming:
        own = rng.permutation(np.flatnonzero(accounts.owner == claiming[0]))[:24]
        by_both = own[: round(len(own) * company.truths.claims)]
        first = rng.integers(40, company.day_count - 60, len(own))
        account, dealer = (
            np.concatenate([account, own, by_both]),
            np.append(dealer, [-1] * len(own) + [0] * len(by_both)),
        )
        day = np.concatenate([day, first, first[: len(by_both)] + rng.integers(-40, 40, len(by_both))])
        status = np.append(status, as_text(["approved"] * (len(own) + len(by_both))))
    order = np.argsort(day, kind="stable")
    account, dealer, day, status = account[order], dealer[order], day[order], status[order]
    stamps = moments(company, day, office_hours(rng, len(day)))
    return Table(
        "crm.deal_registrations",
        {
            "registration_id": company.branch.numbered("REG", len(day), 5),
            "account_id": accounts.ids[account],
            "user_id": company.seller_ids[np.where(dealer < 0, accounts.owner[account], -1)],
            "dealer_id": np.append(dealers.ids, [None])[dealer],
            "registered_at": stamps,
            "expires_on": company.days(day + 180),
            "status": status,
            "updated_at": later(company, stamps, rng.integers(3600, 400_000, len(day))),
        },
    )


def simulate(company: Company, seed: int) -> list[Table]:
    """The dealers' raw tables, and who registered which account."""
    rng = company.branch.draws(seed, "channel")
    return [*_orders(company, rng), _sell_through(company, rng), _registrations(company, rng)]
