"""Lands files: every file below landing becomes typed raw rows, quarantined rows, or a reason. One transaction a file."""

from __future__ import annotations

import os
import stat
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb

from orchestration import ledger
from orchestration.ingest.checking import Cell, cells, control_terms, literal, quoted, row_key, rows_with_cells
from orchestration.ingest.contracts import CONTROL_TOTALS, Table, control_tables, sources, tables
from orchestration.ingest.reading import KINDS, content_hash, kind_of, read
from orchestration.ingest.records import PLACE, ROW, SHAPE_FAULT, Records, Unreadable, brief, first_line

# What DuckDB may hold in memory; beyond it, it works on disk beside the warehouse. All processors are used.
MEMORY = "4GB"
_FILES = """create table if not exists ingest.files (
    file_name varchar, file_hash varchar, source varchar, table_name varchar, batch varchar, status varchar, file_bytes bigint,
    rows_read bigint, rows_landed bigint, rows_quarantined bigint, unknown_columns varchar, missing_columns varchar,
    reason varchar, action varchar, newest_updated_at timestamp, future_rows bigint, seconds decimal(12, 3),
    encoding varchar, delimiter varchar, stem varchar, corrects varchar)"""
_QUARANTINE = """create table if not exists ingest.quarantine (
    table_name varchar, file_name varchar, row_no bigint, column_name varchar, value varchar, reason varchar, action varchar,
    row_text varchar, row_key varchar, updated_at timestamp, day_on date, day_at timestamp, amount decimal(18, 4))"""
_CONTROL_TOTALS = f"""create table if not exists {CONTROL_TOTALS} (
    table_name varchar, day date, row_count bigint, amount decimal(18, 4), _file varchar, _row bigint, _batch varchar)"""
# Columns that warehouses built by earlier versions lack.
_LATER = {
    "files": ("encoding varchar", "delimiter varchar", "stem varchar", "corrects varchar"),
    "quarantine": (
        "row_key varchar",
        "updated_at timestamp",
        "day_on date",
        "day_at timestamp",
        "amount decimal(18, 4)",
    ),
}
_CORRECT_ROW = "Correct it in the source system and deliver the row again in a new file."
_CORRECT_PLAN = "Correct it and deliver the file again under the same name: plan files land whole or not at all."
_CORRECTED = ".corrected"
_WHOLE_FILE = 0
# A file as young as this may have been written again within one tick of its clock.
_YOUNG_NS = 2_000_000_000
_TEMPORARY = (".tmp", ".part", ".partial", ".crdownload", ".filepart", ".swp", "~")
_RECORD = "__record__"
# Errors that no file can cause: they are raised, not told as the file's.
_OUR_FAULT = (
    duckdb.OutOfMemoryException,
    duckdb.BinderException,
    duckdb.CatalogException,
    duckdb.ParserException,
    duckdb.TransactionException,
)


@dataclass
class FileResult:
    """What became of a file. `status`: landed | quarantined | refused | ignored; rows are counted, not bytes."""

    file_name: str
    file_hash: str
    table_name: str
    status: str
    reason: str = ""
    action: str = ""
    source: str = ""
    file_bytes: int = 0
    rows_read: int = 0
    rows_landed: int = 0
    rows_quarantined: int = 0
    unknown_columns: str = ""
    missing_columns: str = ""
    newest_updated_at: datetime | None = None
    future_rows: int = 0
    seconds: Decimal = Decimal(0)
    encoding: str = ""
    delimiter: str = ""

    @property
    def stem(self) -> str:
        """The name without the ending that says the kind."""
        kind = kind_of(Path(self.file_name))
        return self.file_name[: -len(kind) - 1] if kind else self.file_name

    @property
    def corrects(self) -> str:
        """The stem of the file that this one says it corrects, by its name; '' for any other."""
        folder, _, name = self.stem.rpartition("/")
        before, said, _ = name.partition(_CORRECTED)
        return f"{folder}/{before}" if said and before else ""


@dataclass
class IngestReport:
    """What one run did: the files it looked into (those that had landed before are only counted)."""

    files: list[FileResult] = field(default_factory=list)
    known: int = 0

    def lines(self) -> list[str]:
        """The report in sentences: counts first, then each file that did not land in full."""
        landed = sum(file.rows_landed for file in self.files)
        held = sum(file.rows_quarantined for file in self.files)
        said = [
            f"{len(self.files)} new files: {landed:,} rows landed, {held:,} quarantined; {self.known} files known before"
        ]
        for file in self.files:
            if file.status != "landed":
                said.append(f"  {_shown(file.file_name)} {file.status}: {_shown(file.reason)}. {file.action}".rstrip())
            elif file.rows_quarantined or file.unknown_columns or file.reason or file.future_rows:
                parts = [
                    f"{file.rows_quarantined:,} of {file.rows_read:,} rows quarantined"
                    if file.rows_quarantined
                    else "",
                    f"unknown columns kept out: {_shown(file.unknown_columns)}" if file.unknown_columns else "",
                    f"{file.future_rows:,} rows updated in the future" if file.future_rows else "",
                    _shown(file.reason),
                ]
                said.append(f"  {_shown(file.file_name)}: {'; '.join(part for part in parts if part)}")
        return said


class _Changed(Exception):
    """The file is still being written."""


class WarehouseBusy(Exception):
    """Another process writes the warehouse file."""


def ingest(
    landing: Path | str,
    warehouse: Path | str,
    *,
    sources: Collection[str] | None = None,
    clock: datetime | None = None,
    progress: Callable[[str], None] = print,
    memory: str = MEMORY,
    threads: int | None = None,
) -> IngestReport:
    """Lands every new file below `landing` (of the sources named, or all) in the warehouse file, which is made when missing.

    `clock`: the moment that tells an updated_at in the future (UTC, default now); nothing else depends on it.
    `memory` and `threads`: what DuckDB may use, by default MEMORY and every processor.
    Raises FileNotFoundError when `landing` is no folder and WarehouseBusy when another process has the warehouse open, ValueError
    for a memory or a number of threads that DuckDB does not know.
    """
    landing, warehouse = Path(landing).resolve(), Path(warehouse)
    if not landing.is_dir():
        raise FileNotFoundError(f"there is no folder {landing}")
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    try:
        connection = duckdb.connect(str(warehouse))
    except duckdb.IOException as error:
        raise WarehouseBusy(f"{warehouse} cannot be opened for writing: {str(error).partition(chr(10))[0]}") from None
    with connection, tempfile.TemporaryDirectory(prefix="ingest-") as scratch:
        connection.execute("set TimeZone = 'UTC'")
        _limit(connection, memory, threads)
        _prepare(connection)
        run = _Run(connection, landing, Path(scratch), clock or datetime.now(UTC).replace(tzinfo=None))
        return run.over(sources, progress)


def _limit(connection: duckdb.DuckDBPyConnection, memory: str, threads: int | None) -> None:
    try:
        connection.execute(f"set memory_limit = {literal(memory)}")
        if threads is not None:
            connection.execute(f"set threads = {int(threads)}")
    except duckdb.Error as error:
        raise ValueError(f"memory is a size such as {MEMORY}, threads a number from 1: {first_line(error)}") from None


def _prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Every raw table exists from the first run on, with or without rows."""
    connection.begin()
    for schema in ("ingest", *(f"raw_{source}" for source in sources())):
        connection.execute(f"create schema if not exists {schema}")
    ledger.prepare(connection)
    connection.execute(_FILES)
    connection.execute(_QUARANTINE)
    connection.execute(_CONTROL_TOTALS)
    for name, columns in _LATER.items():
        for column in columns:
            connection.execute(f"alter table ingest.{name} add column if not exists {column}")
    for table in tables().values():
        listed = ", ".join(f"{column.name} {column.sql_type}" for column in table.columns)
        connection.execute(
            f"create table if not exists {table.relation} ({listed}, _file varchar, _row bigint, _batch varchar)"
        )
    days = " union all ".join(_days_of(table) for table in tables().values() if not table.is_plan)
    connection.execute(
        "create or replace view ingest.controlled_days as"
        f" select *, coalesce(cast(day_on as varchar), cast(quarter_at as varchar)) as slot from ({days})"
    )
    corrections = " union all ".join(map(_corrections_of, tables().values()))
    connection.execute(f"create or replace view ingest.corrections as {corrections}")
    connection.commit()


def _days_of(table: Table) -> str:
    """Landed rows and their amount by day, of a table that has control totals; a moment by its quarter of an hour.

    Which day a moment is on depends on the company's time zone, which ingest does not know; zones differ by quarters of an hour.
    """
    day, moment, amount = control_terms(table)
    return (
        f"select {literal(table.full_name)} as table_name, {day} as day_on, time_bucket(interval 15 minute, {moment}) as quarter_at,"
        f" count(*) as row_count, sum({amount}) as amount from {table.relation} where {literal(table.full_name)} in"
        f" (select split_part(_file, '/', 1) || '.' || table_name from {CONTROL_TOTALS}) group by all"
    )


def _corrections_of(table: Table) -> str:
    """Landed rows that have the key of a row in the quarantine."""
    return (
        f"select {literal(table.full_name)} as table_name, {row_key(table)} as row_key, updated_at, _file as file_name,"
        f" _row as row_no from {table.relation} where {row_key(table)} in"
        f" (select row_key from ingest.quarantine where table_name = {literal(table.full_name)})"
    )


class _Run:
    def __init__(self, connection: duckdb.DuckDBPyConnection, landing: Path, scratch: Path, clock: datetime) -> None:
        self.connection = connection
        self.landing = landing
        self.scratch = scratch
        self.future = clock + timedelta(days=1)
        self.report = IngestReport()

    def over(self, wanted: Collection[str] | None, progress: Callable[[str], None]) -> IngestReport:
        self._forget_withdrawn(wanted)
        before = ("", 0, 0)
        for path in self._found(wanted):
            folder = path.parent.relative_to(self.landing).as_posix()
            if before[0] not in ("", folder):
                progress(_told(*before))
            if before[0] != folder:
                before = (folder, 0, 0)
            result = self._file(path)
            if result is None:
                self.report.known += 1
            else:
                self.report.files.append(result)
                before = (folder, before[1] + 1, before[2] + result.rows_landed)
        if before[0]:
            progress(_told(*before))
        return self.report

    def _found(self, wanted: Collection[str] | None) -> Iterator[Path]:
        """Files in the order of their names; folders that links lead to are not entered."""
        found: list[Path] = []
        for folder, folders, names in os.walk(self.landing):
            folders.sort()
            odd = (name for name in folders if Path(folder, name).is_symlink() or kind_of(Path(name)))
            found.extend(Path(folder, name) for name in [*names, *odd])
        for path in sorted(found, key=lambda path: path.relative_to(self.landing).as_posix()):
            if wanted is None or path.relative_to(self.landing).parts[0] in wanted:
                yield path

    def _forget_withdrawn(self, wanted: Collection[str] | None) -> None:
        """A file that was set aside whole, and has been taken away, leaves nothing behind: none of its rows landed."""
        gone = [
            name
            for name, source in self.connection.execute(
                "select file_name, source from ingest.files where status in ('quarantined', 'ignored', 'refused')"
            ).fetchall()
            if not os.path.lexists(self.landing / name) and (wanted is None or source in wanted)
        ]
        for name in gone:
            self._forget(name)

    def _forget(self, name: str) -> None:
        with self._transaction():
            self.connection.execute("delete from ingest.files where file_name = ? and status <> 'landed'", [name])
            if not self.connection.execute("select 1 from ingest.files where file_name = ?", [name]).fetchone():
                self.connection.execute("delete from ingest.quarantine where file_name = ?", [name])

    def _file(self, path: Path) -> FileResult | None:
        """Lands one file; None when it had been dealt with before, byte for byte."""
        started = time.monotonic()
        name = path.relative_to(self.landing).as_posix()
        name = name.encode("utf-8", "backslashreplace").decode()
        try:
            reason, action = self._not_ours(path)
            if reason:
                return self._remember(FileResult(name, "", "", "ignored", reason, action))
            before = _identity(path)
            digest = content_hash(path)
        except OSError as error:
            return self._remember(
                FileResult(
                    name, "", "", "refused", f"the file cannot be opened ({error.strerror})", "Make it readable."
                )
            )
        source, table_name, _ = name.split("/")
        table = {**tables(), **control_tables()}[f"{source}.{table_name}"]
        result = FileResult(name, digest, table.full_name, "landed", source=source, file_bytes=before[0])
        is_new, told = self._is_new(result)
        if not is_new:
            return told
        # A plain name without characters that mean something to the reader; the file's own name is only ever a bound value.
        kind = kind_of(path)
        assert kind
        link = self.scratch / f"file.{kind}"
        link.symlink_to(path.resolve())
        try:
            records = read(self.connection, link, kind, table)
            result.encoding, result.delimiter = records.encoding, records.delimiter
            with self._transaction():
                self._forget_earlier_attempts(name)
                self._land(table, records, result)
                if _has_changed(path, before, digest):
                    raise _Changed
                result.seconds = Decimal(f"{time.monotonic() - started:.3f}")
                self._record(result)
        except _Changed:
            return _changed(result)
        except _OUR_FAULT:
            raise
        except (Unreadable, duckdb.Error) as error:
            if _has_changed(path, before, digest):
                return _changed(result)
            # A damaged Parquet file may show it in the middle only; what had been landed of it has been taken back.
            cut = Unreadable(f"it cannot be read to its end ({first_line(error)})", "Deliver the file again.")
            self._set_aside(result, error if isinstance(error, Unreadable) else cut)
        finally:
            for left in self.scratch.iterdir():
                left.unlink()
            self.connection.execute("drop table if exists landed_file")
        return result

    def _set_aside(self, result: FileResult, why: Unreadable) -> None:
        result.status, result.reason = "quarantined", why.reason
        result.action = f"{why.action} {_under_another_name(result)}"
        result.rows_read = result.rows_landed = result.rows_quarantined = 0
        with self._transaction():
            self._forget_earlier_attempts(result.file_name)
            self._quarantine_whole(result)
            self._record(result)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """All of what is done inside, or nothing; a killed process leaves nothing."""
        self.connection.begin()
        try:
            yield
        except BaseException:
            self.connection.rollback()
            raise
        self.connection.commit()

    def _not_ours(self, path: Path) -> tuple[str, str]:
        """Why a file is none that lands, and what to do about it."""
        parts = path.relative_to(self.landing).parts
        if path.is_symlink() and not path.resolve().is_relative_to(self.landing):
            return "it is a link that leads out of the landing folder", "Put the file itself here."
        if not stat.S_ISREG(path.stat().st_mode):
            return "it is not a plain file", "Put plain files here."
        if parts[0] not in sources():
            return f"no source is called {parts[0]!r}", f"Put it below one of {', '.join(sources())}."
        if len(parts) != 3:
            return "it is not in the folder of a table", f"Put it into {parts[0]}/<table>/."
        if parts[2].startswith((".", "~")) or parts[2].lower().endswith(_TEMPORARY):
            return "it is a hidden or temporary file, which another program is not done with", "Finish it there."
        if ".".join(parts[:2]) not in {*tables(), *control_tables()}:
            known = ", ".join(table.name for table in tables().values() if table.source == parts[0])
            return f"{parts[0]} has no table {parts[1]!r}", f"Put it into the folder of one of {known}."
        if kind_of(path) is None:
            return "it is no CSV, JSON Lines, Parquet or Excel file", f"Deliver it as .{', .'.join(KINDS)}."
        return "", ""

    def _is_new(self, result: FileResult) -> tuple[bool, FileResult | None]:
        """Whether the file is to be read; if not, what to tell about it: nothing when these bytes were dealt with before."""
        rows = self.connection.execute(
            "select file_name, status from ingest.files where table_name = ? and file_hash = ?",
            [result.table_name, result.file_hash],
        ).fetchall()
        if any(name == result.file_name for name, _ in rows):
            return False, None
        if self.connection.execute(
            "select 1 from ingest.files where file_name = ? and status = 'landed'", [result.file_name]
        ).fetchone():
            result.status = "refused"
            result.reason = "other bytes have landed under this name before"
            result.action = "Landed files do not change: deliver the new content under a new name."
            return False, self._remember(result)
        twins = [name for name, status in rows if status == "landed"]
        if twins:
            return False, self._redelivered(result, twins[0])
        return True, None

    def _redelivered(self, result: FileResult, twin: str) -> FileResult:
        """The same bytes under another name are the same file. It goes by the lesser name, so that arrival order decides nothing."""
        first, second = sorted((twin, result.file_name), key=lambda name: name.encode())
        reason = f"the same bytes have landed as {first}"
        result.status, result.reason, result.action = "ignored", reason, "Nothing needs doing."
        with self._transaction():
            if first != twin:
                result.file_name = first
                relation = {**tables(), **control_tables()}[result.table_name].relation
                self.connection.execute(
                    f"update {relation} set _file = ? where _batch = ? and _file = ?",
                    [first, result.file_hash[:16], twin],
                )
                for table in ("quarantine", "files"):
                    self.connection.execute(
                        f"update ingest.{table} set file_name = ? where file_name = ?", [first, twin]
                    )
                self.connection.execute(
                    "update ingest.files set stem = ?, corrects = ? where file_name = ? and status = 'landed'",
                    [result.stem, result.corrects, first],
                )
            result.file_name = second
            self._record(result)
        return result

    def _forget_earlier_attempts(self, name: str) -> None:
        """A file that was set aside whole may come again under its name, corrected."""
        self.connection.execute("delete from ingest.files where file_name = ? and status <> 'landed'", [name])
        self.connection.execute("delete from ingest.quarantine where file_name = ?", [name])

    def _remember(self, result: FileResult) -> FileResult | None:
        """Records a file that is none of a table's; None when that has been said before."""
        known = self.connection.execute(
            "select 1 from ingest.files where file_name = ? and file_hash = ? and reason = ?",
            [result.file_name, result.file_hash, result.reason],
        ).fetchone()
        if known:
            return None
        result.source = result.file_name.split("/")[0]
        with self._transaction():
            if not result.file_hash:
                self.connection.execute(
                    "delete from ingest.files where file_name = ? and file_hash = ''", [result.file_name]
                )
            self._record(result)
        return result

    def _record(self, result: FileResult) -> None:
        values = [
            result.file_name,
            result.file_hash,
            result.source,
            result.table_name,
            result.file_hash[:16],
            result.status,
            result.file_bytes,
            result.rows_read,
            result.rows_landed,
            result.rows_quarantined,
            result.unknown_columns,
            result.missing_columns,
            result.reason,
            result.action,
            result.newest_updated_at,
            result.future_rows,
            result.seconds,
            result.encoding,
            result.delimiter,
            result.stem,
            result.corrects,
        ]
        self.connection.execute(f"insert into ingest.files values ({', '.join('?' * len(values))})", values)

    def _quarantine_whole(self, result: FileResult) -> None:
        self.connection.execute(
            "insert into ingest.quarantine (table_name, file_name, row_no, reason, action) values (?, ?, ?, ?, ?)",
            [result.table_name, result.file_name, _WHOLE_FILE, result.reason, result.action],
        )

    def _land(self, table: Table, records: Records, result: FileResult) -> None:
        """Splits the file's rows into raw rows and quarantined ones and counts both."""
        by_name = {name.lower(): name for name in records.columns}
        wanted = {column.name for column in table.columns}
        found = {name: (quoted(by_name[name]), records.columns[by_name[name]]) for name in wanted if name in by_name}
        unknown = [name for name in records.columns if name.lower() not in wanted]
        missing = [column.name for column in table.columns if column.name not in found and column.name != "is_deleted"]
        result.unknown_columns, result.missing_columns = brief(unknown, 200), ", ".join(missing)
        result.reason = "; ".join(records.notes)
        if not found and records.columns:
            raise Unreadable(
                f"no column of {table.full_name} is among the file's ({brief(unknown)})",
                "Put the names of the contract into the header and deliver the file again.",
            )
        checked = cells(table, found)
        faults = {name: cell.faults for name, cell in checked.items() if cell.faults}
        is_whole = " and ".join([f"{SHAPE_FAULT} is null", *(f"not ({c})" for of in faults.values() for c, _ in of)])
        rows = rows_with_cells(checked, records.relation, f"{ROW}, {SHAPE_FAULT}")
        values = ", ".join(cell.value for cell in checked.values())
        (result.rows_landed,) = self.connection.execute(
            f"insert into {table.relation} select {values}, ?, {ROW}, ? from {rows} where {is_whole}",
            [result.file_name, result.file_hash[:16]],
        ).fetchall()[0]
        (result.rows_read,) = self.connection.execute(f"select count(*) from {records.relation}").fetchall()[0]
        result.rows_quarantined = result.rows_read - result.rows_landed
        if result.rows_quarantined:
            self._quarantine_broken(table, records, checked, is_whole, result)
        if table.is_plan and result.rows_quarantined:
            self.connection.execute(f"delete from {table.relation} where _file = ?", [result.file_name])
            result.rows_landed, result.rows_quarantined, result.status = 0, result.rows_read, "quarantined"
            result.reason = "rows of it are broken, and plan files land whole or not at all"
            result.action = f"{_CORRECT_PLAN} {_under_another_name(result)}"
            self._quarantine_whole(result)
            return
        if result.rows_read == 0:
            nothing = "it holds a header and no rows" if records.columns else "it holds no rows"
            result.reason = "; ".join([nothing, *records.notes])
        if not table.is_control:
            # From the rows that landed: a second look at one column, not at the file.
            result.newest_updated_at, result.future_rows = self.connection.execute(
                "select max(case when updated_at <= ? then updated_at end), count(case when updated_at > ? then 1 end)"
                f" from {table.relation} where _file = ?",
                [self.future, self.future, result.file_name],
            ).fetchall()[0]

    def _quarantine_broken(
        self, table: Table, records: Records, checked: Mapping[str, Cell], is_whole: str, result: FileResult
    ) -> None:
        """Writes a row a broken cell, with the whole record beside it."""
        faults = [f"{{'column_name': '', 'value': cast(null as varchar), 'reason': {SHAPE_FAULT}}}"]
        day, moment, amount = control_terms(table)
        # A broken day is none, and cells of a row of the wrong shape may stand under the wrong name.
        of_day = checked[table.control_day].faults if table.control_day in checked else ()
        has_day = " and ".join([f"{SHAPE_FAULT} is null", *(f"not ({condition})" for condition, _ in of_day)])
        age = "cast(null as timestamp)" if table.is_control else "updated_at"
        for name, cell in checked.items():
            if cell.faults:
                reasons = " ".join(f"when {condition} then {literal(reason)}" for condition, reason in cell.faults)
                faults.append(
                    f"{{'column_name': {literal(name)}, 'value': {cell.text},"
                    f" 'reason': case when {SHAPE_FAULT} is not null then null {reasons} end}}"
                )
        record = ", ".join(f"{literal(name)}: {quoted(name)}" for name in records.columns)
        others = f"{ROW}, {SHAPE_FAULT}, {PLACE}, cast(to_json({{{record}}}) as varchar) as {_RECORD}"
        self.connection.execute(
            "insert into ingest.quarantine select ?, ?, row_no, fault.column_name, fault.value,"
            f" fault.reason || coalesce(' (' || {PLACE} || ')', ''), ?, {_RECORD}, row_key, age, day_on, day_at, amount"
            f" from (select {ROW} as row_no, {PLACE}, {_RECORD}, {row_key(table)} as row_key, {age} as age,"
            f" case when {has_day} then {day} end as day_on, case when {has_day} then {moment} end as day_at,"
            f" case when {SHAPE_FAULT} is null then {amount} end as amount, unnest([{', '.join(faults)}]) as fault"
            f" from {rows_with_cells(checked, records.relation, others)} where not ({is_whole})) as broken"
            " where fault.reason is not null",
            [result.table_name, result.file_name, _CORRECT_PLAN if table.is_plan else _CORRECT_ROW],
        )


def _identity(path: Path) -> tuple[int, int, int, int]:
    """What every write to a file changes."""
    status = path.stat()
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


def _has_changed(path: Path, before: tuple[int, int, int, int], digest: str) -> bool:
    """Whether a file is another one than it was when it was hashed; hashed again only where its times cannot tell."""
    try:
        is_young = abs(time.time_ns() - max(before[1], before[2])) < _YOUNG_NS
        return _identity(path) != before or (is_young and content_hash(path) != digest)
    except OSError:
        return True


def _changed(result: FileResult) -> FileResult:
    """What to tell of a file that is still being written; it is not recorded, so that the next run meets it anew."""
    reason = "the file changed while it was read"
    return FileResult(
        result.file_name, result.file_hash, result.table_name, "ignored", reason, "It is read again by the next run."
    )


def _under_another_name(result: FileResult) -> str:
    """How a corrected file says what it corrects."""
    name = result.stem.rpartition("/")[2]
    return f"Under another name, call it {brief([name])}{_CORRECTED}, with the ending of what it is: then it settles this one."


def _shown(text: str) -> str:
    """Text of a file or of its name for a terminal: what moves the cursor or turns the direction of writing is written out."""
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii") for letter in text
    )


def _told(folder: str, files: int, rows: int) -> str:
    return f"{folder}: {files} new files, {rows:,} rows" if files else f"{folder}: nothing new"
