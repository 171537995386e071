"""Huaxing Instruments: a simulated company whose landing files look like a real one's, the same for the same seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from demo import activity, channel, company, plans, trade, ugly
from demo.files import Landing, Writer


@dataclass(frozen=True)
class Demo:
    """What was written: rows and files by table, and what is ugly about them."""

    rows: dict[str, int]
    files: dict[str, int]
    planted: dict[str, ugly.Planted]


def simulate(out: Path, seed: int, scale: float, months: int, say: Callable[[str], None] = print) -> Demo:
    """Writes the landing files of a company with `months` months behind it into the folder `out`.

    Raises FileExistsError where a file of that name lies in `out` already.
    """
    rng = company.draws(seed, "ugly")
    planted: list[ugly.Planted] = []
    founded = company.found(seed, scale, months)
    planted += [plant(founded, rng) for plant in ugly.PEOPLE]
    say(f"{len(founded.people):,} people, {len(founded.accounts.ids):,} accounts, {len(founded.dealers.ids):,} dealers")
    sold = trade.simulate(founded, seed)
    say(f"{len(sold.orders):,} orders with {len(sold.order_lines):,} lines")
    others = [*company.tables(founded), *channel.simulate(founded, seed), *activity.simulate(founded, sold, seed)]
    world = ugly.World(founded, sold, {table.name: table for table in [*others, *sold.tables()]})
    planted += [plant(world, rng) for plant in ugly.RECORDS]
    world.quotas = plans.quotas(founded, sold, world.tables["channel.dealer_order_lines"])
    planted += [plant(world, rng) for plant in ugly.PLANS]

    landing = Landing(out)
    writer = Writer(landing)
    try:
        for table in world.tables.values():
            writer.write(table)
        for delivery in world.deliveries:
            writer.deliver(delivery)
    finally:
        writer.close()
    for year in sorted({row["period_start"][:4] for row in world.quotas}):
        rows = [row for row in world.quotas if row["period_start"].startswith(year)]
        landing.write_text("plans.quotas", f"quotas_{year}.csv", rows)
    landing.write_text("plans.plan_assignments", "personal.csv", plans.personal_assignments(founded))
    planted += [plant(world, landing) for plant in ugly.FILES]
    say(f"{sum(landing.rows.values()):,} rows in {sum(landing.files.values())} files")
    return Demo(landing.rows, landing.files, {one.case: one for one in planted})
