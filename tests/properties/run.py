"""Judges the laws on companies drawn at random: `python -m tests.properties.run --cases N --seed S`.

Companies and their variants land as raw files and plan rows, many in a warehouse. A company that breaks a law is reduced:
what can be left out is left out, many tries in one build, where Hypothesis would build for each. Then it is printed, and
written to build/properties, as a case with the checker's figures that tests/conformance/cases can keep.
"""

from __future__ import annotations

import argparse
import copy
import shutil
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random, SystemRandom
from types import MappingProxyType

import duckdb

from checker import check
from orchestration.lib.dbt_runner import ROOT
from tests.conformance.contracts import read_contract
from tests.conformance.grouping import Group, grouped, land
from tests.conformance.reading import Source
from tests.conformance.translation import Case, Row, translate
from tests.conformance.warehouse import BuildError, Warehouse
from tests.properties.generate import WORLD_SIZE, Body, as_yaml, company, drawn, expected, world
from tests.properties.laws import ALONE, LAWS, Law, Pay, read_pay, steps_lead_on

# What a test run judges.
SEED, COUNT = 9, 264
BATCHES = 2
FOUND = ROOT / "build/properties"
_MOST_PRINTED = 5
_TRIES = 120
_NEEDED = ("components", "payees", "plans", "deals", "assignments", "tiers")


@dataclass(frozen=True)
class Pair:
    """A company, the law it is drawn for, and the variant that law compares it with."""

    law: Law
    body: Body
    varied: Body | None
    key: str


@dataclass
class Outcome:
    """What was judged, and for each broken law the company that breaks it."""

    judged: Counter[str] = field(default_factory=Counter)
    broken: list[tuple[str, Pair, str]] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)


def pairs_of(seed: int, number: int, count: int) -> list[Pair]:
    """So many companies of a world with their variants; under the first law every mechanic is drawn, so it has most of them."""
    of, each = world(seed, number), count // (len(LAWS) + 3)
    found: list[Pair] = []
    for law in LAWS:
        share = each if law is not LAWS[0] else count - each * (len(LAWS) - 1)
        for body in drawn(company(law.shape, of), share, f"{seed}/{number}/{law.name}"):
            case_id = f"g{seed}-{number}-{len(found):04}"
            found.append(varied_pair(law, {**body, "id": case_id}, case_id))
    return found


def varied_pair(law: Law, body: Body, key: str) -> Pair:
    varied = law.vary(body, Random(f"{key}/variant"))
    return Pair(law, body, varied and {**varied, "id": f"{body['id']}-v"}, key)


def _deliveries(pair: Pair) -> list[Case]:
    """The company and its variant, ready to land: under the law of arrival in one batch, and in several with some rows again."""
    contract = read_contract()
    bodies = [pair.body] + ([pair.varied] if pair.varied else [])
    cases = [translate(Source(body["id"], "drawn", "", body), contract, needs_figures=False) for body in bodies]
    for case in cases:
        case.rows = [replace(row, batch=1) for row in case.rows]
    if pair.law is LAWS[0]:
        draw = Random(f"{pair.key}/delivery")
        rows = [replace(row, batch=draw.randint(1, BATCHES)) for row in cases[1].rows]
        # The plan check judges a plan as a whole, so its rows come together.
        of_plans = draw.randint(1, BATCHES)
        rows = [replace(row, batch=of_plans) if row.table.startswith("plans.") else row for row in rows]
        rows = [replace(row, batch=1) if _is_adjusted(row, rows) else row for row in rows]
        again = [replace(row, batch=BATCHES) for row in rows if draw.random() < 0.2]
        cases[1].rows = draw.sample(rows + again, len(rows) + len(again))
    if cases[-1].closes:
        cases[-1].rows = _late(cases[-1], Random(f"{pair.key}/late"))
    return cases


def _late(case: Case, draw: Random) -> list[Row]:
    """The rows of a company around its closes: some come late, are mended late, or are deleted late, and a plan that supersedes is late.

    What a close may use of plans is there from the start (engine.md §8 C16).
    """
    of_q = f"{case.case_id}/q"
    replaces = any(row.values.get("supersedes") for row in case.rows if row.table == "plans.plans")
    rows: list[Row] = []
    for row in case.rows:
        values = row.values
        if row.table.startswith("plans."):
            names = ("plan_id", "component_id", "owner_id", "modifier_id", "trigger_id")
            is_late = replaces and any((values.get(name) or "").startswith(of_q) for name in names)
            is_late |= row.table in ("plans.quotas", "plans.plan_assignments") and draw.random() < 0.1
            is_late |= row.table in ("plans.manual_adjustments", "plans.payment_holds") and draw.random() < 0.5
        else:
            is_late = draw.random() < 0.2 and not _is_adjusted(row, case.rows)
        rows.append(replace(row, batch=BATCHES if is_late else 1))
        if row.table == "erp.order_lines" and draw.random() < 0.3:
            wrong = draw.choice(["0", "1000.5", "7", values["net_amount"]])
            if is_late:
                rows.append(Row(row.table, 1, {**values, "net_amount": wrong, "updated_at": "2025-12-31T00:00:00Z"}))
            else:
                more = {**values, "order_line_id": f"{values['order_line_id']}x", "net_amount": wrong}
                gone = {**more, "is_deleted": "true", "updated_at": "2026-01-09T00:00:00Z"}
                rows += [Row(row.table, 1, more), Row(row.table, BATCHES, gone)]
    return rows


def _is_adjusted(user: Row, rows: Sequence[Row]) -> bool:
    """Whether it is a user whom an adjustment by hand names: one of nobody who has landed is refused."""
    return user.table == "crm.users" and any(
        row.values["payee_id"] == user.values["user_id"] for row in rows if row.table == "plans.manual_adjustments"
    )


class Watched(Warehouse):
    """A warehouse in which each build is compared with the one before: a statement of a closed period pays what it paid."""

    def __init__(self, folder: Path, as_of: str, timezone: str) -> None:
        super().__init__(folder, as_of, timezone, "duckdb")
        self.closed: dict[tuple[str, ...], tuple[object, ...]] = {}
        self.moved: dict[str, list[str]] = defaultdict(list)

    def build(self) -> None:
        super().build()
        query = (
            "select payee_id, plan_id, period_start, earned, adjustments, held, released, clawed_back, draw, recovered, manual,"
            " payable, currency from incentives.rpt_statements where status = 'closed'"
        )
        with duckdb.connect(str(self.file), read_only=True) as connection:
            closed = {row[:3]: row[3:] for row in connection.execute(query).fetchall()}
        for key, before in self.closed.items():
            # One of 0 may go with the days on the plan.
            if closed.get(key, before if not any(before[:-1]) else ()) != before:
                self.moved[key[1].split("/")[0]].append(f"{key}: {before} became {closed.get(key)}")
        self.closed = closed

    def close_after(self, cases: Sequence[Case], batch: int) -> dict[str, str]:
        """Of refusals only those count that no drawn company may meet: a period may be not over, or have no statement."""
        refused = super().close_after(cases, batch)
        for case_id, reason in refused.items():
            if "no longer those" in reason:
                self.moved[case_id].append(reason)
        return refused


def judge(
    pairs: Sequence[Pair], warehouse: Path, outcome: Outcome, moved: Mapping[str, list[str]] = MappingProxyType({})
) -> None:
    """Judges every law on companies of a warehouse; `moved`: what builds changed of closed periods."""
    pay = read_pay(warehouse)
    steps = steps_lead_on(warehouse)
    checked = different_from_the_checker(warehouse)
    for pair in pairs:
        bodies = [pair.body] + ([pair.varied] if pair.varied else [])
        for body in bodies:
            of = pay.get(body["id"], Pay())
            found = {name: law(of) for name, law in ALONE.items()}
            found |= {"steps lead to lines": steps.get(body["id"], []), "as the checker": checked.get(body["id"], [])}
            found["closed stays closed"] = moved.get(body["id"], [])
            for name, problems in found.items():
                outcome.judged[name] += 1
                outcome.broken += [(name, replace(pair, body=body, varied=None), problem) for problem in problems[:1]]
        if pair.varied:
            outcome.judged[pair.law.name] += 1
            base, variant = (pay.get(body["id"], Pay()) for body in bodies)
            problems = pair.law.judge(base, variant, pair.body, pair.varied)
            outcome.broken += [(pair.law.name, pair, problem) for problem in problems[:1]]


def different_from_the_checker(warehouse: Path) -> dict[str, list[str]]:
    """What the independent calculation says otherwise, by company."""
    problems: dict[str, list[str]] = defaultdict(list)
    for sentence in check(warehouse).differences:
        owner = next((word.split("/")[0].split(":")[-1] for word in sentence.split() if "/" in word), "")
        problems[owner.strip("'\"(,")].append(sentence)
    return problems


def all_rows(warehouse: Path) -> dict[str, tuple[int, int]]:
    """For each public mart of pay its number of rows and a sum over the hashes of all."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        names = connection.execute(
            "select table_name from information_schema.tables where table_schema = 'incentives'"
        ).fetchall()
        sums = {}
        for (name,) in sorted(names):
            found = connection.execute(
                f"select count(*), sum(hash(mart)::hugeint) from incentives.{name} as mart"
            ).fetchone()
            assert found is not None
            sums[name] = found
    return sums


def build(pairs: Sequence[Pair], folder: Path, outcome: Outcome, again: bool = False) -> None:
    """Lands, builds and judges; pairs that the plan check or ingest refuses are left out and told, a build that fails is halved."""
    pairs = list(pairs)
    while pairs:
        cases = {case.case_id: case for pair in pairs for case in _deliveries(pair)}
        of_case = {body["id"]: pair for pair in pairs for body in (pair.body, pair.varied) if body}
        for group in grouped(cases.values()):
            inside = [pair for pair in pairs if any(case.case_id == pair.body["id"] for case in group.cases)]
            warehouse = Watched(folder, group.as_of, group.timezone)
            try:
                refused = _batches(group, warehouse)
            except BuildError as error:
                if len(inside) == 1:
                    outcome.broken.append(("builds", inside[0], str(error)))
                else:
                    print(f"{error}; looking for the company among {len(inside)}", file=sys.stderr, flush=True)
                    build(inside[: len(inside) // 2], folder, outcome)
                    build(inside[len(inside) // 2 :], folder, outcome)
                pairs = [pair for pair in pairs if pair not in inside]
                break
            if refused:
                outcome.stopped += [f"{case_id}: {reason}" for case_id, reason in refused.items()]
                gone = [of_case[case_id] for case_id in refused]
                pairs = [pair for pair in pairs if pair not in gone]
                break
            judge(inside, warehouse.file, outcome, warehouse.moved)
            if again:
                before = all_rows(warehouse.file)
                warehouse.build()
                outcome.judged["built twice"] += 1
                if before != all_rows(warehouse.file):
                    outcome.broken.append(
                        ("built twice", inside[0], "a second build of the same rows gives other marts")
                    )
            pairs = [pair for pair in pairs if pair not in inside]
            break


def _batches(group: Group, warehouse: Warehouse) -> dict[str, str]:
    owners: dict[str, list[frozenset[str]]] = {}
    refused: dict[str, str] = {}
    for batch in range(1, group.batches + 1):
        owners |= land(group.cases, batch, warehouse.landing).owners
        for refusal in [*warehouse.ingest(), *warehouse.check_plans()]:
            refused |= dict.fromkeys(refusal.owners(owners), refusal.reason)
        if refused:
            return refused
        warehouse.build()
        warehouse.close_after(group.cases, batch)
    return {}


def smaller(body: Body) -> list[Body]:
    """Companies with one row, or one cell that need not be there, less; rows that speak of a component that is gone go along."""
    tries = []
    for section, rows in body.items():
        if section in ("fx_rates",) or not isinstance(rows, list):
            continue
        middle = len(rows) // 2
        tries += [{**copy.deepcopy(body), section: half} for half in ([], rows[:middle], rows[middle:]) if half != rows]
        for place, row in enumerate(rows):
            less = copy.deepcopy(body)
            del less[section][place]
            tries.append(less)
            for name in ("splits", "returns", "invoices", "payments", "status", "weight", "gate_measure", "cap_per_event",
                         "cap_per_period", "floor_per_period", "credit_level", "personal_factor", "terminated_on"):  # fmt: skip
                if name in row:
                    less = copy.deepcopy(body)
                    gone = [name] if name != "gate_measure" else [key for key in row if key.startswith("gate_")]
                    for key in gone:
                        del less[section][place][key]
                    tries.append(less)
    for table in body.get("raw", {}):
        less = copy.deepcopy(body)
        del less["raw"][table]
        tries.append(less)
    return [less for less in map(_without_orphans, tries) if all(less.get(section) for section in _NEEDED)]


def _without_orphans(body: Body) -> Body:
    """Leaves out what speaks of a plan, component, modifier or credit rule that is gone; then that of what went with it."""
    while True:
        known = {
            name: {row[name] for row in body.get(section, [])}
            for name, section in (("plan_id", "plans"), ("component_id", "components"), ("trigger_id", "triggers"))
        }
        known["owner_id"] = known["component_id"] | {row["modifier_id"] for row in body.get("modifiers", [])}
        known["owner_id"] |= {row["credit_rule_id"] for row in body.get("credit_rules", [])}
        kept = {
            section: [row for row in rows if all(row[name] in of for name, of in known.items() if name in row)]
            if isinstance(rows, list)
            else rows
            for section, rows in body.items()
        }
        kept = {section: rows for section, rows in kept.items() if rows not in ([], {})}
        if kept == body:
            return body
        body = kept


def reduced(name: str, pair: Pair, folder: Path, rounds: int) -> Pair:
    """The smallest company found that breaks the same law; each round lands all ways to leave something out in one build."""
    for number in range(rounds):
        tries = smaller(pair.body)
        Random(f"{pair.key}/{number}").shuffle(tries)
        pairs = [
            varied_pair(pair.law, {**less, "id": f"{pair.body['id']}-{number}-{place}"}, pair.key)
            for place, less in enumerate(tries[:_TRIES])
        ]
        outcome = Outcome()
        build(pairs, folder, outcome)
        failing = [broken for law, broken, _ in outcome.broken if law == name]
        if not failing:
            break
        pair = min(failing, key=lambda broken: len(as_yaml([broken.body])))
    return pair


def keep(name: str, pair: Pair, folder: Path, rounds: int) -> Path:
    """Writes the smallest company found that breaks the law, with its variant, as a file of cases; returns the file."""
    least = reduced(name, pair, folder, rounds)
    bodies = [body for body in (least.body, least.varied) if body]
    FOUND.mkdir(parents=True, exist_ok=True)
    file = FOUND / f"{least.body['id']}.yml"
    file.write_text(as_yaml([{**body, "expect": expected(body)} for body in bodies]), encoding="utf-8")
    return file


def run(count: int, seed: int, folder: Path, say: bool = True) -> Outcome:
    """Judges so many companies of a seed."""
    outcome = Outcome()
    for first in range(0, count, WORLD_SIZE):
        started, known = time.monotonic(), len(outcome.broken)
        pairs = pairs_of(seed, first // WORLD_SIZE, min(WORLD_SIZE, count - first))
        build(pairs, folder, outcome, again=True)
        if say:
            told = [f"{name} of {pair.body['id']}: {problem}" for name, pair, problem in outcome.broken[known:]]
            told.append(f"{first + len(pairs)} companies, {time.monotonic() - started:.0f} s")
            print("\n".join(told), file=sys.stderr, flush=True)
    return outcome


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.properties.run", description=__doc__)
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--rounds", type=int, default=10, help="builds spent on making a broken company smaller")
    options = parser.parse_args(arguments)
    seed = SystemRandom().randrange(10**6) if options.seed is None else options.seed
    print(f"{options.cases} companies of seed {seed}", flush=True)
    folder = Path(tempfile.mkdtemp(prefix="properties-")).resolve()
    try:
        outcome = run(options.cases, seed, folder / "warehouse")
        for line in outcome.stopped:
            print(f"refused: {line}")
        shown: set[str] = set()
        for name, pair, problem in outcome.broken:
            if name not in shown and len(shown) < _MOST_PRINTED:
                shown.add(name)
                file = keep(name, pair, folder / "warehouse", options.rounds)
                print(f"\n# {name} (of {pair.body['id']}): {problem}\n# {file}\n{file.read_text(encoding='utf-8')}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for name, number in outcome.judged.items():
        print(f"{name}: {number} judged, {sum(law == name for law, _, _ in outcome.broken)} broken")
    return 1 if outcome.broken or outcome.stopped else 0


if __name__ == "__main__":
    sys.exit(main())
