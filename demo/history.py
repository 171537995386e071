"""`python -m demo.history FOLDER`: what lies behind the company: files come, a quarter is closed, and the next files come.

FOLDER/.coming holds the files that have not come yet, as a landing folder. They come into FOLDER/landing with the quarter of their newest
row, what the company exports once (people, products, rates, plans) with the first. Whatever it is killed in, another run goes on there.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

from demo.company import first_of_month
from demo.files import DELIVERED
from orchestration.build import BuildStopped, build
from orchestration.ingest import WarehouseBusy
from orchestration.ledger.closing import ClosedAlready, CloseRefused, close
from orchestration.ledger.store import LedgerBroken

AS_OF = date(2026, 6, 30)
COMING = ".coming"
_FIRST_DAYS = [first_of_month(AS_OF, months) for months in (17, 14, 11, 8, 5)]
#: Two of the company's finance department take turns.
_APPROVERS = ("周颖", "Daniel Reyes")
_LABEL = re.compile(r"_(?P<year>20\d\d)(?:q(?P<quarter>\d)|-(?P<month>\d\d))\.")
_READERS = {".csv": "read_csv({}, all_varchar = true)", ".gz": "read_json({})", ".parquet": "read_parquet({})"}


@dataclass(frozen=True)
class Stage:
    """What comes up to a day, and the periods that are closed then, earlier ones first; none at the end."""

    day: date
    periods: str = ""
    approver: str = ""


def stages() -> list[Stage]:
    """The five quarters that are closed, with their months, and the one that is open."""
    told = []
    for number, first in enumerate(_FIRST_DAYS):
        months = [first_of_month(first, -back) for back in range(3)]
        quarter = f"{first.year}-Q{first.month // 3 + 1}"
        periods = " ".join([*(f"{month:%Y-%m}" for month in months), quarter])
        told.append(Stage(first_of_month(first, -3) - timedelta(days=1), periods, _APPROVERS[number % len(_APPROVERS)]))
    return [*told, Stage(AS_OF)]


def arrivals(coming: Path) -> dict[Path, date]:
    """The day of the stage with which each file comes; by its path below `coming`. A company delivered in parts comes at the end."""
    days = [stage.day for stage in stages()]
    files = sorted(path.relative_to(coming) for path in coming.rglob("*") if path.is_file())
    if any("_part-" in file.name for file in files):
        return dict.fromkeys(files, AS_OF)
    found = {}
    with duckdb.connect() as connection:
        for file in files:
            newest = date.min if _is_export(file) else _newest(connection, coming / file)
            found[file] = next((day for day in days if newest <= day), AS_OF)
    return found


def _is_export(file: Path) -> bool:
    source, table, name = file.parts
    once = DELIVERED.get(f"{source}.{table}", ("", ""))[1] == "once"
    return source == "plans" or (once and name.startswith(f"{table}."))


def _newest(connection: duckdb.DuckDBPyConnection, file: Path) -> date:
    """The day of a file's newest row; where its name says its month or quarter, a day of that; of totals the last there is."""
    if label := _LABEL.search(file.name):
        return date(int(label["year"]), int(label["month"] or 3 * int(label["quarter"])), 1)
    if file.parent.name == "_control":
        return date.max
    reader = _READERS[file.suffix].format("'" + str(file).replace("'", "''") + "'")
    ((newest,),) = connection.execute(f"select max(updated_at::timestamp)::date from {reader}").fetchall()
    return newest or date.max


def live(out: Path, say: Callable[[str], None] = print) -> str:
    """Lets the files come that have not, closes each quarter on its last day, and builds the last day; returns the summary."""
    landing, coming = out / "landing", out / COMING
    left = arrivals(coming)
    for stage in stages():
        files = [file for file, day in left.items() if day == stage.day]
        if stage.periods and not files:
            continue
        then = f"; they are built, and {stage.periods.split()[-1]} is closed ..." if stage.periods else ""
        say(f"\n{stage.day}: {len(files)} files come{then}")
        for file in files:
            (landing / file).parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileExistsError):
                os.link(coming / file, landing / file)
        day = stage.day.isoformat()
        if stage.periods:
            build(landing, out, plans="both", as_of=day, judging=False, progress=_quiet)
            with suppress(ClosedAlready):
                say(close(landing, out, stage.periods, stage.approver, as_of=day, publishing=False, progress=_quiet))
        else:
            told = build(landing, out, plans="both", as_of=day, progress=say)
        # Only now: a run that was killed before has this stage again.
        for file in files:
            (coming / file).unlink()
    shutil.rmtree(coming, ignore_errors=True)
    return told


def _quiet(_: str) -> None:
    """What each step says is told of the last day only."""


def main() -> int:
    """The command line; exit code 1 where a build or a close stops, for the reason that it says."""
    out = Path(sys.argv[1])
    started = time.monotonic()

    def say(text: str) -> None:
        print(text, flush=True)

    try:
        say(live(out, say))
    except (BuildStopped, CloseRefused, LedgerBroken, WarehouseBusy) as stopped:
        print(f"\nStopped. {stopped}", file=sys.stderr)
        return 1
    say(f"\nAll of it took {time.monotonic() - started:.0f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
