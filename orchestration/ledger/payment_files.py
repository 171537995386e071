"""The payment file of each close, for payroll: `OUT/payments/<close>_<period>.csv` and `.xlsx`, each written once and left alone."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

_COLUMNS = (
    "payment_id period posted_period_start payee_id payee_name payee_kind currency paid posted carried_in carried_out"
    " minimum_payment status left_on posted_at approved_by"
).split()
# A cell that begins so is worked out by a spreadsheet, also where it was text in what the spreadsheet opens.
_FORMULA = re.compile(r"^[\s\x00-\x1f]*[=+\-@＝＋－＠]")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def safe(text: str) -> str:
    """Text that no spreadsheet takes for a formula, without what no sheet can hold: `=1+1` becomes `'=1+1`."""
    shown = _UNPRINTABLE.sub(" ", text)
    return f"'{shown}" if _FORMULA.match(shown) else shown


def write_payment_files(out: Path) -> list[Path]:
    """Writes the files of the closes that have none yet, from the warehouse of `out`; returns them.

    The CSV has whom the close pays; the workbook has these, and on a sheet of its own whom it does not pay and why.
    """
    folder, written = out / "payments", list[Path]()
    with duckdb.connect(str(out / "warehouse.duckdb"), read_only=True) as connection:
        closes = connection.execute(
            "select close_no, arg_max(period, batch_no), arg_max(posted_period_start, batch_no) from incentives.fct_ledger_batches"
            " group by close_no order by close_no"
        ).fetchall()
        for close_no, period, start in closes:
            stem = f"{close_no:06}_{period}_{start}"
            sheet, book = folder / f"{stem}.csv", folder / f"{stem}.xlsx"
            if sheet.exists() and book.exists():
                continue
            rows = connection.execute(
                f"select {', '.join(_COLUMNS)} from incentives.rpt_payments where close_no = ? order by currency, payee_id",
                [close_no],
            ).fetchall()
            paid = [row for row in rows if row[_COLUMNS.index("status")] == "paid"]
            folder.mkdir(exist_ok=True)
            _write_csv(sheet, paid)
            _write_xlsx(book, {"payments": paid, "not paid": [row for row in rows if row not in paid]})
            written += [sheet, book]
    return written


def _write_csv(file: Path, rows: Sequence[tuple[Any, ...]]) -> None:
    fresh = file.with_name(f".{file.name}")
    # The mark is what makes spreadsheets read Chinese names.
    with fresh.open("w", encoding="utf-8-sig", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(_COLUMNS)
        writer.writerows([safe(value) if isinstance(value, str) else value for value in row] for row in rows)
    os.replace(fresh, file)


def _write_xlsx(file: Path, sheets: dict[str, Sequence[tuple[Any, ...]]]) -> None:
    book = Workbook(write_only=True)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        sheet.freeze_panes = "A2"
        for at, column in enumerate(_COLUMNS, start=1):
            sheet.column_dimensions[chr(64 + at)].width = max(12, len(column) + 2)
        heads = [WriteOnlyCell(sheet, column) for column in _COLUMNS]
        for head in heads:
            head.font = Font(bold=True)
        sheet.append(heads)
        for row in rows:
            sheet.append([_cell(sheet, value) for value in row])
    fresh = file.with_name(f".{file.name}")
    book.save(fresh)
    os.replace(fresh, file)


def _cell(sheet: Any, value: Any) -> Any:
    if not isinstance(value, str | Decimal):
        return value
    cell = WriteOnlyCell(sheet, safe(value) if isinstance(value, str) else value)
    if isinstance(value, Decimal):
        cell.number_format = "#,##0.00##"
    else:
        # Whatever it looks like, it is text.
        cell.data_type = "s"
    return cell
