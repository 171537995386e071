"""How long landing a Parquet file takes beside a bare `create table as` of it, and how much memory.

`python benchmarks/ingest.py [ROWS]` makes rows of erp.order_lines (10 million by default), times both three times in turn,
each in a process of its own, and prints the best of each, their ratio and the peak memory.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parents[1]
GOAL = 3
ROUNDS = 3
_ROWS = """
copy (
    select
        'L' || range as order_line_id,
        'O' || range // 3 as order_id,
        'P' || range % 997 as product_id,
        cast(1 + range % 9 as decimal(18, 4)) as quantity,
        cast(cast(100 + hash(range) % 1000000 as decimal(18, 4)) * 0.01 as decimal(18, 4)) as net_amount,
        cast(cast(50 + hash(range) % 600000 as decimal(18, 4)) * 0.01 as decimal(18, 4)) as cost_amount,
        timestamp '2025-01-01' + interval 3 second * (range % 10512000) as updated_at
    from range({rows})
) to '{file}' (format parquet)
"""
# Each prints its seconds, of work alone, and its peak in bytes.
_MEASURED = """
import json, resource, sys, time
{imports}
begun = time.monotonic()
{work}
seconds = time.monotonic() - begun
print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024]))
"""
_BARE = _MEASURED.format(
    imports="import duckdb",
    work="""
with duckdb.connect(sys.argv[2]) as connection:
    connection.execute("set memory_limit = '4GB'")
    connection.execute(f"create table lines as select * from read_parquet('{sys.argv[1]}/erp/order_lines/lines.parquet')")
""",
)
_INGEST = _MEASURED.format(
    imports="from orchestration.ingest import ingest",
    work="""
(landed,) = ingest(sys.argv[1], sys.argv[2], progress=lambda _: None).files
assert landed.rows_landed == landed.rows_read and landed.status == 'landed', landed
""",
)


def main() -> int:
    """Exit code 1 when the ratio is beyond the goal."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("rows", type=int, nargs="?", default=10_000_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory(prefix="ingest-benchmark-") as name:
        folder = Path(name)
        file = folder / "landing/erp/order_lines/lines.parquet"
        file.parent.mkdir(parents=True)
        duckdb.sql(_ROWS.format(rows=rows, file=file))
        print(f"{rows:,} rows, {file.stat().st_size / 1e6:,.0f} MB of Parquet", flush=True)
        bare, ingest = [], []
        for _ in range(ROUNDS):
            bare.append(_measured(_BARE, folder))
            ingest.append(_measured(_INGEST, folder))
            print(f"bare {bare[-1][0]:.2f} s, ingest {ingest[-1][0]:.2f} s", flush=True)
    fastest, landed = min(seconds for seconds, _ in bare), min(seconds for seconds, _ in ingest)
    ratio = landed / fastest
    peaks = [max(peak for _, peak in runs) / 2**30 for runs in (bare, ingest)]
    print(f"best of {ROUNDS}: bare {fastest:.2f} s, ingest {landed:.2f} s: {ratio:.2f} times (goal: at most {GOAL})")
    print(f"peak memory: bare {peaks[0]:.2f} GiB, ingest {peaks[1]:.2f} GiB")
    return 0 if ratio <= GOAL else 1


def _measured(code: str, folder: Path) -> tuple[float, int]:
    warehouse = folder / "warehouse.duckdb"
    command = [sys.executable, "-c", code, str(folder / "landing"), str(warehouse)]
    told = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    warehouse.unlink()
    seconds, peak = json.loads(told.splitlines()[-1])
    return seconds, peak


if __name__ == "__main__":
    sys.exit(main())
