"""Closes a period: what it pays is posted, and from then on only adjustments change it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from orchestration.build import Choices, Progress, Steps, check, check_and_publish, publish_marts, variables
from orchestration.increments import NotAnIncrement, advance
from orchestration.ingest import WarehouseBusy
from orchestration.ledger.payment_files import write_payment_files
from orchestration.ledger.store import Close, batches, load, post, preview
from orchestration.summary import table

_BUILD_FIRST = "Build it first (make build), with the same landing folder and choices."
_PERIOD = re.compile(r"(?P<year>(?:19|20|21)\d\d)(?:-(?:(?P<part>[QH])(?P<place>[1-4])|(?P<month>\d\d)))?")


class CloseRefused(Exception):
    """The period is not closed, for a reason that a person can mend."""


class ClosedAlready(CloseRefused):
    """Nothing is left of it to close."""


@dataclass(frozen=True)
class Asked:
    """A period as it is asked for: its kind (month, quarter, half, year; empty: any) and first day."""

    text: str
    period: str
    period_start: str


def asked(text: str) -> Asked:
    """Reads 2026-01, 2026-Q1, 2026-H1 or 2026. Raises CloseRefused."""
    found = _PERIOD.fullmatch(text)
    if found:
        year, month = found["year"], found["month"]
        if month and 1 <= int(month) <= 12:
            return Asked(text, "month", f"{year}-{month}-01")
        if found["part"] == "Q":
            return Asked(text, "quarter", f"{year}-{3 * int(found['place']) - 2:02}-01")
        if found["part"] == "H" and found["place"] in "12":
            return Asked(text, "half", f"{year}-{6 * int(found['place']) - 5:02}-01")
        if not month and not found["part"]:
            return Asked(text, "year", f"{year}-01-01")
    raise CloseRefused(
        f"PERIOD is {text!r}, and must be a month, quarter, half or year such as 2026-01, 2026-Q1, 2026-H1, 2026."
    )


def due(
    marts: duckdb.DuckDBPyConnection, period: Asked, plan_ids: Sequence[str] = (), before: Sequence[Close] = ()
) -> list[Close]:
    """What is to be closed: the period of these plans, or of every plan that has it open; `before`: closed with it, and first.

    Raises CloseRefused, saying why not.
    """
    rows = marts.execute(
        "select plan_id, status, is_over, period, period_end::varchar, coalesce(plan_hash, ''), as_of_on::varchar"
        " from incentives.rpt_plan_periods where period_start = ? and (? = '' or period = ?)"
        " and (? or list_contains(?::varchar[], plan_id)) order by plan_id",
        [period.period_start, period.period, period.period, not plan_ids, list(plan_ids)],
    ).fetchall()
    of = f"of plan {', '.join(plan_ids)}" if plan_ids else "of any plan"
    if not rows:
        raise CloseRefused(
            f"There is no statement {of} for {period.text}: see incentives.rpt_plan_periods for what there is."
        )
    open_rows = [row for row in rows if row[1] == "open"]
    if not open_rows:
        raise ClosedAlready(f"{period.text} {of} is closed already.")
    if any(not row[2] for row in open_rows):
        raise CloseRefused(
            f"{period.text} is not over on the day that is calculated: close it once its last day is (AS_OF, or newer rows)."
        )
    plans = [row[0] for row in open_rows]
    _refuse_gaps(marts, period, plans, before)
    _refuse_changed_plans(marts, plans)
    return [Close(row[0], row[3], period.period_start, row[4], row[5], row[6]) for row in open_rows]


def _refuse_gaps(
    marts: duckdb.DuckDBPyConnection, period: Asked, plans: Sequence[str], before: Sequence[Close]
) -> None:
    earlier = marts.execute(
        "select plan_id, min(period_start)::varchar from incentives.rpt_plan_periods where status = 'open' and period_start < ?"
        " and list_contains(?::varchar[], plan_id) and not list_contains(?::varchar[], plan_id || ' ' || period_start)"
        " group by plan_id order by plan_id",
        [period.period_start, list(plans), [f"{of.plan_id} {of.period_start}" for of in before]],
    ).fetchall()
    if earlier:
        told = ", ".join(f"{plan} from {start}" for plan, start in earlier[:5])
        raise CloseRefused(
            f"{period.text} cannot be closed before the periods that lie before it: open are {told}"
            f"{f' and {len(earlier) - 5} more' if len(earlier) > 5 else ''}. Close the earliest first, or name a PLAN."
        )


def _refuse_changed_plans(marts: duckdb.DuckDBPyConnection, plans: Sequence[str]) -> None:
    changed = marts.execute(
        "select distinct batches.plan_id from incentives.fct_ledger_batches as batches left join incentives.rpt_plan_periods as periods"
        " on batches.plan_id = periods.plan_id and batches.posted_period_start = periods.period_start"
        " where list_contains(?::varchar[], batches.plan_id) and batches.plan_hash is distinct from coalesce(periods.plan_hash, '')"
        " order by 1",
        [list(plans)],
    ).fetchall()
    if changed:
        told = ", ".join(plan for (plan,) in changed[:5])
        raise CloseRefused(
            f"Rows of {told} are no longer those that an earlier close used. Put them back, and let a new plan supersede the old one from"
            " the day the change holds."
        )


def kept_choices(out: Path) -> Choices:
    """What the folder is built with. Raises CloseRefused."""
    try:
        return Choices(**json.loads((out / "choices.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        raise CloseRefused(f"{out / 'choices.json'} cannot be read: mend it, or build into an empty folder.") from None


def _refuse_the_past(folder: Path, as_of_on: str) -> None:
    newest = max((batch.as_of_on for _, batch in batches(folder)), default="")
    if as_of_on < newest:
        raise CloseRefused(
            f"What is calculated ends on {as_of_on}, and the ledger was last closed as of {newest}: nothing is closed behind that."
            f" Build with AS_OF={newest} or later."
        )


def _is_published(out: Path) -> bool:
    """Whether readers see every batch that the warehouse has."""
    published = out / "published.duckdb"
    if not published.exists():
        return False
    with duckdb.connect() as connection:
        for name, file in (("ours", out / "warehouse.duckdb"), ("theirs", published)):
            quoted = str(file).replace("'", "''")
            connection.execute(f"attach '{quoted}' as {name} (read_only)")
        query = "select batch_id from ours.incentives.fct_ledger_batches except select batch_id from theirs.incentives.fct_ledger_batches"
        with suppress(duckdb.CatalogException):  # a publication of before there was a ledger
            return not connection.execute(query).fetchall()
    return False


def close(
    landing: Path,
    out: Path,
    period: str,
    approved_by: str,
    *,
    plan_id: str = "",
    as_of: str = "",
    publishing: bool = True,
    previewing: bool = False,
    progress: Progress = print,
) -> str:
    """Posts a period of one plan, or of all that have it open, as it is calculated in the warehouse of `out`; publishes what follows.

    `period` may name several, earlier ones first. With `previewing` nothing is posted, and what would be is returned as a table. Returns a
    sentence that says what was posted. Raises CloseRefused where it may not be closed, BuildStopped where the gate finds something
    critical, LedgerBroken, PublishError, WarehouseBusy.
    """
    periods = [asked(text) for text in period.split() or [""]]
    if not approved_by.strip():
        raise CloseRefused("BY is empty, and must name who approves the close.")
    warehouse, folder = out / "warehouse.duckdb", out / "ledger"
    if not warehouse.exists():
        raise CloseRefused(f"There is no {warehouse}. {_BUILD_FIRST}")
    choices = kept_choices(out)
    if choices.ledger:
        raise CloseRefused(f"{out} only reads the ledger in {choices.ledger}: close in the folder that keeps it.")
    steps = Steps(progress)

    def follow() -> bool:
        """Takes what has been posted into the marts; says whether there was anything."""
        came = load(warehouse, folder, as_of)
        try:
            changed = advance(warehouse, variables(choices, as_of), out / ".dbt/increments").written
        except NotAnIncrement as reason:
            raise CloseRefused(f"The warehouse is not as a build left it: {reason}. {_BUILD_FIRST}") from None
        return bool(came or changed)

    try:
        steps.begin("ledger")
        is_new = follow()
        # What the gate finds critical stops the close as it stops a publication.
        verdict = check(landing, out, steps)
        if publishing:
            # What a close that died after it had posted did not come to.
            if is_new or not _is_published(out):
                publish_marts(out, choices, verdict)
            write_payment_files(out)
        steps.begin("close")
        closes: list[Close] = []
        with duckdb.connect(str(warehouse)) as marts:
            for wanted in periods:
                # A close of several that died goes on with those that are left.
                with suppress(ClosedAlready) if wanted is not periods[-1] or closes else nullcontext():
                    closes += due(marts, wanted, [plan_id] if plan_id else [], closes)
            _refuse_the_past(folder, closes[0].as_of_on)
            if previewing:
                told = "\n".join(table(*preview(marts, closes)))
                return f"{period} would post {len(closes)} batches; nothing is posted yet.\n\n{told}"
            ids = post(marts, folder, closes, approved_by.strip(), datetime.now(UTC).replace(tzinfo=None))
        follow()
        if publishing:
            check_and_publish(landing, out, choices, steps)
    except duckdb.IOException as error:
        raise WarehouseBusy(str(error).splitlines()[0]) from None
    with duckdb.connect(str(warehouse), read_only=True) as marts:
        plans, lines = marts.execute(
            "select count(distinct plan_id), coalesce(sum(line_count), 0) from incentives.fct_ledger_batches"
            " where list_contains(?::varchar[], batch_id)",
            [ids],
        ).fetchall()[0]
    return (
        f"{period} is closed: {plans} plans, {lines:,} lines posted by {approved_by.strip()}; batches {ids[0]} to {ids[-1]} in {folder},"
        f" payment files in {out / 'payments'}."
    )
