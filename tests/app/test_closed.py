"""A closed period shows what was posted, whatever is calculated now; and the statement as PDF, in both languages."""

from __future__ import annotations

import io
import shutil
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from pypdf import PdfReader

from app.components.statement_pdf import font, statement_pdf
from app.data.connection import PUBLISHED_VARIABLE
from app.data.marts import Component, Line, Marts, Statement
from app.state.formats import money
from app.state.words import speaking
from tests.app.conftest import Found

POSTED = Decimal("1234.56")
PENDING = Decimal("-20.50")


@pytest.fixture
def closed(published: Path, seller: Found, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Marts:
    """The seller's newest period, closed in all plans, with a line of one component and an adjustment."""
    file = tmp_path / "published.duckdb"
    shutil.copy(published, file)
    of = [seller.viewer_id, seller.component.plan_id, seller.component.component_id]
    when = [seller.period.period, seller.period.period_start]
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            "update incentives.rpt_statements set status = 'closed', payable = ? where payee_id = ?",
            [POSTED + PENDING, seller.viewer_id],
        )
        for number, (kind, amount, told) in enumerate(
            (("earning", POSTED, "As it was posted"), ("adjustment", PENDING, None))
        ):
            connection.execute(
                "insert into incentives.fct_payout_ledger (ledger_line_id, payee_id, plan_id, component_id, period, posted_period_start,"
                " earned_period_start, line_kind, amount, currency, reason, reason_zh, explanation, explanation_zh, event_id, source_file,"
                " source_row) values (?, ?, ?, ?, ?, ?, '2025-01-01', ?, ?, 'CNY', 'It was less then', '当时较少', ?, ?, 'x', 'a.csv', 7)",
                [f"b/{number}", *of, *when, kind, amount, told, told and "入账时如此"],
            )
    monkeypatch.setenv(PUBLISHED_VARIABLE, str(file))
    return Marts()


def shown(marts: Marts, seller: Found) -> tuple[list[Statement], list[tuple[Component, list[Line]]]]:
    period = seller.period
    components = [each for each in marts.components(seller.scope, seller.viewer_id, period) if each.line_count]
    return marts.statements(seller.scope, seller.viewer_id, period), [
        (each, marts.lines(seller.scope, seller.viewer_id, period, each, first_row=0, page_size=1000))
        for each in components
    ]


def test_a_closed_statement_lists_what_was_posted(closed: Marts, seller: Found) -> None:
    _, ((component, lines),) = shown(closed, seller)
    assert (component.component_id, component.amount, component.line_count) == (
        seller.component.component_id,
        POSTED + PENDING,
        2,
    )
    assert sorted((line.line_kind, line.amount, line.explanation, line.explanation_zh) for line in lines) == [
        ("adjustment", PENDING, "It was less then", "当时较少"),
        ("earning", POSTED, "As it was posted", "入账时如此"),
    ]
    assert {(line.source_file, line.source_row) for line in lines} == {("a.csv", 7)}
    # What is no longer calculated so has no steps of today below it.
    assert closed.steps(seller.scope, seller.viewer_id, lines[0]) == []


def test_what_was_posted_is_nobody_else_s_to_see(closed: Marts, seller: Found, dealer: Found) -> None:
    assert closed.lines(dealer.scope, seller.viewer_id, seller.period, seller.component, first_row=0, page_size=9) == []


@pytest.mark.parametrize(("language", "sentence"), [("en", "It was less then"), ("zh", "当时较少")])
def test_the_pdf_of_a_closed_statement_has_what_was_posted(
    closed: Marts, seller: Found, language: str, sentence: str
) -> None:
    text, statements, lines_of = printed(closed, seller, language)
    assert sentence in text
    for amount in (POSTED, PENDING, *(statement.payable for statement in statements)):
        assert money(amount, "CNY") in text
    assert all(line.occurred_on.isoformat() in text for _, lines in lines_of for line in lines)


def test_the_pdf_of_an_estimate_has_every_line_with_its_sentence(marts: Marts, seller: Found) -> None:
    text, statements, lines_of = printed(marts, seller, "en")
    bare = "".join(text.split())
    lines = [line for _, lines in lines_of for line in lines]
    assert len(lines) >= 5 and sum(line.amount for line in lines) == sum(each.payable for each in statements)
    for line in lines:
        assert "".join(line.explanation.split()) in bare
        assert money(line.amount, line.currency).replace(" ", "") in bare


def printed(
    marts: Marts, seller: Found, language: str
) -> tuple[str, list[Statement], list[tuple[Component, list[Line]]]]:
    statements, lines_of = shown(marts, seller)
    found = font()
    assert found and seller.scope.viewer
    with speaking(language):
        content = statement_pdf(seller.scope.viewer, seller.period, marts.as_of, statements, lines_of, found)
    pages = PdfReader(io.BytesIO(content)).pages
    # The reader sees a null beside each letter that is one byte wide.
    return "".join(page.extract_text() for page in pages).replace("\0", ""), statements, lines_of
