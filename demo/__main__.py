"""python -m demo --out DIR: the landing files of the simulated company."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from demo.simulation import simulate


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the simulation from the command line. Exits 2 when the folder already holds files."""
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="the landing folder to write; new or empty")
    parser.add_argument("--seed", type=int, default=7, help="the same seed gives the same bytes")
    parser.add_argument(
        "--scale",
        type=float,
        default=1.0,
        help="1: about 65 sellers and 60,000 order lines; 150: 10,000,000 lines; above 4 in branches, as Parquet in parts",
    )
    parser.add_argument("--months", type=int, default=18, help="how many months end on 2026-06-30")
    parser.add_argument("--truths", choices=["all", "none"], default="all", help="whether truths.yml is planted")
    options = parser.parse_args(arguments)
    if options.scale < 0.05 or not 6 <= options.months <= 120:
        parser.error("--scale must be at least 0.05 and --months from 6 to 120")
    if options.out.exists() and any(options.out.iterdir()):
        parser.error(f"{options.out} holds files already; name a new folder")
    started = time.monotonic()
    demo = simulate(options.out, options.seed, options.scale, options.months, options.truths == "all")
    for table in sorted(demo.rows):
        print(f"{demo.rows[table]:>10,} rows in {demo.files[table]:>3} files  {table}")
    print("planted on purpose:")
    for case, planted in demo.planted.items():
        print(f"{len(planted.keys):>10,}  {case.replace('_', ' ')} ({planted.table})")
    seconds = time.monotonic() - started
    lines = demo.rows["erp.order_lines"]
    print(
        f"written to {options.out} in {seconds:.1f} s ({lines / seconds:,.0f} order lines a second with all that belongs to them)"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
