"""`python -m orchestration.ingest LANDING --warehouse FILE`"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from orchestration.ingest import WarehouseBusy, ingest
from orchestration.ingest.contracts import sources
from orchestration.ingest.loader import MEMORY


def main() -> int:
    """Lands what is new and says what became of it; exit code 1 when nothing could be done at all."""
    parser = argparse.ArgumentParser(
        prog="python -m orchestration.ingest", description="Lands new files in the warehouse."
    )
    parser.add_argument("landing", type=Path, metavar="LANDING", help="the folder with <source>/<table>/<files>")
    parser.add_argument(
        "--warehouse", type=Path, required=True, metavar="FILE", help="the DuckDB file; made when missing"
    )
    parser.add_argument(
        "--source", action="append", choices=sources(), help="only this source; may be given several times"
    )
    parser.add_argument(
        "--memory", default=MEMORY, metavar="SIZE", help=f"what the database may hold in memory (default {MEMORY})"
    )
    parser.add_argument("--threads", type=int, metavar="N", help="processors it may use (default: all)")
    options = parser.parse_args()
    try:
        report = ingest(
            options.landing,
            options.warehouse,
            sources=options.source,
            memory=options.memory,
            threads=options.threads,
        )
    except (FileNotFoundError, ValueError, WarehouseBusy) as error:
        print(error, file=sys.stderr)
        return 1
    print("\n".join(report.lines()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
