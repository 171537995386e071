"""The raw and plan contracts as the runner needs them: keys and columns, read from the ingest package."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

CONTRACTS = Path(__file__).resolve().parents[2] / "orchestration" / "ingest" / "contract"


@dataclass(frozen=True)
class Table:
    """A landed table: the columns of its key, and each column with its type as the contract writes it (`text!`)."""

    key: tuple[str, ...]
    columns: Mapping[str, str]


@cache
def read_contract(folder: Path = CONTRACTS) -> dict[str, Table]:
    """Reads both contracts; tables are named as in landing: `crm.users`, and `plans.quotas` for the plan tables."""
    tables: dict[str, Table] = {}
    for file, source in (("raw.yml", ""), ("plans.yml", "plans.")):
        content = yaml.safe_load((folder / file).read_text(encoding="utf-8"))
        for name, table in content.items():
            columns = {column: str(form) for column, form in table["columns"].items()}
            tables[f"{source}{name}"] = Table(tuple(table["key"]), columns)
    return tables
