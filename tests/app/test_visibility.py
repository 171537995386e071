"""Nobody sees pay that is not his to see: the law, query by query."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.auth.scope import Scope
from app.data.marts import BoardScope, Marts
from app.state.settings import Settings
from tests.app.conftest import Found, ids

HOSTILE = ["' or 1=1 --", "%", ""]


def pay_seen(marts: Marts, scope: Scope, of: Found) -> list[int]:
    """How many rows each query about a person's pay gives a viewer."""
    payee_id, period = of.viewer_id, of.period
    return [
        len(marts.statement_periods(scope, payee_id)),
        len(marts.statements(scope, payee_id, period)),
        len(marts.components(scope, payee_id, period)),
        len(marts.lines(scope, payee_id, period, of.component, first_row=0, page_size=20)),
        len(marts.steps(scope, payee_id, of.line)),
    ]


def test_a_person_sees_the_own_pay(marts: Marts, seller: Found) -> None:
    assert all(pay_seen(marts, seller.scope, seller))


def test_a_seller_sees_nothing_of_another(marts: Marts, seller: Found, dealer: Found) -> None:
    assert [person.payee_id for person in seller.scope.people] == [seller.viewer_id]
    assert not any(pay_seen(marts, seller.scope, dealer))


def test_a_dealer_sees_nothing_of_the_company(marts: Marts, seller: Found, dealer: Found) -> None:
    assert [person.payee_id for person in dealer.scope.people] == [dealer.viewer_id]
    assert not any(pay_seen(marts, dealer.scope, seller))
    assert marts.heatmap_teams(dealer.scope) == []
    period = marts.leaderboard_periods("revenue")[0]
    circle = marts.leaderboard_scopes(dealer.scope, "revenue", period)[0]
    assert marts.leaderboard(dealer.scope, "revenue", circle, period) == []


def test_a_line_is_not_shown_under_another_name(marts: Marts, seller: Found, dealer: Found) -> None:
    assert marts.steps(seller.scope, seller.viewer_id, dealer.line) == []


@pytest.mark.parametrize("viewer_id", HOSTILE)
def test_an_unknown_viewer_sees_nobody(marts: Marts, seller: Found, viewer_id: str) -> None:
    scope = marts.scope(viewer_id)
    assert scope.people == ()
    assert not any(pay_seen(marts, scope, seller))


@pytest.mark.parametrize("payee_id", HOSTILE)
def test_a_hostile_payee_id_finds_nothing(marts: Marts, seller: Found, payee_id: str) -> None:
    assert marts.statement_periods(seller.scope, payee_id) == []
    assert marts.statements(seller.scope, payee_id, seller.period) == []
    assert marts.lines(seller.scope, payee_id, seller.period, seller.component, first_row=0, page_size=20) == []


def test_a_leader_sees_the_teams_below_and_none_above(marts: Marts, leader: Scope, published: Path) -> None:
    below = {team.team_id for team in marts.heatmap_teams(leader)}
    assert all(person.team_id in below for person in leader.people if person.payee_id != leader.viewer_id)
    above = ids(
        published,
        f"select teams.leader_user_id from core.dim_teams as teams inner join core.dim_teams as led"
        f" on led.parent_team_id = teams.team_id where led.leader_user_id = '{leader.viewer_id}'",
    )
    assert above
    for boss in above:
        assert leader.person(boss) is None
        assert marts.statement_periods(leader, boss) == []
        assert marts.scope(boss).person(leader.viewer_id) is not None


def test_the_heatmap_keeps_to_the_people_in_sight(marts: Marts, seller: Found, leader: Scope) -> None:
    weeks = sorted({week for week, _ in marts.heatmap_columns(leader)})[-2:]
    seen = {cell.payee_name for cell in marts.heatmap_cells(leader, ["revenue"], weeks, 1000)}
    assert seen <= {person.payee_name for person in leader.people}
    other = next(person for person in leader.people if person.payee_id != seller.viewer_id)
    assert marts.heatmap_cells(seller.scope, ["revenue"], weeks, 10, payee_id=other.payee_id) == []
    kpi, period, start = marts.heatmap_kpis(leader)[0]
    seen = {cell.payee_name for cell in marts.period_cells(leader, kpi, period, [start], 1000)}
    assert seen <= {person.payee_name for person in leader.people}
    assert marts.period_cells(seller.scope, kpi, period, [start], 10, payee_id=other.payee_id) == []


def company_board(marts: Marts, scope: Scope, board: str) -> list[tuple[str | None, bool, bool]]:
    """(name, value is shown, own) of the company's newest board."""
    period = marts.leaderboard_periods(board)[0]
    circles: list[BoardScope] = marts.leaderboard_scopes(scope, board, period)
    circle = next(circle for circle in circles if circle.scope_kind == "company")
    return [
        (row.subject_name, row.value is not None, row.is_own) for row in marts.leaderboard(scope, board, circle, period)
    ]


def test_others_earnings_are_hidden_and_other_boards_are_not(marts: Marts, seller: Found) -> None:
    assert all(shown for _, shown, _ in company_board(marts, seller.scope, "revenue"))
    earnings = company_board(marts, seller.scope, "earnings")
    assert all(shown == own for _, shown, own in earnings)
    assert sum(own for _, _, own in earnings) <= 1


def test_names_are_hidden_where_the_company_hides_them(
    marts: Marts, seller: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "app.data.marts.settings", lambda: Settings(leaderboard_names="own", leaderboard_earnings="own")
    )
    assert all((name is not None) == own for name, _, own in company_board(marts, seller.scope, "revenue"))
