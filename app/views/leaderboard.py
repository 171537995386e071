"""Leaderboard: one's own place and what separates it from the one above, then everybody."""

from collections.abc import Sequence
from datetime import date

import streamlit as st

from app.auth.scope import Scope
from app.auth.viewer import looking
from app.components.cards import empty_card, shielded
from app.components.choice import choose
from app.components.figures import Figure, figure_line
from app.components.periods import pick_kind, pick_period
from app.components.ranking import board_value, gap_value, neighbours, own_sentence, ranking_bars, trend_line
from app.data.marts import BoardRow, BoardScope, Marts, Period
from app.data.reference import board_kpi, board_periods, boards, kpi_name, less_is_better
from app.state.formats import period_label
from app.state.words import language, term, text

FIRST_BOARD = "attainment"
PAGE_SIZE = 20
# How many periods the trend goes back, the chosen one included.
TREND = 8


def page() -> None:
    """One board: figures, neighbours and trend of the viewer, then a page of all places."""
    marts, scope = looking()
    st.title(text("leaderboard.title"), anchor=False)
    if scope.viewer is None or scope.is_dealer:
        empty_card(text("leaderboard.not_for_dealers" if scope.is_dealer else "statement.unknown_viewer"))
        return
    board = choose(text("board.label"), boards(), board_name, key="board", index=boards().index(FIRST_BOARD))
    periods = marts.leaderboard_periods(board)
    if not periods:
        empty_card(text("leaderboard.nothing"))
        return
    kinds = [kind for kind in board_periods(board) if any(each.period == kind for each in periods)]
    kind = pick_kind(kinds, kinds[0], key=f"leaderboard_kind {len(kinds)}")
    periods = [each for each in periods if each.period == kind]
    left, right = st.columns(2)
    with left:
        period = pick_period(periods, key=f"leaderboard_period {board} {kind}")
    circles = marts.leaderboard_scopes(scope, board, period)
    with right:
        circle = pick_circle(marts, scope, circles)
    rows = marts.leaderboard(scope, board, circle, period)
    if not rows:
        empty_card(text("leaderboard.nothing"))
        return
    earlier = [each.period_start for each in periods if each.period_start <= period.period_start]
    draw_own(marts, scope, board, circle, period, rows, earlier[:TREND][-1])
    draw_all(rows, board, marts.base_currency, f"{board} {period} {circle.scope_kind} {circle.scope_id}")


def board_name(board: str) -> str:
    """The name of the board's KPI."""
    return kpi_name(board_kpi(board), language())


def pick_circle(marts: Marts, scope: Scope, circles: Sequence[BoardScope]) -> BoardScope:
    """Company, region or team; at first the team led, else the viewer's own, else the company, and none of one person."""
    led = {team.team_id for team in marts.heatmap_teams(scope)[:1]}
    first = min(
        circles,
        key=lambda circle: (
            circle.subject_count < 2,
            circle.scope_kind != "team" or circle.scope_id not in led,
            not circle.is_own,
            not circle.is_own and circle.scope_kind != "company",
            circle.subject_count,
        ),
    )
    return choose(text("circle.label"), circles, circle_name, index=circles.index(first))


def circle_name(circle: BoardScope) -> str:
    """`Company · 61`, `Region East China · 17`, `Team North · 8`."""
    kind = term("circle", circle.scope_kind)
    name = kind if circle.scope_kind == "company" else f"{kind} {circle.scope_name}"
    return text("circle.name", name=name, count=circle.subject_count)


def draw_own(
    marts: Marts,
    scope: Scope,
    board: str,
    circle: BoardScope,
    period: Period,
    rows: Sequence[BoardRow],
    trend_start: date,
) -> None:
    """The viewer's place, trend since trend_start and neighbours; for who is not on the board, who leads it."""
    own = next((row for row in rows if row.is_own), None)
    currency = marts.base_currency
    if own is None:
        first, last = rows[0], rows[-1]
        figure_line(
            [
                Figure(text("leaderboard.people"), str(len(rows))),
                Figure(
                    text("leaderboard.first"),
                    board_value(board, first.value, currency),
                    first.subject_name or text("board.no_name"),
                ),
                Figure(
                    text("leaderboard.last"),
                    board_value(board, last.value, currency),
                    last.subject_name or text("board.no_name"),
                ),
            ]
        )
        st.caption(text("leaderboard.not_on_board"))
        return
    before = text("leaderboard.place_before", place=own.place_before) if own.place_before else text("board.new")
    figure_line(
        [
            Figure(text("leaderboard.place"), text("leaderboard.place_of", place=own.place, count=len(rows)), before),
            Figure(board_name(board), board_value(board, own.value, currency)),
            Figure(
                text("leaderboard.gap"),
                gap_value(board, own.gap_to_place_above, currency),
                own_sentence(rows, board, currency),
            ),
        ]
    )
    standings = marts.own_standings(scope, board, circle, period, trend_start)
    if len(standings) > 1:
        st.subheader(text("leaderboard.trend"), anchor=False)
        labels = [period_label(period.period, standing.period_start) for standing in standings]
        trend_line(labels, [standing.place for standing in standings], key="trend")
    if rows.index(own) >= PAGE_SIZE // 2:
        st.subheader(text("leaderboard.neighbours"), anchor=False)
        ranking_bars(neighbours(rows), board, currency, key="neighbours")


def draw_all(rows: Sequence[BoardRow], board: str, currency: str, key: str) -> None:
    """All places, a page at a time."""
    st.subheader(text("leaderboard.all"), anchor=False)
    pages = -(-len(rows) // PAGE_SIZE)
    page_key = f"places {key}"
    first = (int(st.session_state.get(page_key, 1)) - 1) * PAGE_SIZE if pages > 1 else 0
    longest = max((row.value for row in rows if row.value is not None), default=None)
    ranking_bars(rows[first : first + PAGE_SIZE], board, currency, key="places", longest=longest)
    if pages > 1:
        st.pagination(pages, key=page_key, max_visible_pages=5)
    if less_is_better(board_kpi(board)):
        st.caption(text("leaderboard.less_is_better"))
    if any(row.value is None for row in rows):
        st.caption(text("leaderboard.values_hidden"))
    st.caption(text("leaderboard.movement"))


if __name__ == "__main__":
    shielded(page)
