"""Excel workbooks as records: what the file itself says of each cell, read in a stream.

Libraries give numbers as floating point, and a formula without a stored value as an empty cell. Here a number keeps the digits
that the file holds, and what the file does not hold is a fault of the row.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from xml.parsers import expat

import duckdb

from orchestration.ingest.records import RELATION, Record, Records, Unreadable, brief, distinct, load

_CHUNK = 1 << 18
# Beyond these a file is made to fill a disk or a memory, not to be read. A worksheet packs to a tenth or so.
_MOST_UNPACKED = 1 << 31
_MOST_TEXTS = 1 << 28
_MOST_RATIO = 100
_SMALL = 1 << 26
_MOST_ROWS, _MOST_COLUMNS = 1 << 20, 1 << 14
_OLE = b"\xd0\xcf\x11\xe0"
_ZIP = b"PK\x03\x04"
# Number formats that every spreadsheet knows by number: days, times, and those of East Asian calendars.
_DATE_FORMATS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_NOT_IN_FORMAT = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_CELL = re.compile(r"([A-Z]{1,3})([0-9]+)")
# Serial numbers of 1970-01-01 and of the day after 2199-12-31.
_SERIALS = (Decimal(25569), Decimal(109575))
# What the libraries raise for a file that is not as they expect.
_DAMAGED = (zipfile.BadZipFile, zlib.error, expat.ExpatError, EOFError, LookupError, ValueError, NotImplementedError)
_SAVE_AGAIN = "Save it in a spreadsheet program as .xlsx and deliver it again."


@dataclass(frozen=True)
class _Cell:
    """A cell as text, or what is wrong with it. `number`: where it is a plain number, which may be the serial of a day."""

    text: str = ""
    fault: str = ""
    number: str = ""
    is_formula: bool = False


@dataclass
class _Sheet:
    name: str
    part: str
    header: dict[int, str] = field(default_factory=dict)
    formulas: int = 0
    merged: int = 0


def read_xlsx(
    connection: duckdb.DuckDBPyConnection, path: Path, known: Collection[str], days: Collection[str]
) -> Records:
    """Opens a workbook: the rows of every sheet with a header, in the order of the sheets. Raises Unreadable.

    `known`: the names of the table's columns. `days`: those of dates and moments, whose plain numbers are serials of days.
    """
    _check_container(path)
    try:
        with zipfile.ZipFile(path) as container:
            _check_sizes(container)
            book = _Workbook(container)
            columns, notes = _columns(book)
            load(connection, columns, _records(book, columns, known, days))
    except _DAMAGED as error:
        raise Unreadable(f"the workbook is damaged ({error})", _SAVE_AGAIN) from None
    except RuntimeError as error:
        # What zipfile raises for a part that is encrypted.
        raise Unreadable(f"the workbook cannot be unpacked ({error})", _SAVE_AGAIN) from None
    if formulas := sum(sheet.formulas for sheet in book.sheets):
        notes.append(f"{formulas:,} cells are formulas, of which the values stored in the file were taken")
    if merged := sum(sheet.merged for sheet in book.sheets):
        notes.append(f"{merged:,} ranges of cells are merged, and only the first cell of each holds the value")
    return Records(RELATION, dict.fromkeys(columns, "VARCHAR"), notes=notes)


def _check_container(path: Path) -> None:
    with path.open("rb") as file:
        head = file.read(40)
    if head.startswith(_OLE):
        raise Unreadable(
            "the workbook is protected by a password, or is one of Excel 97-2003 (.xls)",
            f"Take the password off. {_SAVE_AGAIN}",
        )
    if not head.startswith(_ZIP):
        begins = head.decode("utf-8", "replace").partition("\n")[0]
        raise Unreadable(
            f"the file is no Excel workbook (it begins with {begins!r})",
            "Give it the ending of what it is, such as .csv, or save it as .xlsx, and deliver it again.",
        )


def _check_sizes(container: zipfile.ZipFile) -> None:
    """zipfile reads no more of a part than the size it is said to have, so that what is said may be relied on."""
    parts = container.infolist()
    unpacked, packed = sum(part.file_size for part in parts), sum(part.compress_size for part in parts)
    texts = sum(part.file_size for part in parts if part.filename.endswith("sharedStrings.xml"))
    is_bomb = unpacked > _SMALL and unpacked > _MOST_RATIO * packed
    if unpacked > _MOST_UNPACKED or texts > _MOST_TEXTS or is_bomb:
        raise Unreadable(
            f"the workbook unpacks from {packed:,} to {unpacked:,} bytes, which is more than is read",
            "Deliver the rows in several workbooks, or as CSV or Parquet.",
        )


def _columns(book: _Workbook) -> tuple[list[str], list[str]]:
    """The columns of all sheets together, and what is to be said of sheets that bring nothing. Reads the headers only."""
    columns: dict[str, str] = {}
    notes = []
    for sheet in list(book.sheets):
        first = next(book.rows(sheet), None)
        if first is None:
            notes.append(f"sheet {sheet.name!r} has no cells and is skipped")
            book.sheets.remove(sheet)
            continue
        cells = first[1]
        if faults := [cell.fault for cell in cells.values() if cell.fault]:
            raise Unreadable(
                f"the header of sheet {sheet.name!r} cannot be read: {faults[0]}",
                "Write the names of the columns into it.",
            )
        width = max(cells) + 1
        names = [cells[number].text.strip() if number in cells else "" for number in range(width)]
        sheet.header = dict(enumerate(distinct(names, f"the header of sheet {sheet.name!r}")))
        for name in sheet.header.values():
            columns.setdefault(name.lower(), name)
    if not book.sheets:
        raise Unreadable("the workbook has no cells, not even a header", "Deliver the file again, with its header.")
    return list(columns.values()), notes


def _records(book: _Workbook, columns: list[str], known: Collection[str], days: Collection[str]) -> Iterator[Record]:
    places = {name.lower(): number for number, name in enumerate(columns)}
    for sheet in book.sheets:
        sheet.formulas = sheet.merged = 0
        target = {number: places[name.lower()] for number, name in sheet.header.items()}
        dated = {number for number, name in sheet.header.items() if name.lower() in days}
        is_foreign = not any(name.lower() in known for name in sheet.header.values())
        rows = book.rows(sheet)
        next(rows)
        for row_no, cells in rows:
            made: list[str | None] = [None] * len(columns)
            faults = [cell.fault for cell in cells.values() if cell.fault]
            beyond = [cell.text for number, cell in cells.items() if number not in target]
            for number, cell in cells.items():
                if number in target:
                    text = (number in dated and cell.number and book.day(cell.number)) or cell.text
                    made[target[number]] = text or None
            if is_foreign:
                faults.insert(
                    0, f"the header of the sheet names no column of the table ({brief(sheet.header.values())})"
                )
            if beyond:
                faults.append(f"the row has cells beyond the header: {', '.join(beyond)}")
            yield Record(made, "; ".join(faults) or None, f"sheet {sheet.name!r}, row {row_no}")


class _Workbook:
    """The parts of a workbook that say what its cells are; texts are held in memory, rows are not."""

    def __init__(self, container: zipfile.ZipFile) -> None:
        self._container = container
        self._epoch = datetime(1899, 12, 30)
        self.sheets: list[_Sheet] = []
        self._texts: list[str] = []
        self._date_styles: set[int] = set()
        main = self._related("", "officeDocument")
        if not main:
            raise Unreadable("the file is a zip file, but no Excel workbook", _SAVE_AGAIN)
        book = main[0][1]
        sheets = dict(self._related(book, "worksheet"))
        for name, attributes in self._elements(book):
            if name == "workbookPr" and attributes.get("date1904") in ("1", "true"):
                self._epoch = datetime(1904, 1, 1)
            if name == "sheet":
                of = next((value for key, value in attributes.items() if key.endswith("relationships id")), "")
                # Charts and macros are sheets too, and have no cells.
                if of in sheets:
                    self.sheets.append(_Sheet(attributes["name"], sheets[of]))
        for _, part in self._related(book, "styles"):
            self._read_styles(part)
        for _, part in self._related(book, "sharedStrings"):
            texts = _Texts()
            for _ in self._parsed(part, texts.begin, texts.end, texts.characters):
                pass
            self._texts = texts.found

    def rows(self, sheet: _Sheet) -> Iterator[tuple[int, Mapping[int, _Cell]]]:
        """Number and cells (by column, from 0) of each row that has a cell with something in it."""
        reader = _Rows(sheet, self._texts, self._shown)
        for _ in self._parsed(sheet.part, reader.begin, reader.end, reader.characters):
            yield from reader.done
            reader.done.clear()

    def day(self, serial: str) -> str:
        """The day or moment that a number stands for; '' where it is none from 1970 to 2199."""
        number = Decimal(serial)
        return self._moment(number) if _SERIALS[0] <= number < _SERIALS[1] else ""

    def _shown(self, number: str, style: int) -> _Cell:
        """A cell of a number, as the sheet shows it but for the format: a day, or a decimal number without exponent."""
        try:
            value = Decimal(number)
        except InvalidOperation:
            return _Cell(number)
        if not value.is_finite():
            return _Cell(number)
        if style in self._date_styles and value >= 0:
            return _Cell(self._moment(value))
        if abs(value) >= 10**15:
            return _Cell(number, "is a number of more than 15 digits, of which spreadsheets keep 15: enter it as text")
        plain = _plain(value)
        # Beyond 15 digits stands what binary arithmetic left over; a spreadsheet does not show it either.
        if len(plain.replace("-", "").replace(".", "").lstrip("0")) > 15 and len(plain.partition(".")[2]) > 4:
            plain = _plain(Decimal(f"{value:.14e}"))
        return _Cell(plain, number=plain)

    def _moment(self, serial: Decimal) -> str:
        days = int(serial)
        seconds = round((serial - days) * 86400, 3)
        epoch = self._epoch
        if epoch.year == 1899 and days < 61:
            # The year 1900 has a 29th of February there.
            if days == 60:
                return "1900-02-29"
            epoch += timedelta(days=1)
        try:
            moment = epoch + timedelta(days=days, milliseconds=int(seconds * 1000))
        except OverflowError:
            return _plain(serial)
        if days == 0 and seconds:
            return moment.strftime("%H:%M:%S")
        if moment.time() == datetime.min.time():
            return moment.date().isoformat()
        return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds")

    def _read_styles(self, part: str) -> None:
        formats: dict[str, bool] = {}
        is_cell_style, number = False, 0
        for name, attributes in self._elements(part):
            if name == "numFmt":
                code = _NOT_IN_FORMAT.sub("", attributes.get("formatCode", "").split(";")[0])
                formats[attributes["numFmtId"]] = "general" not in code.lower() and bool(
                    re.search("[ymdhs]", code, re.I)
                )
            elif name in ("cellXfs", "cellStyleXfs"):
                is_cell_style = name == "cellXfs"
            elif name == "xf" and is_cell_style:
                of = attributes.get("numFmtId", "0")
                if formats.get(of, of.isdecimal() and int(of) in _DATE_FORMATS):
                    self._date_styles.add(number)
                number += 1
            elif name == "cellStyles":
                is_cell_style = False

    def _related(self, part: str, kind: str) -> list[tuple[str, str]]:
        """Id and path of the parts of a kind that a part names."""
        folder, name = posixpath.split(part)
        listing = posixpath.join(folder, "_rels", f"{name}.rels")
        if listing not in self._container.namelist():
            return []
        found = []
        for element, attributes in self._elements(listing):
            if element == "Relationship" and attributes.get("Type", "").endswith(f"/{kind}"):
                target = posixpath.normpath(posixpath.join("/", folder, attributes["Target"])).lstrip("/")
                found.append((attributes["Id"], target))
        return found

    def _elements(self, part: str) -> Iterator[tuple[str, dict[str, str]]]:
        found: list[tuple[str, dict[str, str]]] = []
        for _ in self._parsed(part, lambda name, attributes: found.append((name, attributes))):
            yield from found
            found.clear()

    def _parsed(
        self,
        part: str,
        begin: Callable[[str, dict[str, str]], object],
        end: Callable[[str], object] | None = None,
        characters: Callable[[str], object] | None = None,
    ) -> Iterator[None]:
        """Feeds a part to its handlers, and pauses after each piece. Names of elements come without their namespace."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.StartElementHandler = lambda name, attributes: begin(name.rpartition(" ")[2], attributes)
        if end:
            parser.EndElementHandler = lambda name: end(name.rpartition(" ")[2])
        parser.CharacterDataHandler = characters
        with self._container.open(part) as file:
            while chunk := file.read(_CHUNK):
                parser.Parse(chunk, False)
                yield
        parser.Parse(b"", True)
        yield


def _refuse_doctype(*_: object) -> None:
    raise Unreadable("the workbook declares a document type, which no workbook does", _SAVE_AGAIN)


class _Texts:
    """The texts that cells name by number; how Chinese and Japanese words are pronounced is no part of them."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._parts: list[str] = []
        self._is_text = self._is_sound = False

    def begin(self, name: str, _: object) -> None:
        if name == "si":
            self._parts = []
        elif name == "rPh":
            self._is_sound = True
        self._is_text = name == "t" and not self._is_sound

    def end(self, name: str) -> None:
        self._is_text = False
        if name == "rPh":
            self._is_sound = False
        elif name == "si":
            self.found.append(_unescaped("".join(self._parts)))

    def characters(self, text: str) -> None:
        if self._is_text:
            self._parts.append(text)


class _Rows:
    """Handlers for a worksheet: finished rows gather in `done`."""

    def __init__(self, sheet: _Sheet, texts: list[str], shown: Callable[[str, int], _Cell]) -> None:
        self.done: list[tuple[int, dict[int, _Cell]]] = []
        self._sheet, self._texts, self._number_shown = sheet, texts, shown
        self._row_no = 0
        self._column = -1
        self._rows = 0
        self._cells: dict[int, _Cell] = {}
        self._attributes: dict[str, str] = {}
        self._value: list[str] | None = None
        self._inline: list[str] = []
        self._is_formula = self._is_sound = False
        self._into: list[str] | None = None

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        self._into = None
        if name == "c":
            self._attributes = attributes
            self._value, self._inline, self._is_formula = None, [], False
            place = _CELL.fullmatch(attributes.get("r", ""))
            self._column = _column_no(place[1]) if place else self._column + 1
            if self._column >= _MOST_COLUMNS:
                self._too_large()
        elif name == "v":
            self._into = self._value = []
        elif name == "f":
            self._is_formula = True
        elif name == "rPh":
            self._is_sound = True
        elif name == "t" and not self._is_sound:
            self._into = self._inline
        elif name == "row":
            self._row_no = int(attributes.get("r", self._row_no + 1))
            self._column, self._cells = -1, {}
            self._rows += 1
            if max(self._row_no, self._rows) > _MOST_ROWS:
                self._too_large()
        elif name == "mergeCell":
            self._sheet.merged += 1

    def end(self, name: str) -> None:
        self._into = None
        if name == "c":
            cell = self._cell()
            if cell.text or cell.fault:
                if cell.fault:
                    cell = _Cell(cell.text, f"cell {_letters(self._column)}{self._row_no} {cell.fault}")
                self._cells[self._column] = cell
                self._sheet.formulas += self._is_formula and not cell.fault
        elif name == "rPh":
            self._is_sound = False
        elif name == "row" and self._cells:
            self.done.append((self._row_no, self._cells))

    def characters(self, text: str) -> None:
        if self._into is not None:
            self._into.append(text)

    def _cell(self) -> _Cell:
        kind = self._attributes.get("t", "n")
        value = "".join(self._value) if self._value is not None else ""
        if self._is_formula and (self._value is None or (kind != "str" and not value)):
            return _Cell(
                fault="is a formula without a stored value: save the file in a spreadsheet program, which calculates it"
            )
        if kind == "inlineStr":
            return _Cell(_unescaped("".join(self._inline)))
        if not value:
            return _Cell()
        if kind == "s":
            number = int(value) if value.strip().isdecimal() else len(self._texts)
            if number >= len(self._texts):
                return _Cell(fault="names a text that the file does not hold")
            return _Cell(self._texts[number])
        if kind == "b":
            return _Cell({"1": "true", "0": "false"}.get(value, value))
        if kind == "e":
            return _Cell(fault=f"holds the error {value}")
        if kind == "d":
            return _Cell(re.sub(r"T00:00:00(\.0+)?$", "", value))
        if kind == "n":
            style = self._attributes.get("s", "0")
            return self._number_shown(value.strip(), int(style) if style.isdecimal() else 0)
        return _Cell(_unescaped(value))

    def _too_large(self) -> None:
        raise Unreadable(
            f"sheet {self._sheet.name!r} goes beyond {_MOST_ROWS:,} rows or {_MOST_COLUMNS:,} columns, which no spreadsheet has",
            _SAVE_AGAIN,
        )


def _plain(value: Decimal) -> str:
    """Without exponent, and without zeros at the end."""
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _column_no(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _letters(column: int) -> str:
    letters, number = "", column + 1
    while number:
        number, left = divmod(number - 1, 26)
        letters = chr(65 + left) + letters
    return letters
