"""How a line came to be, in words: the steps of its chain, then the raw file and row it comes from."""

from collections.abc import Callable, Sequence
from decimal import Decimal

import streamlit as st

from app.data.marts import Component, Line, Step
from app.data.reference import measure_name
from app.state.formats import in_measure, money, number, percent, plain, rate_in_words, signed_money, tier_bound
from app.state.words import language, term, text


def line_label(line: Line) -> str:
    """One row of the list: `2026-06-12 · **CNY 107.19** · SO025147 · Buyer`; what is not an earning is named."""
    kind = "" if line.line_kind == "earning" else term("line_kind", line.line_kind)
    names = (line.order_id or line.opportunity_id or line.source_key, line.account_name, line.credited_name)
    parts = [
        line.occurred_on.isoformat(),
        f"**{plain(money(line.amount, line.currency))}**",
        kind,
        *(plain(name or "") for name in names),
    ]
    return " · ".join(part for part in parts if part)


def draw_trace(line: Line, component: Component, steps: Sequence[Step]) -> None:
    """The explanation of the engine, the steps, and the origin."""
    st.markdown(plain(line.explanation_zh if language() == "zh" else line.explanation))
    sentences = [sentence for sentence in (step_sentence(step, line, component) for step in steps) if sentence]
    if sentences:
        st.markdown("\n".join(f"{at}. {sentence}" for at, sentence in enumerate(sentences, 1)))
    draw_origin(line)


def draw_origin(line: Line) -> None:
    """Event, order, customer and product in words; raw table, file and row to look up."""
    if line.event_id is None:
        st.caption(text("trace.whole_period"))
        return
    measure = line.measure or ""
    facts = {
        measure_name(measure, language()): in_measure(line.event_value, measure, line.event_currency or line.currency),
        text("trace.order"): line.order_id,
        text("trace.opportunity"): line.opportunity_id,
        text("trace.account"): line.account_name,
        text("trace.product"): line.product_name,
        text("trace.credited"): line.credited_name,
    }
    st.markdown("  \n".join(f"{plain(name)}: {plain(value)}" for name, value in facts.items() if value))
    st.caption(text("trace.raw"))
    st.code(
        text(
            "trace.raw_record", table=line.source_table, key=line.source_key, file=line.source_file, row=line.source_row
        ),
        language=None,
        wrap_lines=True,
    )


def step_sentence(step: Step, line: Line, component: Component) -> str:
    """A step in words; empty for a step that changes nothing anybody would ask about."""
    wording = WORDINGS.get(step.factor_kind, changed)
    return wording(step, line, component)


def exact(amount: Decimal, currency: str) -> str:
    """An amount between two steps, with all its decimals."""
    return plain(f"{currency} {number(amount, 10)}")


def share(step: Step, line: Line, component: Component) -> str:
    """How much of the event is the payee's."""
    currency = line.event_currency or line.currency
    value = plain(in_measure(step.amount_before, component.measure, currency))
    kind = term("credit_kind", step.reason or "")
    if step.factor == 1:
        return text("step.share_whole", value=value, kind=kind)
    after = plain(in_measure(step.amount_after, component.measure, currency))
    return text("step.share_part", value=value, kind=kind, share=plain(percent(step.factor, 4)), after=after)


def exchange(step: Step, line: Line, component: Component) -> str:
    """Into the plan's currency, where it is another one."""
    if step.reason == "same_unit":
        return ""
    before = plain(in_measure(step.amount_before, component.measure, line.event_currency or line.currency))
    after = plain(in_measure(step.amount_after, component.measure, line.currency))
    return text("step.exchange", before=before, after=after, rate=plain(number(step.rate, 10)))


def slice_of_tier(step: Step, line: Line, component: Component) -> str:
    """What one tier pays for the part that lies in it."""
    basis = plain(in_measure(step.basis, component.measure, line.currency))
    if step.reason == "below_first_tier":
        return text("step.below_first_tier", basis=basis)
    if not step.rate:
        # a fixed amount follows, or the tier pays nothing
        return (
            ""
            if component.method == "flat"
            else text("step.slice_nothing", tier=tier_name(step, component), basis=basis)
        )
    pays = exact(step.amount_after - step.amount_before, line.currency)
    rate = plain(rate_in_words(step.rate, component.measure, line.currency))
    return text("step.slice", tier=tier_name(step, component), basis=basis, rate=rate, pays=pays)


def tier_name(step: Step, component: Component) -> str:
    """`Tier from 80%`; a flat component has no tiers to tell apart. factor_id is `component/bound`."""
    bound = (step.factor_id or "").rpartition("/")[2]
    if component.method == "flat" or not bound:
        return text("step.every_unit")
    return text(
        "step.tier", bound=plain(tier_bound(Decimal(bound), component.tier_key, component.measure, component.currency))
    )


def tier_amount(step: Step, line: Line, component: Component) -> str:
    """A fixed amount of a tier, and the share of it."""
    pays = plain(signed_money(step.amount_after - step.amount_before, line.currency))
    if step.reason == "milestone":
        return text("step.milestone", tier=tier_name(step, component), pays=pays)
    return text(
        "step.tier_amount",
        fixed=plain(money(step.basis, line.currency)),
        factor=plain(number(step.factor, 6)),
        pays=pays,
    )


def multiplied(step: Step, line: Line, component: Component) -> str:
    """A modifier or the personal factor."""
    name = term("factor_kind", step.factor_kind)
    if step.reason:
        name = f"{name} “{plain(step.reason)}”"
    return text(
        "step.multiplied",
        name=name,
        factor=plain(number(step.factor, 6)),
        after=exact(step.amount_after, line.currency),
    )


def rounding(step: Step, line: Line, component: Component) -> str:
    """Rounding to the minor unit, where it changes anything."""
    if step.amount_before == step.amount_after:
        return ""
    return text(
        "step.rounding",
        before=exact(step.amount_before, line.currency),
        after=plain(money(step.amount_after, line.currency)),
    )


def limited(step: Step, line: Line, component: Component) -> str:
    """A cap or floor of the period, and the total it acts on."""
    total = plain(money(step.basis, line.currency))
    limit = plain(money((step.basis or Decimal(0)) + step.amount_after, line.currency))
    return text(
        f"step.{step.factor_kind}",
        total=total,
        limit=limit,
        after=plain(signed_money(step.amount_after, line.currency)),
    )


def waiting(step: Step, line: Line, component: Component) -> str:
    """What is held back, released or clawed back: which part of which amount. Of a payment hold the sentence of the line says all."""
    if step.factor_kind in ("hold", "release") and not (step.reason or "collected").startswith(("collected", "days:")):
        return ""
    part = step.rate / step.factor if step.rate is not None and step.factor else Decimal(0)
    return text(
        f"step.{step.factor_kind}",
        part=plain(percent(part, 4)),
        basis=plain(money(step.basis, line.currency)),
        after=plain(signed_money(step.amount_after, line.currency)),
    )


def target(step: Step, line: Line, component: Component) -> str:
    """A share of the target incentive."""
    return text(
        "step.target",
        target=plain(money(step.basis, line.currency)),
        rate=plain(percent(step.rate, 4)),
        pays=exact(step.amount_after - step.amount_before, line.currency),
    )


def prize(step: Step, line: Line, component: Component) -> str:
    """What a place of a contest pays, shared by those who stand on it. factor_id is `component/place`."""
    place = (step.factor_id or "").rpartition("/")[2]
    pays = plain(money(step.amount_after, line.currency))
    return text("step.prize", place=plain(number(Decimal(place))) if place else text("unit.none"), pays=pays)


def nothing(step: Step, line: Line, component: Component) -> str:
    """A step of bookkeeping: from here on the amount is pay, not what pay is reckoned from."""
    return ""


def changed(step: Step, line: Line, component: Component) -> str:
    """Any other step: its name, and the amount before and after."""
    name = term("factor_kind", step.factor_kind)
    if step.reason:
        name = f"{name} ({plain(term('step_reason', step.reason))})"
    return text(
        "step.changed",
        name=name,
        before=exact(step.amount_before, line.currency),
        after=exact(step.amount_after, line.currency),
    )


WORDINGS: dict[str, Callable[[Step, Line, Component], str]] = {
    "share": share,
    "exchange": exchange,
    "start": nothing,
    "slice": slice_of_tier,
    "tier_amount": tier_amount,
    "modifier": multiplied,
    "personal_factor": multiplied,
    "target": target,
    "prize": prize,
    "cap": limited,
    "floor": limited,
    "hold": waiting,
    "release": waiting,
    "clawback": waiting,
    "clawback_return": waiting,
    # the sentence of the line says all of it
    "draw": nothing,
    "draw_recovery": nothing,
    "manual": nothing,
    "rounding": rounding,
}
