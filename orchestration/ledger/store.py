"""The ledger's files: `OUT/ledger/<batch_id>.parquet` a batch, `payments-<close_no>.parquet` a close, and beside each its SHA-256.

They are the ledger; a warehouse only reads them, and a new one reads them first. A batch is the close of one period of one plan: its lines
are the file's rows, its facts stand in the file's metadata. Its hash covers these facts, the hash of its lines and the hash of the batch
before it. So a changed line, a lost file and a batch put in between are found by the chain, and any other changed byte by the file beside.

A close posts a batch for each of its plans and what it pays, all or nothing: files are written under hidden names, the note `.closing` of
their names is what makes them count, and whoever reads the ledger next gives them their names where a close died before it did.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

_LINES = {
    "line_no": "bigint",
    "earned_period_start": "date",
    "payee_id": "varchar",
    "component_id": "varchar",
    "event_id": "varchar",
    "line_kind": "varchar",
    "amount": "decimal(18, 4)",
    "amount_base": "decimal(18, 4)",
    "currency": "varchar",
    "reason": "varchar",
    "reason_zh": "varchar",
    "payout_line_id": "varchar",
    "occurred_on": "date",
    "basis": "decimal(28, 10)",
    "position_from": "decimal(28, 10)",
    "rate": "decimal(28, 10)",
    "factor": "decimal(28, 10)",
    "event_value": "decimal(18, 4)",
    "source_file": "varchar",
    "source_row": "bigint",
    "explanation": "varchar",
    "explanation_zh": "varchar",
}
_BATCHES = {
    "batch_id": "varchar",
    "batch_no": "bigint",
    "close_no": "bigint",
    "close_size": "bigint",
    "plan_id": "varchar",
    "period": "varchar",
    "posted_period_start": "date",
    "posted_period_end": "date",
    "as_of_on": "date",
    "posted_at": "timestamp",
    "approved_by": "varchar",
    "line_count": "bigint",
    "rows_hash": "varchar",
    "plan_hash": "varchar",
    "payments_hash": "varchar",
    "previous_hash": "varchar",
    "batch_hash": "varchar",
}
_PAYMENTS = {
    "line_no": "bigint",
    "period": "varchar",
    "posted_period_start": "date",
    "payee_id": "varchar",
    "currency": "varchar",
    "posted": "decimal(18, 4)",
    "carried_in": "decimal(18, 4)",
    "minimum_payment": "decimal(18, 4)",
    "paid": "decimal(18, 4)",
    "carried_out": "decimal(18, 4)",
    "left_on": "date",
}
# What a close posts: the lines of its period, which is open, and the adjustments pending for it.
_TO_POST = """
create or replace temp table to_post as
select
    lines.plan_id, lines.period_start as posted_period_start, lines.period_start as earned_period_start, lines.payee_id, lines.component_id,
    lines.event_id, lines.line_kind, lines.amount, lines.amount_base, lines.currency, lines.reason, null as reason_zh, lines.payout_line_id,
    lines.occurred_on, lines.basis, lines.position_from, lines.rate, lines.factor, events.value as event_value, events.source_file,
    events.source_row, lines.explanation, lines.explanation_zh
from incentives.fct_payout_lines as lines
inner join asked on lines.plan_id = asked.plan_id and lines.period_start = asked.period_start
left join incentives.fct_incentive_events as events on lines.event_id = events.event_id
union all
select
    pending.plan_id, pending.posts_into_period_start, pending.earned_period_start, pending.payee_id, pending.component_id, pending.event_id,
    'adjustment', pending.amount, pending.amount_base, pending.currency, pending.reason, pending.reason_zh, null, null, pending.basis,
    pending.position_from, pending.rate, pending.factor, pending.event_value, pending.source_file, pending.source_row, null, null
from incentives.rpt_pending_adjustments as pending
inner join asked on pending.plan_id = asked.plan_id and pending.posts_into_period_start = asked.period_start
"""
# What a close pays: each payee's posted lines and what is carried to it, in each currency of money. A total below 0 is carried to the
# next close, and one below the minimum too while the payee has not left; who has left is paid what was kept even where nothing is posted.
_TO_PAY = """
create or replace temp table to_pay as
with
posted as (
    select payee_id, currency, sum(amount) as posted from to_post group by all
),
due as (
    select
        balances.payee_id, balances.currency, coalesce(posted.posted, 0) as posted, balances.carried as carried_in,
        balances.minimum_payment, balances.left_on, coalesce(posted.posted, 0) + balances.carried as due
    from incentives.rpt_payment_balances as balances
    left join posted on balances.payee_id = posted.payee_id and balances.currency = posted.currency
    where posted.payee_id is not null or (balances.left_on is not null and balances.carried > 0)
)
select
    row_number() over (order by payee_id, currency) as line_no, $period as period, $period_start as posted_period_start, payee_id,
    currency, posted, carried_in, minimum_payment, case when is_paid then due else 0 end as paid,
    case when is_paid then 0 else due end as carried_out, left_on
from (select *, due > 0 and (due >= minimum_payment or left_on is not null) as is_paid from due)
"""
_PREVIEW = """
with
lines as (
    select
        payee_id, currency, count(*) as lines, sum(case when line_kind = 'adjustment' then amount else 0 end) as adjustments,
        sum(amount) as posted
    from to_post
    group by all
)
select
    lines.currency,
    case
        when to_pay.payee_id is null then 'no money'
        when to_pay.paid > 0 then 'paid'
        when to_pay.carried_out < 0 then case when to_pay.left_on is null then 'carried' else 'receivable' end
        when to_pay.carried_out > 0 then 'below_minimum'
        else 'nothing'
    end as status,
    count(*) as payees, sum(lines.lines)::bigint as lines, sum(lines.adjustments) as adjustments, sum(lines.posted) as posted,
    sum(to_pay.carried_in) as carried_in, sum(to_pay.paid) as paid, sum(to_pay.carried_out) as carried_out
from lines
left join to_pay on lines.payee_id = to_pay.payee_id and lines.currency = to_pay.currency
group by 1, 2
order by 1, 2
"""
_CLOSING = ".closing"
_FACTS = "batch"
_AT_ONCE = 100_000


class LedgerBroken(Exception):
    """A file of the ledger is not what was written, or is missing."""


@dataclass(frozen=True)
class Close:
    """The close of one period of one plan, as it is asked for; days as YYYY-MM-DD. `as_of_on`: the day that is calculated."""

    plan_id: str
    period: str
    period_start: str
    period_end: str
    plan_hash: str
    as_of_on: str


@dataclass(frozen=True)
class Batch:
    """A batch's facts, as its file bears them."""

    batch_no: int
    close_no: int
    close_size: int
    plan_id: str
    period: str
    posted_period_start: str
    posted_period_end: str
    as_of_on: str
    posted_at: str
    approved_by: str
    line_count: int
    rows_hash: str
    plan_hash: str
    payments_hash: str
    previous_hash: str

    @property
    def batch_hash(self) -> str:
        """Covers every fact, the lines and the batch before."""
        return _sha256(json.dumps(asdict(self), sort_keys=True, ensure_ascii=False))

    @property
    def batch_id(self) -> str:
        """Its place in the chain, and the beginning of its hash."""
        return f"{self.batch_no:06}-{self.batch_hash[:12]}"


# The files that this process has read to the last line, by the hash of their bytes.
_whole: dict[str, Batch] = {}


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Makes the raw tables of the ledger in a warehouse that has none."""
    connection.execute("create schema if not exists raw_ledger")
    for table, columns in {
        "batches": _BATCHES,
        "lines": {"batch_id": "varchar", **_LINES},
        "payments": {"close_no": "bigint", **_PAYMENTS},
    }.items():
        listed = ", ".join(f"{name} {kind}" for name, kind in {**columns, "_batch": "varchar"}.items())
        connection.execute(f"create table if not exists raw_ledger.{table} ({listed})")


def post(
    marts: duckdb.DuckDBPyConnection, folder: Path, closes: Sequence[Close], approved_by: str, posted_at: datetime
) -> list[str]:
    """Writes one batch for each of the plans, in their order, with its lines and what is pending for it in `marts`, and what all are paid.

    Payments are named by the period of the last of them: a quarter that is closed together with its months is one payment.
    Returns the ids of the batches. All of them are done, or none: a run that dies before leaves nothing that counts. Raises LedgerBroken
    when the files that are there are not whole.
    """
    if not closes:
        return []
    folder.mkdir(parents=True, exist_ok=True)
    written = [batch for _, batch in batches(folder)]
    # Of a close that died before it counted.
    for left in (each for each in folder.iterdir() if each.name.startswith(".") and each.is_file()):
        left.unlink()
    _gather(marts, closes)
    close_no = len(written) + 1
    _, payments_hash = _hash_of_rows(marts, "to_pay", _PAYMENTS)
    names = _write(marts, folder, f"payments-{close_no:06}", _cast("to_pay", _PAYMENTS), {"close_no": close_no})
    previous, ids = written[-1].batch_hash if written else "", list[str]()
    for number, of in enumerate(closes, start=close_no):
        numbering = "payee_id, component_id, event_id, earned_period_start, line_kind, payout_line_id"
        listed = ", ".join(f"{name}::{kind} as {name}" for name, kind in _LINES.items() if name != "line_no")
        marts.execute(
            f"create or replace temp table posting as select row_number() over (order by {numbering}) as line_no, {listed} from to_post"
            " where plan_id = ? and posted_period_start = ?",
            [of.plan_id, of.period_start],
        )
        count, rows_hash = _hash_of_rows(marts, "posting", _LINES)
        batch = Batch(
            number,
            close_no,
            len(closes),
            of.plan_id,
            of.period,
            of.period_start,
            of.period_end,
            of.as_of_on,
            posted_at.isoformat(timespec="seconds"),
            approved_by,
            count,
            rows_hash,
            of.plan_hash,
            payments_hash,
            previous,
        )
        names += _write(marts, folder, batch.batch_id, "from posting order by line_no", asdict(batch))
        previous = batch.batch_hash
        ids.append(batch.batch_id)
    note = folder / f"{_CLOSING}.new"
    note.write_text(json.dumps(names), encoding="utf-8")
    _to_disk(note, folder)
    # From here on it counts.
    os.replace(note, folder / _CLOSING)
    _to_disk(folder)
    _complete(folder)
    return ids


def _gather(marts: duckdb.DuckDBPyConnection, closes: Sequence[Close]) -> None:
    marts.execute("set TimeZone = 'UTC'")
    marts.execute("create or replace temp table asked (plan_id varchar, period_start date)")
    marts.executemany("insert into asked values (?, ?)", [[of.plan_id, of.period_start] for of in closes])
    marts.execute(_TO_POST)
    marts.execute(_TO_PAY, {"period": closes[-1].period, "period_start": closes[-1].period_start})


def preview(marts: duckdb.DuckDBPyConnection, closes: Sequence[Close]) -> tuple[list[str], list[tuple[Any, ...]]]:
    """What a close would post and pay now, by currency and status, as names of columns and rows. Posts nothing."""
    _gather(marts, closes)
    found = marts.execute(_PREVIEW)
    return [column[0] for column in found.description or ()], found.fetchall()


def _cast(relation: str, columns: Mapping[str, str]) -> str:
    listed = ", ".join(f"{name}::{kind} as {name}" for name, kind in columns.items())
    return f"select {listed} from {relation} order by line_no"


def _write(
    marts: duckdb.DuckDBPyConnection, folder: Path, stem: str, rows: str, told: Mapping[str, object]
) -> list[str]:
    """Writes rows and their SHA-256 under hidden names; returns the names that the files are to get."""
    fresh, fresh_beside = folder / f".{stem}.parquet", folder / f".{stem}.sha256"
    facts = _literal(json.dumps(told, sort_keys=True, ensure_ascii=False))
    marts.execute(f"copy ({rows}) to {_literal(str(fresh))} (format parquet, kv_metadata {{{_FACTS}: {facts}}})")
    fresh_beside.write_text(_sha256_of(fresh) + "\n", encoding="ascii")
    _to_disk(fresh, fresh_beside)
    return [f"{stem}.parquet", f"{stem}.sha256"]


def _to_disk(*paths: Path) -> None:
    for path in paths:
        opened = os.open(path, os.O_RDONLY)
        os.fsync(opened)
        os.close(opened)


def _complete(folder: Path) -> None:
    """Gives the files of a close that counts their names, where that is still to be done."""
    note = folder / _CLOSING
    if not note.exists():
        return
    for name in json.loads(note.read_text(encoding="utf-8")):
        # Another reader may be at it too.
        with suppress(FileNotFoundError):
            os.replace(folder / f".{name}", folder / name)
    _to_disk(folder)
    note.unlink(missing_ok=True)


def batches(folder: Path) -> Iterator[tuple[Path, Batch]]:
    """The batches of a ledger in their order. Raises LedgerBroken, naming the file, at the first that is not what was written."""
    _complete(folder)
    for beside in sorted(folder.glob("[0-9p]*.sha256")):
        if not beside.with_suffix(".parquet").exists():
            raise LedgerBroken(f"{beside.with_suffix('.parquet')} is missing: bring it back from a backup.")
    before: Batch | None = None
    with duckdb.connect() as connection:
        for number, file in enumerate(sorted(folder.glob("[0-9]*.parquet")), start=1):
            batch = _read(connection, file)
            ends = before is None or before.close_no + before.close_size == number
            follows = (batch.batch_no, batch.previous_hash, batch.batch_id, batch.close_no) == (
                number,
                before.batch_hash if before else "",
                file.stem,
                number if ends or before is None else before.close_no,
            )
            if not follows or (before and batch.as_of_on < before.as_of_on):
                raise LedgerBroken(
                    f"{file} does not follow the batch before it: a batch is missing, or was put in or changed."
                )
            if ends:
                _read_payments(connection, batch, folder)
            before = batch
            yield file, batch
    if before and before.close_no + before.close_size != before.batch_no + 1:
        raise LedgerBroken(
            f"{folder} has {before.batch_no - before.close_no + 1} of the {before.close_size} batches of its last close:"
            " bring the others back from a backup."
        )


def payments_file(folder: Path, batch: Batch) -> Path:
    """Where it stands what the close of a batch paid."""
    return folder / f"payments-{batch.close_no:06}.parquet"


def _read(connection: duckdb.DuckDBPyConnection, file: Path) -> Batch:
    """The facts of a file, which is read to the last byte."""
    bytes_hash = _as_written(file)
    if bytes_hash in _whole:
        return _whole[bytes_hash]
    try:
        found = connection.execute("select key, value from parquet_kv_metadata(?)", [str(file)]).fetchall()
        facts: dict[str, Any] = json.loads(dict(found)[_FACTS.encode()])
        batch = Batch(**facts)
        lines = _hash_of_rows(connection, f"read_parquet({_literal(str(file))})", _LINES)
    except (duckdb.Error, KeyError, ValueError, TypeError) as error:
        raise LedgerBroken(f"{file} cannot be read: {str(error).splitlines()[0]}") from None
    if lines != (batch.line_count, batch.rows_hash):
        raise LedgerBroken(f"{file} holds other lines than it says.")
    _whole[bytes_hash] = batch
    return batch


def _read_payments(connection: duckdb.DuckDBPyConnection, batch: Batch, folder: Path) -> None:
    file = payments_file(folder, batch)
    if not file.exists():
        raise LedgerBroken(f"{file} is missing: bring it back from a backup.")
    _as_written(file)
    try:
        _, found = _hash_of_rows(connection, f"read_parquet({_literal(str(file))})", _PAYMENTS)
    except duckdb.Error as error:
        raise LedgerBroken(f"{file} cannot be read: {str(error).splitlines()[0]}") from None
    if found != batch.payments_hash:
        raise LedgerBroken(f"{file} holds other payments than batch {batch.batch_id} says.")


def _as_written(file: Path) -> str:
    """The SHA-256 of a file, which is the one beside it."""
    beside, found = file.with_suffix(".sha256"), _sha256_of(file)
    if not beside.exists() or beside.read_text(encoding="ascii", errors="replace").strip() != found:
        raise LedgerBroken(
            f"{file} is not the file that was written (or {beside.name} is not): bring it back from a backup."
        )
    return found


def load(warehouse: Path, folder: Path, as_of: str = "") -> int:
    """Takes the batches that a warehouse does not have yet from the files; returns how many.

    With `as_of`, a day, those that were closed up to it, and what the warehouse has of later ones leaves it. Raises LedgerBroken when a
    file is not what was written, or the warehouse holds a batch that the files do not.
    """
    known = list(batches(folder)) if folder.is_dir() else []
    with duckdb.connect(str(warehouse)) as connection:
        connection.begin()
        prepare(connection)
        there = {batch_id for (batch_id,) in connection.execute("select batch_id from raw_ledger.batches").fetchall()}
        missing = there - {batch.batch_id for _, batch in known}
        if missing:
            raise LedgerBroken(
                f"The warehouse knows the batch {min(missing)}, and {folder} has no file of it: bring it back from a backup."
            )
        later = {batch.batch_id for _, batch in known if as_of and batch.as_of_on > as_of}
        for table in ("lines", "batches", "payments"):
            connection.execute(
                f"delete from raw_ledger.{table} where list_contains(?::varchar[], _batch)", [list(there & later)]
            )
        new = [(file, batch) for file, batch in known if batch.batch_id not in there | later]
        for file, batch in new:
            facts = {
                "batch_id": batch.batch_id,
                **asdict(batch),
                "batch_hash": batch.batch_hash,
                "_batch": batch.batch_id,
            }
            names = ", ".join(facts)
            connection.execute(
                f"insert into raw_ledger.batches ({names}) values ({', '.join('?' * len(facts))})", list(facts.values())
            )
            listed = ", ".join(_LINES)
            connection.execute(
                f"insert into raw_ledger.lines (batch_id, {listed}, _batch) select ?, {listed}, ? from read_parquet(?)",
                [batch.batch_id, batch.batch_id, str(file)],
            )
            if batch.batch_no == batch.close_no:
                listed = ", ".join(_PAYMENTS)
                connection.execute(
                    f"insert into raw_ledger.payments (close_no, {listed}, _batch) select ?, {listed}, ? from read_parquet(?)",
                    [batch.close_no, batch.batch_id, str(payments_file(folder, batch))],
                )
        connection.commit()
    return len(new)


def verify(folder: Path, warehouse: Path) -> tuple[int, int]:
    """Recomputes chain and hashes of the files and holds the warehouse against them; returns how many batches and lines it has.

    The warehouse has to hold every batch up to the day that it was calculated for, and may hold those that follow. Raises LedgerBroken,
    naming the file or what does not add up.
    """
    known = list(batches(folder)) if folder.is_dir() else []
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        stored = {
            row[0]: row[1:]
            for row in connection.execute(
                "select batch_id, batch_hash, (select count(*) from incentives.fct_payout_ledger as lines"
                " where lines.batch_id = batches.batch_id) from incentives.fct_ledger_batches as batches"
            ).fetchall()
        }
        ((day,),) = connection.execute("select as_of_on::varchar from intermediate.int_run_parameters").fetchall()
        last = max(
            (batch.batch_no for _, batch in known if batch.as_of_on <= day or batch.batch_id in stored), default=0
        )
        held = known[:last]
        for file, batch in held:
            if stored.pop(batch.batch_id, None) != (batch.batch_hash, batch.line_count):
                raise LedgerBroken(f"{file} is not in the warehouse as it was posted: build it again.")
            listed = ", ".join(f"lines.{name}" for name in _LINES)
            there = f"(select {listed} from raw_ledger.lines as lines where batch_id = {_literal(batch.batch_id)})"
            if _hash_of_rows(connection, there, _LINES)[1] != batch.rows_hash:
                raise LedgerBroken(f"The warehouse holds other lines of batch {batch.batch_id} than {file}.")
            there = f"(from raw_ledger.payments where close_no = {batch.close_no})"
            if _hash_of_rows(connection, there, _PAYMENTS)[1] != batch.payments_hash:
                raise LedgerBroken(
                    f"The warehouse holds other payments of batch {batch.batch_id} than {payments_file(folder, batch)}."
                )
        if stored:
            raise LedgerBroken(f"The warehouse holds batch {min(stored)}, and {folder} has no file of it.")
        broken = connection.execute(_UNBALANCED).fetchall()
    if broken:
        payee, plan, component, start, calculated, posted, pending = broken[0]
        raise LedgerBroken(
            f"{len(broken)} totals do not add up. First: {payee}, {plan}, {component or 'no component'}, {start}: posted {posted} + pending"
            f" {pending} is not the {calculated} that are calculated."
        )
    return len(held), sum(batch.line_count for _, batch in held)


# Σ posted + Σ pending = Σ calculated for every closed payee, component and earned period (engine.md §6).
_UNBALANCED = """
select payee_id, plan_id, component_id, earned_period_start, sum(calculated), sum(posted), sum(pending)
from (
    select lines.payee_id, lines.plan_id, lines.component_id, lines.period_start as earned_period_start, lines.amount as calculated,
        0 as posted, 0 as pending
    from incentives.fct_payout_lines as lines
    inner join intermediate.int_periods_closed as closed
        on lines.plan_id = closed.plan_id and lines.period_start = closed.period_start
    union all
    select payee_id, plan_id, component_id, earned_period_start, 0, amount, 0 from incentives.fct_payout_ledger
    union all
    select payee_id, plan_id, component_id, earned_period_start, 0, 0, amount from incentives.rpt_pending_adjustments
)
group by all
having sum(posted) + sum(pending) <> sum(calculated)
order by all
"""


def _hash_of_rows(connection: duckdb.DuckDBPyConnection, relation: str, columns: Mapping[str, str]) -> tuple[int, str]:
    """How many lines there are, and the hash over all of them in their order."""
    cells = ", ".join(f"{name}::{kind}::varchar" for name, kind in columns.items())
    rows = connection.execute(f"select to_json([{cells}])::varchar from {relation} order by line_no")
    count, digest = 0, hashlib.sha256()
    while found := rows.fetchmany(_AT_ONCE):
        count += len(found)
        digest.update("".join(f"{text}\n" for (text,) in found).encode())
    return count, digest.hexdigest()


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _sha256_of(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
