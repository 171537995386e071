"""Faults that can be put into one SELECT statement: an operator names a class, and finds the places in the parsed SQL where it applies.

A fault replaces one node of the tree by another, so that the statement stays valid; `applied` prints the statement with it.
The arithmetic of macros/money is one operand here: what lies inside it is proved by tests/macros, and only whole factors of it are dropped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import TypeAlias

import sqlglot
from sqlglot import exp

Node: TypeAlias = exp.Expression
_SHOWN = 160
_ENDS = re.compile(r"(^|_)(valid_to|to_on|until|ends_before|ends_on|period_end|terminated_on)$")
_COMPARED = (exp.GT, exp.GTE, exp.LT, exp.LTE)
# What only the guards and scales of macros/money hold: where 64 bits suffice, and powers of ten.
_GUARDS = {"90000000", "9000000000000000000", "99999999999999"}
_POWER_OF_TEN = re.compile(r"10{3,}|0\.0{3,}1")


@dataclass(frozen=True, order=True)
class Fault:
    """One change: node `place` (in the order of the walk) becomes the operator's replacement number `variant`."""

    operator: str
    place: int
    variant: int
    where: str
    before: str
    after: str


def parsed(sql: str) -> Node:
    """The tree of a statement in DuckDB's dialect."""
    return sqlglot.parse_one(sql, read="duckdb")


def printed(tree: Node) -> str:
    """The statement of a tree."""
    return str(tree.sql(dialect="duckdb"))


@cache
def faults(sql: str, only: str = "") -> list[Fault]:
    """Every fault that the operators, or that one, find in a statement, in the order of operators and places."""
    found = []
    tree = parsed(sql)
    nodes = list(tree.walk(bfs=False))
    money = _inside_money(nodes)
    for name, replacements in OPERATORS.items():
        if only not in ("", name):
            continue
        for place, node in enumerate(nodes):
            if id(node) in money and not (money[id(node)] and name in _OF_MONEY):
                continue
            for variant, new in enumerate(replacements(node)):
                before, after = printed(node), printed(new)
                if before != after:
                    found.append(Fault(name, place, variant, _where(node), *_shown(before, after)))
    return found


def applied(sql: str, fault: Fault) -> str:
    """The statement with the fault in it."""
    tree = parsed(sql)
    node, new = changed(tree, fault)
    return printed(new if node is tree else node.replace(new) and tree)


def same_fault(sql: str, fault: Fault, other: str) -> Fault | None:
    """The fault in another compilation of the same model, with other relations and variables; None where that has no such place."""

    def alike(one: Fault) -> bool:
        return (one.operator, one.where, one.variant) == (fault.operator, fault.where, fault.variant)

    here, there = ([one for one in faults(text, fault.operator) if alike(one)] for text in (sql, other))
    return (
        there[here.index(fault)]
        if len(here) == len(there)
        else next((one for one in there if one.after == fault.after), None)
    )


def changed(tree: Node, fault: Fault) -> tuple[Node, Node]:
    """The node of the tree that the fault concerns, and what takes its place."""
    node = list(tree.walk(bfs=False))[fault.place]
    return node, list(OPERATORS[fault.operator](node))[fault.variant]


def _shown(before: str, after: str) -> tuple[str, str]:
    """Both texts, without the long part that they have in common."""
    if max(len(before), len(after)) <= _SHOWN:
        return before, after
    same = next(
        (i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), min(len(before), len(after))
    )
    start = max(0, same - 40)
    return tuple(("…" if start else "") + text[start : start + _SHOWN] for text in (before, after))  # type: ignore[return-value]


def _where(node: Node) -> str:
    cte = node.find_ancestor(exp.CTE)
    return str(cte.alias) if cte else ""


# --- what belongs to macros/money ---------------------------------------------------------------------------------------------------


def _inside_money(nodes: list[Node]) -> dict[int, bool]:
    """Each node of an expansion of macros/money; the value says whether it is the outermost one."""
    inside: dict[int, bool] = {}
    for node in nodes:
        if id(node) not in inside and _is_money(node):
            inside |= {id(part): False for part in node.walk()}
            inside[id(node)] = True
    return inside


def _is_money(node: Node) -> bool:
    if isinstance(node, exp.Case):
        return any(_guarded(branch.this) for branch in node.args["ifs"])
    if isinstance(node, exp.CTE):
        # largest_remainder().
        return bool(node.alias.startswith("spread_"))
    if isinstance(node, exp.LT):
        # fits_money().
        return bool(isinstance(node.this, exp.Mul) and _guarded(node))
    if isinstance(node, exp.Cast) and isinstance(node.this, exp.Mul):
        # unscaled(): whole units times 0.0…1.
        return bool(_POWER_OF_TEN.fullmatch(_number(node.this.expression)))
    return isinstance(node, exp.IntDiv)


def _guarded(condition: Node) -> bool:
    numbers = [_number(literal) for literal in condition.find_all(exp.Literal)]
    return any(number in _GUARDS or _POWER_OF_TEN.fullmatch(number) for number in numbers)


def _number(node: Node) -> str:
    while isinstance(node, exp.Cast | exp.Paren):
        node = node.this
    return node.name if isinstance(node, exp.Literal) and not node.is_string else ""


def _factors(node: Node) -> list[Node]:
    """The figures that a guarded product, quotient or rounding is made of, as its guards name them; of a conversion the value."""
    if not isinstance(node, exp.Case):
        return []
    fits = node.args["ifs"][0].this
    if isinstance(fits, exp.LT) and isinstance(fits.this, exp.Mul):
        return [value.this for value in list(fits.this.find_all(exp.Abs))[:1]]
    compared: dict[str, Node] = {}
    for guard in node.args["ifs"][0].this.find_all(exp.GT, bfs=False):
        if not isinstance(guard.this, exp.Literal):
            compared.setdefault(printed(guard.this), guard.this)
    return list(compared.values())


# --- operators ----------------------------------------------------------------------------------------------------------------------


def _boundary(node: Node) -> Iterator[Node]:
    """A bound that counts no longer does, or the reverse."""
    other = {exp.GT: exp.GTE, exp.GTE: exp.GT, exp.LT: exp.LTE, exp.LTE: exp.LT}.get(type(node))
    if other:
        yield other(this=node.this.copy(), expression=node.expression.copy())


def _sign(node: Node) -> Iterator[Node]:
    """Plus for minus."""
    other = {exp.Add: exp.Sub, exp.Sub: exp.Add}.get(type(node))
    if other:
        yield other(this=node.this.copy(), expression=node.expression.copy())
    if isinstance(node, exp.Neg):
        yield exp.Paren(this=node.this.copy())


def _order(node: Node) -> Iterator[Node]:
    """The last row, or tier, first; where all rows of a relation are numbered the number is only a name."""
    if isinstance(node, exp.Ordered) and not (
        isinstance(node.parent.parent, exp.Window) and _numbers_all(node.parent.parent)
    ):
        new = node.copy()
        new.set("desc", not node.args.get("desc"))
        yield new


def _numbers_all(window: exp.Window) -> bool:
    return isinstance(window.this, exp.RowNumber | exp.DenseRank) and not window.args.get("partition_by")


def _rounding(node: Node) -> Iterator[Node]:
    """Towards zero or down instead of half away from zero; one digit less."""
    if isinstance(node, exp.Round) and isinstance(node.args.get("decimals"), exp.Literal):
        yield from _rounded_otherwise(node)
    if (
        isinstance(node, exp.Case)
        and _is_money(node)
        and node.find(exp.Round)
        and len(_factors(node)) == 1
        and not node.find(exp.Abs)
    ):
        for kind in (0, 1):
            new = node.copy()
            for part in list(new.find_all(exp.Round)):
                part.replace(list(_rounded_otherwise(part))[kind])
            yield new
    half = node.find(exp.IntDiv) if isinstance(node, exp.Cast) and _is_money(node) else None
    if half and isinstance(half.this, exp.Paren) and isinstance(half.this.this, exp.Add):
        # half_up(): without what makes it half up.
        new = node.copy()
        part = new.find(exp.IntDiv)
        if part:
            part.this.this.replace(part.this.this.this.copy())
            yield new


def _rounded_otherwise(node: exp.Round) -> Iterator[Node]:
    digits = int(node.args["decimals"].name)
    just_below_half = format(Decimal("0.4999999999").scaleb(-digits), "f")
    down = exp.Sub(this=exp.Paren(this=node.this.copy()), expression=exp.Literal.number(just_below_half))
    yield exp.Round(this=down, decimals=node.args["decimals"].copy())
    yield exp.Round(
        this=node.this.copy(),
        decimals=exp.Literal.number(max(digits - 1, 0)) if digits else exp.Neg(this=exp.Literal.number(1)),
    )


def _lost_factor(node: Node) -> Iterator[Node]:
    """A share, a rate or another factor is not multiplied with."""
    if isinstance(node, exp.Mul) and not node.find(exp.Interval):
        yield node.this.copy()
        yield node.expression.copy()
    factors = _factors(node) if isinstance(node, exp.Case) and _is_money(node) else []
    if len(factors) == 2 or (factors and node.find(exp.Abs)):
        for factor in factors:
            yield exp.cast(factor.copy(), "decimal(28, 10)", dialect="duckdb")


def _ignored_end(node: Node) -> Iterator[Node]:
    """What has ended goes on: a comparison with valid_to, until and their like is not made."""
    if _is_conjunct(node) and any(
        _ENDS.search(column.name) for compared in node.find_all(*_COMPARED) for column in compared.find_all(exp.Column)
    ):
        yield exp.true()


def _wrong_key(node: Node) -> Iterator[Node]:
    """A join on one key less, or on another column of the same kind."""
    if not (_is_conjunct(node) and isinstance(_clause(node), exp.Join)):
        return
    if isinstance(node, exp.EQ) and isinstance(node.parent, exp.And):
        yield exp.true()
    if isinstance(node, exp.EQ) and isinstance(node.this, exp.Column) and isinstance(node.expression, exp.Column):
        for side in ("expression", "this"):
            column = node.args[side]
            for name in _columns_like(column)[:1]:
                new = node.copy()
                new.set(side, exp.column(name, table=column.table))
                yield new


def _dropped_filter(node: Node) -> Iterator[Node]:
    """A condition that rows must meet is not asked."""
    if _is_conjunct(node) and isinstance(_clause(node), exp.Where | exp.Having | exp.Qualify):
        yield exp.true()


def _swapped_branches(node: Node) -> Iterator[Node]:
    """What holds in one case is given in the other."""
    if not isinstance(node, exp.Case):
        return
    branches = node.args["ifs"]
    if len(branches) > 1 or node.args.get("default") is not None:
        new = node.copy()
        first = new.args["ifs"][0].args["true"]
        second = new.args["ifs"][1].args["true"] if len(branches) > 1 else new.args["default"]
        one, other = first.copy(), second.copy()
        first.replace(other)
        second.replace(one)
        yield new


def _coalesce_default(node: Node) -> Iterator[Node]:
    """Another default, or none."""
    if isinstance(node, exp.Coalesce) and node.expressions:
        default = node.expressions[-1]
        if isinstance(default, exp.Literal) and not default.is_string:
            new = node.copy()
            new.expressions[-1].replace(_plus_one(default))
            yield new
        elif len(node.expressions) == 1:
            yield node.this.copy()


def _inner_join(node: Node) -> Iterator[Node]:
    """Rows without a counterpart are lost."""
    if isinstance(node, exp.Join) and node.side == "LEFT" and not node.kind:
        new = node.copy()
        new.set("side", None)
        new.set("kind", "INNER")
        yield new


def _lost_branch(node: Node) -> Iterator[Node]:
    """One side of a union is not there."""
    if isinstance(node, exp.Union) and not node.args.get("with_"):
        yield node.this.copy()
        if not isinstance(node.this, exp.Union):
            yield node.expression.copy()


def _constant(node: Node) -> Iterator[Node]:
    """One more or one less."""
    if (
        isinstance(node, exp.Literal)
        and node.name.isdigit()
        and len(node.name) < 9
        and not node.is_string
        and not isinstance(node.parent, exp.DataTypeParam | exp.DataType | exp.Round | exp.Coalesce | exp.Limit)
    ):
        for by in (1, -1) if int(node.name) else (1,):
            new = node.copy()
            new.set("this", str(int(node.name) + by))
            yield new


def _not_distinct(node: Node) -> Iterator[Node]:
    """What is there twice counts twice."""
    if isinstance(node, exp.Select) and node.args.get("distinct"):
        new = node.copy()
        new.set("distinct", None)
        yield new
    if isinstance(node, exp.Union) and node.args.get("distinct") and not isinstance(node.parent, exp.Union):
        new = node.copy()
        new.set("distinct", False)
        yield new
    if isinstance(node, exp.Count) and isinstance(node.this, exp.Distinct) and len(node.this.expressions) == 1:
        new = node.copy()
        new.set("this", node.this.expressions[0].copy())
        yield new


def _aggregate(node: Node) -> Iterator[Node]:
    """The least for the most, the most for the sum."""
    other = {
        exp.Min: exp.Max,
        exp.Max: exp.Min,
        exp.Sum: exp.Max,
        exp.LogicalOr: exp.LogicalAnd,
        exp.LogicalAnd: exp.LogicalOr,
        exp.ArgMax: exp.ArgMin,
        exp.ArgMin: exp.ArgMax,
        exp.Greatest: exp.Least,
        exp.Least: exp.Greatest,
    }.get(type(node))
    if other:
        new = other(**{key: value for key, value in node.copy().args.items() if key in other.arg_types})
        yield new


OPERATORS: Mapping[str, Callable[[Node], Iterator[Node]]] = {
    "boundary": _boundary,
    "sign": _sign,
    "order": _order,
    "rounding": _rounding,
    "lost factor": _lost_factor,
    "ignored valid_to": _ignored_end,
    "wrong join key": _wrong_key,
    "dropped filter": _dropped_filter,
    "swapped branches": _swapped_branches,
    "coalesce default": _coalesce_default,
    "left join to inner": _inner_join,
    "lost branch of a union": _lost_branch,
    "constant": _constant,
    "distinct dropped": _not_distinct,
    "aggregate": _aggregate,
}
# Operators that also apply to an expansion of macros/money as a whole.
_OF_MONEY = {"rounding", "lost factor"}


def _plus_one(literal: exp.Literal) -> Node:
    return exp.Literal.number(str(Decimal(literal.name) + 1))


def _clause(node: Node) -> Node | None:
    """The clause that a condition stands in: what its chain of `and` hangs from."""
    parent = node.parent
    while isinstance(parent, exp.And | exp.Paren):
        parent = parent.parent
    return parent


def _is_conjunct(node: Node) -> bool:
    """Whether the node is one of the conditions that must all hold for a row, a pair of rows, or a branch of a case."""
    if isinstance(node, exp.And | exp.Boolean) or not isinstance(node, exp.Condition):
        return False
    if isinstance(node, exp.Paren) and isinstance(node.this, exp.And):
        return False
    clause = _clause(node)
    if isinstance(clause, exp.Join):
        return bool(
            node.find_ancestor(exp.Join) is clause and clause.args.get("on") and _below(node, clause.args["on"])
        )
    if isinstance(clause, exp.If):
        return _below(node, clause.this) and not _is_simple_case(clause)
    return isinstance(clause, exp.Where | exp.Having | exp.Qualify)


def _is_simple_case(branch: exp.If) -> bool:
    return isinstance(branch.parent, exp.Case) and branch.parent.this is not None


def _below(node: Node, top: Node) -> bool:
    part: Node | None = node
    while part is not None and part is not top:
        part = part.parent
    return part is top


def _columns_like(column: exp.Column) -> list[str]:
    """Other columns of the CTE that the column comes from, with the same last word of their name: the same type."""
    select = column.find_ancestor(exp.Select)
    root = column.root()
    if select is None or not column.table:
        return []
    source = next((table.name for table in select.find_all(exp.Table) if table.alias_or_name == column.table), "")
    cte = next((cte for cte in root.find_all(exp.CTE) if cte.alias == source), None)
    if cte is None or not isinstance(cte.this, exp.Select):
        return []
    kind = column.name.rsplit("_", 1)[-1]
    names = [projection.alias_or_name for projection in cte.this.expressions]
    return sorted(name for name in names if name != column.name and name.rsplit("_", 1)[-1] == kind and name != "*")
