"""Choice of a kind of period, and of a period, newest first."""

from collections.abc import Sequence

import streamlit as st

from app.components.choice import choose
from app.data.marts import Period
from app.state.formats import period_label
from app.state.words import term, text


def pick_kind(kinds: Sequence[str], first: str, key: str) -> str:
    """Draws the choice among kinds of period (at least one); first is the default. One alone is no choice."""
    if len(kinds) == 1:
        return kinds[0]
    words = {kind: term("period", kind) for kind in kinds}
    chosen = st.segmented_control(
        text("period.kind"), kinds, format_func=lambda kind: words.get(kind, ""), default=first, key=key, required=True
    )
    return chosen if chosen in words else first


def pick_period(periods: Sequence[Period], key: str) -> Period:
    """Draws the choice; the first period is the default."""
    return choose(text("period.label"), periods, described, key=key)


def described(period: Period) -> str:
    """`2026 Q2 · quarter`."""
    return f"{period_label(period.period, period.period_start)} · {term('period', period.period)}"
