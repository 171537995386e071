"""The reader's language and the words in it, from locale/en.yml and locale/zh.yml."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
import yaml

LOCALE_FOLDER = Path(__file__).parents[1] / "locale"
LANGUAGES = {"en": "English", "zh": "中文"}
_SPOKEN: ContextVar[str] = ContextVar("spoken", default="")


def flattened(tree: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Nested mapping → {"a.b.c": sentence}."""
    flat: dict[str, str] = {}
    for key, value in tree.items():
        if isinstance(value, Mapping):
            flat |= flattened(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = str(value)
    return flat


@cache
def catalogue(language: str) -> dict[str, str]:
    """All words of a language, by dotted key."""
    return flattened(yaml.safe_load((LOCALE_FOLDER / f"{language}.yml").read_text(encoding="utf-8")))


def language() -> str:
    """Language at the screen: what was chosen, else the link's ?language=, else the browser's, else English."""
    if spoken := _SPOKEN.get():
        return spoken
    if st.session_state.get("language") not in LANGUAGES:
        asked = st.query_params.get("language", "")
        browser = (st.context.locale or "")[:2]
        st.session_state["language"] = next((code for code in (asked, browser) if code in LANGUAGES), "en")
    return str(st.session_state["language"])


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """A language for what is made away from the screen, such as a file that is asked for later: no session is known there."""
    token = _SPOKEN.set(code)
    try:
        yield
    finally:
        _SPOKEN.reset(token)


def pick_language() -> None:
    """Draws the choice of language; what is chosen holds for the session, whichever page comes next."""
    st.session_state["language"] = st.segmented_control(
        "Language · 语言",
        list(LANGUAGES),
        format_func=LANGUAGES.__getitem__,
        default=language(),
        key="language_choice",
        required=True,
    )


def text(key: str, /, **values: object) -> str:
    """Sentence of a key with its {placeholders} filled; KeyError for a key that no locale file has."""
    return catalogue(language())[key].format(**values)


def term(family: str, code: str) -> str:
    """Word for a code of the data (`line_kind`, `cap`); the code itself where the data knows one that the locale does not."""
    return catalogue(language()).get(f"{family}.{code}", code)


def has_term(family: str, code: str) -> bool:
    """True when the locale has a word for the code."""
    return f"{family}.{code}" in catalogue(language())
