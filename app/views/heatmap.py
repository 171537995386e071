"""Heatmap: a team's people by week, month or quarter in one figure, or one person's figures by week."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

import streamlit as st

from app.auth.scope import Scope
from app.auth.viewer import looking
from app.components.cards import empty_card, shielded
from app.components.choice import choose
from app.components.figures import Figure, figure_line
from app.components.heat import ATTAINMENT_BOUNDS, SCORE_BOUNDS, Box, heat_map
from app.components.periods import pick_kind
from app.data.marts import Cell, Marts
from app.data.reference import kpi_name, kpi_order, kpi_unit
from app.state.formats import kpi_value, percent, period_label
from app.state.words import language, text

# As many columns as have room beside a name on a phone; rows that one can take in.
COLUMNS = 6
PEOPLE = 25
EVERYBODY = 1000
ATTAINMENT = "quota_attainment"
# Ratios to a quota: their colours stand around 100 %, not for the place among the role.
OF_QUOTA = (ATTAINMENT, "pipeline_coverage")


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
    return choose(text("heatmap.subject"), choices, lambda subject: subject.name, key="heatmap_subject")


def draw_team(marts: Marts, scope: Scope, subject: Subject) -> None:
    """People down, weeks, months or quarters across, one figure."""
    columns = marts.heatmap_columns(scope)
    periods = marts.heatmap_kpis(scope)
    seen = {kpi for _, kpi in columns} | {kpi for kpi, _, _ in periods}
    kpis = [kpi for kpi in kpi_order() if kpi in seen]
    if not kpis:
        empty_card(text("heatmap.nothing"))
        return
    kpi = choose(text("heatmap.kpi"), kpis, lambda code: kpi_name(code, language()), key="heatmap_kpi")
    kinds = [kind for kind in ("month", "quarter") if any(each[:2] == (kpi, kind) for each in periods)]
    if any(kpi == weekly for _, weekly in columns):
        kinds.insert(0, "week")
    kind = pick_kind(kinds, kinds[-1] if kpi in OF_QUOTA else kinds[0], key=f"heatmap_kind {kpi}")
    if kind == "week":
        starts = sorted(pick_weeks(weeks_of(columns)))
        labels = [week_label(week, marts.as_of) for week in starts]
        head = last_whole_week(starts, marts.as_of)
        cells_of = partial(marts.heatmap_cells, scope, [kpi], team_id=subject.team_id)
    else:
        starts = newest_starts(periods, kpi, kind)
        labels = [period_label(kind, start) for start in starts]
        head = starts[-1]
        cells_of = partial(marts.period_cells, scope, kpi, kind, team_id=subject.team_id)
    draw_head(cells_of([head], EVERYBODY), labels[starts.index(head)], kpi)
    page_key = f"heatmap_people {subject.team_id} {kpi} {kind} {starts[0]}"
    before = (int(st.session_state.get(page_key, 1)) - 1) * PEOPLE
    cells = cells_of(starts, PEOPLE, people_before=before)
    draw_cells(cells, starts, labels, kpi)
    pages = -(-cells[0].person_count // PEOPLE) if cells else 1
    if pages > 1:
        st.pagination(pages, key=page_key, max_visible_pages=5)
    if kpi_unit(kpi) == "money":
        st.caption(text("heatmap.amounts_in", currency=marts.base_currency))


def draw_cells(cells: Sequence[Cell], starts: Sequence[date], labels: Sequence[str], kpi: str) -> None:
    """A map with people as rows."""
    names = {cell.person_no: cell.payee_name for cell in cells}
    rows = {person_no: at for at, person_no in enumerate(names)}
    boxes = {
        (rows[cell.person_no], starts.index(cell.column_start)): box(
            cell, labels[starts.index(cell.column_start)], is_of_quota=kpi in OF_QUOTA
        )
        for cell in cells
        if cell.column_start in starts and cell.value is not None
    }
    draw_map(list(names.values()), labels, boxes, is_of_quota=kpi in OF_QUOTA, key="team_map")


def draw_person(marts: Marts, scope: Scope, subject: Subject) -> None:
    """Figures down, weeks across, one person; attainment by quarter below."""
    columns = marts.heatmap_columns(scope)
    if not columns:
        empty_card(text("heatmap.nothing"))
        return
    starts = sorted(pick_weeks(weeks_of(columns)))
    labels = [week_label(week, marts.as_of) for week in starts]
    cells = [
        cell
        for cell in marts.heatmap_cells(scope, kpi_order(), starts, 1, payee_id=subject.payee_id)
        if cell.value is not None
    ]
    kpis = [kpi for kpi in kpi_order() if any(cell.kpi == kpi for cell in cells)]
    if kpis:
        week = last_whole_week(starts, marts.as_of)
        draw_own_head(cells, week, labels[starts.index(week)])
        boxes = {
            (kpis.index(cell.kpi), starts.index(cell.column_start)): box(
                cell, labels[starts.index(cell.column_start)], is_of_quota=False
            )
            for cell in cells
            if cell.kpi and cell.column_start
        }
        draw_map([kpi_name(kpi, language()) for kpi in kpis], labels, boxes, is_of_quota=False, key="person_map")
        st.caption(text("heatmap.amounts_in", currency=marts.base_currency))
    else:
        empty_card(text("heatmap.no_figures", name=subject.name))
    quarters = newest_starts(marts.heatmap_kpis(scope), ATTAINMENT, "quarter")
    own = [
        cell
        for cell in marts.period_cells(scope, ATTAINMENT, "quarter", quarters, 1, payee_id=subject.payee_id)
        if cell.value is not None
    ]
    if own:
        st.subheader(kpi_name(ATTAINMENT, language()), anchor=False)
        draw_cells(own, quarters, [period_label("quarter", start) for start in quarters], ATTAINMENT)


def newest_starts(periods: Sequence[tuple[str, str, date]], kpi: str, kind: str) -> list[date]:
    """The newest periods of a kind with a figure of the KPI, oldest first."""
    return [start for seen, period, start in periods if (seen, period) == (kpi, kind)][:COLUMNS][::-1]


def weeks_of(columns: Sequence[tuple[date, str]]) -> list[date]:
    """Every week from the newest with figures to the oldest: one without any is a grey column, not a gap nobody sees."""
    newest, oldest = columns[0][0], columns[-1][0]
    return [newest - timedelta(weeks=back) for back in range((newest - oldest).days // 7 + 1)]


def pick_weeks(weeks: Sequence[date]) -> Sequence[date]:
    """A window of weeks, the newest at first; weeks come newest first."""
    windows = [tuple(weeks[first : first + COLUMNS]) for first in range(0, len(weeks), COLUMNS)]
    return choose(text("heatmap.weeks"), windows, lambda window: f"{window[-1]} – {window[0]}", key="heatmap_weeks")


def last_whole_week(weeks: Sequence[date], as_of: date) -> date:
    """The newest week that is over: figures of a week that runs say little yet."""
    return max((week for week in weeks if week + timedelta(days=6) <= as_of), default=weeks[-1])


def week_label(week: date, as_of: date) -> str:
    """`W26 06-22`; the week that runs is marked."""
    label = f"W{week.isocalendar().week:02d} {week:%m-%d}"
    return label if week + timedelta(days=6) <= as_of else text("heatmap.running_week", week=label)


def box(cell: Cell, column: str, *, is_of_quota: bool) -> Box:
    """A cell's number, the place that its colour stands for, and both in words."""
    kpi = cell.kpi or ""
    shown = kpi_value(kpi, cell.value) if cell.value is not None else text("unit.none")
    said = f"{cell.payee_name} · {kpi_name(kpi, language())} · {column}: {shown}"
    if is_of_quota:
        return Box(shown, cell.value, said)
    compared = (
        text("heatmap.ahead_of", share=percent(cell.score, 0))
        if cell.score is not None
        else text("heatmap.not_compared")
    )
    return Box(shown, cell.score, f"{said} · {compared}")


def draw_map(
    rows: Sequence[str], labels: Sequence[str], boxes: Mapping[tuple[int, int], Box], *, is_of_quota: bool, key: str
) -> None:
    """The map with its scale: around 100 % for what is measured by a quota, else from behind to ahead of the role."""
    low, high = ("heatmap.under_quota", "heatmap.over_quota") if is_of_quota else ("heatmap.behind", "heatmap.ahead")
    heat_map(
        rows,
        labels,
        boxes,
        ATTAINMENT_BOUNDS if is_of_quota else SCORE_BOUNDS,
        (text(low), text(high), text("heatmap.no_data")),
        is_diverging=is_of_quota,
        key=key,
    )
    if not is_of_quota and any(each.weight is None for each in boxes.values()):
        st.caption(text("heatmap.not_compared_legend"))


def draw_head(cells: Sequence[Cell], label: str, kpi: str) -> None:
    """Who is ahead, who is behind, for how many there is no figure; cells of one column."""
    st.caption(text("heatmap.in_column", column=label))
    there = [(cell, cell.value) for cell in cells if cell.value is not None]
    if not there:
        st.caption(text("heatmap.nothing_in_week"))
        return
    ordered = sorted(there, key=lambda pair: pair[1] if kpi in OF_QUOTA or pair[0].score is None else pair[0].score)
    ends = [("heatmap.strongest", ordered[-1]), ("heatmap.weakest", ordered[0])][: len(ordered)]
    figures = [Figure(text(key), kpi_value(kpi, value), compared(cell.payee_name, cell)) for key, (cell, value) in ends]
    without = text("heatmap.of_people", count=len(cells) - len(there), people=len(cells))
    figure_line([*figures, Figure(text("heatmap.without"), without)])


def draw_own_head(cells: Sequence[Cell], week: date, label: str) -> None:
    """A person's strongest and weakest figure of a week, against the role."""
    st.caption(text("heatmap.in_column", column=label))
    there = [(cell, cell.value) for cell in cells if cell.column_start == week and cell.value is not None]
    ordered = sorted(
        ((cell, value) for cell, value in there if cell.score is not None), key=lambda pair: pair[0].score or 0
    )
    if not ordered:
        st.caption(text("heatmap.nobody_compared" if there else "heatmap.nothing_in_week"))
        return
    ends = [("heatmap.strongest", ordered[-1]), ("heatmap.weakest", ordered[0])][: len(ordered)]
    names = [kpi_name(cell.kpi or "", language()) for _, (cell, _) in ends]
    figure_line(
        [
            Figure(text(key), kpi_value(cell.kpi or "", value), compared(name, cell))
            for name, (key, (cell, value)) in zip(names, ends, strict=True)
        ]
    )


def compared(name: str, cell: Cell) -> str:
    """`Wang Fang, better than 80% of the role`; the name alone where nobody is compared."""
    if cell.score is None:
        return name
    return text("heatmap.compared", name=name, compared=text("heatmap.ahead_of", share=percent(cell.score, 0)))


if __name__ == "__main__":
    shielded(page)
