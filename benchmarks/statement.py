"""What a seller asks of W(n), calculated: one quarter's lines with both explanations, and the steps of one of them.

`python -m benchmarks.statement DIR`, after the engine has run there, prints a JSON line for each: the statement in the middle by number
of lines, the steps of its last line, and the longest statement of all. What the marts need beside the models of the engine is built
first and not timed; reading is, with a connection of its own each time, as the app has after a publication.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from benchmarks.engine import compile_models, connect, statements
from benchmarks.measured import Measured

MARTS = ("fct_payout_lines", "fct_payout_factors")
READS = 3
QUARTERS = """
select payee_id, period_start, sum(totals.line_count) as line_count
from intermediate.int_payout_totals as totals inner join intermediate.int_payout_groups using (group_no)
group by all
having sum(totals.line_count) > 0
order by sum(totals.line_count), payee_id, period_start
"""
LINES = """
select payout_line_id, component_id, occurred_on, amount, explanation, explanation_zh
from incentives.fct_payout_lines
where payee_id = $payee_id and period_start = $period_start
order by component_id, occurred_on, payout_line_id
"""
STEPS = """
select * from incentives.fct_payout_factors
where payee_id = $payee_id and payout_line_id = $payout_line_id
order by seq
"""


def run(folder: Path) -> None:
    """Prints what each question takes."""
    warehouse = folder / "engine/warehouse.duckdb"
    compile_models(MARTS, warehouse, folder)
    with connect(warehouse) as connection:
        there = {row[0] for row in connection.execute("select table_name from duckdb_tables()").fetchall()}
        for name, statement in statements(folder / ".dbt/target"):
            if name not in there:
                connection.execute(statement)
        quarters = connection.execute(QUARTERS).fetchall()
    middle, longest = (
        {"payee_id": row[0], "period_start": row[1]} for row in (quarters[len(quarters) // 2], quarters[-1])
    )
    lines = _asked(warehouse, "statement", LINES, middle)
    _asked(warehouse, "steps of a line", STEPS, {"payee_id": middle["payee_id"], "payout_line_id": lines[-1][0]})
    _asked(warehouse, "longest of all", LINES, longest)


def _asked(warehouse: Path, what: str, query: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of the answer; prints the best of some readings."""
    told = []
    for _ in range(READS):
        measured = Measured(what)
        with connect(warehouse, read_only=True) as connection:
            rows = connection.execute(query, values).fetchall()
        measured.mark("read")
        told.append(measured.result(len(rows), rows[0][3] if query == LINES else 0))
    Measured.tell(min(told, key=lambda result: float(str(result["seconds"]))))
    return rows


if __name__ == "__main__":
    run(Path(sys.argv[1]))
