"""Runs conformance cases through the warehouse: `python -m tests.conformance.run CASES`.

Every case lands as raw files and plan rows like those of any company; what the marts say is compared with what the
case expects, to the minor unit. One line a failing figure, a last line `N passed, M failed`; exit code 1 if any failed.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.conformance.comparing import compare
from tests.conformance.contracts import read_contract
from tests.conformance.grouping import Group, grouped, land
from tests.conformance.reading import read_cases
from tests.conformance.steps import broken_lines
from tests.conformance.translation import Case, CaseError, translate
from tests.conformance.warehouse import BuildError, Warehouse

# A failed build is halved to find the case that breaks it; beyond this many extra builds the engine is to blame.
_EXTRA_BUILDS = 24


@dataclass
class Result:
    """How a case ended: no failures, or one line each."""

    case_id: str
    mechanic: str
    failures: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        return not self.failures


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


class Run:
    """One run over a place of cases; results are in the order the cases were found, what could not be read first."""

    def __init__(self, place: Path, work: Path, target: str) -> None:
        self.work = work
        self.target = target
        self.warehouses = 0
        self.extra_builds = 0
        sources, unread = read_cases(place)
        contract = read_contract()
        self.results = [Result(entry.case_id, entry.mechanic, [entry.reason]) for entry in unread]
        self.of_case: dict[str, Result] = {}
        cases: list[Case] = []
        for source in sources:
            result = Result(source.case_id, source.mechanic)
            self.results.append(result)
            self.of_case[source.case_id] = result
            try:
                cases.append(translate(source, contract))
            except CaseError as error:
                result.failures.append(f"does not load: {error}")
        groups = grouped(cases)
        _say(f"{len(self.results)} cases, {len(cases)} to build in {len(groups)} groups")
        for group in groups:
            self._build(group)

    def _fail(self, case_id: str, reason: str) -> None:
        failures = self.of_case[case_id].failures
        if reason not in failures:
            failures.append(reason)

    def _build(self, group: Group) -> None:
        """Lands and builds a group batch by batch; cases that the plan check names are taken out and the rest begun anew."""
        while group.cases:
            started = time.monotonic()
            self.warehouses += 1
            warehouse = Warehouse(self.work / f"group-{self.warehouses}", group.as_of, group.timezone, self.target)
            try:
                refused = self._batches(group, warehouse)
            except BuildError as error:
                self._blame(group, error)
                return
            if not refused:
                for case_id, lines in compare(group.cases, warehouse.marts).items():
                    for line in lines:
                        self._fail(case_id, line)
                for line_id, wrong in broken_lines(warehouse.marts):
                    self._fail(line_id.split("/")[0], f"{line_id}: {wrong}")
                _say(f"built {len(group.cases)} cases as of {group.as_of} in {time.monotonic() - started:.0f} s")
                return
            _say(f"plan check names {len(refused)} of {len(group.cases)} cases; the others go on without them")
            group.cases = [case for case in group.cases if case.case_id not in refused]

    def _batches(self, group: Group, warehouse: Warehouse) -> set[str]:
        """Returns the cases that the plan check refuses, or nothing once every batch has been built."""
        owners: dict[str, list[frozenset[str]]] = {}
        for batch in range(1, group.batches + 1):
            owners |= land(group.cases, batch, warehouse.landing).owners
            for refusal in warehouse.ingest():
                for case_id in refusal.owners(owners):
                    self._fail(case_id, f"does not load: {refusal.reason}")
            refused: set[str] = set()
            for refusal in warehouse.check_plans():
                named = refusal.owners(owners)
                if not named:
                    raise BuildError(f"the plan check names a row of no case: {refusal.reason}", by_data=False)
                for case_id in named:
                    self._fail(case_id, f"refused by the plan check: {refusal.reason}")
                refused |= named
            if refused:
                return refused
            warehouse.build()
            for case_id, why in warehouse.close_after(group.cases, batch).items():
                self._fail(case_id, f"the close is refused: {why}")
        return set()

    def _blame(self, group: Group, error: BuildError) -> None:
        """A build that fails is halved until the case that breaks it stands alone."""
        reason = f"the build fails: {error}"
        if len(group.cases) == 1 or self.extra_builds + 2 > _EXTRA_BUILDS or not error.by_data:
            for case in group.cases:
                self._fail(case.case_id, reason)
            return
        _say(f"{reason}; looking for the case among {len(group.cases)}")
        self.extra_builds += 2
        middle = len(group.cases) // 2
        for half in (group.cases[:middle], group.cases[middle:]):
            self._build(Group(group.as_of, group.timezone, half, group.rates))


def by_mechanic(results: Sequence[Result]) -> list[str]:
    """Lines `mechanic passed/ran`, most cases first."""
    counts: dict[str, tuple[int, int]] = {}
    for result in results:
        passed, ran = counts.get(result.mechanic, (0, 0))
        counts[result.mechanic] = (passed + result.passed, ran + 1)
    ordered = sorted(counts.items(), key=lambda item: (-item[1][1], item[0]))
    return [f"{mechanic:24} {passed:4} of {ran}" for mechanic, (passed, ran) in ordered]


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.conformance.run", description=__doc__)
    parser.add_argument("cases", type=Path, metavar="CASES", help="a folder of case files, or one file")
    parser.add_argument("--target", choices=["duckdb", "spark"], default="duckdb", help="the dbt target to build with")
    parser.add_argument(
        "--warehouse", type=Path, metavar="DIR", help="keep landing files and warehouses in this folder"
    )
    parser.add_argument("--keep", action="store_true", help="keep the temporary folder and say where it is")
    parser.add_argument("--report", type=Path, metavar="FILE", help="also write the results as JSON")
    options = parser.parse_args(arguments)
    work = options.warehouse or Path(tempfile.mkdtemp(prefix="conformance-"))
    work = work.resolve()
    try:
        results = Run(options.cases.resolve(), work, options.target).results
    except FileNotFoundError as error:
        parser.error(str(error))
    finally:
        if options.keep or options.warehouse:
            _say(f"kept in {work}")
        else:
            shutil.rmtree(work, ignore_errors=True)
    for result in results:
        for line in result.failures:
            print(f"{result.case_id}: {' '.join(line.split())}")
    for line in by_mechanic(results):
        _say(line)
    if options.report:
        content = [{"case": of.case_id, "mechanic": of.mechanic, "failures": of.failures} for of in results]
        options.report.write_text(json.dumps(content, indent=1, ensure_ascii=False), encoding="utf-8")
    passed = sum(result.passed for result in results)
    print(f"{passed} passed, {len(results) - passed} failed", flush=True)
    return 1 if passed < len(results) else 0


if __name__ == "__main__":
    sys.exit(main())
