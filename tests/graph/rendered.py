"""The SQL that runs, read for what no model may do: divide, multiply columns, float, know a plan or the demo by name.

The models are rendered in a copy of the project in which every macro of macros/money stands for its bare name
(`mul10(a, b)` renders as `mul10(a, b)`): what is inside that folder is proved by tests/macros against Decimal, and
nothing outside it can hide in Jinja.
"""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

from tests.plans.conftest import plan_contract

ROOT = Path(__file__).resolve().parents[2]

MACRO = re.compile(r"\{%-?\s*macro\s+(\w+)\(([^)]*)\)")
DISPATCHED = re.compile(r"^(default|spark|duckdb)__")
DEMO_NAMES = ("huaxing", "hua xing", "华兴", "華興")

TOKEN = re.compile(
    r"""
    (?P<comment>--[^\n]*|/\*.*?\*/)
    | (?P<text>'(?:[^']|'')*')
    | (?P<quoted>"(?:[^"]|"")*")
    | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
    | (?P<word>[A-Za-z_]\w*)
    | (?P<sign>\S)
    """,
    re.VERBOSE | re.DOTALL,
)
FLOAT_TYPES = frozenset({"float", "float4", "float8", "double", "real"})
# Functions that divide, multiply, or answer in floating point.
FLOAT_FUNCTIONS = frozenset(
    "avg mean median stddev stddev_samp stddev_pop variance var_samp var_pop percentile_cont quantile_cont corr"
    " sqrt cbrt exp ln log log2 log10 pow power divide fdiv multiply product random".split()
)
# Words after which `*` is a list of columns and before which an operand has ended.
NO_OPERAND = frozenset(
    "select distinct all and or not on where having by as then else when case in is between like from join using over end"
    " order group partition limit with union inner left right full cross outer values".split()
)


class Token:
    """A piece of SQL: kind (text, quoted, number, word, sign) and value."""

    def __init__(self, kind: str, value: str) -> None:
        self.kind = kind
        self.value = value

    def __repr__(self) -> str:
        return self.value

    @property
    def word(self) -> str:
        """The word in lower case; empty for what is no bare word."""
        return self.value.lower() if self.kind == "word" else ""


def tokens(sql: str) -> list[Token]:
    """SQL without comments and blanks."""
    return [Token(str(match.lastgroup), match.group()) for match in TOKEN.finditer(sql) if match.lastgroup != "comment"]


def divisions(sql: str) -> list[str]:
    """`/` and `//` outside comments and texts."""
    found = tokens(sql)
    return [f"divides: {_around(found, place)}" for place, token in enumerate(found) if token.value == "/"]


def floats(sql: str) -> list[str]:
    """Floating-point types and literals, and functions that answer in them."""
    found = tokens(sql)
    said = []
    for place, token in enumerate(found):
        called = place + 1 < len(found) and found[place + 1].value == "("
        if token.word in FLOAT_TYPES:
            said.append(f"type {token.value}: {_around(found, place)}")
        elif token.kind == "number" and "e" in token.value.lower():
            said.append(f"floating-point literal: {_around(found, place)}")
        elif called and token.word in FLOAT_FUNCTIONS:
            said.append(f"function {token.value}: {_around(found, place)}")
    return said


def products(sql: str) -> list[str]:
    """Products in which two factors are no literal numbers, however many literals stand between them."""
    found = tokens(sql)
    said, seen = [], set()
    for place, token in enumerate(found):
        if token.value != "*" or place in seen or not _multiplies(found, place):
            continue
        stars, unknown = [place], 0
        start = _operand_before(found, place)
        unknown += not _is_literal(found[start:place])
        while True:
            end = _operand_after(found, stars[-1])
            unknown += not _is_literal(found[stars[-1] + 1 : end])
            if end < len(found) and found[end].value == "*":
                stars.append(end)
            else:
                break
        seen.update(stars)
        if unknown > 1:
            said.append("product of two columns: " + " ".join(piece.value for piece in found[start:end][:30]))
    return said


def _multiplies(found: Sequence[Token], place: int) -> bool:
    """Whether the star at `place` is an operator: it follows an operand (not `count(*)`, `t.*`, `select *`)."""
    if place == 0:
        return False
    before = found[place - 1]
    return (
        before.kind in ("number", "text", "quoted")
        or before.value in (")", "]")
        or (before.kind == "word" and (before.word not in NO_OPERAND or before.word == "end"))
    )


def _operand_before(found: Sequence[Token], place: int) -> int:
    """Index at which the operand that ends before `place` starts: a name, a call, brackets, a case."""
    start = place - 1
    if found[start].value == ")":
        start = _matching(found, start, -1, "(", ")")
        if start > 0 and found[start - 1].kind == "word" and found[start - 1].word not in NO_OPERAND:
            start -= 1
    elif found[start].word == "end":
        start = _matching(found, start, -1, "case", "end")
    while start > 1 and found[start - 1].value == ".":
        start -= 2
    return start


def _operand_after(found: Sequence[Token], place: int) -> int:
    """Index after the operand that starts behind the operator at `place`."""
    at = place + 1
    while at < len(found) and found[at].value in ("+", "-"):
        at += 1
    if at >= len(found):
        return at
    if found[at].word == "case":
        return _matching(found, at, 1, "end", "case") + 1
    if found[at].word == "interval":
        return min(at + 3, len(found))
    if found[at].value != "(":
        at += 1
        while at < len(found) and found[at].value == ".":
            at += 2
    if at < len(found) and found[at].value == "(":
        at = _matching(found, at, 1, ")", "(") + 1
    return at


def _matching(found: Sequence[Token], place: int, step: int, partner: str, own: str) -> int:
    """Index of the bracket (or case, end) that belongs to the one at `place`."""
    depth, at = 0, place
    while 0 <= at < len(found):
        value = found[at].value.lower()
        depth += (value == own) - (value == partner)
        if depth == 0:
            return at
        at += step
    return place


def _is_literal(operand: Sequence[Token]) -> bool:
    """A number, signed, in brackets or cast (`-1`, `cast(100 as decimal)`), or a span of time (`interval '1 day'`)."""
    if operand and operand[0].word == "interval":
        return True
    words = [token.word for token in operand]
    if words[:2] == ["cast", ""] and "as" in words:
        operand = operand[2 : words.index("as")]
    inner = [token for token in operand if token.value not in ("(", ")", "+", "-")]
    return len(inner) == 1 and inner[0].kind == "number"


def rule_ids(sql: str, ids: Iterable[str]) -> list[str]:
    """Texts that are, or list, an id of a plan or component; ids that are no words are found inside texts too."""
    known = set(ids)
    unmistakable = {value for value in known if len(value) >= 6 and re.search(r"[-/:.\d]", value)}
    said = []
    for token in tokens(sql):
        if token.kind not in ("text", "quoted"):
            continue
        text = token.value[1:-1]
        items = {item.strip() for item in re.split(r"[,|;]", text)}
        if items & known or any(value in text for value in unmistakable):
            said.append(f"knows a rule by its id: {token.value}")
    return said


def demo_names(sql: str, names: Iterable[str] = DEMO_NAMES) -> list[str]:
    """Names of the demo company, in comments too."""
    return [f"names the demo: {name}" for name in names if name in sql.lower()]


def _around(found: Sequence[Token], place: int) -> str:
    return " ".join(token.value for token in found[max(place - 6, 0) : place + 7])


def select_list(sql: str) -> list[str]:
    """Names of the columns a model returns: the select list of the CTE that its last line reads, or that one copies."""
    last = re.search(r"select\s+\*\s+from\s+(\w+)\s*;?\s*$", sql)
    assert last, "the last line must be select * from <cte>"
    found = tokens(sql)
    bodies = {
        name.value: found[place + 3 : _matching(found, place + 2, 1, ")", "(")]
        for place, (name, word) in enumerate(pairwise(found[:-1]))
        if name.kind == "word" and word.word == "as" and found[place + 2].value == "("
    }
    columns, origin = _columns(bodies[last[1]])
    while columns == ["*"]:
        columns, origin = _columns(bodies[origin])
    return columns


def _columns(body: Sequence[Token]) -> tuple[list[str], str]:
    """Names in the select list that a CTE begins with, and what it selects from."""
    names: list[str] = []
    depth = 0
    for place, token in enumerate(body):
        depth += (token.value == "(") - (token.value == ")")
        if depth == 0 and (token.value == "," or token.word == "from"):
            names.append(body[place - 1].value)
            if token.word == "from":
                return names, body[place + 1].value
    return [*names, body[-1].value], ""


def ids_of_rules(root: Path = ROOT) -> set[str]:
    """Ids of the plans, components and modifiers of seeds/plans and of the conformance cases.

    Left out are single letters and the words of the plan contract (`team`, `own`): models must write those.
    """
    ids = set()
    for path in sorted((root / "seeds/plans").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                ids |= {row[column] for column in ("plan_id", "component_id", "modifier_id") if row.get(column)}
    for path in sorted((root / "tests/conformance/cases").glob("*.yml")):
        for found in _values(yaml.safe_load(path.read_text(encoding="utf-8")), ("plan_id", "component_id")):
            ids.add(found)
    return {value for value in ids - words_of_the_contract(root) if len(value) > 1}


def words_of_the_contract(root: Path = ROOT) -> set[str]:
    """The values that cells of plan tables may have, and the dimensions that conditions may name."""
    words = {word for column in plan_columns() for word in column.get("allowed", "").split("|")}
    with (root / "seeds/reference/dimensions.csv").open(encoding="utf-8", newline="") as file:
        return words | {row["dimension"] for row in csv.DictReader(file)}


def plan_columns() -> Iterator[dict[str, Any]]:
    """Every column of every plan table, as macros/plans/plan_contract.sql has it."""
    for table in plan_contract().values():
        yield from table["columns"].values()


def _values(node: Any, keys: Sequence[str]) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key in keys and isinstance(value, str):
                yield value
            yield from _values(value, keys)
    elif isinstance(node, list):
        for value in node:
            yield from _values(value, keys)


def bare(source: str) -> str:
    """The macros of a file, each standing for its bare name and the text of its arguments."""
    written = []
    for name, arguments in MACRO.findall(source):
        if DISPATCHED.match(name):
            continue
        names = [argument.partition("=")[0].strip() for argument in arguments.split(",") if argument.strip()]
        texts = ", ".join(f"{{{{ {argument} }}}}" for argument in names)
        written.append(f"{{% macro {name}({arguments}) %}}{name}({texts}){{% endmacro %}}\n")
    return "".join(written)


def copy_with_bare_macros(folder: Path, root: Path = ROOT) -> Path:
    """The dbt project under `folder`, with macros/money made bare."""
    project = folder / "project"
    for part in ("models", "macros", "seeds", "tests/dbt"):
        shutil.copytree(root / part, project / part)
    for part in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(root / part, project / part)
    for path in (project / "macros/money").rglob("*.sql"):
        path.write_text(bare(path.read_text(encoding="utf-8")), encoding="utf-8")
    return project


def compile_project(project: Path, folder: Path) -> dict[str, Any]:
    """The manifest of the project with the compiled SQL of every model. No warehouse is read."""
    paths = ["--project-dir", str(project), "--profiles-dir", str(project)]
    paths += ["--target-path", str(folder / "target"), "--log-path", str(folder / "logs")]
    offline = ["--quiet", "--no-print", "--no-populate-cache", "--no-introspect", "--no-partial-parse"]
    variables = json.dumps({"use_seed_plans": True, "use_landed_plans": True})
    try:
        done = dbtRunner().invoke(["compile", "--select", "resource_type:model", *paths, "--vars", variables, *offline])
    finally:
        DuckDBConnectionManager.close_all_connections()
    results: Any = done.result
    assert done.success, done.exception or [str(node.message) for node in results if node.status != "success"]
    manifest: dict[str, Any] = json.loads((folder / "target/manifest.json").read_text(encoding="utf-8"))
    return manifest


LINTS: tuple[Callable[[str], list[str]], ...] = (divisions, floats, products, demo_names)
