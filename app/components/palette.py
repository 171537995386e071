"""Colours of the charts, from the theme (.streamlit/config.toml) that the reader's browser has on."""

from dataclasses import dataclass

import streamlit as st


@dataclass(frozen=True)
class Palette:
    """own and others: marks; no_data and unranked: cells; sequential and diverging: ten steps each; ink: text on the page's ground."""

    own: str
    others: str
    no_data: str
    unranked: str
    sequential: tuple[str, ...]
    diverging: tuple[str, ...]
    ink: str
    ground: str

    def sequential_steps(self, count: int) -> list[str]:
        """So many colours from little to much."""
        return spread(self.sequential, count)

    def diverging_steps(self) -> list[str]:
        """Seven colours around a neutral middle."""
        return [*self.diverging[1:4], self.unranked, *self.diverging[6:9]]


def spread(colours: tuple[str, ...], count: int) -> list[str]:
    """`count` of the colours, evenly from the first to the last."""
    last = len(colours) - 1
    return [colours[round(step * last / max(count - 1, 1))] for step in range(count)]


def palette() -> Palette:
    """Palette of the theme at the screen; the light one until the browser has told."""
    mode = st.context.theme.type or "light"
    own, others, no_data, unranked, *_ = st.get_option(f"theme.{mode}.chartCategoricalColors")
    return Palette(
        own=own,
        others=others,
        no_data=no_data,
        unranked=unranked,
        sequential=tuple(st.get_option(f"theme.{mode}.chartSequentialColors")),
        diverging=tuple(st.get_option(f"theme.{mode}.chartDivergingColors")),
        ink=str(st.get_option(f"theme.{mode}.textColor")),
        ground=str(st.get_option(f"theme.{mode}.backgroundColor")),
    )


def text_colour(fill: str) -> str:
    """Black or white, whichever can be read on a fill `#rrggbb` (relative luminance of WCAG 2)."""
    channels = (int(fill[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return "#000000" if (luminance + 0.05) / 0.05 > 1.05 / (luminance + 0.05) else "#ffffff"
