"""Each planted truth is found again in the files alone, by a plain comparison, and nothing is found where nothing is planted."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import fmean, variance

import pytest

from demo.simulation import simulate
from demo.truths import CATALOGUE
from tests.demo.landed import Files

SEED, TEAMS_BESIDE_IT = 7, ("T11", "T12", "T13")


@dataclass(frozen=True)
class Found:
    """What a comparison gives, on the scale on which its error is even: differences as they are, ratios as logarithms."""

    value: float
    error: float


@dataclass(frozen=True)
class Company:
    """The files, and who plays a part in a truth."""

    files: Files
    cast: dict[str, tuple[str, ...]]


# Newest versions, days of the company, and who may be compared: sellers who were there all the time in one position.
VIEWS = """
create view orders as
select order_id, max_by(account_id, updated_at) as account_id, max_by(opportunity_id, updated_at) as opportunity_id,
    min_by(sales_user_id, updated_at) as user_id, cast(cast(min(ordered_at) as timestamp) + interval 8 hour as date) as ordered_on
from erp_orders
group by order_id having min(ordered_at) >= '2024-12-31T16';
create view settled as
select user_id, any_value(team_id) as team_id, any_value(region) as region
from crm_user_assignments
where role in ('field_sales', 'key_account_manager', 'channel_manager', 'overseas_sales', 'inside_sales')
    and user_id in (select user_id from crm_users where hired_on < '2025-01-01' and terminated_on is null)
group by user_id having count(*) = 1;
create view opportunities as
select opportunity_id, max_by(owner_user_id, updated_at) as user_id, max(closed_at) as closed_at, bool_or(is_won::bool) as is_won
from crm_opportunities
group by opportunity_id having bool_or(is_closed::bool)
"""


@pytest.fixture(scope="module", params=["all", "none"])
def company(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    out = tmp_path_factory.mktemp(f"truths_{request.param}")
    demo = simulate(out, SEED, scale=1, months=18, truths=request.param == "all", say=lambda _: None)
    files = Files(out)
    files.connection.execute(VIEWS)
    yield Company(files, demo.cast)
    files.connection.close()


def _difference(one: list[float], other: list[float]) -> Found:
    """Of two means."""
    error = math.sqrt(variance(one) / len(one) + variance(other) / len(other))
    return Found(fmean(one) - fmean(other), error)


def _shares(hits: int, cases: int, other_hits: int, other_cases: int) -> Found:
    """Difference of two shares."""
    one, other = hits / cases, other_hits / other_cases
    return Found(one - other, math.sqrt(one * (1 - one) / cases + other * (1 - other) / other_cases))


def _counts(after: int, before: int, others_after: int, others_before: int) -> Found:
    """How much more one count grew than another: each counts events that come independently."""
    error = math.sqrt(sum(1 / count for count in (after, before, others_after, others_before)))
    return Found(math.log(after / before) - math.log(others_after / others_before), error)


def visits_raise_the_win_rate(company: Company) -> Found:
    won = dict(
        company.files.rows(
            """
            select
                exists (
                    select 1 from crm_activities as visits
                    where visits.kind = 'visit' and visits.opportunity_id = opportunities.opportunity_id
                        and visits.occurred_at::timestamp < closed_at::timestamp
                ),
                list(is_won::int)
            from opportunities
            group by 1
            """
        )
    )
    return _difference(won[True], won[False])


def conversations_raise_repurchase(company: Company) -> Found:
    orders = dict(
        company.files.rows(
            """
            with
            accounts as (
                select account_id, min_by(owner_user_id, updated_at) as user_id, min(created_at)::timestamp as created_at
                from crm_accounts group by account_id
            ),
            months as (
                select account_id, user_id, unnest(generate_series(date '2025-02-01', date '2026-06-01', interval 1 month)) as month
                from accounts inner join settled using (user_id)
                where created_at < '2025-01-01'
            ),
            talked as (
                select account_id, date_trunc('month', occurred_at::timestamp + interval 8 hour) + interval 1 month as month
                from messaging_interactions group by all
            ),
            ordered as (
                select account_id, user_id, date_trunc('month', ordered_on) as month, count(*) as orders
                from orders where opportunity_id is null group by all
            ),
            together as (
                select talked.month is not null as is_talked_to, coalesce(orders, 0) as orders
                from months
                left join talked using (account_id, month)
                left join ordered using (account_id, user_id, month)
            )
            select is_talked_to, list(orders) from together group by is_talked_to
            """
        )
    )
    parts = [(fmean(orders[talked]), variance(orders[talked]) / len(orders[talked])) for talked in (True, False)]
    return Found(math.log(parts[0][0] / parts[1][0]), math.sqrt(sum(squared / mean**2 for mean, squared in parts)))


def a_policy_lifts_bookings_in_one_region(company: Company) -> Found:
    truth = CATALOGUE["a_policy_lifts_bookings_in_one_region"]
    counts = dict(
        company.files.rows(
            """
            select [(region = $region)::int, (ordered_on >= $since)::int]::varchar, count(*)
            from orders inner join settled using (user_id)
            where opportunity_id is null and user_id not in (select unnest($slump))
            group by all
            """,
            region=truth["region"],
            since=truth["since"],
            slump=list(company.cast["four_sellers_slide_into_a_slump"]),
        )
    )
    return _counts(counts["[1, 1]"], counts["[1, 0]"], counts["[0, 1]"], counts["[0, 0]"])


def four_sellers_slide_into_a_slump(company: Company) -> Found:
    truth = CATALOGUE["four_sellers_slide_into_a_slump"]
    counts = dict(
        company.files.rows(
            """
            select [(user_id in (select unnest($slump)))::int, (day >= $full)::int]::varchar, count(*)
            from (
                select user_id, cast(occurred_at::timestamp + interval 8 hour as date) as day
                from crm_activities where opportunity_id is null
            )
            inner join settled using (user_id)
            where day < $since or day >= $full
            group by all
            """,
            since=truth["since"],
            full=truth["full_since"],
            slump=list(company.cast["four_sellers_slide_into_a_slump"]),
        )
    )
    return _counts(counts["[1, 1]"], counts["[1, 0]"], counts["[0, 1]"], counts["[0, 0]"])


def one_product_line_stops_selling(company: Company) -> Found:
    truth = CATALOGUE["one_product_line_stops_selling"]
    counts = dict(
        company.files.rows(
            """
            select [(product_line = $line)::int, (ordered_on >= $since)::int]::varchar, count(distinct order_line_id)
            from orders
            inner join erp_order_lines using (order_id)
            inner join (select distinct product_id, product_line from erp_products) using (product_id)
            where opportunity_id is null
            group by all
            """,
            line=truth["product_line"],
            since=truth["since"],
        )
    )
    after, before = (counts[f"[1, {since}]"] + counts[f"[0, {since}]"] for since in (1, 0))
    return _counts(counts["[1, 1]"], counts["[1, 0]"], after, before)


def one_territory_is_half_as_rich_as_its_quotas(company: Company) -> Found:
    truth = CATALOGUE["one_territory_is_half_as_rich_as_its_quotas"]
    attained = company.files.rows(
        """
        with
        booked as (
            select user_id, count(*) as booked from orders where ordered_on < '2026-01-01' group by user_id
        ),
        asked as (
            select subject_id as user_id, sum(quota::decimal(18, 2)) as quota
            from plans_quotas where subject_kind = 'payee' and period_start < '2026-01-01' group by subject_id
        )
        select team_id = ?, ln(booked / quota)
        from settled inner join booked using (user_id) inner join asked using (user_id)
        where team_id in (select unnest(?))
        """,
        truth["team"],
        [truth["team"], *TEAMS_BESIDE_IT],
    )
    own, beside = ([value for poor, value in attained if poor is wanted] for wanted in (True, False))
    # Seven people are too few to estimate a spread from: it is that of both groups together.
    spread = (variance(own) * (len(own) - 1) + variance(beside) * (len(beside) - 1)) / (len(own) + len(beside) - 2)
    return Found(fmean(own) - fmean(beside), math.sqrt(spread / len(own) + spread / len(beside)))


def a_dealer_and_a_seller_claim_the_same_accounts(company: Company) -> Found:
    (seller,) = company.cast["a_dealer_and_a_seller_claim_the_same_accounts"]
    (((claimed, both),)) = company.files.rows(
        """
        with
        held as (
            select *, registered_at::timestamp::date as starts_on, expires_on::date as ends_on
            from crm_deal_registrations where status = 'approved'
        ),
        shared as (
            select theirs.dealer_id, count(distinct own.account_id) as accounts
            from held as own
            inner join held as theirs on own.account_id = theirs.account_id
                and own.starts_on <= theirs.ends_on and theirs.starts_on <= own.ends_on
            where own.user_id = $seller and theirs.dealer_id is not null
            group by theirs.dealer_id
        )
        select
            (select count(distinct account_id) from held where user_id = $seller),
            coalesce((select max(accounts) from shared), 0)
        """,
        seller=seller,
    )
    return _shares(both, claimed, 0, 1)


def one_seller_splits_deals_to_stay_under_a_cap(company: Company) -> Found:
    (seller,) = company.cast["one_seller_splits_deals_to_stay_under_a_cap"]
    counts = {
        own: (twice, deals)
        for own, twice, deals in company.files.rows(
            """
            with deals as (
                select user_id, opportunity_id, count(*) as orders from orders
                where opportunity_id is not null and user_id is not null group by all
            )
            select user_id = ?, count(*) filter (orders > 1), count(*) from deals group by 1
            """,
            seller,
        )
    }
    return _shares(*counts[True], *counts[False])


MEASURES: dict[str, Callable[[Company], Found]] = {
    measure.__name__: measure
    for measure in (
        visits_raise_the_win_rate,
        conversations_raise_repurchase,
        a_policy_lifts_bookings_in_one_region,
        four_sellers_slide_into_a_slump,
        one_product_line_stops_selling,
        one_territory_is_half_as_rich_as_its_quotas,
        a_dealer_and_a_seller_claim_the_same_accounts,
        one_seller_splits_deals_to_stay_under_a_cap,
    )
}


def test_every_truth_is_measured() -> None:
    assert list(MEASURES) == list(CATALOGUE)


@pytest.mark.parametrize("truth", CATALOGUE)
def test_what_is_planted_is_found_and_nothing_else(
    truth: str, company: Company, request: pytest.FixtureRequest, record_property: Callable[[str, object], None]
) -> None:
    planted = "all" in request.node.callspec.params.values()
    entry = CATALOGUE[truth]
    # A truth that stands for nothing by 1 is a ratio, and is compared by its logarithm.
    size = math.log(entry["size"]) if entry["without"] == 1 else entry["size"]
    found = MEASURES[truth](company)
    record_property("found", f"{found.value:.3f} ± {found.error:.3f}, planted {size if planted else 0:.3f}")
    assert abs(found.value - (size if planted else 0)) <= 3 * found.error
    if planted:
        assert abs(found.value) > 3 * found.error


def test_split_orders_stay_under_the_limit(company: Company) -> None:
    entry = CATALOGUE["one_seller_splits_deals_to_stay_under_a_cap"]
    (seller,) = company.cast["one_seller_splits_deals_to_stay_under_a_cap"]
    largest = company.files.rows(
        """
        select max(total) from (
            select order_id, sum(net_amount::decimal(18, 2)) as total
            from (select distinct on (order_line_id) * from erp_order_lines order by order_line_id, updated_at)
            group by order_id
        )
        inner join (
            select order_id, count(*) over (partition by opportunity_id) as orders from orders
            where user_id = ? and opportunity_id is not null
        ) using (order_id)
        where orders > 1
        """,
        seller,
    )[0][0]
    assert largest is None or largest <= entry["limit"]
