"""Olist's funnel: every deal credited to two people, against checks.json and against the source files."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from datetime import date, datetime
from decimal import Decimal

import pytest

from demo.public import olist_funnel
from tests.public.conftest import Built, Converted

SHARE = Decimal(olist_funnel.OVERLAY_SHARE)
OWN_DEALS = 5


@pytest.fixture(scope="module")
def built(converted: Converted) -> Built:
    return converted(olist_funnel)


def deals(built: Built) -> list[dict[str, str]]:
    with (built.data / "olist_closed_deals_dataset.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def pay_by_hand(built: Built) -> dict[tuple[str, date], Decimal]:
    """Deals and quarter deals of each person and month in their order, at 80 and, from the eleventh on, 120 a deal."""
    representatives = {deal["sr_id"] for deal in deals(built)}
    pay: dict[tuple[str, date], Decimal] = defaultdict(Decimal)
    position: dict[tuple[str, date], Decimal] = defaultdict(Decimal)
    for deal in sorted(deals(built), key=lambda deal: (won_on(deal), deal["mql_id"])):
        factor = Decimal("1.2") if deal["lead_type"] in olist_funnel.BIG_SELLERS else Decimal(1)
        # Who wins a deal that he qualified himself has the whole of it and nothing on top (the later value of a key stands).
        for person, share in {deal["sdr_id"]: SHARE, deal["sr_id"]: Decimal(1)}.items():
            of = (person, won_on(deal).replace(day=1))
            if person in representatives:
                below = max(Decimal(), min(share, 10 - position[of]))
                position[of] += share
                pay[of] += (80 * below + 120 * (share - below)) * factor
            else:
                pay[of] = min(Decimal(250), pay[of] + 80 * share)
    return dict(pay)


def won_on(deal: dict[str, str]) -> date:
    return datetime.strptime(deal["won_date"], "%d-%m-%Y %H:%M").date()


def test_every_lead_is_an_opportunity_and_every_deal_is_won(built: Built) -> None:
    ((leads, won, of_queue),) = built.rows(
        "select count(*), count(*) filter (where is_won), count(*) filter (where owner_user_id = 'unassigned')"
        " from core.fct_opportunities"
    )
    assert (leads, won) == (built.checks["leads"], built.checks["closed_deals"])
    assert of_queue == leads - won
    assert round(Decimal(won) / leads, 6) == Decimal(built.checks["win_rate"])
    by_origin = built.rows(
        "select coalesce(lead_source, '(empty)'), count(*), count(*) filter (where is_won)"
        " from core.fct_opportunities group by 1"
    )
    assert {origin: [all_of, won_of] for origin, all_of, won_of in by_origin} == built.checks[
        "leads_and_deals_by_origin"
    ]


def test_one_deal_is_won_before_its_lead_is_contacted_and_is_paid_all_the_same(built: Built) -> None:
    ((early,),) = built.rows("select count(*) from core.fct_opportunities where closed_on < created_on")
    assert early == 1


def test_deals_by_representative_and_quarter_are_the_published_ones(built: Built) -> None:
    direct = "from incentives.fct_credits where measure = 'deals_won' and credit_kind = 'direct'"
    quarter = "concat(year(occurred_on), 'Q', quarter(occurred_on))"
    for kind, key in (
        ("deals_by_sales_rep", "payee_id"),
        ("deals_by_quarter", quarter),
        ("deals_by_sales_rep_and_quarter", f"concat(payee_id, ' ', {quarter})"),
    ):
        assert built.figures(f"select {key}, sum(value) {direct} group by 1") == built.checks[kind], kind


def test_each_sdr_has_a_quarter_of_every_deal_that_another_won_on_top_of_the_whole(built: Built) -> None:
    overlays = built.figures(
        "select payee_id, sum(value) from incentives.fct_credits"
        " where measure = 'deals_won' and credit_kind = 'overlay' group by 1"
    )
    own = Counter(deal["sdr_id"] for deal in deals(built) if deal["sdr_id"] == deal["sr_id"])
    assert sum(own.values()) == OWN_DEALS
    assert overlays == {person: SHARE * (count - own[person]) for person, count in built.checks["deals_by_sdr"].items()}


def test_pay_is_that_of_both_plans_deal_by_deal(built: Built) -> None:
    paid = built.figures("select payee_id, period_start, payable from incentives.rpt_statements where payable <> 0")
    assert paid == pay_by_hand(built)
