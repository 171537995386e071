"""A statement as PDF, with the sentence of each line: for the file, the payslip, the dispute."""

import os
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from fpdf import FPDF, FontFace
from fpdf.enums import TableBordersLayout, WrapMode, XPos, YPos

from app.auth.scope import Person
from app.data.marts import Component, Line, Period, Statement
from app.state.formats import money, period_label, signed_money
from app.state.words import language, term, text

# What lies between earned and payable, in the order of the statement.
MOVEMENTS = ("adjustments", "held", "released", "clawed_back", "draw", "recovered", "manual")
FONT_VARIABLE = "INCENTIVES_FONT"
# A font that has Chinese as well: Noto Sans CJK where Debian, Fedora, Arch and macOS (Homebrew) put it.
_FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "~/Library/Fonts/NotoSansCJK-Regular.ttc",
    "~/Library/Fonts/NotoSansCJK.ttc",
)
# Of the faces in that file: Japanese, Korean, simplified Chinese.
_SIMPLIFIED = 2


@cache
def font() -> Path | None:
    """The font to write with: INCENTIVES_FONT, else Noto Sans CJK; None where there is neither."""
    given = os.environ.get(FONT_VARIABLE)
    found = (Path(each).expanduser() for each in ([given] if given else _FONTS))
    return next((path for path in found if path.is_file()), None)


class _Paper(FPDF):
    """A4 with what it is about at the foot of each page."""

    def __init__(self, font_file: Path, foot: str) -> None:
        super().__init__(format="A4")
        self.foot = foot
        self.set_margins(15, 15)
        self.set_auto_page_break(auto=True, margin=18)
        self.add_font("text", "", font_file, collection_font_number=_SIMPLIFIED if font_file.suffix == ".ttc" else 0)
        self.set_font("text", size=9)
        self.add_page()

    def footer(self) -> None:
        """The foot, and the page's number."""
        self.set_y(-13)
        self.set_font_size(7)
        self.set_text_color(110)
        self.cell(0, 5, self.foot)
        self.cell(0, 5, f"{self.page_no()} / {{nb}}", align="R")
        self.set_text_color(0)
        self.set_font_size(9)

    def line_of(self, words: str, size: float = 9, height: float = 5) -> None:
        """A paragraph over the whole width."""
        self.set_font_size(size)
        self.multi_cell(0, height, words, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.set_font_size(9)


def statement_pdf(
    person: Person,
    period: Period,
    as_of: date,
    statements: Sequence[Statement],
    lines_of: Iterable[tuple[Component, Sequence[Line]]],
    font_file: Path,
) -> bytes:
    """The statements of a person in a period, in the language at the screen, with all their lines."""
    label = period_label(period.period, period.period_start)
    paper = _Paper(font_file, " · ".join((text("statement.title"), person.payee_name, label)))
    paper.set_title(f"{person.payee_name} {label}")
    paper.set_lang("zh-CN" if language() == "zh" else "en")
    paper.line_of(text("pdf.title", period=label), size=16, height=9)
    paper.line_of(" · ".join(part for part in (person.payee_name, person.payee_id, person.team_name) if part), size=11)
    is_closed = all(statement.status == "closed" for statement in statements)
    paper.line_of(text("pdf.closed" if is_closed else "pdf.estimate", as_of=as_of.isoformat()))
    for statement in statements:
        paper.ln(3)
        _statement(paper, statement)
    for component, lines in lines_of:
        if lines:
            paper.ln(3)
            _lines(paper, component, lines)
    return bytes(paper.output())


def _statement(paper: _Paper, statement: Statement) -> None:
    """How earned becomes payable."""
    paper.line_of(statement.plan_name, size=12, height=7)
    earned = text("figure.earned_final" if statement.status == "closed" else "figure.earned")
    rows = [(earned, money(statement.earned, statement.currency))]
    for column in MOVEMENTS:
        amount: Decimal = getattr(statement, column)
        if amount:
            rows.append((text(f"movement.{column}"), signed_money(amount, statement.currency)))
    rows.append((text("pdf.payable"), money(statement.payable, statement.currency)))
    with paper.table(
        width=110, col_widths=(3, 2), text_align=("LEFT", "RIGHT"), align="LEFT", first_row_as_headings=False,
        borders_layout=TableBordersLayout.HORIZONTAL_LINES, line_height=6,
    ) as table:  # fmt: skip
        for row in rows:
            table.row(row)


def _wrapping() -> WrapMode:
    """Chinese breaks between any two characters."""
    return WrapMode.CHAR if language() == "zh" else WrapMode.WORD


def _lines(paper: _Paper, component: Component, lines: Sequence[Line]) -> None:
    """The lines of a component: day, kind, order, amount, and how it came about."""
    paper.line_of(component.component_name, size=12, height=7)
    plain = FontFace(size_pt=8)
    with paper.table(
        col_widths=(17, 16, 25, 90, 27), text_align=("LEFT", "LEFT", "LEFT", "LEFT", "RIGHT"), line_height=4.2,
        borders_layout=TableBordersLayout.HORIZONTAL_LINES, headings_style=plain, padding=0.6, wrapmode=_wrapping(),
    ) as table:  # fmt: skip
        heads = ("pdf.day", "pdf.kind", "pdf.deal", "pdf.sentence", "pdf.amount")
        table.row([text(head) for head in heads], style=plain)
        for line in lines:
            table.row(
                (
                    line.occurred_on.isoformat(),
                    term("line_kind", line.line_kind),
                    line.order_id or line.opportunity_id or line.source_key or "",
                    (line.explanation_zh if language() == "zh" else line.explanation) or "",
                    money(line.amount, line.currency),
                ),
                style=plain,
            )
