"""The published file the app is tried on, and people of it in the parts the tests need."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app.auth.scope import Scope
from app.data.connection import PUBLISHED_VARIABLE
from app.data.marts import Component, Line, Marts, Period

MAIN = Path(__file__).parents[2] / "app" / "main.py"


@pytest.fixture(scope="session")
def published(request: pytest.FixtureRequest) -> Path:
    """INCENTIVES_TEST_PUBLISHED, else the build of the simulated company."""
    given = os.environ.get("INCENTIVES_TEST_PUBLISHED")
    return Path(given) if given else request.getfixturevalue("demo_build") / "published.duckdb"


@pytest.fixture(autouse=True)
def _reads_it(published: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv(PUBLISHED_VARIABLE, str(published))
    yield
    st.session_state.clear()


@dataclass(frozen=True)
class Found:
    """A viewer with a statement: its period, components, and a line with an event."""

    scope: Scope
    period: Period
    components: list[Component]
    component: Component
    line: Line

    @property
    def viewer_id(self) -> str:
        return self.scope.viewer_id


def find(marts: Marts, payee_ids: Iterable[str], wanted: Callable[[Scope, list[Component]], bool]) -> Found:
    """The first of these people whose newest statement is as wanted, with a line that has an event."""
    for payee_id in payee_ids:
        scope = marts.scope(payee_id)
        for period in marts.statement_periods(scope, payee_id)[:1]:
            components = marts.components(scope, payee_id, period)
            if not wanted(scope, components):
                continue
            for component in sorted(components, key=lambda component: component.next_tier_from is None):
                lines = marts.lines(scope, payee_id, period, component, first_row=0, page_size=50)
                line = next((line for line in lines if line.event_id), None)
                if line:
                    return Found(scope, period, components, component, line)
    raise LookupError("the company has nobody of this part")


def ids(published: Path, query: str) -> list[str]:
    """First column of a query on the published file."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{published}' as published (read_only)")
        connection.execute("use published")
        return [str(row[0]) for row in connection.execute(query).fetchall()]


@pytest.fixture(scope="session")
def marts(published: Path) -> Marts:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PUBLISHED_VARIABLE, str(published))
        return Marts()


@pytest.fixture(scope="session")
def seller(marts: Marts, published: Path) -> Found:
    """Sees nobody else, and has a next tier to reach that pays."""
    climbing = ids(
        published,
        "select payee_id from incentives.rpt_attainment"
        " where tier_key = 'attainment' and quota > 0 and reward_at_next_tier > 0"
        " order by period_start desc, payee_id",
    )
    return find(
        marts,
        climbing,
        lambda scope, components: (
            not scope.is_dealer
            and not scope.leads_people
            and any(each.tier_key == "attainment" and each.quota and each.reward_at_next_tier for each in components)
        ),
    )


@pytest.fixture(scope="session")
def dealer(marts: Marts) -> Found:
    dealers = [person.payee_id for person in marts.people() if person.payee_kind == "dealer"]
    return find(marts, dealers, lambda scope, components: scope.is_dealer)


@pytest.fixture(scope="session")
def leader(marts: Marts, published: Path) -> Scope:
    """Leads a team whose people are paid, and is led in turn."""
    leaders = ids(
        published,
        "select leader_user_id from core.dim_teams where leader_user_id is not null order by depth desc, team_id",
    )
    return next(
        scope
        for scope in map(marts.scope, leaders)
        if any(marts.statement_periods(scope, person.payee_id) for person in scope.people[1:])
    )


@pytest.fixture
def open_app() -> Callable[..., AppTest]:
    """Opens the app as somebody, in a language, on a page."""

    def opened(viewer_id: str, language: str = "en", page: str = "", **state: object) -> AppTest:
        app = AppTest.from_file(str(MAIN), default_timeout=60)
        for key, value in {"viewer_id": viewer_id, **state}.items():
            app.session_state[key] = value
        app.query_params["language"] = language
        app.run()
        return app.switch_page(f"views/{page}.py").run() if page else app

    return opened


def said(app: AppTest) -> str:
    """Everything a page says in words, in one text."""
    parts = [
        str(each.value)
        for kind in (app.title, app.subheader, app.markdown, app.caption, app.code, app.error)
        for each in kind
    ]
    parts += [f"{metric.label} {metric.value}" for metric in app.metric]
    parts += [expander.label for expander in app.expander]
    return "\n".join(parts).replace("\\", "")
