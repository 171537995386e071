"""A component of a plan as a card: what it pays, how far one is, and what the next tier brings."""

from collections.abc import Sequence
from decimal import Decimal

import streamlit as st

from app.data.marts import Component, Tier
from app.data.reference import measure_name
from app.state.formats import in_measure, money, number, percent, plain, rate_in_words, tier_bound
from app.state.words import language, text

# What the amount of a tier is, by the methods that pay one.
AMOUNTS = {
    "flat": "component.amount_an_event",
    "marginal": "component.amount_on_entering",
    "step": "component.amount",
    "milestones": "component.amount",
    "rank": "component.amount",
}


def component_card(component: Component, tiers: Sequence[Tier], *, is_over: bool) -> None:
    """Draws the card; is_over: the period has ended, so that nothing more can be reached."""
    with st.container(border=True):
        with st.container(horizontal=True, horizontal_alignment="distribute"):
            st.markdown(f"**{plain(component.component_name)}**", width="content")
            st.markdown(f"**{plain(money(component.amount, component.currency))}**", width="content")
        if component.method not in ("rank", "scorecard"):
            st.markdown(plain(so_far(component)))
        if component.next_tier_from:
            st.progress(way_to_next_tier(component))
        st.markdown(prospect(component, tiers, is_over=is_over))
        if len(tiers) > 1:
            st.markdown(ladder(component, tiers))
        for limit, key in (
            (component.cap_per_period, "component.cap"),
            (component.floor_per_period, "component.floor"),
        ):
            if limit is not None:
                st.caption(text(key, limit=plain(money(limit, component.currency))))


def so_far(component: Component) -> str:
    """`Revenue booked: CNY 1,437,108.05, 89.8% of CNY 1,600,000.00`."""
    name = measure_name(component.measure, language())
    actual = in_measure(component.actual, component.measure, component.currency)
    if component.attainment is None or component.tier_key != "attainment":
        return text("component.so_far", measure=name, actual=actual)
    quota = in_measure(component.quota, component.measure, component.currency)
    return text(
        "component.so_far_of_quota", measure=name, actual=actual, attainment=percent(component.attainment), quota=quota
    )


def prospect(component: Component, tiers: Sequence[Tier], *, is_over: bool) -> str:
    """What comes next, as a sentence: the next tier and what it pays, or why there is none."""
    if component.tier_key == "attainment" and component.quota is None:
        return f":material/help: {text('component.no_quota')}"
    if component.next_tier_from is None or component.gap_to_next_tier is None:
        told = component.explanation_zh if language() == "zh" else component.explanation
        if told:
            return plain(told)
        if component.method == "flat" or len(tiers) < 2:
            return text("component.flat", pays=plain(tier_pays(tiers[0], component)) if tiers else text("unit.none"))
        if component.accumulate == "event":
            return text("component.each_event")
        return (
            f":material/check_circle: {text('component.top_tier')}"
            if component.rate is not None
            else text("component.no_tier")
        )
    gap = plain(in_measure(component.gap_to_next_tier, component.measure, component.currency))
    bound = plain(tier_bound(component.next_tier_from, component.tier_key, component.measure, component.currency))
    if is_over:
        return text("component.short_of_tier", gap=gap, bound=bound)
    sentence = text("component.next_tier", gap=gap, bound=bound, then=plain(pays_beyond(component, tiers)))
    if component.reward_at_next_tier:
        reward = plain(money(component.reward_at_next_tier, component.currency))
        sentence = f"{sentence} {text('component.reward', reward=reward)}"
    return f":material/trending_up: {sentence}"


def pays_beyond(component: Component, tiers: Sequence[Tier]) -> str:
    """What the next tier pays."""
    ahead = (
        tier
        for tier in tiers
        if (tier.component_id, tier.tier_from) == (component.component_id, component.next_tier_from)
    )
    following = next(ahead, None)
    return tier_pays(following, component) if following else text("unit.none")


def way_to_next_tier(component: Component) -> float:
    """How much of the way from nothing to the next tier is done, for a bar; 0 to 1."""
    position = component.attainment if component.tier_key == "attainment" else component.actual
    share = (position or Decimal(0)) / (component.next_tier_from or Decimal(1))
    return float(min(max(share, Decimal(0)), Decimal(1)))


def ladder(component: Component, tiers: Sequence[Tier]) -> str:
    """All tiers as badges, the one that pays now in colour."""
    return " ".join(
        f":{'blue' if tier == current_tier(component, tiers) else 'gray'}-badge[{tier_words(tier, component)}]"
        for tier in tiers
    )


def current_tier(component: Component, tiers: Sequence[Tier]) -> Tier | None:
    """The tier that pays now: the one before the next, else the last; None while none does, or a place decides."""
    if component.method in ("step", "milestones", "interpolated"):
        reached = component.attainment if component.tier_key == "attainment" else component.actual
        return next((tier for tier in reversed(tiers) if reached is not None and tier.tier_from <= reached), None)
    if component.method == "scorecard":
        return next((tier for tier in reversed(tiers) if tier.rate == component.rate), None)
    if component.rate is None:
        return None
    if component.next_tier_from is None:
        return tiers[-1]
    return next((tier for tier in reversed(tiers) if tier.tier_from < component.next_tier_from), None)


def tier_words(tier: Tier, component: Component) -> str:
    """`from 80%: 3.5%`; in a contest `place 1: CNY 6,000.00`."""
    if component.method == "rank":
        return text("component.place", place=plain(number(tier.tier_from)), pays=plain(tier_pays(tier, component)))
    bound = plain(tier_bound(tier.tier_from, component.tier_key, component.measure, component.currency))
    return text("component.tier", bound=bound, pays=plain(tier_pays(tier, component)))


def tier_pays(tier: Tier, component: Component) -> str:
    """`3.5%`, `CNY 30.00 each`, `80% of the target`, `CNY 800.00 an event`, or both; `nothing` for a tier that pays nothing."""
    parts = []
    if tier.rate and component.method in ("step", "interpolated", "scorecard"):
        if component.method != "step" or tier.amount is None:
            parts.append(text("component.of_target", share=percent(tier.rate, 4)))
    elif tier.rate and component.method not in ("milestones", "rank"):
        parts.append(rate_in_words(tier.rate, component.measure, component.currency))
    if tier.amount and component.method in AMOUNTS:
        parts.append(text(AMOUNTS[component.method], amount=money(tier.amount, component.currency)))
    return " + ".join(parts) or text("component.pays_nothing")
