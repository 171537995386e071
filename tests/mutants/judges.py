"""Puts a fault into a copy of the base and asks the project's judges, one after the other, whether they notice."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb

from checker import check
from tests.conformance.comparing import compare
from tests.conformance.steps import broken_lines
from tests.mutants.base import Base, Built, connect, creates, differs, execute, fingerprint
from tests.mutants.operators import Fault, applied, same_fault


@dataclass(frozen=True)
class Mutant:
    """A model with one fault in it."""

    model: str
    fault: Fault

    def told(self) -> str:
        """In one line: model, operator, step, before and after."""
        fault = self.fault
        return f"{self.model}, {fault.operator} in {fault.where or 'the statement'}: {fault.before} → {fault.after}"


@dataclass(frozen=True)
class Verdict:
    """Which judge noticed a mutant first, and what it said; nobody if it survived."""

    mutant: Mutant
    judge: str = ""
    said: str = ""


class DoesNotRun(Exception):
    """A statement fails or takes too long because of the fault."""


def pay_differs_by_the_checker(warehouse: Path) -> Sequence[str]:
    """The differences that the independent checker finds between its own calculation and the marts."""
    return list(check(warehouse).differences)


class Trial:
    """
    One mutant on copies of the warehouses of a base, and of those of `drawn` companies, below `folder`; use it as a context, which removes
    the copies.
    """

    def __init__(self, base: Base, mutant: Mutant, folder: Path, drawn: Sequence[Built] = ()) -> None:
        self.base = base
        self.mutant = mutant
        self.folder = folder
        self.drawn = drawn
        self.made: dict[Path, set[str]] = {}

    def __enter__(self) -> Trial:
        # What an interrupted run left.
        shutil.rmtree(self.folder, ignore_errors=True)
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def make(self, built: Built, models: Sequence[str]) -> Path:
        """Makes those of the models that the fault can change in the copy of a warehouse. Raises DoesNotRun."""
        file = self.folder / built.file.parent.parent.name / built.file.parent.name / "warehouse.duckdb"
        if file not in self.made:
            file.parent.mkdir(parents=True)
            shutil.copy(built.file, file)
            self.made[file] = set()
        rest = [name for name in self.base.readers(self.mutant.model) if name in set(models) - self.made[file]]
        name = self.mutant.model
        try:
            with connect(file) as connection:
                # One commit: each of its own waits for the disk.
                connection.begin()
                for name in rest:
                    sql = built.statements.models[name]
                    sql = applied(sql, self.mutant.fault) if name == self.mutant.model else sql
                    execute(connection, creates(self.base.models[name], sql))
                # A view fails only when it is read.
                for name in rest:
                    if self.base.models[name].is_view:
                        execute(connection, f"select count(*) from (select * from {self.base.models[name].relation})")
                connection.commit()
        except duckdb.Error as error:
            raise DoesNotRun(f"{name}: {str(error).splitlines()[0]}") from None
        self.made[file] |= set(rest)
        return file

    def changes_pay(self, built: Built) -> bool:
        """Whether any public incentives mart of a warehouse has other rows than without the fault. Raises DoesNotRun."""
        relations = [self.base.models[mart].relation for mart in self.base.marts]
        file = self.make(built, sorted(self.base.sources(self.base.marts)))
        try:
            with connect(file, read_only=True) as connection:
                return any(fingerprint(connection, name) != _sound(built.file, name) for name in relations)
        except duckdb.Error as error:
            raise DoesNotRun(str(error).splitlines()[0]) from None

    # --- the judges, in the order they are asked ---------------------------------------------------------------------------------

    def verdict(self) -> Verdict:
        """The first judge that notices the mutant."""
        try:
            for judge, said in self._judged():
                if said:
                    return Verdict(self.mutant, judge, said)
        except DoesNotRun as error:
            return Verdict(self.mutant, "does not run", str(error))
        return Verdict(self.mutant)

    def _judged(self) -> Iterator[tuple[str, str]]:
        # The cheapest first: a warehouse takes seconds to make.
        yield "unit tests", self._unit_tests()
        pay = sorted(self.base.sources(self.base.marts))
        changed = []
        for built in self.base.warehouses:
            if self.changes_pay(built):
                changed.append(built)
                file = self.make(built, pay)
                yield "conformance", self._figures(built, file)
                yield "steps", next((f"{line}: {wrong}" for line, wrong in _broken(file)), "")
        for built in changed:
            yield "checker", next(iter(pay_differs_by_the_checker(self.make(built, pay))), "")
        for built in self.drawn:
            if self.changes_pay(built):
                yield "properties", next(iter(pay_differs_by_the_checker(self.make(built, pay))), "")
        for built in self.base.warehouses:
            file = self.make(built, list(self.base.models))
            yield "data tests", self._data_tests(built, file)
            yield "gate", self._gate(built, file)

    def _figures(self, built: Built, file: Path) -> str:
        for case_id, lines in compare(built.cases, file).items():
            return f"{case_id}: {lines[0]}"
        return ""

    def _data_tests(self, built: Built, file: Path) -> str:
        touched = set(self.base.readers(self.mutant.model))
        with connect(file, read_only=True) as connection:
            for name, (read, sql) in built.statements.tests.items():
                if read & touched:
                    try:
                        found = execute(connection, f"select count(*) from ({sql})")[0][0]
                    except duckdb.Error as error:
                        return f"{name}: {str(error).splitlines()[0]}"
                    if found:
                        return f"{name}: {found} rows"
        return ""

    def _unit_tests(self) -> str:
        sound = self.base.warehouses[0].statements.models[self.mutant.model]
        with duckdb.connect() as connection:
            for test in self.base.unit_tests.get(self.mutant.model, []):
                fault = same_fault(sound, self.mutant.fault, test.model)
                if fault is None:
                    continue
                try:
                    wrong = differs(connection, test, applied(test.model, fault))
                except duckdb.Error as error:
                    wrong = str(error).splitlines()[0]
                if wrong:
                    return f"{test.name}: {wrong}"
        return ""

    def _gate(self, built: Built, file: Path) -> str:
        with connect(file, read_only=True) as connection:
            for name, about, sql, found in built.checks:
                try:
                    rows = execute(connection, sql)
                except duckdb.Error as error:
                    return f"{name}: {str(error).splitlines()[0]}"
                if len(rows) > found:
                    return f"{name}: {len(rows) - found} of {about}"
        return ""


@cache
def _sound(file: Path, relation: str) -> tuple[object, ...]:
    """The fingerprint of a relation of a base, which nothing changes."""
    with connect(file, read_only=True) as connection:
        return fingerprint(connection, relation)


def _broken(file: Path) -> Iterator[tuple[str, str]]:
    """The lines whose steps are wrong; steps that do not even read as such are wrong too."""
    try:
        yield from broken_lines(file)
    except Exception as error:
        yield "fct_payout_factors", f"cannot be followed: {error!r}"
