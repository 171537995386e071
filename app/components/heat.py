"""Heatmaps: the number stands in the cell, colour only repeats it; grey is no data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from unicodedata import east_asian_width

import plotly.graph_objects as go
import streamlit as st

from app.components.palette import palette, text_colour
from app.components.ranking import escaped

ROW_PIXELS = 36
# Letters of a row name on a line; a Chinese sign counts as two.
NAME_WIDTH = 13
STEPS = 7
# Around 100 %: a step of its own for "on target", three on either side.
ATTAINMENT_BOUNDS = [Decimal(bound) for bound in ("0.6", "0.8", "0.95", "1.05", "1.2", "1.5")]
SCORE_BOUNDS = [Decimal(step) / STEPS for step in range(1, STEPS)]


@dataclass(frozen=True)
class Box:
    """A cell: its text, the number its colour goes by (None: a figure nobody is compared with), and what hovering says."""

    label: str
    weight: Decimal | None
    hover: str


def value_bounds(weights: Sequence[Decimal]) -> list[Decimal]:
    """Bounds that put about a seventh of the numbers into each step, so that one great number does not pale all others."""
    ordered = sorted(weights)
    return [ordered[len(ordered) * step // STEPS] for step in range(1, STEPS)] if ordered else []


def step_of(weight: Decimal, bounds: Sequence[Decimal]) -> int:
    """Number of bounds that the weight has reached: 0 to len(bounds)."""
    return sum(1 for bound in bounds if weight >= bound)


def heat_map(
    rows: Sequence[str],
    columns: Sequence[str],
    boxes: Mapping[tuple[int, int], Box],
    bounds: Sequence[Decimal],
    legend: Sequence[str],
    *,
    is_diverging: bool,
    key: str,
) -> None:
    """Draws boxes by (row, column); legend: what the first and the last colour mean. Cells without a box are grey."""
    shades = palette()
    colours = shades.diverging_steps() if is_diverging else shades.sequential_steps(STEPS)
    fills = {
        at: shades.unranked if box.weight is None else colours[step_of(box.weight, bounds)] for at, box in boxes.items()
    }
    cells = [
        {
            "type": "rect",
            "x0": column - 0.48,
            "x1": column + 0.48,
            "y0": row - 0.46,
            "y1": row + 0.46,
            "fillcolor": fills.get((row, column), shades.no_data),
            # the palest step would be lost on the ground without an edge
            "line": {"width": 1, "color": shades.no_data},
            "layer": "below",
        }
        for row, column in product(range(len(rows)), range(len(columns)))
    ]
    figure = go.Figure()
    points = list(boxes.items())
    figure.add_trace(
        go.Scatter(
            x=[column for (_, column), _ in points],
            y=[row for (row, _), _ in points],
            mode="text",
            text=[escaped(box.label) for _, box in points],
            textfont={
                "size": 12,
                "color": [text_colour(fills[at]) for at, _ in points],
            },
            hovertext=[escaped(box.hover) for _, box in points],
            hoverinfo="text",
        )
    )
    figure.update_layout(
        # all at once: Plotly checks every shape again with each one added
        shapes=cells,
        height=ROW_PIXELS * len(rows) + 74,
        margin={"l": 0, "r": 0, "t": 58, "b": 8},
        showlegend=False,
        dragmode=False,
        plot_bgcolor="rgba(0,0,0,0)",
        paper_bgcolor="rgba(0,0,0,0)",
        xaxis={
            "side": "top",
            "tickvals": list(range(len(columns))),
            "ticktext": [escaped(name).replace(" ", "<br>") for name in columns],
            "range": [-0.5, len(columns) - 0.5],
            "fixedrange": True,
            "showgrid": False,
            "zeroline": False,
            "tickangle": 0,
            "tickfont": {"size": 12, "color": shades.ink},
        },
        yaxis={
            "tickvals": list(range(len(rows))),
            "ticktext": [fitted(name) for name in rows],
            "range": [len(rows) - 0.5, -0.5],
            "fixedrange": True,
            "showgrid": False,
            "zeroline": False,
            "automargin": True,
            "tickfont": {"size": 12, "color": shades.ink},
        },
    )
    st.plotly_chart(figure, key=key, config={"displayModeBar": False}, alt=spoken(rows, columns, boxes))
    draw_legend(colours, shades.no_data, legend, f"{key}_legend")


def draw_legend(colours: Sequence[str], no_data: str, legend: Sequence[str], key: str) -> None:
    """The scale below the map: first word, the colours, last word; then grey."""
    low, high, none = legend
    figure = go.Figure()
    for at, colour in enumerate(colours):
        figure.add_shape(type="rect", x0=at, x1=at + 1, y0=0, y1=1, fillcolor=colour, line_width=0)
    gap = len(colours) + 1
    figure.add_shape(type="rect", x0=gap, x1=gap + 1, y0=0, y1=1, fillcolor=no_data, line_width=0)
    for x, words, anchor in ((0, low, "left"), (len(colours), high, "right"), (gap, none, "left")):
        figure.add_annotation(
            x=x, y=0, text=escaped(words), xanchor=anchor, yanchor="top", showarrow=False, font={"size": 12}
        )
    figure.update_layout(
        height=44,
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        dragmode=False,
        xaxis={"visible": False, "range": [0, gap + 3], "fixedrange": True},
        yaxis={"visible": False, "range": [-2, 1], "fixedrange": True},
        plot_bgcolor="rgba(0,0,0,0)",
        paper_bgcolor="rgba(0,0,0,0)",
    )
    st.plotly_chart(
        figure, key=key, config={"displayModeBar": False, "staticPlot": True}, alt=f"{low} – {high}; {none}"
    )


def fitted(name: str) -> str:
    """A row's name on at most two short lines, so that a long one leaves the cells their room on a phone."""
    if width(name) <= NAME_WIDTH:
        return escaped(name)
    space = name.rfind(" ", 0, fitting(name, NAME_WIDTH) + 1)
    first = name[: space if space > 0 else fitting(name, NAME_WIDTH)]
    rest = name[len(first) :].strip()
    second = rest if width(rest) <= NAME_WIDTH else f"{rest[: fitting(rest, NAME_WIDTH - 1)]}…"
    return f"{escaped(first)}<br>{escaped(second)}"


def width(name: str) -> int:
    """Letters that a name takes; a Chinese sign takes two."""
    return sum(1 + (east_asian_width(sign) in "WF") for sign in name)


def fitting(name: str, room: int) -> int:
    """How many of its signs, from the first on, have room."""
    return sum(1 for end in range(1, len(name) + 1) if width(name[:end]) <= room)


def spoken(rows: Sequence[str], columns: Sequence[str], boxes: Mapping[tuple[int, int], Box]) -> str:
    """The map for who cannot see it, row by row."""
    lines = []
    for at, name in enumerate(rows):
        cells = ", ".join(f"{columns[column]} {box.label}" for (row, column), box in boxes.items() if row == at)
        lines.append(f"{name}: {cells or '–'}")
    return "; ".join(lines)
