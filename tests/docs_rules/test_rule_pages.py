"""The pages of docs/rules are true: their cases exist, their columns too, and every line of arithmetic is worked out again.

A block fenced as `arithmetic` holds one line for each step, nothing else:

    what it is: 1,000 × (8 ÷ 7) ≈ 1,142.86     `=` is exact, `≈` is rounded half away from zero to the places shown
    days of the quarter: 90                    a figure that is counted, not calculated

A step may use figures of the case (not those it expects), 0, 1, and what an earlier line of the example came to.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import ROUND_HALF_UP, Decimal, DecimalException, localcontext
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conformance.reading import Source, read_cases

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "rules"
SECTIONS = ["Formula", "Plan rows", "Worked example", "Settled questions", "Source"]
ROWS_BEGIN = "| table | column | value | what it does |"
FIGURE = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
TOKEN = re.compile(rf"({FIGURE})|(min|max|[+−×÷(),])| ")
STEP = re.compile(rf"(?:[^:=≈]+: )?([^:=≈]+) ([=≈]) (−?(?:{FIGURE}))")
SETTLED = set(re.findall(r"(?m)^- ([A-F]\d+) ", (ROOT / "docs" / "engine.md").read_text(encoding="utf-8")))
COUNTED = re.compile(rf"[^:=≈]+: ({FIGURE})")

Contract = dict[str, dict[str, Any]]


def number(text: str) -> Decimal:
    return Decimal(text.replace(",", "").replace("−", "-"))


class Expression:
    """One expression of figures, + − × ÷, brackets, min and max; `used` are its figures. Raises ValueError."""

    def __init__(self, text: str) -> None:
        self._tokens: list[str] = []
        self.used: list[Decimal] = []
        place = 0
        while place < len(text):
            found = TOKEN.match(text, place)
            if found is None:
                raise ValueError(f"{text[place:]} cannot be read")
            place = found.end()
            if found.group().strip():
                self._tokens.append(found.group())
        self.value = self._sum()
        if self._tokens:
            raise ValueError(f"{self._tokens[0]} is too much")

    def _take(self, *wanted: str) -> str | None:
        return self._tokens.pop(0) if self._tokens and self._tokens[0] in wanted else None

    def _need(self, token: str) -> None:
        if self._take(token) is None:
            raise ValueError(f"{token} is missing")

    def _sum(self) -> Decimal:
        value = self._product()
        while sign := self._take("+", "−"):
            value = value + self._product() if sign == "+" else value - self._product()
        return value

    def _product(self) -> Decimal:
        value = self._one()
        while sign := self._take("×", "÷"):
            value = value * self._one() if sign == "×" else value / self._one()
        return value

    def _one(self) -> Decimal:
        if self._take("−"):
            return -self._one()
        if function := self._take("min", "max"):
            self._need("(")
            values = [self._sum()]
            while self._take(","):
                values.append(self._sum())
            self._need(")")
            return min(values) if function == "min" else max(values)
        if self._take("("):
            value = self._sum()
            self._need(")")
            return value
        if not self._tokens or not self._tokens[0][0].isdigit():
            raise ValueError("a figure is missing")
        self.used.append(number(self._tokens.pop(0)))
        return self.used[-1]


def scalars(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        node = list(node.values())
    if isinstance(node, list):
        for part in node:
            yield from scalars(part)
    elif node is not None:
        yield str(node)


def figures(node: Any) -> set[Decimal]:
    return {abs(Decimal(text)) for text in scalars(node) if re.fullmatch(r"-?\d+(\.\d+)?", text)}


def faults_of_arithmetic(lines: list[str], case: Source) -> Iterator[str]:
    known = figures({name: part for name, part in case.body.items() if name != "expect"}) | {Decimal(0), Decimal(1)}
    results: set[Decimal] = set()
    for line in lines:
        if counted := COUNTED.fullmatch(line):
            if number(counted[1]) in known:
                yield f"needs no counting: {line}"
            known.add(number(counted[1]))
            continue
        step = STEP.fullmatch(line)
        if step is None:
            yield f"no line of arithmetic: {line}"
            continue
        result = number(step[3])
        try:
            with localcontext(prec=60):
                expression = Expression(step[1])
                shown = expression.value.quantize(Decimal(1).scaleb(int(result.as_tuple().exponent)), ROUND_HALF_UP)
        except (ValueError, DecimalException) as error:
            yield f"{error or type(error).__name__}: {line}"
            continue
        if (step[2] == "=") != (expression.value == result) or shown != result:
            yield f"comes to {expression.value}: {line}"
        yield from (f"{used} comes from nowhere: {line}" for used in expression.used if used not in known)
        results.add(result)
        known.add(abs(result))
    for expected in case.body["expect"]:
        wanted = next(expected[name] for name in ("amount", "payable", "attainment") if name in expected)
        if Decimal(wanted) not in results:
            yield f"no line comes to {wanted}, which {case.case_id} expects"


def same(one: str, other: str) -> bool:
    try:
        return Decimal(one) == Decimal(other)
    except DecimalException:
        return one == other


def written(cases: list[Source], table: str, column: str) -> Iterator[str]:
    """What rows of a plan table say in a column: those of the cases; plans also say it for a case as a whole."""
    for case in cases:
        for section in (table, table.removeprefix("plan_")):
            yield from (row[column] for row in case.body.get(section, []) if row.get(column) is not None)
        if table == "plans" and column in case.body:
            yield case.body[column]


def faults_of_rows(lines: list[str], cases: list[Source], contract: Contract) -> Iterator[str]:
    if ROWS_BEGIN not in lines:
        yield "there is no table of plan rows"
        return
    rows = [line for line in lines[lines.index(ROWS_BEGIN) + 2 :] if line.startswith("|")]
    if not rows:
        yield "the table of plan rows is empty"
    for row in rows:
        table, column, value, _ = (cell.strip() for cell in re.split(r"(?<!\\)\|", row.strip("|")))
        table, column = table.strip("`"), column.strip("`")
        if column not in contract.get(table, {}).get("columns", {}):
            yield f"the plan contract has no {table}.{column}"
            continue
        default = str(contract[table]["columns"][column]).partition("= ")[2]
        said = [*written(cases, table, column), *([default] if default else [])]
        for one in re.findall(r"`([^`]+)`", value.replace("\\|", "|")):
            if not any(same(one, other) for other in said):
                yield f"no example has {table}.{column} {one}"


def headings(text: str) -> list[str]:
    return re.findall(r"(?m)^## (.+)$", text)


def section(text: str, heading: str) -> list[str]:
    return text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0].splitlines()


def faults_of_links(text: str, folder: Path) -> Iterator[str]:
    for target in re.findall(r"\]\(([^)]+)\)", text):
        if not (folder / target).exists():
            yield f"leads nowhere: {target}"


def faults_of_page(text: str, cases: dict[str, Source], contract: Contract) -> list[str]:
    faults = list(faults_of_links(text, PAGES))
    found = headings(text)
    if list(dict.fromkeys(heading.partition(": ")[0] for heading in found)) != SECTIONS:
        faults.append(f"its sections are {', '.join(found)}")
    if len(text.splitlines()) > 90:
        faults.append("it is longer than 90 lines")
    faults += [
        f"there is no case {name}" for name in re.findall(r"\bcase\s+`([^`]+)`", text, re.I) if name not in cases
    ]
    sources = " ".join(section(text, "Source"))
    faults += [f"the definition has no {one}" for one in re.findall(r"\b[A-F]\d+\b", sources) if one not in SETTLED]
    examples: list[Source] = []
    for heading in found:
        if not heading.startswith("Worked example"):
            continue
        case = cases.get(heading.removeprefix("Worked example: ").strip("`"))
        if case is None:
            faults.append(f"no case is worked out in {heading}")
            continue
        examples.append(case)
        block = re.findall(r"(?s)```arithmetic\n(.*?)\n```", "\n".join(section(text, heading)))
        if not block:
            faults.append(f"{heading} has no arithmetic")
        faults += faults_of_arithmetic([line for part in block for line in part.splitlines()], case)
        if case.body["source"] not in sources:
            faults.append(f"it does not name the source of {case.case_id}")
    faults += faults_of_rows(section(text, "Plan rows"), examples, contract)
    return faults


@pytest.fixture(scope="module")
def cases() -> dict[str, Source]:
    read, unread = read_cases(ROOT / "tests" / "conformance" / "cases")
    assert not unread
    return {case.case_id: case for case in read}


@pytest.fixture(scope="module")
def contract() -> Contract:
    text = (ROOT / "orchestration" / "ingest" / "contract" / "plans.yml").read_text(encoding="utf-8")
    return {str(table): content for table, content in yaml.safe_load(text).items()}


PAGE_FILES = sorted(path for path in PAGES.glob("*.md") if path.name != "README.md")


@pytest.mark.parametrize("path", PAGE_FILES, ids=lambda path: path.stem)
def test_page_is_true(path: Path, cases: dict[str, Source], contract: Contract) -> None:
    assert faults_of_page(path.read_text(encoding="utf-8"), cases, contract) == []


def test_every_kind_of_step_is_explained() -> None:
    columns = (ROOT / "models" / "columns.md").read_text(encoding="utf-8")
    kinds = re.findall(r"\w+", columns.partition("{% docs factor_kind %}\nKind of step: ")[2].partition(".")[0])
    page = (PAGES / "explanation_steps.md").read_text(encoding="utf-8")
    assert "rounding" in kinds
    assert [kind for kind in kinds if f"`{kind}`" not in page] == []


def test_index_names_every_page_once() -> None:
    index = (PAGES / "README.md").read_text(encoding="utf-8")
    assert list(faults_of_links(index, PAGES)) == []
    named = re.findall(r"\]\(([a-z_]+\.md)\)", index)
    assert sorted(named) == [path.name for path in PAGE_FILES]


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_readme_leads_to_the_index(name: str) -> None:
    assert "](docs/rules/README.md)" in (ROOT / name).read_text(encoding="utf-8")


# Page, what is planted in it, and what must be said of it.
FAULTS: list[tuple[Callable[[str], str], str]] = [
    (lambda page: page.replace("= 5,000.00", "= 5,000.01"), "comes to"),
    (lambda page: page.replace("= 5,000.00", "≈ 5,000.00"), "comes to"),
    (lambda page: page.replace("100,000 × 0.05", "50,000 × 0.1"), "comes from nowhere"),
    (lambda page: page.replace("100,000 × 0.05 = 5,000.00", "100,000 × 0 = 0"), "no line comes to 5000.00"),
    (lambda page: page.replace("100,000 × 0.05", "100,000 * 0.05"), "cannot be read"),
    (lambda page: page.replace("100,000 × 0.05 =", "100,000 × 0.05 ×="), "no line of arithmetic"),
    (lambda page: page.replace("100,000 × 0.05 =", "(100,000 × 0.05 ="), ") is missing"),
    (lambda page: page.replace("100,000 × 0.05", "100,000 0.05"), "is too much"),
    (lambda page: page.replace("100,000 × 0.05", "100,000 ÷ 0"), "DivisionByZero"),
    (lambda page: page.replace("```arithmetic", "```text"), "has no arithmetic"),
    (lambda page: page.replace("Worked example: `flat-", "Worked example: `flatter-"), "no case is worked out"),
    (lambda page: page + "\nSee case\n`of-nobody`.\n", "there is no case of-nobody"),
    (lambda page: page.replace("`measure`", "`mesure`"), "has no plan_components.mesure"),
    (lambda page: page.replace("`flat` |", "`marginal` |"), "no example has plan_components.method marginal"),
    (lambda page: page.replace(ROWS_BEGIN, "| row | column | value | what |"), "there is no table of plan rows"),
    (lambda page: page.replace("## Settled questions", "## Questions"), "its sections are"),
    (lambda page: page.replace("(../engine.md)", "(../engines.md)"), "leads nowhere"),
    (lambda page: page.replace("SatisPilot", "Satis"), "does not name the source"),
    (lambda page: page.replace("§8 D3", "§8 D33"), "the definition has no D33"),
    (lambda page: page.replace("deals of the quarter: 4", "deals of the quarter: 250"), "needs no counting"),
    (lambda page: page + "\n" * 90, "longer than 90"),
]


@pytest.mark.parametrize(("plant", "said"), FAULTS, ids=[said for _, said in FAULTS])
def test_fault_is_found(plant: Callable[[str], str], said: str, cases: dict[str, Source], contract: Contract) -> None:
    page = (PAGES / "flat.md").read_text(encoding="utf-8")
    assert plant(page) != page
    assert any(said in fault for fault in faults_of_page(plant(page), cases, contract))
