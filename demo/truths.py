"""What is planted in the company with a known size (truths.yml), or, with `--truths none`, the same company without it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Self

import yaml

from demo import catalogue

CATALOGUE: dict[str, dict[str, Any]] = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"))


def since(truth: str, key: str = "since") -> date:
    """The first day of a truth that has one."""
    day: date = CATALOGUE[truth][key]
    return day


@dataclass(frozen=True)
class Truths:
    """The size of each truth in this company: what is planted, or what stands for nothing."""

    visits: float
    conversations: float
    policy: float
    slump: float
    product_line: float
    territory: float
    claims: float
    splits: float

    @classmethod
    def sizes(cls, planted: bool) -> Self:
        """In the order of truths.yml."""
        return cls(*(float(truth["size" if planted else "without"]) for truth in CATALOGUE.values()))


#: Names of the truths as truths.yml has them, by the field of Truths.
NAMES = dict(zip(Truths.__dataclass_fields__, CATALOGUE, strict=True))
POLICY = CATALOGUE[NAMES["policy"]]
STOPPED_LINE = list(catalogue.PRODUCTS).index(CATALOGUE[NAMES["product_line"]]["product_line"])
POOR_TEAM: str = CATALOGUE[NAMES["territory"]]["team"]
#: Hundredths of CNY that a split deal's orders stay under.
LIMIT = 100 * int(CATALOGUE[NAMES["splits"]]["limit"])
