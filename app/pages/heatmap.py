"""Weekly heatmap: a team's people by week in one figure, or one person's figures by week."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import streamlit as st

from app.auth.scope import Scope
from app.auth.viewer import looking
from app.components.cards import empty_card, shielded
from app.components.figures import Figure, figure_line
from app.components.heat import ATTAINMENT_BOUNDS, SCORE_BOUNDS, Box, heat_map
from app.data.marts import Cell, Marts
from app.data.reference import kpi_name, kpi_order, kpi_unit
from app.state.formats import kpi_value, percent, period_label
from app.state.words import language, text

# As many columns as have room beside a name on a phone; rows that one can take in.
COLUMNS = 6
PEOPLE = 25
ATTAINMENT = "quota_attainment"


@dataclass(frozen=True)
class Subject:
    """What the map is of: a team with those below it, or one person."""

    team_id: str
    payee_id: str
    name: str


def page() -> None:
    """The map of what the viewer chooses among the people in sight."""
    marts, scope = looking()
    st.title(text("heatmap.title"), anchor=False)
    if scope.viewer is None or scope.is_dealer:
        empty_card(text("heatmap.not_for_dealers" if scope.is_dealer else "statement.unknown_viewer"))
        return
    subject = pick_subject(marts, scope)
    if subject.payee_id:
        draw_person(marts, scope, subject)
    else:
        draw_team(marts, scope, subject)


def pick_subject(marts: Marts, scope: Scope) -> Subject:
    """Teams from the top down, then people; who leads nobody sees himself."""
    teams = [Subject(team.team_id, "", team.team_name) for team in marts.heatmap_teams(scope)]
    people = [
        Subject("", person.payee_id, person.payee_name) for person in scope.people if person.payee_kind == "employee"
    ]
    choices = [*teams, *people]
    if len(choices) == 1:
        return choices[0]
    return st.selectbox(
        text("heatmap.subject"), choices, format_func=lambda subject: subject.name, key="heatmap_subject"
    )


def draw_team(marts: Marts, scope: Scope, subject: Subject) -> None:
    """People down, weeks across, one figure."""
    columns = marts.heatmap_columns(scope)
    quarters = attainment_quarters(marts, scope)
    kpis = [kpi for kpi in kpi_order() if any(kpi == seen for _, seen in columns)]
    if quarters:
        kpis.append(ATTAINMENT)
    if not kpis:
        empty_card(text("heatmap.nothing"))
        return
    kpi = st.selectbox(
        text("heatmap.kpi"), kpis, format_func=lambda code: kpi_name(code, language()), key="heatmap_kpi"
    )
    if kpi == ATTAINMENT:
        cells = marts.attainment_cells(scope, "quarter", quarters, PEOPLE, team_id=subject.team_id)
        starts = sorted(quarters)
        labels = [period_label("quarter", start) for start in starts]
        draw_head(cells, starts[-1], labels[-1], kpi)
    else:
        weeks = pick_weeks(sorted({week for week, _ in columns}, reverse=True))
        cells = marts.heatmap_cells(scope, [kpi], weeks, PEOPLE, team_id=subject.team_id)
        starts = sorted(weeks)
        labels = [week_label(week, marts.as_of) for week in starts]
        week = last_whole_week(starts, marts.as_of)
        draw_head(cells, week, labels[starts.index(week)], kpi)
    draw_cells(cells, starts, labels, kpi)
    if kpi_unit(kpi) == "money":
        st.caption(text("heatmap.amounts_in", currency=marts.base_currency))


def draw_cells(cells: Sequence[Cell], starts: Sequence[date], labels: Sequence[str], kpi: str) -> None:
    """The team's map."""
    names = {cell.person_no: cell.payee_name for cell in cells}
    rows = {person_no: at for at, person_no in enumerate(names)}
    boxes = {
        (rows[cell.person_no], starts.index(cell.column_start)): box(cell, labels[starts.index(cell.column_start)])
        for cell in cells
        if cell.column_start in starts and cell.value is not None
    }
    draw_map(list(names.values()), labels, boxes, is_attainment=kpi == ATTAINMENT, key="team_map")
    if cells and cells[0].person_count > PEOPLE:
        st.caption(text("heatmap.cut", shown=PEOPLE, count=cells[0].person_count))


def draw_person(marts: Marts, scope: Scope, subject: Subject) -> None:
    """Figures down, weeks across, one person; attainment by quarter below."""
    columns = marts.heatmap_columns(scope)
    if not columns:
        empty_card(text("heatmap.nothing"))
        return
    weeks = pick_weeks(sorted({week for week, _ in columns}, reverse=True))
    starts = sorted(weeks)
    labels = [week_label(week, marts.as_of) for week in starts]
    cells = [
        cell
        for cell in marts.heatmap_cells(scope, kpi_order(), weeks, 1, payee_id=subject.payee_id)
        if cell.value is not None
    ]
    kpis = [kpi for kpi in kpi_order() if any(cell.kpi == kpi for cell in cells)]
    if kpis:
        week = last_whole_week(starts, marts.as_of)
        draw_own_head(cells, week, labels[starts.index(week)])
        boxes = {
            (kpis.index(cell.kpi), starts.index(cell.column_start)): box(cell, labels[starts.index(cell.column_start)])
            for cell in cells
            if cell.kpi and cell.column_start
        }
        draw_map([kpi_name(kpi, language()) for kpi in kpis], labels, boxes, is_attainment=False, key="person_map")
        st.caption(text("heatmap.amounts_in", currency=marts.base_currency))
    else:
        empty_card(text("heatmap.no_figures", name=subject.name))
    quarters = attainment_quarters(marts, scope)
    own = [
        cell
        for cell in marts.attainment_cells(scope, "quarter", quarters, 1, payee_id=subject.payee_id)
        if cell.value is not None
    ]
    if own:
        st.subheader(kpi_name(ATTAINMENT, language()), anchor=False)
        draw_cells(own, sorted(quarters), [period_label("quarter", start) for start in sorted(quarters)], ATTAINMENT)


def attainment_quarters(marts: Marts, scope: Scope) -> list[date]:
    """The newest quarters with an attainment."""
    return [start for period, start in marts.attainment_columns(scope) if period == "quarter"][:COLUMNS]


def pick_weeks(weeks: Sequence[date]) -> list[date]:
    """A window of weeks, the newest at first; weeks come newest first."""
    windows = [list(weeks[first : first + COLUMNS]) for first in range(0, len(weeks), COLUMNS)]
    return st.selectbox(
        text("heatmap.weeks"), windows, format_func=lambda window: f"{window[-1]} – {window[0]}", key="heatmap_weeks"
    )


def last_whole_week(weeks: Sequence[date], as_of: date) -> date:
    """The newest week that is over: figures of a week that runs say little yet."""
    return max((week for week in weeks if week + timedelta(days=6) <= as_of), default=weeks[-1])


def week_label(week: date, as_of: date) -> str:
    """`W26 06-22`; the week that runs is marked."""
    label = f"W{week.isocalendar().week:02d} {week:%m-%d}"
    return label if week + timedelta(days=6) <= as_of else text("heatmap.running_week", week=label)


def box(cell: Cell, column: str) -> Box:
    """A cell's number, the place that its colour stands for, and both in words."""
    kpi = cell.kpi or ""
    shown = kpi_value(kpi, cell.value) if cell.value is not None else text("unit.none")
    said = f"{cell.payee_name} · {kpi_name(kpi, language())} · {column}: {shown}"
    if kpi == ATTAINMENT:
        return Box(shown, cell.value, said)
    compared = (
        text("heatmap.ahead_of", share=percent(cell.score, 0))
        if cell.score is not None
        else text("heatmap.not_compared")
    )
    return Box(shown, cell.score, f"{said} · {compared}")


def draw_map(
    rows: Sequence[str], labels: Sequence[str], boxes: Mapping[tuple[int, int], Box], *, is_attainment: bool, key: str
) -> None:
    """The map with its scale: around 100 % for attainment, else from behind to ahead of the role."""
    low, high = ("heatmap.under_quota", "heatmap.over_quota") if is_attainment else ("heatmap.behind", "heatmap.ahead")
    heat_map(
        rows,
        labels,
        boxes,
        ATTAINMENT_BOUNDS if is_attainment else SCORE_BOUNDS,
        (text(low), text(high), text("heatmap.no_data")),
        is_diverging=is_attainment,
        key=key,
    )
    if not is_attainment and any(each.weight is None for each in boxes.values()):
        st.caption(text("heatmap.not_compared_legend"))


def draw_head(cells: Sequence[Cell], column: date, label: str, kpi: str) -> None:
    """Who is ahead, who is behind, for whom there is no figure in one column."""
    st.caption(text("heatmap.in_column", column=label))
    there = [(cell, cell.value) for cell in cells if cell.column_start == column and cell.value is not None]
    people = len({cell.person_no for cell in cells})
    if not there:
        st.caption(text("heatmap.nothing_in_week"))
        return
    ordered = sorted(there, key=lambda pair: pair[1] if kpi == ATTAINMENT or pair[0].score is None else pair[0].score)
    ends = (
        [("heatmap.strongest", ordered[-1]), ("heatmap.weakest", ordered[0])]
        if len(ordered) > 1
        else [("heatmap.strongest", ordered[0])]
    )
    figures = [Figure(text(label), kpi_value(kpi, value), cell.payee_name) for label, (cell, value) in ends]
    figures.append(Figure(text("heatmap.without"), text("heatmap.of_people", count=people - len(there), people=people)))
    figure_line(figures)


def draw_own_head(cells: Sequence[Cell], week: date, label: str) -> None:
    """A person's strongest and weakest figure of a week, against the role."""
    st.caption(text("heatmap.in_column", column=label))
    there = sorted(
        (cell for cell in cells if cell.column_start == week and cell.score is not None),
        key=lambda cell: cell.score or 0,
    )
    if not there:
        st.caption(text("heatmap.nothing_in_week"))
        return
    figure_line(
        [
            Figure(
                text(key),
                f"{kpi_value(cell.kpi or '', cell.value)}" if cell.value is not None else text("unit.none"),
                f"{kpi_name(cell.kpi or '', language())}: {text('heatmap.ahead_of', share=percent(cell.score, 0))}",
            )
            for key, cell in (("heatmap.strongest", there[-1]), ("heatmap.weakest", there[0]))
        ]
    )


if __name__ == "__main__":
    shielded(page)
