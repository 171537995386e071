"""Places on a board as bars: one row a person, the reader's own in a colour of its own."""

from collections.abc import Sequence
from decimal import Decimal

import plotly.graph_objects as go
import streamlit as st

from app.components.palette import palette
from app.data.marts import BoardRow
from app.data.reference import board_kpi
from app.state.formats import kpi_gap, kpi_in_words
from app.state.words import text

ROW_PIXELS = 38


def board_value(board: str, value: Decimal | None, currency: str) -> str:
    """A value of the board in its KPI's unit; a dash where it is not shown."""
    return text("board.hidden_value") if value is None else kpi_in_words(board_kpi(board), value, currency)


def movement(row: BoardRow) -> str:
    """`▲2`, `▼1`, `=`, or `new` for who had no place in the period before."""
    if row.place_before is None:
        return text("board.new")
    moved = row.place_before - row.place
    return f"▲{moved}" if moved > 0 else f"▼{-moved}" if moved < 0 else "="


def row_name(row: BoardRow) -> str:
    """Name as far as it is shown; the reader's own is marked in words as well as in colour."""
    name = row.subject_name or text("board.no_name")
    return text("board.own_name", name=name) if row.is_own else name


def ranking_bars(rows: Sequence[BoardRow], board: str, currency: str, key: str, longest: Decimal | None = None) -> None:
    """Draws the rows in their order; longest: the value that fills the width, so that two charts of a board can be compared."""
    colours = palette()
    known = [row.value for row in rows if row.value is not None]
    full = max([longest or Decimal(0), *known, Decimal(0)]) or Decimal(1)
    least = min([*known, Decimal(0)])
    labels = [f"{row.place} · {row_name(row)}" for row in rows]
    figure = go.Figure(
        go.Bar(
            # lengths on a screen may be floats; the figures beside them are the exact ones
            x=[float(row.value or 0) for row in rows],
            y=list(range(len(rows))),
            orientation="h",
            marker={"color": [colours.own if row.is_own else colours.others for row in rows]},
            hoverinfo="skip",
            width=0.3,
        )
    )
    beside = []
    for at, (row, label) in enumerate(zip(rows, labels, strict=True)):
        weight = f"<b>{escaped(label)}</b>" if row.is_own else escaped(label)
        value = f"{board_value(board, row.value, currency)}  {movement(row)}"
        side = {"y": at, "xref": "paper", "showarrow": False, "yshift": 14, "font": {"size": 13, "color": colours.ink}}
        beside.append({"text": weight, "x": 0, "xanchor": "left", **side})
        beside.append({"text": value, "x": 1, "xanchor": "right", **side})
    figure.update_layout(
        # all at once: Plotly checks every note again with each one added
        annotations=beside,
        height=ROW_PIXELS * len(rows) + 16,
        margin={"l": 0, "r": 0, "t": 14, "b": 0},
        showlegend=False,
        xaxis={"visible": False, "range": [float(least), float(full)], "fixedrange": True},
        yaxis={"visible": False, "range": [len(rows) - 0.5, -0.7], "fixedrange": True},
        dragmode=False,
        plot_bgcolor="rgba(0,0,0,0)",
        paper_bgcolor="rgba(0,0,0,0)",
    )
    st.plotly_chart(figure, key=key, config={"displayModeBar": False}, alt=spoken(rows, board, currency))


def trend_line(labels: Sequence[str], places: Sequence[int], key: str) -> None:
    """The reader's places over the last periods, the best at the top, each with its number."""
    colours = palette()
    figure = go.Figure(
        go.Scatter(
            x=list(range(len(places))),
            y=list(places),
            mode="lines+markers+text",
            text=[str(place) for place in places],
            textposition="top center",
            textfont={"size": 13, "color": colours.ink},
            line={"color": colours.own, "width": 2},
            marker={"size": 8, "color": colours.own},
            hoverinfo="skip",
            cliponaxis=False,
        )
    )
    figure.update_layout(
        height=130,
        margin={"l": 0, "r": 0, "t": 24, "b": 24},
        showlegend=False,
        dragmode=False,
        xaxis={
            "tickvals": list(range(len(labels))),
            "ticktext": [escaped(label) for label in labels],
            "range": [-0.4, len(labels) - 0.6],
            "fixedrange": True,
            "showgrid": False,
            "zeroline": False,
            "tickfont": {"size": 12, "color": colours.ink},
        },
        yaxis={"visible": False, "autorange": "reversed", "fixedrange": True},
        plot_bgcolor="rgba(0,0,0,0)",
        paper_bgcolor="rgba(0,0,0,0)",
    )
    said = "; ".join(f"{label}: {place}" for label, place in zip(labels, places, strict=True))
    st.plotly_chart(figure, key=key, config={"displayModeBar": False}, alt=said)


def escaped(label: str) -> str:
    """Text of the data for Plotly, which reads tags."""
    return label.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def spoken(rows: Sequence[BoardRow], board: str, currency: str) -> str:
    """The chart for who cannot see it."""
    return "; ".join(f"{row.place} {row_name(row)} {board_value(board, row.value, currency)}" for row in rows)


def neighbours(rows: Sequence[BoardRow], reach: int = 2) -> list[BoardRow]:
    """The reader's own row with the rows around it; empty when the reader is not on the board."""
    at = next((index for index, row in enumerate(rows) if row.is_own), None)
    return [] if at is None else list(rows[max(0, at - reach) : at + reach + 1])


def gap_value(board: str, gap: Decimal | None, currency: str) -> str:
    """Distance on a board, in its KPI's unit; a dash at the top."""
    return text("unit.none") if gap is None else kpi_gap(board_kpi(board), gap, currency)


def own_sentence(rows: Sequence[BoardRow], board: str, currency: str) -> str:
    """To whom the distance is: `to place 3 (Wang Fang)`; at the top or off the board it says so."""
    own = next((row for row in rows if row.is_own), None)
    if own is None:
        return ""
    above = [row for row in rows if row.place < own.place]
    return text("board.gap", place=above[-1].place, name=row_name(above[-1])) if above else text("board.at_the_top")
