"""The quality report: one HTML page that a manager reads, and the same as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from expectations.gate import CheckResult, GateResult

_HEADINGS = {
    "completeness": "Does everything that was delivered arrive?",
    "fairness": "Is the same deal the same pay?",
}
_STYLE = """
:root { color-scheme: light dark; --line: #8886; --bad: #b3261e; --warn: #8a5a00; --good: #1b6e3a; }
@media (prefers-color-scheme: dark) { :root { --bad: #ff8a80; --warn: #ffc266; --good: #7fd69b; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
.verdict { font-size: 1.15rem; padding: .75rem 1rem; border-left: .4rem solid; }
.critical, .error { color: var(--bad); } .warning { color: var(--warn); } .passed { color: var(--good); }
details { border-top: 1px solid var(--line); padding: .6rem 0; } summary { cursor: pointer; }
summary b { display: inline-block; min-width: 9rem; }
dl { display: grid; grid-template-columns: 8rem 1fr; gap: .2rem 1rem; margin: .6rem 0; }
dt { opacity: .75; } dd { margin: 0; }
.rows { overflow-x: auto; } table { border-collapse: collapse; font-size: .9rem; }
th, td { border: 1px solid var(--line); padding: .2rem .5rem; text-align: left; vertical-align: top; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
@media (max-width: 30rem) { dl { grid-template-columns: 1fr; } summary b { display: block; } }
"""


def write_report(result: GateResult, folder: Path) -> None:
    """Writes index.html (self-contained) and result.json into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "index.html").write_text(page(result), encoding="utf-8")
    (folder / "result.json").write_text(
        json.dumps(as_data(result), ensure_ascii=False, indent=2, default=str) + "\n", encoding="utf-8"
    )


def as_data(result: GateResult) -> dict[str, Any]:
    """The result as plain data; values of rows that JSON does not know become text."""
    return {
        "passed": result.passed,
        "critical": [failed.check.name for failed in result.critical],
        "warnings": [found.check.name for found in result.warnings],
        "checks": [
            {
                "suite": checked.check.suite,
                "name": checked.check.name,
                "title": checked.check.title,
                "outcome": checked.outcome,
                "severity": checked.severity,
                "owner": checked.check.owner,
                "why": checked.check.why,
                "what_to_do": checked.check.what_to_do,
                "found_count": checked.found_count,
                "error": checked.error,
                "rows": [dict(row) for row in checked.rows],
            }
            for checked in result.checks
        ],
    }


def page(result: GateResult) -> str:
    """The whole page as HTML. Every value is escaped: names and reasons come from raw files."""
    suites = dict.fromkeys(checked.check.suite for checked in result.checks)
    body = "".join(
        f"<h2>{escape(_HEADINGS.get(suite, suite))}</h2>"
        + "".join(_check(checked) for checked in _ordered(result.checks) if checked.check.suite == suite)
        for suite in suites
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Quality report</title><style>{_STYLE}</style></head>"
        f"<body><h1>Quality report</h1>{_verdict(result)}{body}</body></html>\n"
    )


def _verdict(result: GateResult) -> str:
    warnings = len(result.warnings)
    noted = f" {_counted(warnings, 'thing')} should be looked at." if warnings else ""
    if result.passed:
        text = (
            f"The figures may be published: {_counted(len(result.checks), 'check')} answered, nothing critical.{noted}"
        )
        return f'<p class="verdict passed">{text}</p>'
    failed = _counted(len(result.critical), "critical check")
    text = f"Not published: {failed} failed. Readers see the figures from before.{noted}"
    return f'<p class="verdict critical">{text}</p>'


def _ordered(checks: Iterable[CheckResult]) -> list[CheckResult]:
    """What stops publication first, then what to look at, then what is as it should be."""
    rank = {"critical": 0, "warning": 1, "info": 2}
    return sorted(checks, key=lambda checked: (checked.outcome == "passed", rank[checked.severity]))


def _check(checked: CheckResult) -> str:
    check = checked.check
    said = {
        "passed": "As it should be",
        "error": "Could not be answered",
        "found": f"{_counted(checked.found_count, 'row')} found",
    }[checked.outcome]
    tone = checked.outcome if checked.outcome != "found" else checked.severity
    facts = {
        "Severity": checked.severity,
        "Why it matters": check.why,
        "What to do": check.what_to_do,
        "Owner": check.owner,
    }
    facts |= {"Error": checked.error} if checked.error else {}
    listed = "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in facts.items())
    is_open = " open" if checked.outcome != "passed" and checked.severity == "critical" else ""
    summary = f'<summary><b class="{tone}">{said}</b> {escape(check.title)}</summary>'
    return f'<details{is_open} id="{escape(check.name)}">{summary}<dl>{listed}</dl>{_table(checked)}</details>'


def _table(checked: CheckResult) -> str:
    if not checked.rows:
        return ""
    head = "".join(f"<th>{escape(column)}</th>" for column in checked.rows[0])
    rows = "".join("<tr>" + "".join(_cell(value) for value in row.values()) + "</tr>" for row in checked.rows)
    left = checked.found_count - len(checked.rows)
    more = f"<p>and {left:,} more</p>" if left > 0 else ""
    return f'<div class="rows"><table><tr>{head}</tr>{rows}</table></div>{more}'


def _cell(value: Any) -> str:
    if value is None:
        return "<td></td>"
    kind = ' class="number"' if isinstance(value, int) or type(value).__name__ == "Decimal" else ""
    return f"<td{kind}>{escape(str(value))}</td>"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + ("" if count == 1 else "s")
