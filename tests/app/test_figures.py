"""The line of figures and the component cards: each case says what it is."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
import streamlit as st

from app.components.choice import choose
from app.components.component_card import current_tier, prospect, so_far, tier_words, way_to_next_tier
from app.components.heat import ATTAINMENT_BOUNDS, fitted, step_of
from app.components.ranking import board_value, gap_value, movement, neighbours
from app.data.marts import BoardRow, Component, Statement, Tier
from app.state.formats import money, plain
from app.views.statement import advances_of, figures

ZERO = Decimal(0)
TIERED = Component(
    component_id="c",
    plan_id="p",
    component_name="Commission",
    method="marginal",
    measure="revenue_booked",
    tier_key="attainment",
    actual=Decimal("80"),
    quota=Decimal("100"),
    attainment=Decimal("0.8"),
    rate=Decimal("0.05"),
    next_tier_from=Decimal("1"),
    gap_to_next_tier=Decimal("20"),
    reward_at_next_tier=Decimal("1.5"),
    currency="CNY",
    cap_per_period=None,
    floor_per_period=None,
    amount=Decimal("4"),
    line_count=1,
)
TIERS = [Tier("c", ZERO, Decimal("0.05"), None), Tier("c", Decimal(1), Decimal("0.075"), None)]
FLAT = replace(
    TIERED,
    method="flat",
    tier_key="amount",
    attainment=None,
    quota=None,
    next_tier_from=None,
    gap_to_next_tier=None,
    reward_at_next_tier=None,
)
UNQUOTED = replace(
    TIERED, quota=None, attainment=None, rate=None, next_tier_from=None, gap_to_next_tier=None, reward_at_next_tier=None
)
STATEMENT = Statement("p", "Plan", "estimate", Decimal(4), *[ZERO] * 7, Decimal(4), "CNY", 0, ZERO)


@pytest.fixture(autouse=True)
def _english() -> None:
    st.session_state["language"] = "en"


def shown(component: Component, *, is_over: bool = False, statements: list[Statement] | None = None) -> list[str]:
    line = figures(statements or [STATEMENT], [component], TIERS, is_over=is_over)
    return [f"{figure.label}: {figure.value} {figure.below}".strip() for figure in line]


def test_a_tiered_statement_says_all_four() -> None:
    assert shown(TIERED) == [
        "Attainment: 80% CNY 80 of CNY 100",
        "Earned so far: CNY 4.00",
        "Expected payment: CNY 4.00",
        "To the next tier: CNY 20 Revenue booked up to 100%: +CNY 1.50",
    ]


def test_a_bound_that_pays_nothing_itself_says_what_follows() -> None:
    assert (
        shown(replace(TIERED, reward_at_next_tier=ZERO))[3]
        == "To the next tier: CNY 20 Revenue booked up to 100%, then 7.5%"
    )


def test_without_a_quota_attainment_is_unknown() -> None:
    assert shown(UNQUOTED)[0] == "Attainment: unknown no quota is set"
    assert shown(UNQUOTED)[3] == "To the next tier: unknown no quota is set"
    assert "unknown" in prospect(UNQUOTED, TIERS, is_over=False)


def test_a_flat_component_has_no_next_tier() -> None:
    assert shown(FLAT)[0] == "Revenue booked: CNY 80 this plan has no quota"
    assert shown(FLAT)[3] == "To the next tier: – no higher tier"
    assert (
        prospect(FLAT, TIERS[:1], is_over=False)
        == "Pays **5%** from the first one on. There is no higher tier to reach."
    )


def test_where_each_event_goes_by_its_own_size_no_tier_is_waited_for() -> None:
    alone = replace(FLAT, method="marginal", accumulate="event", rate=None)
    assert "its own size" in prospect(alone, TIERS, is_over=False)
    assert "No tier is reached" in prospect(replace(alone, accumulate="period"), TIERS, is_over=False)


def test_a_period_that_is_over_promises_nothing() -> None:
    assert shown(TIERED, is_over=True)[3] == "To the next tier: – the period is over"
    assert plain("CNY 20.00") in prospect(TIERED, TIERS, is_over=True)
    assert "more pay" not in prospect(TIERED, TIERS, is_over=True)


def test_the_highest_tier_is_said() -> None:
    top = replace(TIERED, next_tier_from=None, gap_to_next_tier=None, reward_at_next_tier=None)
    assert "highest tier is reached" in prospect(top, TIERS, is_over=False)
    assert current_tier(top, TIERS) == TIERS[1]
    assert current_tier(TIERED, TIERS) == TIERS[0]


def test_unlike_currencies_are_not_added() -> None:
    all_three = [replace(STATEMENT, currency=each, earned=Decimal(7)) for each in ("PTS", "CNY", "USD")]
    line = figures(all_three, [TIERED], TIERS, is_over=False)[1]
    # a metric has room for one amount; points are no money and come last
    assert (line.value, line.below) == ("CNY 7.00", "+ USD 7.00 + PTS 7")


def test_a_contest_names_places_and_a_scorecard_parts_of_the_target() -> None:
    contest = replace(FLAT, method="rank", tier_key="rank", rate=None, explanation="place 1", explanation_zh="第 1 名")
    prize = Tier("c", Decimal(1), None, Decimal(6000))
    assert tier_words(prize, contest) == f"place 1: {plain('CNY 6,000.00')}"
    assert prospect(contest, [prize], is_over=False) == "place 1"
    assert current_tier(contest, [prize]) is None
    scored = replace(contest, method="scorecard", tier_key="score", rate=Decimal("0.8"))
    steps = [Tier("c", Decimal("0.9"), Decimal("0.8"), None), Tier("c", Decimal("1.1"), Decimal(1), None)]
    assert tier_words(steps[0], scored) == f"from {plain('0.9')}: 80% of the target"
    assert current_tier(scored, steps) == steps[0]
    goals = replace(FLAT, method="milestones", rate=None, actual=Decimal(80), explanation="two milestones")
    passed = [Tier("c", Decimal(each), None, Decimal(5)) for each in (10, 80, 90)]
    assert tier_words(passed[0], goals) == f"from {plain('CNY 10.00')}: {plain('CNY 5.00')}"
    assert current_tier(goals, passed) == passed[1]


def test_draws_of_a_plan_can_be_read_line_by_line() -> None:
    advanced = replace(STATEMENT, draw=Decimal(3), manual=Decimal(4), plan_line_count=2, plan_line_amount=Decimal(2))
    draws = advances_of(advanced)
    assert (draws.component_id, draws.plan_id, draws.amount, draws.line_count) == ("", "p", Decimal(2), 2)
    assert draws.component_name == "Plan: draws, by hand"


def test_a_closed_statement_is_a_payment() -> None:
    closed = [replace(STATEMENT, status="closed", held=Decimal(-1), payable=Decimal(3))]
    assert shown(TIERED, is_over=True, statements=closed)[1:3] == ["Earned: CNY 4.00", "Payment: CNY 3.00"]


def test_so_far_names_measure_and_quota() -> None:
    assert so_far(TIERED) == "Revenue booked: CNY 80.00, 80% of the quota of CNY 100.00"
    assert so_far(FLAT) == "Revenue booked: CNY 80.00"


def test_the_way_to_the_next_tier_is_a_share() -> None:
    assert way_to_next_tier(TIERED) == pytest.approx(0.8)
    assert way_to_next_tier(replace(TIERED, attainment=Decimal("-0.5"))) == 0


def test_text_of_the_data_is_shown_and_not_obeyed() -> None:
    assert plain("*a* [b](c) $x$ :red[d]") == r"\*a\* \[b\]\(c\) \$x\$ \:red\[d\]"
    assert fitted("<b>x</b>") == "&lt;b&gt;x&lt;/b&gt;"


def test_long_names_keep_to_two_short_lines() -> None:
    for name in ("Maximiliane von Hohenzollern-Sigmaringen zu Wied", "欧阳司马诸葛上官夏侯东方皇甫尉迟公孙", "x" * 80):
        first, _, second = fitted(name).partition("<br>")
        assert len(first) <= 13 and len(second) <= 13


def test_attainment_on_target_is_the_neutral_step() -> None:
    assert [step_of(Decimal(value), ATTAINMENT_BOUNDS) for value in ("0.2", "1", "2")] == [0, 3, 6]


def row(place: int, before: int | None = None, *, is_own: bool = False) -> BoardRow:
    return BoardRow(place, before, is_own, f"P{place}", Decimal(100 - place), None, Decimal(1))


def test_movement_is_signed_and_newcomers_are_new() -> None:
    assert [movement(row(3, before)) for before in (5, 1, 3, None)] == ["▲2", "▼2", "=", "new"]


def test_a_board_speaks_in_the_unit_of_its_kpi() -> None:
    values = {
        "attainment": "0.8765",
        "earnings": "12345",
        "collection_days": "41.26",
        "follow_up_hours": "7",
        "satisfaction": "4.25",
    }
    shown = {board: board_value(board, Decimal(value), "CNY") for board, value in values.items()}
    assert list(shown.values()) == ["87.7%", "CNY 12.3k", "41.3 days", "7 h", "4.3"]
    assert gap_value("win_rate", Decimal("0.0512"), "CNY") == "5.1 points"
    assert gap_value("collection_days", Decimal("2.5"), "CNY") == "2.5 days"
    assert gap_value("earnings", None, "CNY") == board_value("earnings", None, "CNY") == "–"


def test_neighbours_are_two_on_either_side() -> None:
    rows = [row(place, is_own=place == 5) for place in range(1, 10)]
    assert [each.place for each in neighbours(rows)] == [3, 4, 5, 6, 7]
    assert neighbours([row(1)]) == []


def test_namesakes_can_be_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    words: list[str] = []

    def drawn(label: str, options: list[str], **values: object) -> str:
        describe = values["format_func"]
        assert callable(describe)
        words.extend(describe(option) for option in options)
        return options[1]

    monkeypatch.setattr(st, "selectbox", drawn)
    assert choose("Who", ["a", "b"], lambda _: "Wang Fang") == "b"
    assert words == ["Wang Fang", "Wang Fang (2)"]


def test_a_minus_stands_before_the_currency() -> None:
    assert [money(Decimal(amount), "CNY") for amount in ("-1984.85", "-0.004", "3")] == [
        "−CNY 1,984.85",
        "CNY 0.00",
        "CNY 3.00",
    ]
