"""Choice of a period, newest first."""

from collections.abc import Sequence

import streamlit as st

from app.data.marts import Period
from app.state.formats import period_label
from app.state.words import term, text


def pick_period(periods: Sequence[Period], key: str) -> Period:
    """Draws the choice; the first period is the default."""
    return st.selectbox(text("period.label"), periods, format_func=described, key=key)


def described(period: Period) -> str:
    """`2026 Q2 · quarter`."""
    return f"{period_label(period.period, period.period_start)} · {term('period', period.period)}"
