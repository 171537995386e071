"""Runs every case of the project through the warehouse and fails when fewer pass than the number recorded here."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
import yaml

from checker import check
from checker.report import Report
from tests.conformance.next_tier import is_built, next_events
from tests.conformance.reading import read_cases
from tests.conformance.run import Result, Run, by_mechanic

HERE = Path(__file__).parent
# How many of the cases in cases/ pass. Raise it with every mechanic that is built; it never goes down.
MUST_PASS = 356
# How many rewards of the next tier are tried: those of components that one deal more of the payee can reach.
MUST_REWARD = 56


@dataclass(frozen=True)
class Outcome:
    """One run over the project's cases and the hostile ones together."""

    results: dict[str, Result]
    must_say: dict[str, str]
    failed: int
    exit_code: int
    lines: list[str]
    warehouses: Path


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """Runs the command once; the hostile cases go along, so that they could stop the others if anything can."""
    folder = tmp_path_factory.mktemp("conformance")
    cases = folder / "cases"
    cases.mkdir()
    for file in sorted((HERE / "cases").glob("*.yml")):
        (cases / file.name).write_bytes(file.read_bytes())
    hostile = (HERE / "hostile" / "hostile.yml").read_text(encoding="utf-8")
    ids = re.findall(r"(?m)^- id: (\S+)$", hostile)
    must_say = dict(zip(ids, re.findall(r"(?m)^  must_say: '(.*)'\n", hostile), strict=True))
    (cases / "hostile.yml").write_text(re.sub(r"(?m)^  must_say: .*\n", "", hostile), encoding="utf-8")
    (cases / "unreadable.yml").write_text("- id: [\n", encoding="utf-8")
    again = "\n\n- id:".join((cases / "flat.yml").read_text(encoding="utf-8").split("\n\n- id:")[:2])
    (cases / "zz_twice.yml").write_text(again, encoding="utf-8")
    report = folder / "report.json"
    warehouses = folder / "warehouses"
    options = ["--report", str(report), "--warehouse", str(warehouses)]
    command = [sys.executable, "-m", "tests.conformance.run", str(cases), *options]
    ran = subprocess.run(command, cwd=HERE.parents[1], capture_output=True, text=True, check=False)
    assert report.exists(), ran.stdout[-3000:] + ran.stderr[-3000:]
    results: dict[str, Result] = {}
    entries = json.loads(report.read_text(encoding="utf-8"))
    for entry in entries:
        # The second case of an id fails on its own; what counts here is how the first one ended.
        results[entry["case"]] = Result(entry["case"], entry["mechanic"], entry["failures"])
    failed = sum(bool(entry["failures"]) for entry in entries)
    return Outcome(results, must_say, failed, ran.returncode, ran.stdout.splitlines(), warehouses)


def test_as_many_cases_pass_as_ever(outcome: Outcome, record_property: Callable[[str, object], None]) -> None:
    own = [result for case, result in outcome.results.items() if case not in outcome.must_say]
    own = [result for result in own if result.mechanic != "unread"]
    passed = sum(result.passed for result in own)
    told = [f"conformance: {len(own)} cases ran, {passed} passed (at least {MUST_PASS} must)", *by_mechanic(own)]
    record_property("said_aloud", "\n  ".join(told))
    failing = [f"{result.case_id}: {line}" for result in own for line in result.failures]
    assert passed >= MUST_PASS, "\n".join(failing)


def test_hostile_cases_fail_alone_and_say_why(outcome: Outcome) -> None:
    for case, reason in outcome.must_say.items():
        assert any(reason in line for line in outcome.results[case].failures), outcome.results[case]
    assert "does not parse" in outcome.results["unreadable.yml"].failures[0]


def test_the_last_line_counts_and_the_exit_code_tells(outcome: Outcome) -> None:
    passed, failed = map(int, re.fullmatch(r"(\d+) passed, (\d+) failed", outcome.lines[-1]).groups())  # type: ignore[union-attr]
    assert (passed, outcome.exit_code) == (sum(result.passed for result in outcome.results.values()), 1)
    assert any(line.startswith("flat-satispilot: its id is that of a case in flat.yml") for line in outcome.lines)
    assert failed == outcome.failed


def test_the_checker_finds_the_same_pay_line_by_line(outcome: Outcome) -> None:
    """Also where a case expects no figure."""
    reports: list[Report] = []
    for folder in sorted(outcome.warehouses.glob("group-*")):
        with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as connection:
            if is_built(connection):
                reports.append(check(folder / "warehouse.duckdb"))
    assert [difference for report in reports for difference in report.differences] == []
    assert sum(report.lines for report in reports) >= 1000


def test_the_event_of_the_next_tier_earns_what_was_said(
    outcome: Outcome, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    cases = {case.case_id: case for case in read_cases(HERE / "cases")[0]}
    variants = list(next_events(outcome.warehouses, cases))
    (tmp_path / "variants.yml").write_text(yaml.safe_dump(variants, allow_unicode=True), encoding="utf-8")
    results = Run(tmp_path / "variants.yml", tmp_path / "after", "duckdb").results
    methods = {component["method"] for variant in variants for component in variant["components"]}
    told = f"rewards of the next tier: {len(variants)} events landed, of components by {', '.join(sorted(methods))}"
    record_property("said_aloud", told)
    assert len(results) == len(variants) >= MUST_REWARD
    wrong = [f"{result.case_id}: {line}" for result in results for line in result.failures]
    assert not wrong, "\n".join(wrong)
