"""The warehouse finds what is planted about channels: two who claim the same accounts, and a territory that is dear to reach."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb

from tests.conftest import AS_OF
from tests.performance.recomputed import Files, Row, at, day

Claim = tuple[str, str, bool, str | None, str]


def _rows(folder: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{folder / 'published.duckdb'}' as published (read_only)")
        connection.execute(f"attach '{folder / 'warehouse.duckdb'}' as warehouse (read_only)")
        return connection.execute(query).fetchall()


def _registrations(files: Files) -> dict[str, list[tuple[object, str, str, Row]]]:
    """Approved ones of each account, the one that wins first: (moment, id, registrant, row)."""
    found: dict[str, list[tuple[object, str, str, Row]]] = defaultdict(list)
    for row in files.table("crm/deal_registrations", "registration_id").values():
        registrant = row["dealer_id"] or row["user_id"]
        if row["status"] == "approved" and registrant:
            found[row["account_id"]].append((at(row["registered_at"]), row["registration_id"], registrant, row))
    return {account: sorted(rows, key=lambda one: one[:2]) for account, rows in found.items()}


def _sellers(files: Files, order_id: str) -> set[str]:
    """Who sold an order: those who share it, or its owner, and the dealer it went through."""
    order = files.orders[order_id]
    split = files.shares.get(("erp/order_splits", order_id))
    if split is None:
        split = files.shares.get(("crm/opportunity_team", order["opportunity_id"] or ""), {})
    is_shared = split and abs(1 - sum(split.values())) <= Decimal("0.0001")
    return ((set(split) if is_shared else {order["sales_user_id"]}) | {order["dealer_id"]}) - {""}


def _claims(files: Files) -> set[Claim]:
    """Each claimant of an order in conflict: (order, claimant, sold it, own registration, winning registration)."""
    registrations, found = _registrations(files), set()
    for order_id, order in files.orders.items():
        on = files.ordered_on(order_id)
        valid = [
            one
            for one in registrations.get(order["account_id"], ())
            if str(day(one[3]["registered_at"])) <= str(on) <= str(day(one[3]["expires_on"]))
        ]
        sellers = _sellers(files, order_id)
        if on > files.as_of or all(registrant in sellers for _, _, registrant, _ in valid):
            continue
        own = {registrant: registration for _, registration, registrant, _ in reversed(valid)}
        for claimant in sellers | own.keys():
            found.add((order_id, claimant, claimant in sellers, own.get(claimant), valid[0][1]))
    return found


def test_every_order_in_conflict_is_there_with_all_who_claim_it(demo_build: Path) -> None:
    files = Files(demo_build / "landing", date.fromisoformat(AS_OF))
    wanted = _claims(files)
    found = _rows(
        demo_build,
        "select order_id, claimant_id, has_sold, registration_id, winning_registration_id"
        " from published.incentives.rpt_channel_conflicts",
    )
    assert len(found) == len(set(found)) > 100
    assert set(found) == wanted


def test_amounts_of_claimants_are_those_of_credits_and_lines(demo_build: Path) -> None:
    """What is credited and paid for an order, from the public marts, and no claimant whom it misses."""
    differing = _rows(
        demo_build,
        """
        with events as (
            select * from warehouse.incentives.fct_incentive_events
            where order_id in (select order_id from published.incentives.rpt_channel_conflicts)
        ),
        credited as (
            select order_id, payee_id, sum(credits.value) filter (credits.measure = 'revenue_booked') as value
            from warehouse.incentives.fct_credits as credits inner join events using (event_id) group by all
        ),
        paid as (
            select order_id, payee_id, sum(amount_base) as value
            from warehouse.incentives.fct_payout_lines as lines inner join events using (event_id)
            where line_kind not in ('hold', 'release') and lines.currency <> 'PTS' group by all
        ),
        ordered as (
            select order_id, sum(value) as value from events where measure = 'revenue_booked' group by all
        )
        select claims.order_id, claims.claimant_id, claims.order_value, claims.credited_value, claims.paid_base
        from published.incentives.rpt_channel_conflicts as claims
        left join credited on claims.order_id = credited.order_id and claims.claimant_id = credited.payee_id
        left join paid on claims.order_id = paid.order_id and claims.claimant_id = paid.payee_id
        left join ordered on claims.order_id = ordered.order_id
        where claims.order_value <> coalesce(ordered.value, 0)
            or claims.credited_value <> coalesce(credited.value, 0)
            or claims.paid_base <> coalesce(paid.value, 0)
        """,
    )
    assert not differing
    ((credited, paid),) = _rows(
        demo_build,
        "select count(*) filter (credited_value > 0), count(*) filter (paid_base > 0)"
        " from published.incentives.rpt_channel_conflicts",
    )
    assert isinstance(credited, int) and isinstance(paid, int)
    assert credited > 50 < paid


def test_the_dealer_and_the_seller_who_claim_the_same_accounts_stand_out(demo_build: Path) -> None:
    """Of all pairs that both registered an account in conflict, the planted one has many and no other has two."""
    pairs = _rows(
        demo_build,
        """
        select dealers.claimant_id, sellers.claimant_id, count(distinct dealers.account_id)
        from published.incentives.rpt_channel_conflicts as dealers
        inner join published.incentives.rpt_channel_conflicts as sellers using (order_id)
        where dealers.claimant_kind = 'dealer' and sellers.claimant_kind = 'employee'
            and dealers.registration_id is not null and sellers.registration_id is not null
        group by all order by 3 desc, 1, 2
        """,
    )
    dealer, seller, accounts = pairs[0]
    files = Files(demo_build / "landing", date.fromisoformat(AS_OF))
    both = [
        account
        for account, rows in _registrations(files).items()
        if {dealer, seller} <= {registrant for _, _, registrant, _ in rows}
    ]
    assert len(both) == 16
    assert isinstance(accounts, int) and accounts >= 8
    assert all(isinstance(others, int) and others < 2 for _, _, others in pairs[1:])


def test_the_territory_that_yields_half_is_the_dearest_to_reach(demo_build: Path) -> None:
    """Working time over revenue: of the four regions of direct sales its interval alone lies above that of all of them."""
    rates = {
        region: (rate, lower, upper)
        for region, rate, lower, upper in _rows(
            demo_build,
            """
            select region, activity_rate, activity_rate_lower, activity_rate_upper
            from published.incentives.rpt_channel_coefficients
            where channel = 'direct' and product_line = ''
                and region in ('', 'East China', 'South China', 'North China', 'West China')
            """,
        )
    }
    _, _, bound = rates.pop("")
    assert isinstance(bound, Decimal)
    above = {region for region, (_, lower, _) in rates.items() if isinstance(lower, Decimal) and lower > bound}
    assert len(rates) == 4
    assert above == {"West China"}
