"""The line of figures that a page begins with."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from app.state.formats import plain

# Two beside each other on a phone of 390 pixels, four on a page of full width.
WIDTH = 160


@dataclass(frozen=True)
class Figure:
    """A label, the figure, and a few words below it."""

    label: str
    value: str
    below: str = ""


def figure_line(figures: Sequence[Figure]) -> None:
    """Draws the figures side by side; they wrap where the screen is narrow."""
    with st.container(horizontal=True):
        for figure in figures:
            with st.container(width=WIDTH, gap="xxsmall"):
                st.metric(figure.label, figure.value)
                if figure.below:
                    st.caption(plain(figure.below))
