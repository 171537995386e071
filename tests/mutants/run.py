"""Puts faults into the engine and counts which the project's judges notice: `python -m tests.mutants.run [--seed N] [--models a,b] …`.

Prints every mutant that survives, with what is known of it, and a last line of counts. Exit code 1 when fewer than 95 % of the mutants
that matter are noticed, or when more than a tenth would have to be explained away.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import shutil
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb

from orchestration.lib.dbt_runner import ROOT
from tests.mutants.base import Base, Unfit, base_of, connect, kept_base
from tests.mutants.judges import DoesNotRun, Mutant, Trial, Verdict, pay_differs_by_the_checker
from tests.mutants.operators import Fault, faults
from tests.mutants.reach import Reach, reach
from tests.properties.generate import WORLD_SIZE, Body, as_yaml, companies
from tests.properties.run import COUNT, SEED, pairs_of

CASES = ROOT / "tests/conformance/cases"
FOLDER = ROOT / "build/mutants"
WORKERS = 2
LEAST = 60
MUST_NOTICE = 0.95
MAY_EXPLAIN = 0.1
# Pay that stays equal on fewer companies explains nothing: it did on 60 where a sum had become a maximum.
LEAST_COMPANIES = 1000


@dataclass(frozen=True)
class Explained:
    """What the generated companies say of a survivor: whether all their pay is equal, and how far the fault reaches there."""

    mutant: Mutant
    is_equal: bool
    reach: Reach

    @property
    def is_equivalent(self) -> bool:
        """Equal pay counts only where the changed expression came out in both ways."""
        return self.is_equal and self.reach.both_outcomes


def drawn(sql: str, count: int, chance: random.Random) -> list[Fault]:
    """Faults of one model: of as many classes as there are, then again of each."""
    by_class: dict[str, list[Fault]] = {}
    for fault in faults(sql):
        by_class.setdefault(fault.operator, []).append(fault)
    chosen: list[Fault] = []
    while by_class and len(chosen) < count:
        for operator in chance.sample(sorted(by_class), len(by_class)):
            if len(chosen) < count:
                chosen.append(by_class[operator].pop(chance.randrange(len(by_class[operator]))))
        by_class = {operator: left for operator, left in by_class.items() if left}
    return chosen


def mutants_of(base: Base, models: Sequence[str], per_model: int, seed: int) -> list[Mutant]:
    """The mutants that a seed draws. Each model has its own chance, so that it gets the same faults alone as among all."""
    statements = base.warehouses[0].statements.models
    return [
        Mutant(model, fault)
        for model in models
        for fault in drawn(statements[model], per_model, random.Random(f"{seed} {model}"))
    ]


_base = cache(kept_base)


def _scratch() -> Path:
    return FOLDER / "trials" / multiprocessing.current_process().name


def judged(mutant: Mutant) -> Verdict:
    """In a worker: the verdict on a mutant."""
    with Trial(_base(FOLDER / "conformance"), mutant, _scratch(), _base(FOLDER / "drawn").warehouses) as trial:
        return trial.verdict()


def explained(mutant: Mutant, of: Path) -> Explained:
    """In a worker: what generated companies say of a mutant that no judge noticed."""
    base = _base(of / "built")
    reached = Reach()
    for built in base.warehouses:
        with connect(built.file, read_only=True) as connection:
            reached += reach(connection, built.statements.models[mutant.model], mutant.fault)
    with Trial(base, mutant, _scratch()) as trial:
        try:
            is_equal = not any(trial.changes_pay(built) for built in base.warehouses)
        except DoesNotRun:
            is_equal = False
    return Explained(mutant, is_equal, reached)


def written(bodies: Sequence[Body], folder: Path) -> Path:
    """A folder of case files with generated companies."""
    unfinished = folder.with_suffix(".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    for body in bodies:
        # The reader wants a figure of every case; nobody asks whether this one is right.
        body.setdefault("expect", [{"payee": body["payees"][0]["id"], "period_start": "2026-01-01", "payable": "0"}])
    for first in range(0, len(bodies), WORLD_SIZE):
        text = as_yaml(bodies[first : first + WORLD_SIZE])
        (unfinished / f"companies-{first}.yml").write_text(text, encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    return unfinished.rename(folder)


def companies_of(count: int, seed: int) -> Path:
    """Companies drawn to explain survivors by, in case files that are kept."""
    folder = FOLDER / f"companies-{count}-{seed}"
    return folder if folder.exists() else written(companies(seed, count), folder)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _verdicts(mutants: Sequence[Mutant]) -> list[Verdict]:
    verdicts = []
    began = time.monotonic()
    with ProcessPoolExecutor(WORKERS, mp_context=multiprocessing.get_context("forkserver")) as pool:
        for verdict in pool.map(judged, mutants):
            verdicts.append(verdict)
            if not verdict.judge:
                _say(f"survives: {verdict.mutant.told()}")
            if len(verdicts) % 20 == 0:
                _say(f"{len(verdicts)} of {len(mutants)} mutants in {time.monotonic() - began:.0f} s")
    return verdicts


def _explanations(survivors: Sequence[Mutant], of: Path) -> tuple[int, list[Explained]]:
    """How many companies there are, and what they say of each survivor."""
    _say(f"{len(survivors)} survivors: building the companies of {of.name}")
    base = base_of(of, of / "built", with_tests=False)
    count = sum(len(built.cases) for built in base.warehouses)
    with ProcessPoolExecutor(WORKERS, mp_context=multiprocessing.get_context("forkserver")) as pool:
        return count, list(pool.map(explained, survivors, [of] * len(survivors)))


def _keep(verdicts: Sequence[Verdict]) -> None:
    rows = [{"mutant": verdict.mutant.told(), "judge": verdict.judge, "said": verdict.said} for verdict in verdicts]
    (FOLDER / "report.json").write_text(json.dumps(rows, indent=1, ensure_ascii=False), encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants.run", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument(
        "--models", default="", help="names, with commas between them; default: every model that pay is made by"
    )
    parser.add_argument("--per-model", type=int, default=2)
    parser.add_argument(
        "--companies", type=int, default=2000, help="on how many generated companies a survivor must change nothing"
    )
    options = parser.parse_args(arguments)
    began = time.monotonic()
    base = base_of(CASES, FOLDER / "conformance", with_tests=True)
    models = [name for name in options.models.split(",") if name] or base.judged
    if unknown := sorted(set(models) - set(base.models)):
        parser.error(f"there is no model {unknown[0]}")
    # The companies of tests/properties/test_properties.py: the checker says what it would say of them there.
    pairs = [body for pair in pairs_of(SEED, 0, COUNT) for body in (pair.body, pair.varied) if body]
    tested = base_of(written(pairs, FOLDER / "drawn-cases"), FOLDER / "drawn", with_tests=False)
    for built in [*base.warehouses, *tested.warehouses]:
        if wrong := pay_differs_by_the_checker(built.file):
            raise Unfit(f"The checker finds {len(wrong)} differences before any fault. First: {wrong[0]}")
    mutants = mutants_of(base, models, options.per_model, options.seed)
    _say(f"{len(mutants)} mutants in {len(models)} models, base ready after {time.monotonic() - began:.0f} s")
    verdicts = _verdicts(mutants)
    _keep(verdicts)
    survivors = [verdict.mutant for verdict in verdicts if not verdict.judge]
    count, known = 0, list[Explained]()
    if survivors and options.companies:
        try:
            count, known = _explanations(survivors, companies_of(options.companies, options.seed))
        except (Unfit, duckdb.Error) as error:
            _say(f"There are no companies to explain survivors by: {error}")
    return _told(options.models == "", count, verdicts, known)


def _told(is_whole: bool, companies: int, verdicts: Sequence[Verdict], known: Sequence[Explained]) -> int:
    """Prints survivors and counts; returns the exit code."""
    by_mutant = {explanation.mutant: explanation for explanation in known}
    for verdict in verdicts:
        if not verdict.judge:
            print(f"survives: {verdict.mutant.told()}")
            if explanation := by_mutant.get(verdict.mutant):
                pay = "equal" if explanation.is_equal else "not equal"
                print(f"          pay of {companies} companies {pay}; {explanation.reach.told()}")
    killed = Counter(verdict.judge for verdict in verdicts if verdict.judge)
    number, by = len(verdicts), ", ".join(f"{judge} {count}" for judge, count in killed.most_common())
    equal = sum(explanation.is_equivalent for explanation in known)
    models = len({verdict.mutant.model for verdict in verdicts})
    print(
        f"{number} mutants in {models} models: {killed.total()} killed (by {by}), {number - killed.total()} survived,"
        f" {equal} of them equal on {companies} companies"
    )
    too_few = is_whole and number < LEAST
    waived = equal if companies >= LEAST_COMPANIES else 0
    return 1 if too_few or killed.total() < MUST_NOTICE * (number - waived) or waived > MAY_EXPLAIN * number else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Unfit as unfit:
        sys.exit(f"The judges cannot judge. {unfit}")
