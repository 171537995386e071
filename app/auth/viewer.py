"""Who sits at the screen. Until sign-in comes, a picker in the sidebar stands in for it."""

import streamlit as st

from app.auth.scope import Scope
from app.components.choice import choose
from app.data.marts import Candidate, Marts
from app.state.words import term, text

VIEWER = "viewer_id"


def pick_viewer(marts: Marts) -> str | None:
    """Draws the picker and gives the id of the person chosen; at first one whose pages tell something. None where there is nobody."""
    people = {person.payee_id: person for person in marts.people()}
    if not people:
        return None
    ids = list(people)
    if st.session_state.get(VIEWER) not in people:
        telling = sorted(people.values(), key=lambda person: (not person.has_attainment, not person.has_statement))
        st.session_state[VIEWER] = telling[0].payee_id
    chosen = choose(
        text("viewer.label"),
        ids,
        lambda payee_id: described(people[payee_id]),
        index=ids.index(st.session_state[VIEWER]),
        key="viewer_choice",
        help=text("viewer.help"),
    )
    # kept apart from the widget, which a page may forget
    st.session_state[VIEWER] = chosen
    st.caption(text("viewer.until_sign_in"))
    return chosen


def looking() -> tuple[Marts, Scope]:
    """What is published, and what the person at the screen may see of it."""
    marts = Marts()
    return marts, marts.scope(str(st.session_state.get(VIEWER, "")))


def described(person: Candidate) -> str:
    """`Wang Fang · Field sales · North`, `Dealer 7 · dealer`."""
    role = text("viewer.dealer") if person.payee_kind == "dealer" else term("role", person.role or "")
    parts = (person.payee_name, role, person.team_name)
    return " · ".join(part for part in parts if part)
