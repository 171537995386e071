"""Both languages say everything, and say it with the same figures."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

from app.state.words import LANGUAGES, catalogue

APP = Path(__file__).parents[2] / "app"
# families whose keys are codes of the data (term) or are put together from one (f-strings)
FAMILIES = (
    "period",
    "role",
    "board",
    "circle",
    "line_kind",
    "credit_kind",
    "factor_kind",
    "step_reason",
    "movement",
    "step",
)


def sources() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in APP.rglob("*.py"))


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def test_both_languages_have_the_same_keys_and_placeholders() -> None:
    english, chinese = catalogue("en"), catalogue("zh")
    assert english.keys() == chinese.keys()
    differing = [key for key in english if placeholders(english[key]) != placeholders(chinese[key])]
    assert differing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_asked_for_exists(language: str) -> None:
    asked = set(re.findall(r'["\']([a-z_]+\.[a-z_]+)["\']', sources()))
    families = {key.split(".")[0] for key in catalogue(language)}
    missing = {key for key in asked if key.split(".")[0] in families and key not in catalogue(language)}
    assert missing == set()


def test_no_sentence_is_left_over() -> None:
    asked = set(re.findall(r'["\']([a-z_]+\.[a-z_]+)["\']', sources()))
    assert [key for key in catalogue("en") if key not in asked and key.split(".")[0] not in FAMILIES] == []


def test_chinese_is_chinese() -> None:
    same = [
        key
        for key, sentence in catalogue("zh").items()
        if sentence == catalogue("en")[key] and re.search("[a-z]{3}", sentence)
    ]
    assert [key for key in same if placeholders(catalogue("en")[key]) == set()] == []


def test_no_page_writes_html_or_builds_sql() -> None:
    assert "unsafe_allow_html" not in sources()
    assert re.search(r'f"+\s*select\b', sources(), re.IGNORECASE) is None
    assert re.search(r"\b(now|today|utcnow|time)\(\)", sources()) is None
