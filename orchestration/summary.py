"""The one page that a build leaves behind, and what the demo shows: figures of the published marts, in words."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

_SOURCES = """
    select source as source_name, count(*) filter (where status = 'landed') as file_count, sum(rows_read) as rows_read,
        sum(rows_landed) as rows_landed, sum(rows_quarantined) as rows_quarantined,
        count(*) filter (where status in ('quarantined', 'refused')) as refused_count
    from ingest.files where table_name <> '' group by source order by source"""
_PLANS = """
    select plans.plan_id, plans.plan_name, count(distinct statements.payee_id) as payees,
        sum(statements.payable) as payable, statements.currency
    from core.dim_plans as plans inner join incentives.rpt_statements as statements on plans.plan_id = statements.plan_id
    group by plans.plan_id, plans.plan_name, statements.currency order by plans.plan_id"""


def table(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[str]:
    """Rows as aligned lines; numbers to the right. Wide characters count as two."""
    cells = [[_cell(value) for value in row] for row in rows]
    widths = [max(_width(row[column]) for row in [list(header), *cells]) for column in range(len(header))]
    numeric = [bool(rows) and all(not isinstance(row[column], str) for row in rows) for column in range(len(header))]

    def line(row: Sequence[str]) -> str:
        padded = []
        for text, width, right in zip(row, widths, numeric, strict=True):
            blanks = " " * (width - _width(text))
            padded.append(blanks + text if right else text + blanks)
        return "  ".join(padded).rstrip()

    return [line(list(header)), *(line(row) for row in cells)]


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, Decimal):
        # Zeros that are only there because of the column's type say nothing.
        value = value.quantize(Decimal("0.01")) if value == round(value, 2) else value.normalize()
    return value if isinstance(value, str) else f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"


def _width(text: str) -> int:
    return sum(2 if ord(character) > 0x2E7F else 1 for character in text)


def summary(published: Path, warehouse: Path) -> str:
    """Rows per source (delivered, landed, quarantined), then payees and payable of each plan."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        sources = connection.execute(_SOURCES).fetchall()
    with duckdb.connect(str(published), read_only=True) as connection:
        plans = connection.execute(_PLANS).fetchall()
        (as_of,) = connection.execute("select max(as_of) from operations.rpt_publications").fetchall()[0]
        (credits,) = connection.execute("select count(*) from incentives.fct_credits").fetchall()[0]
        (uncredited,) = connection.execute("select count(*) from incentives.rpt_uncredited").fetchall()[0]
    lines = [f"As of {as_of}", "", "Rows by source"]
    lines += table(["source", "files", "delivered", "landed", "quarantined", "files set aside"], sources)
    lines += [
        "",
        f"{credits:,} credits; {uncredited:,} events or shares that nobody is paid for (incentives.rpt_uncredited)",
    ]
    lines += ["", "Pay by plan (estimates until the period is closed)"]
    lines += table(["plan", "name", "payees", "payable", "currency"], plans)
    return "\n".join(lines)
