"""Cards for what is not there, and the shield that keeps tracebacks away from readers."""

import logging
import secrets
from collections.abc import Callable

import streamlit as st

from app.data.connection import NothingPublished
from app.state.words import text

logger = logging.getLogger("app")


def empty_card(sentence: str) -> None:
    """A card that says why there is nothing to see."""
    with st.container(border=True):
        st.markdown(f":material/info: {sentence}")


def nothing_published_page() -> None:
    """What is shown before the first publication."""
    st.title(text("nothing.title"), anchor=False)
    st.markdown(text("nothing.what"))
    st.code("make demo\nmake app", language="shell")
    st.caption(text("nothing.own_data"))


def shielded(page: Callable[[], None]) -> None:
    """Runs a page; what goes wrong becomes a sentence with a reference under which the log has the detail."""
    try:
        page()
    except NothingPublished as reason:
        logger.info("nothing published: %s", reason)
        nothing_published_page()
    except Exception:
        reference = secrets.token_hex(3)
        logger.exception("page failed, reference %s", reference)
        st.error(text("failure.sentence", reference=reference), icon=":material/error:")
