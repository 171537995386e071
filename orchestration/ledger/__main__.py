"""`python -m orchestration.ledger close --landing DIR --out DIR --period 2026-Q1 --by NAME [--plan ID]`, and `… verify --out DIR`."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from orchestration import ledger
from orchestration.build import BuildStopped, Choices, Progress, Steps, check_and_publish, variables
from orchestration.increments import NotAnIncrement, advance
from orchestration.ingest import WarehouseBusy
from orchestration.ledger.closing import CloseRefused, asked, due
from orchestration.ledger.store import LedgerBroken, verify

_BUILD_FIRST = "Build it first (make build), with the same landing folder and choices."


def close(
    landing: Path,
    out: Path,
    period: str,
    approved_by: str,
    *,
    plan_id: str = "",
    as_of: str = "",
    progress: Progress = print,
) -> str:
    """Posts a period of one plan, or of all that have it open, as it is calculated in the warehouse of `out`; publishes what follows.

    Returns a sentence that says what was posted. Raises CloseRefused where it may not be closed, BuildStopped where the gate finds
    something critical, LedgerBroken, WarehouseBusy.
    """
    wanted = asked(period)
    if not approved_by.strip():
        raise CloseRefused("BY is empty, and must name who approves the close.")
    warehouse, folder = out / "warehouse.duckdb", out / "ledger"
    if not warehouse.exists():
        raise CloseRefused(f"There is no {warehouse}. {_BUILD_FIRST}")
    try:
        choices = Choices(**json.loads((out / "choices.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        raise CloseRefused(f"{out / 'choices.json'} cannot be read: mend it, or build into an empty folder.") from None
    steps = Steps(progress)

    def follow() -> None:
        """Takes what has been posted into the marts."""
        ledger.load(warehouse, folder)
        try:
            advance(warehouse, variables(choices, as_of), out / ".dbt/increments")
        except NotAnIncrement as reason:
            raise CloseRefused(f"The warehouse is not as a build left it: {reason}. {_BUILD_FIRST}") from None

    try:
        steps.begin("ledger")
        follow()
        # What the gate finds critical stops the close as it stops a publication.
        check_and_publish(landing, out, choices, steps)
        steps.begin("close")
        with duckdb.connect(str(warehouse)) as marts:
            closes = due(marts, wanted, [plan_id] if plan_id else [])
            ids = ledger.post(marts, folder, closes, approved_by.strip(), datetime.now(UTC).replace(tzinfo=None))
        follow()
        check_and_publish(landing, out, choices, steps)
    except duckdb.IOException as error:
        raise WarehouseBusy(str(error).splitlines()[0]) from None
    with duckdb.connect(str(warehouse), read_only=True) as marts:
        plans, lines = marts.execute(
            "select count(*), coalesce(sum(line_count), 0) from incentives.fct_ledger_batches where list_contains(?::varchar[], batch_id)",
            [ids],
        ).fetchall()[0]
    return f"{period} is closed: {plans} plans, {lines:,} lines posted by {approved_by.strip()}; batches {ids[0]} to {ids[-1]} in {folder}."


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
                progress=lambda text: print(text, flush=True),
            )
        else:
            if not (out / "warehouse.duckdb").exists():
                raise LedgerBroken(f"There is no {out / 'warehouse.duckdb'} to verify.")
            batches, lines = verify(out / "ledger", out / "warehouse.duckdb")
            if not batches:
                raise LedgerBroken(f"{out / 'ledger'} holds no batch: nothing has been closed.")
            told = f"{batches} batches and {lines:,} lines verified: chain, hashes, and posted + pending = calculated"
    except (CloseRefused, LedgerBroken, BuildStopped) as error:
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
