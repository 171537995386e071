"""The app's frame: navigation, language, and who is looking. `streamlit run app/main.py`."""

import sys
from pathlib import Path
from typing import Literal

import streamlit as st

# `streamlit run` puts this folder on the path; what is imported is the package above it.
ROOT = str(Path(__file__).parents[1])
if ROOT not in sys.path:
    sys.path.insert(0, ROOT)

from app.auth.viewer import pick_viewer  # noqa: E402
from app.components.cards import empty_card, shielded  # noqa: E402
from app.data.marts import Marts  # noqa: E402
from app.state.words import pick_language, text  # noqa: E402


def frame() -> None:
    """Language and viewer in the sidebar, then the page chosen."""
    with st.sidebar:
        pick_language()
        marts = Marts()
        viewer_id = pick_viewer(marts)
    if viewer_id is None:
        empty_card(text("viewer.nobody"))
        return
    # A dealer has no use for boards of the company's people; the pages say so to who gets there by a link.
    inside: Literal["hidden", "visible"] = "hidden" if marts.scope(viewer_id).is_dealer else "visible"
    # not a folder called `pages`: Streamlit runs what lies in one by itself, past this frame
    chosen = st.navigation(
        [
            st.Page("views/statement.py", title=text("statement.title"), icon=":material/receipt_long:", default=True),
            st.Page(
                "views/leaderboard.py",
                title=text("leaderboard.title"),
                icon=":material/leaderboard:",
                visibility=inside,
            ),
            st.Page("views/heatmap.py", title=text("heatmap.title"), icon=":material/grid_on:", visibility=inside),
        ],
        position="top",
    )
    chosen.run()
    st.caption(text("app.as_of", as_of=marts.as_of.isoformat()))


st.set_page_config(page_title=text("app.title"), page_icon=str(Path(__file__).with_name("icon.svg")), layout="centered")
shielded(frame)
