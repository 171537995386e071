"""Workbooks land sheet by sheet, with the figures that the file holds."""

from __future__ import annotations

import random
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import duckdb
from openpyxl import Workbook
from python_calamine import CalamineWorkbook

from orchestration.ingest.sheets import read_xlsx
from tests.ingest import books
from tests.ingest.conftest import HEADER, Landing

COLUMNS = HEADER.split(",")
MOMENT = datetime(2026, 1, 1, 8, 30)


def product(number: int, price: object = 1, day: object = date(2026, 1, 31), moment: object = MOMENT) -> list[object]:
    return [f"p{number}", "水泵", "pumps", price, None, "CNY", day, moment]


def cells(landing: Landing, *xml: str, **parts: str) -> list[tuple[object, ...]]:
    """The names that land when each piece of XML is the name of a row of its own."""
    header = "".join(f'<c t="inlineStr"><is><t>{name}</t></is></c>' for name in COLUMNS[:3] + COLUMNS[5:])
    rows = "".join(
        f'<row><c t="inlineStr"><is><t>p{number}</t></is></c>{cell}'
        + "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in ("x", "CNY", "", "2026-01-01"))
        + "</row>"
        for number, cell in enumerate(xml)
    )
    landing.put("erp/products/rows.xlsx", books.written(f"<row>{header}</row>{rows}", **parts))
    landing.ingest()
    return landing.rows("select name from raw_erp.products order by _row")


def test_every_sheet_with_a_header_is_rows_of_the_table(landing: Landing) -> None:
    content = books.workbook(
        {
            "一月": [COLUMNS, product(1), [None] * 8, product(2)],
            "empty": [],
            "二月": [[], COLUMNS[::-1], product(3)[::-1], product(4, price="1,5")[::-1]],
            "notes": [["Legend"], ["prices without tax"]],
        }
    )
    landing.put("erp/products/rows.xlsx", content)
    (result,) = landing.ingest().files
    assert result.reason == "sheet 'empty' has no cells and is skipped"
    assert landing.rows("select product_id, _row from raw_erp.products order by 2") == [("p1", 1), ("p2", 2), ("p3", 3)]
    reasons = landing.rows("select row_no, column_name, reason from ingest.quarantine order by 1")
    assert [row[:2] for row in reasons] == [(4, "list_price"), (5, "")]
    assert reasons[0][2].endswith("(sheet '二月', row 4)")
    assert reasons[1][2] == "the header of the sheet names no column of the table (Legend) (sheet 'notes', row 2)"


def test_days_moments_booleans_and_numbers_are_what_the_sheet_shows(landing: Landing) -> None:
    rows = [
        [*product(1, 0.1 + 0.2), True],
        [*product(2, 1234567.891, day=46053, moment=46023.354166666664), False],
        [*product(3, 12345678901.25, day=datetime(2026, 1, 31)), None],
        [*product(4, 100, day="2026-01-31", moment="2026-01-01T08:30:00Z"), None],
    ]
    rows[1][0] = 20260203
    landing.put("erp/products/rows.xlsx", books.workbook({"s": [[*COLUMNS, "is_deleted"], *rows]}))
    landing.put("erp/products/wrong.xlsx", books.workbook({"s": [COLUMNS, product(5, 1.23456), product(6, day=2026)]}))
    landing.ingest()
    landed = landing.rows(
        "select product_id, list_price::varchar, launched_on, updated_at, is_deleted from raw_erp.products order by _row"
    )
    same = (date(2026, 1, 31), MOMENT)
    assert landed == [
        ("p1", "0.3000", *same, True),
        ("20260203", "1234567.8910", *same, False),
        ("p3", "12345678901.2500", *same, False),
        ("p4", "100.0000", *same, False),
    ]
    assert landing.rows("select column_name, value from ingest.quarantine order by row_no") == [
        ("list_price", "1.23456"),
        ("launched_on", "2026"),
    ]


def test_a_formula_counts_by_its_stored_value_and_without_one_its_row_is_set_aside(landing: Landing) -> None:
    landed = cells(
        landing,
        '<c t="str"><f>A1</f><v>Pump</v></c>',
        "<c><f>1+1</f><v>2</v></c>",
        "<c><f>1+1</f></c>",
        "<c><f>1+1</f><v/></c>",
        '<c t="e"><v>#DIV/0!</v></c>',
        '<c t="inlineStr"><is><t>=1+1</t></is></c>',
    )
    assert landed == [("Pump",), ("2",), ("=1+1",)]
    assert landing.rows("select reason from ingest.files") == [
        ("2 cells are formulas, of which the values stored in the file were taken",)
    ]
    reasons = [reason for (reason,) in landing.rows("select reason from ingest.quarantine order by row_no")]
    assert reasons[0].startswith("cell B4 is a formula without a stored value")
    assert reasons[2] == "cell B6 holds the error #DIV/0! (sheet '表', row 6)"


def test_numbers_keep_their_digits_and_texts_are_put_together(landing: Landing) -> None:
    texts = "<si><r><t>水</t></r><r><t>泵</t></r><rPh><t>shui</t></rPh></si><si><t>a_x000D_b</t></si>"
    landed = cells(
        landing,
        '<c t="s"><v>0</v></c>',
        '<c t="s"><v>1</v></c>',
        "<c><v>12345678901234.1234</v></c>",
        "<c><v>1.5E-3</v></c>",
        "<c><v>0.29999999999999999</v></c>",
        "<c><v>6.2220212345678901E+18</v></c>",
        '<c t="s"><v>9</v></c>',
        '<c t="b"><v>1</v></c>',
        '<c t="d"><v>2026-01-31T00:00:00</v></c>',
        texts=texts,
    )
    assert [name for (name,) in landed] == [
        "水泵", "a\rb", "12345678901234.1234", "0.0015", "0.3", "true", "2026-01-31",
    ]  # fmt: skip
    reasons = [reason for (reason,) in landing.rows("select reason from ingest.quarantine order by row_no")]
    assert "more than 15 digits" in reasons[0]
    assert "names a text that the file does not hold" in reasons[1]


def test_days_are_told_by_their_format_and_counted_from_the_books_epoch(landing: Landing) -> None:
    formats = (
        '<numFmts><numFmt numFmtId="170" formatCode="yyyy&quot;年&quot;m"/>'
        '<numFmt numFmtId="171" formatCode="[Red]0.0&quot;d&quot;"/></numFmts>'
    )
    styles = (
        f'{formats}<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/><xf numFmtId="171"/></cellXfs>'
    )
    landed = cells(
        landing,
        '<c s="1"><v>44591</v></c>',
        '<c s="2"><v>44591.5</v></c>',
        '<c s="3"><v>44591</v></c>',
        '<c s="0"><v>44591</v></c>',
        styles=styles,
        properties='<x:workbookPr date1904="1"/>',
    )
    assert [name for (name,) in landed] == ["2026-01-31", "2026-01-31T12:00:00", "44591", "44591"]


def test_cells_beyond_the_header_and_merged_cells_are_told(landing: Landing) -> None:
    book = Workbook()
    for row in (COLUMNS, product(1), [*product(2), "extra"]):
        book.active.append(row)
    book.active.merge_cells("B2:B3")
    content = BytesIO()
    book.save(content)
    landing.put("erp/products/rows.xlsx", content.getvalue())
    (result,) = landing.ingest().files
    assert result.reason == "1 ranges of cells are merged, and only the first cell of each holds the value"
    assert (result.rows_landed, result.rows_quarantined) == (1, 1)
    assert "the row has cells beyond the header: extra" in landing.rows("select reason from ingest.quarantine")[0][0]


def test_another_library_reads_the_same_numbers(tmp_path: Path) -> None:
    chance = random.Random(5)
    rows = [["a", "b"]] + [
        [chance.randint(-(10**9), 10**9), round(chance.uniform(-1e6, 1e6), chance.randint(0, 4))] for _ in range(300)
    ]
    path = tmp_path / "file.xlsx"
    path.write_bytes(books.workbook({"s": rows}))
    other = [tuple(row) for row in CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).iter_rows()][1:]
    with duckdb.connect() as connection:
        records = read_xlsx(connection, path, {"a"}, set())
        own = connection.execute(
            f"select a::double, b::double from {records.relation} order by __row_in_file__"
        ).fetchall()
    assert own == other
