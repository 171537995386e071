"""A choice from a list, its words made once."""

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

import streamlit as st

T = TypeVar("T", bound=Hashable)


def choose(
    label: str,
    options: Sequence[T],
    describe: Callable[[T], str],
    *,
    key: str | None = None,
    index: int = 0,
    help: str | None = None,
) -> T:
    """
    Draws a selectbox over options (at least one) and gives the one chosen.

    Streamlit asks for the words again when an answer arrives, before the page has run and the language is known, and tells options
    apart by their words. So they are made here, once; and namesakes get a number.
    """
    words: dict[T, str] = {}
    seen: Counter[str] = Counter()
    for option in options:
        word = describe(option)
        seen[word] += 1
        words[option] = word if seen[word] == 1 else f"{word} ({seen[word]})"
    # the choice made before may be gone: the first one is the answer then
    chosen = st.selectbox(
        label, list(options), index=index, format_func=lambda each: words.get(each, ""), key=key, help=help
    )
    return chosen if chosen in words else options[index]
