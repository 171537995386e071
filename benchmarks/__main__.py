"""Compares the warehouse with hand-written SQL and with polars on the same work unit, in one run: `make bench N=1e6`.

Each round runs the sides one after the other, each in a process of its own, so that what else the machine does
falls on all of them; the best of the rounds counts. Ends with 1 where the engine's lines or their sum differ from those of the
hand-written SQL by anything at all.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

from benchmarks.work_unit import write

# How each side is run, below this package.
SIDES = {
    "slim": ["slim"],
    "engine": ["engine"],
    "micro-batch": ["increment"],
    "statement": ["statement"],
    "dbt": ["engine", "--dbt"],
    "polars": ["polars_peer"],
}
SHOWN_MODELS = 15


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--lines", type=float, default=1e5, metavar="N", help="order lines of the work unit (1e5)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each side runs; the best counts (3)")
    parser.add_argument("--out", type=Path, default=Path("build/bench"), help="where work units are kept")
    options = parser.parse_args()
    lines = int(options.lines)
    folder = options.out / f"w_{lines}"
    if not (folder / "peers").exists():
        print(f"Writing W({lines:,}) to {folder}", flush=True)
        write(lines, folder)
    best: dict[str, dict[str, Any]] = {}
    for round_no in range(1, options.rounds + 1):
        for side in SIDES:
            for result in _run(SIDES[side], folder):
                print(f"round {round_no}: {_told(result)}", flush=True)
                told = result["side"]
                if told not in best or result["seconds"] < best[told]["seconds"]:
                    best[told] = result
    outcome = _compare(lines, best)
    print("\nLanding, beside a bare copy:", flush=True)
    subprocess.run([sys.executable, "-m", "benchmarks.ingest", str(lines)], check=False)
    return outcome


def _run(side: list[str], folder: Path) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", f"benchmarks.{side[0]}", str(folder), *side[1:]]
    ran = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]


def _told(result: dict[str, Any]) -> str:
    return (
        f"{result['side']:<15} {result['seconds']:8.2f} s, {result['processor_seconds']:8.2f} s of processor,"
        f" {result['peak_mib']:6,} MiB, {result['lines']:,} lines, {result['amount']}"
    )


def _compare(lines: int, best: dict[str, dict[str, Any]]) -> int:
    engine, paid = best["engine"], (best["slim"]["lines"], Decimal(best["slim"]["amount"]))
    print(f"\nW({lines:,}), the best of each:")
    for result in best.values():
        print(f"  {_told(result)}")
    for side, other in (("engine", "slim"), ("engine", "polars"), ("dbt", "slim")):
        wall, processor = (best[side][what] / best[other][what] for what in ("seconds", "processor_seconds"))
        print(f"  {side} ÷ {other}: {wall:.2f} by the clock, {processor:.2f} by processor time")
    print("\nThe slowest models, in seconds:")
    for model, seconds in list(engine["models"].items())[:SHOWN_MODELS]:
        print(f"  {seconds:8.2f}  {model}")
    if any((best[side]["lines"], Decimal(best[side]["amount"])) != paid for side in ("engine", "dbt")):
        print("\nThe engine and the hand-written SQL differ: one of them pays wrong.")
        return 1
    print("\nThe engine pays what the hand-written SQL pays, to the cent.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
