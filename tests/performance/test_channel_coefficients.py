"""Proposed coefficients and their intervals agree with a second calculation, in plain Python from what each account brought and cost."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from decimal import Decimal
from itertools import product
from math import exp, factorial
from pathlib import Path

from tests.performance.test_kpis_recomputed import warehouse_of

REPLICATES = 399
PLACE = 10
LEAST_ACCOUNTS = 30
FIGURES = "revenue, revenue_costed, margin, activity_cost, payout_cost"

Cell = tuple[str, str, str]
Sums = list[Decimal]


def poisson() -> list[int]:
    """For n from 0 to 6: the part of 16^4 that a Poisson number of mean 1 is at most n."""
    shares = [exp(-1) / factorial(n) for n in range(7)]
    return [round(65536 * sum(shares[: n + 1])) for n in range(7)]


def drawn(account: str, replicate: int) -> int:
    """How often a replicate draws an account: a Poisson number of mean 1, read off a hash."""
    block, place = divmod(replicate - 1, 8)
    digits = hashlib.md5(f"{account}|{block}".encode()).hexdigest()[place * 4 : place * 4 + 4]
    return sum(int(digits, 16) >= bound for bound in poisson())


def rate(sums: Sums) -> Decimal | None:
    revenue, costed, margin, activity, payout = sums
    return margin / costed - (activity + payout) / revenue if revenue > 0 and costed > 0 else None


def levels(cell: Cell) -> set[Cell]:
    given = product((True, False), repeat=3)
    masked = [tuple(part if on else "" for part, on in zip(cell, mask, strict=True)) for mask in given]
    return {(one[0], one[1], one[2]) for one in masked}


def test_proposals_are_the_ratios_of_sums_and_intervals_those_of_accounts_drawn_by_their_hash(demo_build: Path) -> None:
    with warehouse_of(demo_build) as connection:
        rows = connection.execute(
            f"select account_id, channel, region, product_line, {FIGURES} from intermediate.int_channel_accounts_costed"
        ).fetchall()
        found = {
            row[:3]: row[3:]
            for row in connection.execute(
                "select channel, region, product_line, account_count, coefficient_proposed, coefficient_lower,"
                " coefficient_upper, activity_rate, activity_rate_lower, activity_rate_upper from incentives.rpt_channel_coefficients"
            ).fetchall()
        }
    accounts = sorted({row[0] for row in rows})
    times = {account: [1, *(drawn(account, n) for n in range(1, REPLICATES + 1))] for account in accounts}
    sums: dict[Cell, list[Sums]] = defaultdict(lambda: [[Decimal(0)] * 5 for _ in range(REPLICATES + 1)])
    buyers: dict[Cell, set[str]] = defaultdict(set)
    for account, channel, region, line, *figures in rows:
        for cell in levels((channel, region, line)):
            for total, count in zip(sums[cell], times[account], strict=True):
                if count:
                    for place, figure in enumerate(figures):
                        total[place] += figure * count
            if account and figures[0]:
                buyers[cell].add(account)
    company = [rate(total) for total in sums["", "", ""]]
    proposed = 0
    for cell, totals in sums.items():
        ratios = [own / all_ for own, all_ in zip(map(rate, totals), company, strict=True) if own is not None and all_]
        count, coefficient, lower, upper, *activity = found[cell]
        assert count == len(buyers[cell]), cell
        reached = [activity_cost / revenue for revenue, _, _, activity_cost, _ in totals if revenue > 0]
        if count < LEAST_ACCOUNTS or len(reached) <= REPLICATES:
            assert activity[1:] == [None, None], cell
        else:
            spread = sorted(reached[1:])
            for has, want in zip(activity, (reached[0], spread[PLACE - 1], spread[-PLACE]), strict=True):
                assert abs(has - want) <= Decimal("0.000000001"), (cell, has, want)
        if count < LEAST_ACCOUNTS or len(ratios) <= REPLICATES or ratios[0] < 0:
            assert coefficient is None and lower is None and upper is None, cell
            continue
        proposed += 1
        resampled = sorted(ratios[1:])
        wanted = (ratios[0], resampled[PLACE - 1], resampled[-PLACE])
        for has, want in zip((coefficient, lower, upper), wanted, strict=True):
            assert abs(has - want) <= Decimal("0.000001"), (cell, has, want)
        assert lower <= upper
    assert found.keys() == sums.keys()
    assert proposed > 10
    draws = [count for counts in times.values() for count in counts[1:]]
    assert abs(sum(draws) / len(draws) - 1) < 0.01


def test_every_cost_of_the_twelve_months_is_a_channels(demo_build: Path) -> None:
    """Minutes from the landed activities, pay from the lines: what is spread adds up to what there was."""
    with warehouse_of(demo_build) as connection:
        (spread,) = connection.execute(
            "select sum(activity_cost), sum(payout_cost) from intermediate.int_channel_accounts_costed"
        ).fetchall()
        (minutes,) = connection.execute(
            "select sum(duration_minutes * cost_per_minute) from core.fct_activities"
            " left join reference.activity_costs using (kind)"
            " where occurred_on > (select max(as_of_on) - interval 12 month from intermediate.int_run_parameters)"
            " and occurred_on <= (select max(as_of_on) from intermediate.int_run_parameters)"
        ).fetchall()
        (pay,) = connection.execute(
            "select sum(amount_base) from incentives.fct_payout_lines as lines"
            " left join incentives.fct_incentive_events as events using (event_id)"
            " inner join (select distinct payee_id, payee_kind from core.dim_payees) as payees"
            " on lines.payee_id = payees.payee_id"
            " where line_kind not in ('hold', 'release', 'draw', 'draw_recovery') and lines.currency <> 'PTS'"
            " and (payee_kind = 'employee' or order_line_id is not null)"
            " and lines.occurred_on > (select max(as_of_on) - interval 12 month from intermediate.int_run_parameters)"
            " and lines.occurred_on <= (select max(as_of_on) from intermediate.int_run_parameters)"
        ).fetchall()
    assert minutes[0] > 0 < pay[0]
    assert abs(spread[0] - minutes[0]) < 1
    assert abs(spread[1] - pay[0]) < 1
