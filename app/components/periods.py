"""Choice of a period, newest first."""

from collections.abc import Sequence

from app.components.choice import choose
from app.data.marts import Period
from app.state.formats import period_label
from app.state.words import term, text


def pick_period(periods: Sequence[Period], key: str) -> Period:
    """Draws the choice; the first period is the default."""
    return choose(text("period.label"), periods, described, key=key)


def described(period: Period) -> str:
    """`2026 Q2 · quarter`."""
    return f"{period_label(period.period, period.period_start)} · {term('period', period.period)}"
