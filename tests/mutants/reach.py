"""How far a fault reaches in a warehouse: what the changed condition was, and which rows its own step of the model gains and loses."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
from sqlglot import exp

from tests.mutants.base import execute
from tests.mutants.operators import Fault, Node, changed, parsed, printed


@dataclass(frozen=True)
class Reach:
    """
    Counts over the companies.

    `true`, `false`: rows for which the condition that holds the change is so or not; None where the change is in no condition.
    `lost`, `gained`: rows of the step that only the sound or only the faulty model has, of `rows`.
    """

    rows: int = 0
    lost: int = 0
    gained: int = 0
    true: int | None = None
    false: int | None = None

    @property
    def both_outcomes(self) -> bool:
        """Whether the companies have the changed expression come out in both ways."""
        if self.true is not None and self.false is not None:
            return self.true > 0 and self.false > 0
        return self.lost + self.gained > 0

    def __add__(self, other: Reach) -> Reach:
        return Reach(
            self.rows + other.rows,
            self.lost + other.lost,
            self.gained + other.gained,
            _sum(self.true, other.true),
            _sum(self.false, other.false),
        )

    def told(self) -> str:
        """The counts in words."""
        condition = "" if self.true is None else f"condition true {self.true:,}, not true {self.false:,}; "
        return f"{condition}{self.rows:,} rows of the step, {self.lost:,} only without and {self.gained:,} only with the fault"


def reach(connection: duckdb.DuckDBPyConnection, sql: str, fault: Fault) -> Reach:
    """Measures a fault on the relations of a warehouse; what cannot be asked apart is not counted."""
    rows, lost, gained = _step(connection, sql, fault) or (0, 0, 0)
    true, false = _condition(connection, sql, fault) or (None, None)
    return Reach(rows, lost, gained, true, false)


def _sum(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else one + other


def _asked(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[int, ...] | None:
    try:
        return tuple(execute(connection, sql)[0])
    except duckdb.Error:
        return None


def _with(tree: Node) -> str:
    ctes = tree.args.get("with_")
    return f"{printed(ctes)}, " if ctes else "WITH RECURSIVE "


def _step(connection: duckdb.DuckDBPyConnection, sql: str, fault: Fault) -> tuple[int, ...] | None:
    """The rows of the CTE that the change is in, how many of them are lost, how many are gained."""
    tree = parsed(sql)
    sound = _with(tree)
    node, new = changed(tree, fault)
    cte = node.find_ancestor(exp.CTE)
    if cte is None:
        return None
    name, was = cte.alias, printed(cte.this)
    node.replace(new)
    for table in cte.this.find_all(exp.Table):
        if table.name == name and not table.db:
            table.set("this", exp.to_identifier("step_with_fault"))
    query = f"""
        {sound} step_without_fault as ({was if name not in was else f"select * from {name}"}), step_with_fault as ({printed(cte.this)})
        select
            (select count(*) from step_without_fault),
            (select count(*) from (from step_without_fault except all from step_with_fault)),
            (select count(*) from (from step_with_fault except all from step_without_fault))
    """
    return _asked(connection, query)


def _condition(connection: duckdb.DuckDBPyConnection, sql: str, fault: Fault) -> tuple[int, ...] | None:
    """For how many rows the condition around the change holds, and for how many it does not."""
    tree = parsed(sql)
    sound = _with(tree)
    node, _ = changed(tree, fault)
    condition = node
    while condition.parent and not isinstance(
        condition.parent, exp.And | exp.Where | exp.Join | exp.If | exp.Select | exp.CTE | exp.Case
    ):
        condition = condition.parent
    parent = condition.parent
    while isinstance(parent, exp.And | exp.Paren):
        parent = parent.parent
    select = node.find_ancestor(exp.Select)
    if select is None or not isinstance(condition, exp.Condition):
        return None
    if isinstance(parent, exp.If):
        if not (
            parent.parent and isinstance(parent.parent, exp.Case) and parent.parent.this is None
        ) or condition is parent.args.get("true"):
            return None
    elif not (
        isinstance(parent, exp.Where) or (isinstance(parent, exp.Join) and parent.find_ancestor(exp.Select) is select)
    ):
        return None
    asked = printed(condition)
    if isinstance(parent, exp.Join):
        # Pairs that all other conditions of the join let through.
        parent.set("side", None)
    if isinstance(parent, exp.Where | exp.Join):
        condition.replace(exp.true())
    counted = exp.Select()
    for part in ("from_", "joins", "where"):
        counted.set(part, select.args.get(part))
    counts = f"count(*) filter ({asked}), count(*) filter (not coalesce({asked}, false))"
    query = printed(counted.select("0")).replace("SELECT 0", f"select {counts}", 1)
    return _asked(connection, f"{sound.rstrip(', ')} {query}" if tree.args.get("with_") else query)
