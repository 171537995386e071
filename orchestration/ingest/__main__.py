"""`python -m orchestration.ingest LANDING --warehouse FILE`"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from orchestration.ingest import WarehouseBusy, ingest
from orchestration.ingest.contracts import sources


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
    options = parser.parse_args()
    try:
        report = ingest(options.landing, options.warehouse, sources=options.source)
    except (FileNotFoundError, WarehouseBusy) as error:
        print(error, file=sys.stderr)
        return 1
    print("\n".join(report.lines()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
