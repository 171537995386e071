"""From landed file to published marts: how long whoever closes a deal waits for the pay, with all marts, tests and the gate.

`python -m benchmarks.landed DIR [BATCHES]` builds DIR/landing as a whole into DIR/published, unless an earlier run did (minutes),
then lands 1,000 new order lines of the last days and builds, BATCHES times (5), each in a process of its own as `make build` does it.
Prints the seconds of each by step, and the longest. The first batch after a whole build also has the project compiled.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

from benchmarks.increment import NEW_LINES, deliver
from benchmarks.work_unit import AS_OF

_STEP = re.compile(r"\[ *([\d.]+) s\] (.+)")


def run(folder: Path, batches: int = 5) -> None:
    """Prints what each batch takes."""
    out = folder / "published"
    landing = out / "landing"
    if not (out / "published.duckdb").exists():
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(folder / "landing", landing)
        _told("whole build", _built(landing, out))
    longest = 0.0
    landed = len(list((landing / "erp/order_lines").glob("batch-*")))
    for number in range(landed + 1, landed + batches + 1):
        deliver(out / "warehouse.duckdb", landing, NEW_LINES, number)
        seconds = _built(landing, out)
        _told(f"batch {number}", seconds)
        longest = max(longest, sum(seconds.values()))
    print(f"The longest of {batches}: {longest:.1f} s from landed to published")


def _built(landing: Path, out: Path) -> dict[str, float]:
    """Builds, and returns the seconds of each step; those of starting and ending the process are `process`."""
    began = time.monotonic()
    command = [sys.executable, "-m", "orchestration.build", "--landing", str(landing), "--out", str(out)]
    told = subprocess.run([*command, "--as-of", AS_OF], capture_output=True, text=True, check=False)
    took = time.monotonic() - began
    if told.returncode:
        raise SystemExit(told.stdout + told.stderr)
    steps = [(float(seconds), step) for seconds, step in _STEP.findall(told.stdout)]
    seconds = {step: round(ended - started, 1) for (started, step), (ended, _) in pairwise(steps)}
    return {**seconds, "process": round(took - steps[-1][0], 1)}


def _told(what: str, seconds: dict[str, float]) -> None:
    parts = ", ".join(f"{step} {took:.1f}" for step, took in seconds.items())
    print(f"{what:<12} {sum(seconds.values()):6.1f} s: {parts}", flush=True)


if __name__ == "__main__":
    run(Path(sys.argv[1]), *map(int, sys.argv[2:]))
