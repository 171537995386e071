"""My statement: what is earned and expected, what the next tier brings, and every line down to its raw file and row."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

import streamlit as st

from app.auth.scope import Person, Scope
from app.auth.viewer import looking
from app.components.cards import empty_card, shielded
from app.components.choice import choose
from app.components.component_card import component_card, pays_beyond
from app.components.figures import Figure, figure_line
from app.components.periods import pick_period
from app.components.statement_pdf import MOVEMENTS, font, statement_pdf
from app.components.trace import draw_trace, line_label
from app.data.marts import Component, Marts, Period, Statement, Tier, UnpaidCredit
from app.data.reference import measure_name
from app.state.formats import compact_in_measure, money, percent, period_label, plain, signed_money, tier_bound
from app.state.words import language, speaking, text

PAGE_SIZE = 20


def page() -> None:
    """The statement of one person in one period."""
    marts, scope = looking()
    st.title(text("statement.title"), anchor=False)
    person = pick_person(scope)
    if person is None:
        empty_card(text("statement.unknown_viewer"))
        return
    periods = marts.statement_periods(scope, person.payee_id)
    if not periods:
        empty_card(
            text("statement.choose" if scope.leads_people else "statement.no_plan", name=plain(person.payee_name))
        )
        return
    period = pick_period(periods, key="statement_period")
    statements = marts.statements(scope, person.payee_id, period)
    components = marts.components(scope, person.payee_id, period)
    is_over = period.period_end <= marts.as_of
    draw_status(statements, period, is_over=is_over)
    tiers = marts.tiers([component.component_id for component in components])
    figure_line(figures(statements, components, tiers, is_over=is_over))
    draw_movements(statements)
    draw_unpaid(marts.unpaid_credits(scope, person.payee_id, period))
    draw_plans(statements, components, tiers, is_over=is_over)
    advances = [advances_of(statement) for statement in statements if statement.plan_line_count]
    draw_lines(marts, scope, person, period, [*components, *advances])
    draw_pdf(marts, scope, person, period, statements, [*components, *advances])


def advances_of(statement: Statement) -> Component:
    """What a plan advances and recovers and what is done by hand, where it belongs to no component, as one to choose lines of."""
    return Component(
        component_id="",
        plan_id=statement.plan_id,
        component_name=text("lines.draws", plan=statement.plan_name),
        method="",
        measure="",
        tier_key="",
        actual=None,
        quota=None,
        attainment=None,
        rate=None,
        next_tier_from=None,
        gap_to_next_tier=None,
        reward_at_next_tier=None,
        currency=statement.currency,
        cap_per_period=None,
        floor_per_period=None,
        amount=statement.plan_line_amount,
        line_count=statement.plan_line_count,
    )


def pick_person(scope: Scope) -> Person | None:
    """The viewer; a leader chooses among the people in sight. None when the company does not know the viewer."""
    if scope.viewer is None or not scope.leads_people:
        return scope.viewer
    return choose(
        text("statement.person"), scope.people, lambda person: described(person, scope), key="statement_person"
    )


def described(person: Person, scope: Scope) -> str:
    """`Wang Fang · North`; the viewer is marked."""
    name = text("board.own_name", name=person.payee_name) if person.payee_id == scope.viewer_id else person.payee_name
    return " · ".join(part for part in (name, person.team_name) if part)


def draw_status(statements: Sequence[Statement], period: Period, *, is_over: bool) -> None:
    """Whether the figures may still change, and until when."""
    if all(statement.status == "closed" for statement in statements):
        key = "statement.closed"
    else:
        key = "statement.over" if is_over else "statement.live"
    last_day = period.period_end - timedelta(days=1)
    st.caption(text(key, period=period_label(period.period, period.period_start), last_day=last_day.isoformat()))


def figures(
    statements: Sequence[Statement], components: Sequence[Component], tiers: Sequence[Tier], *, is_over: bool
) -> list[Figure]:
    """Attainment, earned, expected, next tier."""
    is_closed = all(statement.status == "closed" for statement in statements)
    return [
        attainment_figure(components),
        Figure(text("figure.earned_final" if is_over else "figure.earned"), *in_currencies(statements, "earned")),
        Figure(text("figure.paid" if is_closed else "figure.expected"), *in_currencies(statements, "payable")),
        next_tier_figure(components, tiers, is_over=is_over),
    ]


def in_currencies(statements: Sequence[Statement], column: str) -> tuple[str, str]:
    """Sum over the plans, one a currency: unlike currencies are never added. Those after the first stand below it, points last."""
    totals: dict[str, Decimal] = {}
    for statement in statements:
        totals[statement.currency] = totals.get(statement.currency, Decimal(0)) + getattr(statement, column)
    first, *others = [money(totals[currency], currency) for currency in sorted(totals, key=lambda each: each == "PTS")]
    return first, " ".join(f"+ {other}" for other in others)


def leading(components: Sequence[Component]) -> Component | None:
    """The component that the line of figures speaks of: one that goes by attainment, else the one that pays most."""
    return max(components, key=lambda component: (component.tier_key == "attainment", component.amount), default=None)


def attainment_figure(components: Sequence[Component]) -> Figure:
    """Attainment of quota; `unknown` without a quota; what was achieved where the plan knows no quota."""
    main = leading(components)
    if main is None:
        return Figure(text("figure.attainment"), text("unit.none"))
    actual = compact_in_measure(main.actual, main.measure, main.currency)
    if main.tier_key != "attainment":
        return Figure(measure_name(main.measure, language()), actual, text("figure.no_quota_in_plan"))
    if main.attainment is None:
        return Figure(text("figure.attainment"), text("figure.unknown"), text("figure.no_quota_set"))
    quota = compact_in_measure(main.quota, main.measure, main.currency)
    return Figure(
        text("figure.attainment"), percent(main.attainment), text("figure.of_quota", actual=actual, quota=quota)
    )


def next_tier_figure(components: Sequence[Component], tiers: Sequence[Tier], *, is_over: bool) -> Figure:
    """The next tier within reach that pays most."""
    label = text("figure.next_tier")
    if is_over:
        return Figure(label, text("unit.none"), text("figure.period_over"))
    ahead = [component for component in components if component.next_tier_from is not None]
    if not ahead and any(component.tier_key == "attainment" and component.quota is None for component in components):
        return Figure(label, text("figure.unknown"), text("figure.no_quota_set"))
    if not ahead:
        return Figure(label, text("unit.none"), text("figure.no_next_tier"))
    best = max(ahead, key=lambda component: component.reward_at_next_tier or Decimal(0))
    name = measure_name(best.measure, language())
    gap = compact_in_measure(best.gap_to_next_tier, best.measure, best.currency)
    bound = tier_bound(best.next_tier_from or Decimal(0), best.tier_key, best.measure, best.currency)
    if best.reward_at_next_tier:
        reward = signed_money(best.reward_at_next_tier, best.currency)
        return Figure(label, gap, text("figure.to_tier", measure=name, bound=bound, reward=reward))
    # reaching a bound may pay nothing by itself: what counts is what lies beyond
    return Figure(label, gap, text("figure.to_tier_then", measure=name, bound=bound, then=pays_beyond(best, tiers)))


def draw_movements(statements: Sequence[Statement]) -> None:
    """How earned becomes payable, where anything lies between."""
    for statement in statements:
        moved = [(column, amount) for column in MOVEMENTS if (amount := getattr(statement, column))]
        if moved:
            steps = "".join(
                text("movement.step", name=text(f"movement.{column}"), amount=signed_money(amount, statement.currency))
                for column, amount in moved
            )
            earned, payable = (money(amount, statement.currency) for amount in (statement.earned, statement.payable))
            st.markdown(
                plain(text("movement.sentence", plan=statement.plan_name, earned=earned, steps=steps, payable=payable))
            )


def draw_unpaid(credits: Sequence[UnpaidCredit]) -> None:
    """Credits that wait for an exchange rate."""
    if not credits:
        return
    with st.expander(text("unpaid.title", count=len(credits)), icon=":material/currency_exchange:"):
        st.markdown(text("unpaid.why"))
        rows = (
            f"- {plain(f'{credit.occurred_on} · {credit.component_name} · {money(credit.value, credit.currency or str())}')}"
            for credit in credits
        )
        st.markdown("\n".join(rows))


def draw_plans(
    statements: Sequence[Statement], components: Sequence[Component], tiers: Sequence[Tier], *, is_over: bool
) -> None:
    """A card a component, under the name of its plan."""
    for statement in statements:
        st.subheader(plain(statement.plan_name), anchor=False)
        own = [component for component in components if component.plan_id == statement.plan_id]
        if not own:
            empty_card(text("statement.no_components"))
        for component in own:
            component_card(
                component, [tier for tier in tiers if tier.component_id == component.component_id], is_over=is_over
            )


@st.fragment
def draw_lines(marts: Marts, scope: Scope, person: Person, period: Period, components: Sequence[Component]) -> None:
    """The lines of one component or plan; choosing, searching and opening redraw this part alone, so it is shielded by itself."""
    shielded(lambda: lines_of_components(marts, scope, person, period, components))


def lines_of_components(
    marts: Marts, scope: Scope, person: Person, period: Period, components: Sequence[Component]
) -> None:
    """Choice of a component or of a plan's draws, search, a page of lines."""
    st.subheader(text("lines.title"), anchor=False)
    with_lines = {(each.plan_id, each.component_id): each for each in components if each.line_count}
    if not with_lines:
        empty_card(text("lines.none"))
        return
    most = leading(list(with_lines.values()))
    ids = list(with_lines)
    chosen = choose(
        text("lines.component"),
        ids,
        lambda key: component_choice(with_lines[key]),
        index=ids.index((most.plan_id, most.component_id)) if most else 0,
    )
    component = with_lines[chosen]
    find = st.text_input(text("lines.find"), type="search", placeholder=text("lines.find_example"), max_chars=100)
    # another person, period, component or search begins at the first page again
    page_key = f"lines_page {person.payee_id} {period} {chosen} {find}"
    first_row = (int(st.session_state.get(page_key, 1)) - 1) * PAGE_SIZE
    lines = marts.lines(scope, person.payee_id, period, component, find=find, first_row=first_row, page_size=PAGE_SIZE)
    if not lines:
        empty_card(text("lines.none_found", find=plain(find)))
        return
    st.caption(text("lines.open_one"))
    for line in lines:
        opened = st.expander(line_label(line), key=f"line {line.payout_line_id}", on_change="rerun")
        if opened.open:
            with opened:
                draw_trace(line, component, marts.steps(scope, person.payee_id, line))
    pages = -(-lines[0].found_count // PAGE_SIZE)
    st.caption(text("lines.count", count=lines[0].found_count))
    if pages > 1:
        st.pagination(pages, key=page_key, max_visible_pages=5)


def draw_pdf(
    marts: Marts,
    scope: Scope,
    person: Person,
    period: Period,
    statements: Sequence[Statement],
    components: Sequence[Component],
) -> None:
    """The statement as a file, made when it is asked for."""
    font_file = font()
    if font_file is None:
        st.caption(text("pdf.no_font"))
        return

    spoken = language()

    def made() -> bytes:
        with speaking(spoken):
            lines_of = (
                (
                    component,
                    marts.lines(scope, person.payee_id, period, component, first_row=0, page_size=component.line_count),
                )
                for component in components
                if component.line_count
            )
            return statement_pdf(person, period, marts.as_of, statements, lines_of, font_file)

    name = f"{person.payee_id}_{period_label(period.period, period.period_start).replace(' ', '-')}.pdf"
    st.download_button(text("pdf.make"), made, file_name=name, mime="application/pdf", icon=":material/picture_as_pdf:")


def component_choice(component: Component) -> str:
    """`Commission on bookings · CNY 45,123.00 · 123 lines`."""
    amount = money(component.amount, component.currency)
    return " · ".join((component.component_name, amount, text("lines.count", count=component.line_count)))


if __name__ == "__main__":
    shielded(page)
