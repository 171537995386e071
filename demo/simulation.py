"""Huaxing Instruments: a simulated company whose landing files look like a real one's, the same for the same seed."""

from __future__ import annotations

import math
import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from demo import activity, channel, company, plans, trade, ugly
from demo.company import Branch
from demo.files import DELIVERED, Landing, Table, Writer, stacked
from demo.truths import NAMES, Truths

#: A larger company has branches of at most this scale: a branch (240,000 order lines in 18 months) is what is held in
#: memory at a time, by each process, and its large tables are a Parquet file each.
BRANCH_SCALE = 4
PROCESSES = 2


@dataclass(frozen=True)
class Demo:
    """What was written: rows and files by table, what is ugly about them, and which sellers play a part in a truth."""

    rows: dict[str, int]
    files: dict[str, int]
    planted: dict[str, ugly.Planted]
    cast: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class _Job:
    """A branch to be simulated."""

    out: Path
    seed: int
    scale: float
    months: int
    truths: bool
    branch: Branch
    in_parts: bool


@dataclass(frozen=True)
class _Done:
    """A branch whose own files are written, and what it adds to those of the whole company."""

    landing: Landing
    planted: list[ugly.Planted]
    cast: dict[str, tuple[str, ...]]
    exports: list[Table]
    quotas: list[plans.Row]


def simulate(
    out: Path, seed: int, scale: float, months: int, truths: bool = True, say: Callable[[str], None] = print
) -> Demo:
    """Writes the landing files of a company with `months` months behind it into the folder `out`.

    `truths`: whether the effects of truths.yml are planted. Raises FileExistsError where a file of that name lies in
    `out` already.
    """
    count = math.ceil(scale / BRANCH_SCALE)
    jobs = [_Job(out, seed, scale / count, months, truths, Branch(number), count > 1) for number in range(count)]
    landing = Landing(out)
    planted: dict[str, ugly.Planted] = {}
    cast: dict[str, tuple[str, ...]] = {}
    exports: dict[str, list[Table]] = {}
    quotas: list[plans.Row] = []
    for number, done in enumerate(_simulated(jobs), start=1):
        landing.add(done.landing)
        for one in done.planted:
            planted[one.case] = one.after(planted.get(one.case))
        for table in done.exports:
            exports.setdefault(table.name, []).append(table)
        cast |= done.cast
        quotas += done.quotas
        say(f"branch {number} of {count}: {sum(landing.rows.values()):,} rows so far")
    writer = Writer(landing)
    for tables in exports.values():
        writer.write(stacked(tables))
    writer.close()
    quotas = plans.added_up(quotas)
    for year in sorted({row["period_start"][:4] for row in quotas}):
        rows = [row for row in quotas if row["period_start"].startswith(year)]
        landing.write_text("plans.quotas", f"quotas_{year}.csv", rows)
    for plant in ugly.FILES:
        one = plant(landing)
        planted[one.case] = one
    say(f"{sum(landing.rows.values()):,} rows in {sum(landing.files.values())} files")
    return Demo(landing.rows, landing.files, planted, cast)


def _simulated(jobs: list[_Job]) -> Iterator[_Done]:
    """The branches in their order, two at a time."""
    if len(jobs) == 1:
        yield _simulate_branch(jobs[0])
        return
    # Processes that begin empty, but for what each of them would import (pyarrow asks for pandas).
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, "pandas"])
    with ProcessPoolExecutor(PROCESSES, context) as processes:
        yield from processes.map(_simulate_branch, jobs)


def _simulate_branch(job: _Job) -> _Done:
    """Simulates a branch and writes its files, but for those tables that the company exports as a whole."""
    branch, at_head_office = job.branch, not job.branch.number
    rng = branch.draws(job.seed, "ugly")
    founded = company.found(job.seed, job.scale, job.months, branch, Truths.sizes(job.truths))
    planted = [plant(founded, rng) for plant in ugly.PEOPLE]
    sold = trade.simulate(founded, job.seed)
    others = [
        *company.tables(founded),
        *channel.simulate(founded, job.seed),
        *activity.simulate(founded, sold, job.seed),
    ]
    world = ugly.World(founded, sold, {table.name: table for table in [*others, *sold.tables()]})
    planted += [plant(world, rng) for plant in ugly.RECORDS if at_head_office or plant in ugly.EVERYWHERE]
    world.quotas = plans.quotas(founded, sold, world.tables["channel.dealer_order_lines"])
    if at_head_office:
        planted += [plant(world, rng) for plant in ugly.PLANS]

    landing = Landing(job.out)
    writer = Writer(landing, branch.number if job.in_parts else None)
    exports = []
    for table in world.tables.values():
        if DELIVERED[table.name][1] != "once":
            writer.write(table)
        elif at_head_office or table.name not in ("erp.products", "erp.fx_rates"):
            exports.append(table)
    for delivery in world.deliveries:
        writer.deliver(delivery)
    writer.control()
    writer.close()
    if at_head_office:
        landing.write_text("plans.plan_assignments", "personal.csv", plans.personal_assignments(founded))
    cast = {NAMES[part]: tuple(founded.sellers[one].user_id for one in held) for part, held in founded.cast.items()}
    return _Done(landing, planted, cast, exports, world.quotas)
