"""The gate: runs the suites on a built warehouse, writes the report, says whether the marts may be published."""

from __future__ import annotations

import logging
import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

from expectations.delivered import write_delivered

SUITES = Path(__file__).parent / "suites"
ROWS_SHOWN = 20

Severity = Literal["critical", "warning", "info"]
Outcome = Literal["passed", "found", "error"]


@dataclass(frozen=True)
class Check:
    """One question. `rows`: SQL that gives what should not be there; {batch} in it is the relation `about`."""

    suite: str
    name: str
    title: str
    about: str
    severity: Severity
    owner: str
    why: str
    what_to_do: str
    rows: str


@dataclass(frozen=True)
class CheckResult:
    """
    What a check came to.

    `outcome`: passed (no row), found (`found_count` rows, the first ROWS_SHOWN in `rows`), or error: it could not be
    answered, which is never a pass. `severity` is the check's own; that of an error is critical.
    """

    check: Check
    outcome: Outcome
    severity: Severity
    found_count: int = 0
    rows: Sequence[Mapping[str, Any]] = ()
    error: str = ""


@dataclass(frozen=True)
class GateResult:
    """All results, in the order of the suites; publication needs `passed`."""

    checks: Sequence[CheckResult] = field(default_factory=tuple)

    @property
    def critical(self) -> list[CheckResult]:
        """Checks that stop publication."""
        return [result for result in self.checks if result.outcome != "passed" and result.severity == "critical"]

    @property
    def warnings(self) -> list[CheckResult]:
        """Checks that somebody should look at."""
        return [result for result in self.checks if result.outcome == "found" and result.severity == "warning"]

    @property
    def passed(self) -> bool:
        """Whether the marts may be published; a run without checks has not shown anything."""
        return bool(self.checks) and not self.critical

    @property
    def verdict(self) -> str:
        """In a few words: passed, passed with so many warnings, or failed."""
        if not self.passed:
            return "failed"
        return f"passed with {len(self.warnings)} warnings" if self.warnings else "passed"

    def lines(self) -> list[str]:
        """What a person at a terminal should see: the verdict, then what was found, worst first."""
        told = [f"{len(self.checks)} checks: {self.verdict}"]
        for result in [*self.critical, *self.warnings]:
            found = f"could not be answered: {result.error}" if result.error else f"{result.found_count:,} found"
            told.append(f"  {result.severity}: {result.check.title}: {found}. {result.check.what_to_do}")
        return told


def load_checks(folder: Path = SUITES) -> list[Check]:
    """Checks of every suite, in the order of files and of their lines; an unknown or missing key is an error."""
    checks = []
    for file in sorted(folder.glob("*.yml")):
        suite = yaml.safe_load(file.read_text(encoding="utf-8"))
        checks += [Check(suite=suite["suite"], **check) for check in suite["checks"]]
    names = [check.name for check in checks]
    if len(set(names)) != len(names):
        raise ValueError(f"two checks have one name in {folder}")
    return checks


def run_gate(warehouse: Path, landing: Path, report: Path, *, checks: Sequence[Check] | None = None) -> GateResult:
    """
    Runs all checks and writes `report`/index.html and `report`/result.json.

    Counts what was delivered first (quality.delivered_rows, quality.landed_rows), then only reads the warehouse, which
    nobody else may have open. A check that raises is an error, and an error is critical.
    """
    # Imported here: reading a report or loading definitions should not wait for it.
    from expectations.report import write_report

    write_delivered(warehouse, landing)
    result = GateResult(tuple(_validated(warehouse, load_checks() if checks is None else checks)))
    write_report(result, report)
    return result


def _validated(warehouse: Path, checks: Sequence[Check]) -> list[CheckResult]:
    """Results of the checks in their order; one validation a relation."""
    gx = great_expectations_loaded()
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    from expectations.dialect import URL_SCHEME

    results: dict[str, CheckResult] = {}
    source = context.data_sources.add_sql(
        "warehouse",
        connection_string=f"{URL_SCHEME}:///{warehouse.resolve()}",
        kwargs={"connect_args": {"read_only": True}},
    )
    try:
        for about in dict.fromkeys(check.about for check in checks):
            asked = [check for check in checks if check.about == about]
            try:
                results |= _validated_about(gx, source, about, asked)
            except Exception as error:
                results |= {check.name: _failed(check, str(error)) for check in asked}
    finally:
        # Two engines: the datasource's own and the one that ran the queries. Both keep the file open, read-only.
        source.get_execution_engine().close()
        source.get_engine().dispose()
    return [results.get(check.name) or _failed(check, "it was not answered") for check in checks]


def _validated_about(gx: Any, source: Any, about: str, checks: Sequence[Check]) -> dict[str, CheckResult]:
    schema, table = about.split(".")
    batch = source.add_table_asset(about, table_name=table, schema_name=schema).add_batch_definition_whole_table("all")
    suite = gx.ExpectationSuite(about)
    for check in checks:
        suite.add_expectation(
            gx.expectations.UnexpectedRowsExpectation(
                unexpected_rows_query=check.rows,
                severity=check.severity,
                description=check.title,
                meta={"check": check.name},
            )
        )
    validation = batch.get_batch().validate(suite, result_format="COMPLETE")
    by_name = {check.name: check for check in checks}
    return {
        check.name: result
        for validated in validation.results
        for check in [by_name[validated.expectation_config.meta["check"]]]
        for result in [_result(check, validated)]
    }


def _result(check: Check, validated: Any) -> CheckResult:
    """A check's result from Great Expectations' own; one without a count has not been evaluated, whatever it says."""
    count = validated.result.get("observed_value")
    if count is None or _raised(validated.exception_info):
        return _failed(check, _message(validated.exception_info))
    if validated.success and count == 0:
        return CheckResult(check, "passed", check.severity)
    rows = validated.result.get("details", {}).get("unexpected_rows", [])
    return CheckResult(check, "found", check.severity, int(count), tuple(rows[:ROWS_SHOWN]))


def _failed(check: Check, message: str) -> CheckResult:
    return CheckResult(check, "error", "critical", error=message or "it raised without a message")


def _raised(info: Any) -> bool:
    """exception_info is one entry, or one a metric that raised."""
    if "raised_exception" in info:
        return bool(info["raised_exception"])
    return any(_raised(part) for part in info.values() if isinstance(part, Mapping))


def _message(info: Any) -> str:
    """The database's own words, without the traceback and the statement."""
    text = str(info.get("exception_message") or next(iter(info.values()), ""))
    found = re.search(r"\((?:duckdb|_duckdb)[\w.]*\) (.*?)(?:\\n|\n|\[SQL)", text, re.DOTALL)
    return (found.group(1) if found else text)[:500].strip()


@cache
def great_expectations_loaded() -> Any:
    """The library, imported once and without telemetry: seconds that only a validation should cost, or who waits anyway."""
    os.environ["GX_ANALYTICS_ENABLED"] = "False"
    # It also imports PySpark where that is installed: seconds for nothing here, and its Connect client ends a process without a script.
    spark = {name: module for name, module in sys.modules.items() if name.partition(".")[0] == "pyspark"}
    sys.modules["pyspark"] = None  # type: ignore[assignment]
    import great_expectations as gx
    import great_expectations.expectations

    del sys.modules["pyspark"]
    sys.modules |= spark
    # What it says about its own temporary folders is nothing to who waits for the gate.
    for name in ("great_expectations", "great_expectations.data_context.types.base"):
        logging.getLogger(name).setLevel(logging.WARNING)
    return gx
