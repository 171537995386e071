"""The pages as Streamlit runs them, without a browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.auth.scope import Scope
from app.data.connection import PUBLISHED_VARIABLE
from app.data.marts import Marts
from app.data.reference import board_kpi, boards, kpi_name, kpi_order
from app.state.formats import money
from tests.app.conftest import Found, said

PAGES = ("statement", "leaderboard", "heatmap")
TITLES = {
    "en": dict(zip(PAGES, ("My statement", "Leaderboard", "Heatmap"), strict=True)),
    "zh": dict(zip(PAGES, ("我的对账单", "排行榜", "热力图"), strict=True)),
}
Open = Callable[..., AppTest]


@pytest.mark.parametrize("language", TITLES)
def test_every_page_opens_for_seller_leader_and_dealer(
    open_app: Open, seller: Found, leader: Scope, dealer: Found, language: str
) -> None:
    for viewer_id in (seller.viewer_id, leader.viewer_id, dealer.viewer_id):
        app = open_app(viewer_id, language)
        for page, title in TITLES[language].items():
            if page != "statement":
                app.switch_page(f"views/{page}.py").run()
            assert [each.value for each in app.title] == [title]
            assert not app.exception and not app.error


def test_the_statement_begins_with_its_figures(open_app: Open, seller: Found, marts: Marts) -> None:
    app = open_app(seller.viewer_id)
    labels = [metric.label for metric in app.metric]
    assert labels == ["Attainment", "Earned so far", "Expected payment", "To the next tier"]
    statements = marts.statements(seller.scope, seller.viewer_id, seller.period)
    assert app.metric[1].value == money(sum(each.earned for each in statements), statements[0].currency)


def test_a_line_opens_down_to_its_raw_file_and_row(open_app: Open, seller: Found) -> None:
    app = open_app(seller.viewer_id)
    app.session_state["statement_period"] = seller.period
    choice = next(box for box in app.selectbox if box.label == "Lines of")
    choice.set_value((seller.component.plan_id, seller.component.component_id)).run()
    app.session_state[f"line {seller.line.payout_line_id}"] = True
    app.run()
    assert f"file {seller.line.source_file}\nrow  {seller.line.source_row}" in app.code[0].value
    assert seller.line.explanation in said(app)
    assert "1. " in said(app)


def test_search_that_finds_nothing_says_so(open_app: Open, seller: Found) -> None:
    app = open_app(seller.viewer_id)
    app.text_input[0].set_value("no such *order*").run()
    assert "No line has “no such *order*”." in said(app)


def test_search_keeps_the_lines_of_an_order(open_app: Open, seller: Found) -> None:
    app = open_app(seller.viewer_id)
    wanted = seller.line.order_id or seller.line.opportunity_id or ""
    next(box for box in app.selectbox if box.label == "Lines of").set_value(
        (seller.component.plan_id, seller.component.component_id)
    ).run()
    app.text_input[0].set_value(wanted).run()
    lines = [each.label for each in app.expander if "·" in each.label]
    assert lines and all(wanted in line for line in lines)


def test_a_link_cannot_ask_for_another_viewer_or_payee(open_app: Open, seller: Found, dealer: Found) -> None:
    app = AppTest.from_file(str(Path(__file__).parents[2] / "app" / "main.py"), default_timeout=60)
    app.session_state["viewer_id"] = seller.viewer_id
    for name in ("viewer", "viewer_id", "payee", "payee_id", "statement_person"):
        app.query_params[name] = dealer.viewer_id
    app.query_params["language"] = "en"
    app.run()
    assert said(app) == said(open_app(seller.viewer_id))


def test_a_forged_choice_falls_back_to_ones_own_statement(open_app: Open, leader: Scope, dealer: Found) -> None:
    app = open_app(leader.viewer_id, statement_person=dealer.scope.viewer)
    assert not app.exception and not app.error
    assert said(app) == said(open_app(leader.viewer_id))


def test_an_unknown_viewer_becomes_somebody_known(open_app: Open, marts: Marts) -> None:
    app = open_app("' or 1=1 --")
    assert app.session_state["viewer_id"] in {person.payee_id for person in marts.people()}
    assert not app.error


def test_a_leader_chooses_among_own_people_only(open_app: Open, leader: Scope) -> None:
    app = open_app(leader.viewer_id)
    people = next(box for box in app.selectbox if box.label == "Whose statement")
    assert len(people.options) == len(leader.people)


def test_a_dealer_has_the_statement_and_no_boards(open_app: Open, dealer: Found) -> None:
    assert [metric.label for metric in open_app(dealer.viewer_id).metric][1:] == [
        "Earned so far",
        "Expected payment",
        "To the next tier",
    ]
    for page in ("leaderboard", "heatmap"):
        app = open_app(dealer.viewer_id, page=page)
        assert not app.metric and "company's own people" in said(app)


@pytest.mark.parametrize("language", TITLES)
def test_boards_are_named_as_the_company_names_its_kpis(open_app: Open, leader: Scope, language: str) -> None:
    app = open_app(leader.viewer_id, language, page="leaderboard")
    assert app.selectbox(key="board").options == [kpi_name(board_kpi(board), language) for board in boards()]


def test_every_board_opens(open_app: Open, leader: Scope) -> None:
    app = open_app(leader.viewer_id, page="leaderboard")
    for board in boards():
        app.selectbox(key="board").set_value(board).run()
        assert not app.exception and not app.error
        assert app.metric, f"{board} has no figures"


def test_a_board_opens_for_every_kind_of_period(open_app: Open, leader: Scope) -> None:
    app = open_app(leader.viewer_id, page="leaderboard", board="revenue")
    for kind, sign in (("week", "-W"), ("month", "2026-"), ("quarter", " Q")):
        app.button_group(key="leaderboard_kind 3").set_value(kind).run()
        assert not app.exception and not app.error
        assert app.metric and sign in next(box for box in app.selectbox if box.label == "Period").options[0]


def test_places_of_a_board_go_by_what_is_better(marts: Marts, leader: Scope) -> None:
    for board, is_less_better in (("collection_days", True), ("gross_margin_rate", False)):
        period = next(each for each in marts.leaderboard_periods(board) if each.period == "quarter")
        circle = next(each for each in marts.leaderboard_scopes(leader, board, period) if each.scope_kind == "company")
        rows = marts.leaderboard(leader, board, circle, period)
        values = [row.value for row in rows if row.value is not None]
        assert len(set(values)) > 1
        assert values == sorted(values, reverse=not is_less_better)
        ahead = [row for row in rows if row.gap_to_place_above is not None]
        assert ahead and all(row.gap_to_place_above > 0 for row in ahead if row.gap_to_place_above is not None)


def test_the_heatmap_shows_every_figure(open_app: Open, leader: Scope, marts: Marts) -> None:
    app = open_app(leader.viewer_id, page="heatmap")
    seen = {kpi for _, kpi in marts.heatmap_columns(leader)} | {kpi for kpi, _, _ in marts.heatmap_kpis(leader)}
    kpis = [kpi for kpi in kpi_order() if kpi in seen]
    assert {"quota_attainment", "pipeline_coverage", "win_rate"} <= seen
    assert app.selectbox(key="heatmap_kpi").options == [kpi_name(kpi, "en") for kpi in kpis]
    for kpi in kpis:
        app.selectbox(key="heatmap_kpi").set_value(kpi).run()
        assert not app.exception and not app.error
        assert "Figures of" in said(app), f"{kpi} has no map"


def test_the_heatmap_goes_by_week_month_and_quarter(open_app: Open, leader: Scope) -> None:
    app = open_app(leader.viewer_id, page="heatmap")
    app.selectbox(key="heatmap_kpi").set_value("win_rate").run()
    for kind, sign in (("month", "Figures of 2026-"), ("quarter", "Figures of 2026 Q"), ("week", "Figures of W")):
        app.button_group(key="heatmap_kind win_rate").set_value(kind).run()
        assert not app.exception and not app.error
        assert sign in said(app)


def test_the_choice_of_language_holds_on_the_next_page(open_app: Open, seller: Found) -> None:
    app = open_app(seller.viewer_id)
    app.sidebar.button_group[0].set_value("zh").run()
    assert app.title[0].value == "我的对账单"
    assert app.switch_page("views/leaderboard.py").run().title[0].value == "排行榜"


def test_before_the_first_publication_it_says_how_to_begin(
    open_app: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(PUBLISHED_VARIABLE, str(tmp_path / "nothing.duckdb"))
    app = AppTest.from_file(str(Path(__file__).parents[2] / "app" / "main.py"), default_timeout=60)
    app.query_params["language"] = "en"
    app.run()
    assert app.title[0].value == "Nothing published yet"
    assert "make demo" in app.code[0].value


@pytest.mark.parametrize("method", ["statements", "lines"])
def test_what_goes_wrong_is_a_sentence_and_no_traceback(
    open_app: Open, seller: Found, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(Marts, method, fails)
    app = open_app(seller.viewer_id)
    assert not app.exception
    assert "could not be shown" in app.error[0].value
    assert "secret detail" not in said(app)
