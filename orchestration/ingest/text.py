"""Text files: CSV and JSON Lines in whatever encoding, delimiter and line end they come.

DuckDB reads what is well formed. What it refuses is read again record by record, so that one broken line costs one line.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import zlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import BinaryIO, cast

import duckdb

from orchestration.ingest.checking import literal, quoted
from orchestration.ingest.records import PLACE, RELATION, ROW, SHAPE_FAULT, Record, Records, Unreadable, distinct, load

_CHUNK = 1 << 22
# A cell or line beyond this is a quotation mark that was never closed, or no text table at all.
_LONGEST = 1 << 26
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_UTF32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_ASCII = bytes(range(128))
# First bytes of characters in GB2312 that are no Chinese writing: kana, Greek, Cyrillic, lines.
_FOREIGN = bytes(range(0xA4, 0xB0))
# DuckDB reads JSON numbers as doubles: a file with a number that a double cannot hold, or with an exponent, is read record by record.
_INEXACT_NUMBER = r"[0-9][0-9.]{15}|[0-9][eE][+-]?[0-9]"
_FOREIGN_KINDS = ((b"PK\x03\x04", "a spreadsheet (.xlsx) or another zip file"), (b"PAR1", "a Parquet file (.parquet)"))


@dataclass(frozen=True)
class _Text:
    """A file that can be read as UTF-8, the file itself or a copy, and the encoding that it came in.

    `has_mixed_ends`: some lines may end by a carriage return alone and others by a line feed.
    """

    path: Path
    kind: str
    encoding: str
    has_mixed_ends: bool

    def open(self, newline: str | None) -> io.TextIOWrapper:
        packed = self.kind.endswith(".gz")
        raw = gzip.GzipFile(self.path) if packed else self.path.open("rb")
        return io.TextIOWrapper(cast(BinaryIO, raw), encoding="utf-8-sig", newline=newline)


def read_csv(connection: duckdb.DuckDBPyConnection, path: Path, known: Collection[str]) -> Records:
    """Opens a CSV file. `known`: the names of the table's columns, which tell the delimiter. Raises Unreadable."""
    text = _decoded(path, "csv")
    header, delimiter, blank_lines = _header(text, known)
    columns = {f"c{number}": "varchar" for number in range(len(header))}
    cells = "".join(f", c{number} as {quoted(name)}" for number, name in enumerate(header))
    # DuckDB takes a blank line for an empty cell of a single column, and loses its way in mixed line ends and in blank lines
    # before the header.
    is_read = len(header) > 1 and not blank_lines and not text.has_mixed_ends
    if is_read:
        try:
            connection.execute(
                f"create or replace temp table {RELATION} as select row_number() over () as {ROW},"
                f" cast(null as varchar) as {SHAPE_FAULT}, cast(null as varchar) as {PLACE}{cells}"
                f" from read_csv({literal(str(text.path))}, columns = {columns}, header = true,"
                f" auto_detect = false, delim = {literal(delimiter)}, quote = '\"', escape = '\"', strict_mode = true)"
            )
        except duckdb.OutOfMemoryException:
            raise
        except duckdb.Error:
            is_read = False
    if not is_read:
        load(connection, header, _csv_records(text, len(header), delimiter))
    return Records(RELATION, dict.fromkeys(header, "VARCHAR"), text.encoding, _DELIMITERS[delimiter])


def _header(text: _Text, known: Collection[str]) -> tuple[list[str], str, int]:
    """The header's names, the delimiter under which it names most columns of the table, and the blank lines before it."""
    found: dict[str, list[str]] = {}
    blank_lines, error = 0, None
    csv.field_size_limit(_LONGEST)
    for delimiter in _DELIMITERS:
        with text.open(newline="") as file:
            try:
                for number in count():
                    record = next(csv.reader(_lines(file), delimiter=delimiter, strict=True), None)
                    if record != []:
                        blank_lines = number
                        break
            except csv.Error as broken:
                error = broken
                continue
        if record is None:
            raise Unreadable(
                "the file holds blank lines only, without a header", "Deliver the file again, with its header."
            )
        found[delimiter] = [name.strip() for name in record]
    if not found:
        raise Unreadable(f"the header cannot be read ({error})", "Correct the header and deliver the file again.")
    named = {delimiter: sum(name.lower() in known for name in header) for delimiter, header in found.items()}
    best = max(named.values())
    likely = [delimiter for delimiter in found if named[delimiter] == best]
    if best and len({tuple(found[delimiter]) for delimiter in likely}) > 1:
        raise Unreadable(
            f"the header can be read with {' and with '.join(_DELIMITERS[delimiter] for delimiter in likely)} alike",
            "Separate all cells by one of comma, semicolon and tab, and deliver the file again.",
        )
    delimiter = likely[0] if best else max(found, key=lambda delimiter: len(found[delimiter]))
    return distinct(found[delimiter]), delimiter, blank_lines


def _csv_records(text: _Text, width: int, delimiter: str) -> Iterator[Record]:
    with text.open(newline="") as file:
        reader = csv.reader(_lines(file), delimiter=delimiter, strict=True)
        is_header, begun = True, 1
        try:
            for record in reader:
                begun, cells = reader.line_num + 1, list[str | None](record)
                if not record:
                    continue
                if is_header:
                    is_header = False
                elif len(record) >= width and not any(record[width:]):
                    # Some exports end their rows with delimiters; DuckDB lets that pass too.
                    yield Record(cells[:width])
                else:
                    fault = f"the row has {len(record)} cells where the header has {width}"
                    if len(record) > width:
                        fault += f"; beyond it: {', '.join(record[width:])}"
                    yield Record([*cells[:width], *[None] * (width - len(record))], fault)
        except csv.Error as error:
            raise Unreadable(
                "a quotation mark is not closed or stands in the wrong place"
                f" (in the record that begins at line {begun}; the reader stopped at line {reader.line_num}: {error})",
                "Correct the quotation marks and deliver the file again.",
            ) from None


def read_jsonl(connection: duckdb.DuckDBPyConnection, path: Path, kind: str) -> Records:
    """Opens a JSON Lines file, packed or not. Raises Unreadable."""
    text = _decoded(path, kind)
    columns = _jsonl_at_once(connection, text)
    if columns is None:
        names: dict[str, None] = {}
        for _, record in _jsonl_records(text):
            names.update(dict.fromkeys(record))
        columns = distinct(sorted(names))
        load(connection, columns, (Record([of.get(name) for name in columns], why) for why, of in _jsonl_records(text)))
    return Records(RELATION, dict.fromkeys(columns, "VARCHAR"), text.encoding)


def _jsonl_at_once(connection: duckdb.DuckDBPyConnection, text: _Text) -> list[str] | None:
    """Loads a file whose every line DuckDB reads exactly; None when one is not such."""
    if text.has_mixed_ends:
        return None
    packed = "gzip" if text.kind == "jsonl.gz" else "none"
    try:
        connection.execute(
            "create or replace temp table landed_lines as select row_number() over () as line_no, line"
            f" from read_csv({literal(str(text.path))}, columns = {{'line': 'varchar'}}, header = false, auto_detect = false,"
            f" delim = '\x01', quote = '', escape = '', compression = '{packed}', strict_mode = false) where trim(line) <> ''"
        )
        (odd,) = connection.execute(
            "select count(*) from landed_lines where regexp_matches(line, ?)"
            " or case when json_valid(line) then json_type(line) else '' end <> 'OBJECT'",
            [_INEXACT_NUMBER],
        ).fetchall()[0]
        if odd:
            return None
        names = connection.execute(
            "select name, bool_or(is_twice) from (select unnest(keys) as name, len(keys) <> len(list_distinct(keys)) as is_twice"
            " from (select json_keys(line) as keys from landed_lines)) group by name order by name"
        ).fetchall()
        if any(is_twice or set(name) & set('"\\') for name, is_twice in names):
            return None
        columns = distinct(sorted(name for name, _ in names))
        paths = ", ".join(literal(f'$."{name}"') for name in columns)
        cells = "".join(f", cells[{number}] as {quoted(name)}" for number, name in enumerate(columns, start=1))
        connection.execute(
            f"create or replace temp table {RELATION} as select line_no as {ROW}, cast(null as varchar) as {SHAPE_FAULT},"
            f" cast(null as varchar) as {PLACE}{cells}"
            f" from (select line_no, json_extract_string(line, cast([{paths}] as varchar[])) as cells from landed_lines)"
        )
        return columns
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error:
        return None
    finally:
        connection.execute("drop table if exists landed_lines")


def _jsonl_records(text: _Text) -> Iterator[tuple[str | None, dict[str, str | None]]]:
    """Each record that is not blank: why it is none, or its cells as they were written."""
    # No JSON text holds a line end, so each kind of them ends a record.
    with text.open(newline=None) as file:
        for line in _lines(file):
            if not line.strip():
                continue
            try:
                record = json.loads(
                    line, parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=_without_twins
                )
            except _Twins as twins:
                yield f"the line names {twins} more than once", {}
                continue
            except (ValueError, RecursionError):
                record = None
            if isinstance(record, dict):
                yield None, {name: _as_text(value) for name, value in record.items()}
            else:
                yield f"the line is not a JSON object: {line.strip()[:200]}", {}


def _lines(file: io.TextIOWrapper) -> Iterator[str]:
    """Lines as the file is opened to end them; each is held in memory, so there is a longest one."""
    while line := file.readline(_LONGEST):
        if len(line) == _LONGEST:
            raise Unreadable(
                f"a line is longer than {_LONGEST:,} characters", "Deliver one record a line, in a new file."
            )
        yield line


class _Twins(Exception):
    """An object that gives two values to one name: nobody knows which is meant."""


def _without_twins(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    record = dict(pairs)
    if len(record) < len(pairs):
        names = [name for name, _ in pairs]
        raise _Twins(", ".join(sorted({name for name in names if names.count(name) > 1})))
    return record


def _as_text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else json.dumps(value, ensure_ascii=False)


def _decoded(path: Path, kind: str) -> _Text:
    """The file as UTF-8 and the encoding that it has: by its mark, by the zeros of UTF-16, as UTF-8, as GB18030, in this order.

    Each is strict; what none of them is, and what is GB18030 only by chance, is refused. Reads to the end once, or twice.
    """
    try:
        with _bytes_of(path, kind) as file:
            head = file.read(4)
        for mark, what in _FOREIGN_KINDS:
            if head == mark:
                raise Unreadable(f"the file is {what}, not text", "Give it the ending of what it is, or deliver text.")
        if head.startswith(_UTF32):
            raise Unreadable("the file is UTF-32", "Save the file as UTF-8 text and deliver it again.")
        marked = next((encoding for mark, encoding in _MARKS if head.startswith(mark)), None)
        if marked is None and len(head) > 1 and (head[0] == 0) != (head[1] == 0):
            marked = "utf-16-be" if head[0] == 0 else "utf-16-le"
        if marked and marked != "utf-8":
            return _copied(path, kind, marked)
        try:
            ends = _Ends()
            is_utf8 = False
            for part in _strictly(path, kind, "utf-8"):
                ends.add(part)
                is_utf8 = is_utf8 or not part.isascii()
            return _Text(path, kind, "utf-8 with mark" if marked else "utf-8", ends.are_mixed)
        except UnicodeDecodeError as error:
            # Chinese writing in UTF-8 up to this byte: a damaged file, which might pass for GB18030.
            before = error.object[: error.start].decode("utf-8", "ignore")
            if marked or is_utf8 or any(letter >= "\u0800" for letter in before):
                raise
            not_utf8 = error
        try:
            return _copied(path, kind, "gb18030")
        except UnicodeDecodeError:
            raise not_utf8 from None
    except UnicodeDecodeError as error:
        byte = f"byte 0x{error.object[error.start]:02X} at line {error.reason}"
        known = "UTF-16" if error.encoding.startswith("utf-16") else "UTF-8, and the file not GB18030 either"
        raise Unreadable(f"{byte} is not {known}", "Save the file as UTF-8 and deliver it again.") from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise Unreadable(
            f"the file cannot be unpacked ({error})", "Deliver the file again; it may have been cut short."
        ) from None


def _copied(path: Path, kind: str, encoding: str) -> _Text:
    """A copy as UTF-8 beside the file. Raises Unreadable where the characters of a GB18030 file are not Chinese writing."""
    copy = path.with_name(f"utf-8.{kind}")
    foreign = chinese = 0
    ends = _Ends()
    with gzip.open(copy, "wb", 1) if kind.endswith(".gz") else copy.open("wb") as out:
        for part in _strictly(path, kind, encoding):
            out.write(part.encode())
            ends.add(part)
            if encoding == "gb18030":
                common = part.encode("gb2312", "ignore").translate(None, _ASCII)[::2].translate(None, _FOREIGN)
                chinese += len(common)
                foreign += len(part) - len(part.encode("ascii", "ignore")) - len(common)
    # Latin-1, Big5, Shift-JIS and others can be read as GB18030 by chance; then most characters are rare ones.
    if foreign * 2 > chinese:
        raise Unreadable(
            "the encoding of the file cannot be told: it is not UTF-8, and as GB18030 its characters are unlikely",
            "Save the file as UTF-8 and deliver it again.",
        )
    return _Text(copy, kind, encoding, ends.are_mixed)


class _Ends:
    """Counts the ways in which lines end."""

    def __init__(self) -> None:
        self._feeds = self._returns = 0
        self._is_open = False

    def add(self, part: str) -> None:
        # A pair of both may be torn between two parts.
        self._returns += part.count("\r") - part.count("\r\n") - (self._is_open and part.startswith("\n"))
        self._feeds += part.count("\n")
        self._is_open = part.endswith("\r") or (self._is_open and not part)

    @property
    def are_mixed(self) -> bool:
        return self._returns > 0 and self._feeds > 0


def _strictly(path: Path, kind: str, encoding: str) -> Iterator[str]:
    """The text in parts. Raises Unreadable for a NUL, and UnicodeDecodeError with the number of the line as its reason."""
    decoder = codecs.getincrementaldecoder(encoding)()
    lines, is_first = 1, True
    with _bytes_of(path, kind) as file:
        while True:
            chunk = file.read(_CHUNK)
            try:
                part = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                before = error.object[: error.start].decode(encoding, "ignore")
                error.reason = f"{lines + before.count(chr(10)):,}"
                raise
            if "\0" in part:
                lines += part[: part.index("\0")].count("\n")
                raise Unreadable(
                    f"line {lines:,} holds a NUL: the file is binary, or damaged", "Deliver the file again, as text."
                )
            lines += part.count("\n")
            yield part.removeprefix("\ufeff") if is_first else part
            is_first = False
            if not chunk:
                return


def _bytes_of(path: Path, kind: str) -> BinaryIO:
    return cast(BinaryIO, gzip.open(path, "rb") if kind.endswith(".gz") else path.open("rb"))
