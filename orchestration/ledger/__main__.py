"""`python -m orchestration.ledger close --landing DIR --out DIR --period 2026-Q1 --by NAME [--plan ID]`, and `… verify --out DIR`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from orchestration.build import BuildStopped
from orchestration.ingest import WarehouseBusy
from orchestration.ledger.closing import CloseRefused, close, kept_choices
from orchestration.ledger.store import LedgerBroken, verify
from orchestration.publish import PublishError


def main() -> int:
    """The command line; exit code 1 where a close is refused or the ledger is not whole."""
    parser = argparse.ArgumentParser(
        prog="python -m orchestration.ledger", description="Closes periods, and verifies what was posted."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    closing = commands.add_parser("close", help="post a period")
    closing.add_argument("--landing", type=Path, required=True, metavar="DIR")
    closing.add_argument("--period", required=True, metavar="2026-Q1")
    closing.add_argument("--plan", default="", metavar="ID", help="one plan; default: all that have the period open")
    closing.add_argument("--by", required=True, metavar="NAME", help="who approves the close")
    closing.add_argument("--as-of", default="", metavar="YYYY-MM-DD", help="as the warehouse was built with")
    closing.add_argument("--preview", action="store_true", help="say what would be posted and paid, and post nothing")
    verifying = commands.add_parser("verify", help="recompute hashes and chain, and hold the warehouse against them")
    for command in (closing, verifying):
        command.add_argument("--out", type=Path, required=True, metavar="DIR")
    options = parser.parse_args()
    out: Path = options.out
    try:
        if options.command == "close":
            told = close(
                options.landing,
                out,
                options.period,
                options.by,
                plan_id=options.plan,
                as_of=options.as_of,
                previewing=options.preview,
                progress=lambda text: print(text, flush=True),
            )
        else:
            if not (out / "warehouse.duckdb").exists():
                raise LedgerBroken(f"There is no {out / 'warehouse.duckdb'} to verify.")
            folder = kept_choices(out).ledger_of(out)
            batches, lines = verify(folder, out / "warehouse.duckdb")
            if not batches:
                raise LedgerBroken(f"{folder} holds no batch up to the day of the warehouse: nothing had been closed.")
            told = f"{batches} batches and {lines:,} lines verified: chain, hashes, and posted + pending = calculated"
    except (CloseRefused, LedgerBroken, BuildStopped, PublishError) as error:
        print(f"\nNot {'closed' if options.command == 'close' else 'whole'}. {error}", file=sys.stderr)
        return 1
    except WarehouseBusy as error:
        print(
            f"\nNot closed. {error}. Another close or build is at work: wait for it, then run again.", file=sys.stderr
        )
        return 1
    print(told)
    return 0


if __name__ == "__main__":
    sys.exit(main())
