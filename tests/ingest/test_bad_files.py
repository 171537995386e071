"""Every kind of bad file ends in a reason that a person understands, and stops no other file."""

from __future__ import annotations

import gzip
import io
import os
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from expectations.delivered import count_rows
from orchestration.ingest import loader
from tests.ingest import books
from tests.ingest.conftest import HEADER, Landing

GOOD = "p1,Pump,pumps,100.50,60,CNY,2026-01-31,2026-01-01T00:00:00Z"


def csv(*rows: str) -> bytes:
    return ("\n".join([HEADER, *rows]) + "\n").encode()


def parquet(query: str = "select range as product_id, 'x' as name from range(50000)") -> bytes:
    buffer = Path(os.environ.get("TMPDIR", "/tmp")) / f"bad-files-{os.getpid()}.parquet"
    duckdb.sql(query).write_parquet(str(buffer))
    content = buffer.read_bytes()
    buffer.unlink()
    return content


def gzipped(text: str) -> bytes:
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0) as file:
        file.write(text.encode())
    return buffer.getvalue()


def bomb() -> bytes:
    """A workbook of 80 MB of blanks in 80 kB."""
    buffer = io.BytesIO(books.workbook({"s": [HEADER.split(",")]}))
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as container:
        container.writestr("xl/worksheets/sheet2.xml", " " * 80_000_000)
    return buffer.getvalue()


@dataclass(frozen=True)
class Bad:
    """A file, and what must become of it: status, words of the reason, landed and quarantined rows."""

    name: str
    content: bytes | Callable[[], bytes]
    status: str
    reason: str
    landed: int = 0
    quarantined: int = 0


WHOLE = [
    Bad("empty.csv", b"", "quarantined", "the file is empty"),
    Bad("empty.jsonl", b"", "quarantined", "the file is empty"),
    Bad("blank.csv", b"\n\n", "quarantined", "blank lines only"),
    Bad("header_only.csv", csv(), "landed", "a header and no rows"),
    Bad("cut.jsonl.gz", gzipped('{"product_id": "p1"}\n' * 9000)[:-20], "quarantined", "cannot be unpacked"),
    Bad("not_gzip.jsonl.gz", b'{"product_id": "p1"}\n', "quarantined", "cannot be unpacked"),
    Bad("cut.parquet", lambda: parquet()[:-100], "quarantined", "cannot be read as Parquet"),
    Bad("torn.parquet", lambda: parquet()[:2000] + b"\xff" * 4000 + parquet()[6000:], "quarantined", "cannot be read"),
    Bad("nul.csv", csv(GOOD).replace(b"Pump", b"Pu\0mp"), "quarantined", "line 2 holds a NUL"),
    Bad(
        "quote.csv",
        csv(GOOD, 'p2,"Pump,pumps,1,1,CNY,,2026-01-01', GOOD),
        "quarantined",
        "quotation mark is not closed",
    ),
    Bad("twice.csv", csv(GOOD).replace(b"name", b"product_id"), "quarantined", "product_id more than once"),
    Bad("other.csv", b"a,b\n1,2\n", "quarantined", "no column of erp.products"),
    Bad("header_only.jsonl", b"\n\n", "landed", "it holds no rows"),
    Bad("header_only.xlsx", lambda: books.workbook({"s": [HEADER.split(",")]}), "landed", "a header and no rows"),
    Bad(
        "header_only.parquet",
        lambda: parquet("select 'x' as product_id, 'x' as name limit 0"),
        "landed",
        "a header and no rows",
    ),
    Bad("latin1.csv", csv(GOOD.replace("Pump", "Müller")).decode().encode("latin-1"), "quarantined", "cannot be told"),
    Bad(
        "big5.csv", csv(GOOD.replace("Pump", "馬達與設備維修")).decode().encode("big5"), "quarantined", "cannot be told"
    ),
    Bad(
        "torn_utf8.csv",
        csv(GOOD).replace(b"Pump", "水泵".encode() + b"\xe6\xb0"),
        "quarantined",
        "at line 2 is not UTF-8",
    ),
    Bad("surrogate.csv", csv(GOOD).replace(b"Pump", b"\xed\xa0\x80"), "quarantined", "at line 2 is not UTF-8"),
    Bad("utf32.csv", csv(GOOD).decode().encode("utf-32"), "quarantined", "UTF-32"),
    Bad(
        "half.csv",
        csv(GOOD).decode().encode("utf-16-le").replace("Pump".encode("utf-16-le"), b"\x00\xd8u\0"),
        "quarantined",
        "at line 2 is not UTF-16",
    ),
    Bad(
        "nul16.csv",
        csv(GOOD).replace(b"Pump", b"Pu\0mp").decode().encode("utf-16"),
        "quarantined",
        "line 2 holds a NUL",
    ),
    Bad("quote_first.csv", b'"' + csv(*[GOOD] * 50_000), "quarantined", "the header cannot be read"),
    Bad("quote_second.csv", csv('"' + GOOD, *[GOOD] * 50_000), "quarantined", "begins at line 2"),
    Bad("two_delimiters.csv", b"product_id,x;name\np1,y;Pump\n", "quarantined", "with comma and with semicolon alike"),
    Bad("reserved.csv", csv(GOOD).replace(b"list_price", b"__row_in_file__"), "quarantined", "the loader needs"),
    Bad("long_header.csv", b"x" * 10_000_000 + b"\n1\n", "quarantined", "no column of erp.products"),
    Bad("is_xlsx.csv", lambda: books.workbook({"s": [HEADER.split(",")]}), "quarantined", "the file is a spreadsheet"),
    Bad("is_parquet.jsonl", parquet, "quarantined", "the file is a Parquet file"),
    Bad("is_csv.parquet", csv(GOOD, GOOD), "quarantined", "cannot be read as Parquet"),
    Bad("is_csv.xlsx", csv(GOOD, GOOD), "quarantined", "no Excel workbook (it begins with 'product_id"),
    Bad("locked.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096), "quarantined", "protected by a password"),
    Bad("cut.xlsx", lambda: books.workbook({"s": [HEADER.split(",")] * 99})[:-200], "quarantined", "damaged"),
    Bad("torn.xlsx", lambda: books.torn(HEADER), "quarantined", "damaged"),
    Bad("zip.xlsx", lambda: books.zipped({"readme.txt": "x"}), "quarantined", "but no Excel workbook"),
    Bad("bomb.xlsx", bomb, "quarantined", "more than is read"),
    Bad("entities.xlsx", lambda: books.with_entities(), "quarantined", "declares a document type"),
    Bad("blank.xlsx", lambda: books.workbook({"s": []}), "quarantined", "no cells, not even a header"),
    Bad("twice.xlsx", lambda: books.workbook({"A": [["name", "Name"]]}), "quarantined", "of sheet 'A' names name more"),
    Bad("other.xlsx", lambda: books.workbook({"A": [["a"], [1]]}), "quarantined", "no column of erp.products"),
    Bad("old.xls", b"\xd0\xcf\x11\xe0", "ignored", "no CSV, JSON Lines, Parquet or Excel file"),
    Bad(".hidden.csv", csv(GOOD), "ignored", "hidden or temporary"),
    Bad("~$sheet.xlsx", b"PK", "ignored", "hidden or temporary"),
    Bad("rows.csv.tmp", csv(GOOD), "ignored", "hidden or temporary"),
    Bad("rows.csv.part", csv(GOOD), "ignored", "hidden or temporary"),
]
CELLS = [
    ("launched_on", "2026-02-30", "day of the calendar"),
    ("launched_on", "1969-12-31", "from 1970 to 2199"),
    ("launched_on", "31.01.2026", "day of the calendar"),
    ("launched_on", "２０２６-01-01", "day of the calendar"),
    ("launched_on", "20260203", "day of the calendar"),
    ("launched_on", "46053", "day of the calendar"),
    ("launched_on", "0001-01-01", "from 1970 to 2199"),
    ("launched_on", "9999-12-31", "from 1970 to 2199"),
    ("launched_on", "infinity", "day of the calendar"),
    ("launched_on", "2026-01-31 08:00:00", "day of the calendar"),
    ("launched_on", "=TODAY()", "day of the calendar"),
    ("list_price", "inf", "an amount"),
    ("list_price", "1.", "an amount"),
    ("list_price", "0x1F", "an amount"),
    ("list_price", "1_000", "an amount"),
    ("list_price", "¥5", "an amount"),
    ("list_price", "50%", "an amount"),
    ("list_price", '"1,5"', "an amount"),
    ("updated_at", "0001-01-01", "from 1970 to 2199"),
    ("updated_at", "2200-01-01T00:00:00Z", "from 1970 to 2199"),
    ("updated_at", "2026-01-01T00:00:00+25:00", "a moment"),
    ("updated_at", "2026-01-01T00:00:00 Asia/Shanghai", "a moment"),
    ("updated_at", "2026/1/1", "a moment"),
    ("list_price", '"1,234.50"', "without grouping"),
    ("list_price", "１２３", "an amount"),
    ("list_price", "4" * 40, "14 digits before"),
    ("list_price", "1.00005", "4 after the point"),
    ("list_price", "1e3", "exponent"),
    ("list_price", "=1+1", "an amount"),
    ("list_price", "NaN", "an amount"),
    ("list_price", " 5", "an amount"),
    ("updated_at", "2026-01-01T25:00:00Z", "a moment"),
    ("updated_at", "yesterday", "a moment"),
    ("updated_at", "", "is empty"),
    ("name", "", "is empty"),
    ("name", "\\N", "is empty"),
]


@pytest.mark.parametrize("bad", WHOLE, ids=lambda bad: bad.name)
def test_a_bad_file_ends_in_a_reason_and_the_rest_goes_on(landing: Landing, bad: Bad) -> None:
    content = bad.content() if callable(bad.content) else bad.content
    landing.put(f"erp/products/{bad.name}", content)
    landing.products("good.csv", GOOD)
    landing.ingest()
    ((status, reason, action),) = landing.rows(
        f"select status, reason, action from ingest.files where file_name = 'erp/products/{bad.name}'"
    )
    assert status == bad.status
    assert bad.reason in reason
    assert action or status == "landed"
    assert "Traceback" not in reason and "/tmp" not in reason and len(reason) < 700
    assert landing.rows("select product_id from raw_erp.products") == [("p1",)]
    whole = landing.rows("select row_no, reason, action from ingest.quarantine")
    assert whole == ([(0, reason, action)] if status == "quarantined" else [])
    assert landing.ingest().files == [], "the same bytes again: nothing happens"


# Files that land in part: name, content, rows that land, columns of the quarantined rows.
ROWS: list[tuple[str, Callable[[], bytes], int, list[tuple[int, str]]]] = [
    (
        "money.parquet",
        lambda: parquet(
            "select * from (values ('a', 1.25::double), ('b', 0.1::double + 0.2::double), ('c', 'nan'::double),"
            " ('d', '-infinity'::double), ('e', 1e15::double)) as rows(product_id, list_price),"
            " (values ('Pump', 'pumps', 'CNY', timestamp '2026-01-01')) as same(name, product_line, currency, updated_at)"
        ),
        1,
        [(2, "list_price"), (3, "list_price"), (4, "list_price"), (5, "list_price")],
    ),
    (
        "wide.parquet",
        lambda: parquet(
            "select * from (values ('a', 99999999999999.99::decimal(38, 2)), ('b', 1e20::decimal(38, 2)))"
            " as rows(product_id, list_price),"
            " (values ('Pump', 'pumps', 'CNY', timestamp '2026-01-01')) as same(name, product_line, currency, updated_at)"
        ),
        1,
        [(2, "list_price")],
    ),
    (
        "moments.parquet",
        lambda: parquet(
            "select * from (values ('a', timestamp_ns '2026-01-01 00:00:00.123456789'), ('b', 'infinity'::timestamp_ns),"
            " ('c', timestamp_ns '1969-12-31 23:59:59')) as rows(product_id, updated_at),"
            " (values ('Pump', 'pumps', 'CNY', timestamptz '2026-01-01 00:00:00+00')) as same(name, product_line, currency, launched_on)"
        ),
        1,
        [(2, "updated_at"), (3, "updated_at")],
    ),
    (
        "nested.parquet",
        lambda: parquet(
            "select 'a' as product_id, {'short': 'x'} as name, ['x'] as product_line, map {'a': 1} as unit, 1.0::float as currency,"
            " timestamp '2026-01-01' as updated_at"
        ),
        0,
        [(1, "currency"), (1, "name"), (1, "product_line"), (1, "unit")],
    ),
    (
        "names.jsonl",
        lambda: (
            b'{"product_id": "a", "name": "\\ud800", "product_line": "x", "currency": "CNY", "updated_at": "2026-01-01"}\n'
            b'{"product_id": "b", "name": "x\\u0000", "product_line": "x", "currency": "CNY", "updated_at": "2026-01-01"}\n'
            b'{"product_id": "c", "name": "x", "name": "y", "product_line": "x", "currency": "CNY", "updated_at": "2026-01-01"}\n'
            b'{"product_id": "d", "name": "\xe2\x80\xae x", "product_line": "x", "currency": "CNY", "updated_at": "2026-01-01"}\n'
            b'{"product_id": "e"'
        ),
        1,
        [(1, ""), (2, "name"), (3, ""), (5, "")],
    ),
    ("long.csv", lambda: csv(GOOD.replace("Pump", "x" * 10_000_000), "p2"), 1, [(2, "")]),
    ("wide.csv", lambda: wide(10_000), 1, [(2, "name")]),
]


def wide(columns: int) -> bytes:
    """A CSV file with so many columns that no table has."""
    more = ",".join(f"x{number}" for number in range(columns))
    return f"{HEADER},{more}\n{GOOD}{',' * columns}\n{GOOD.replace('Pump', '')}{',' * columns}\n".encode()


@pytest.mark.parametrize(("name", "content", "landed", "broken"), ROWS, ids=[name for name, *_ in ROWS])
def test_a_file_lands_in_part_and_nothing_of_it_is_lost(
    landing: Landing, name: str, content: Callable[[], bytes], landed: int, broken: list[tuple[int, str]]
) -> None:
    path = landing.put(f"erp/products/{name}", content())
    landing.ingest()
    assert landing.rows("select rows_landed from ingest.files") == [(landed,)]
    assert landing.rows("select row_no, column_name from ingest.quarantine order by all") == broken
    assert all(
        "must be" in why or "it " in why or "the " in why
        for (why,) in landing.rows("select reason from ingest.quarantine")
    )
    assert count_rows(path) == landed + len({row for row, _ in broken})
    assert landing.rows("select count(*) from raw_erp.products") == [(landed,)]


def test_a_file_that_grows_while_it_is_read_waits_for_the_next_run(
    landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    growing = landing.products("rows.csv", GOOD)
    read = loader.read

    def read_slowly(*arguments: object) -> object:
        with growing.open("a") as file:
            file.write(GOOD.replace("p1", "p2") + "\n")
        return read(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(loader, "read", read_slowly)
    (result,) = landing.ingest().files
    assert (result.status, result.reason) == ("ignored", "the file changed while it was read")
    assert landing.rows("select count(*) from raw_erp.products") == [(0,)]
    monkeypatch.undo()
    landing.ingest()
    assert landing.rows("select count(*) from raw_erp.products") == [(2,)]


def test_a_folder_named_like_a_file_is_told_with_what_lies_in_it(landing: Landing) -> None:
    landing.put("erp/products/a.parquet/part-0.csv", csv(GOOD))
    (landing.folder / "erp/products/b.csv").mkdir()
    landing.ingest()
    assert dict(landing.rows("select file_name, reason from ingest.files")) == {
        "erp/products/a.parquet": "it is not a plain file",
        "erp/products/a.parquet/part-0.csv": "it is not in the folder of a table",
        "erp/products/b.csv": "it is not a plain file",
    }


def test_what_is_told_at_a_terminal_neither_moves_the_cursor_nor_turns_the_writing(landing: Landing) -> None:
    landing.put("erp/products/\x1b[2J\u202e.csv", b"")
    told = "\n".join(landing.ingest().lines())
    assert "\\x1b[2J\\u202e.csv quarantined: the file is empty" in told


@pytest.mark.parametrize(("column", "value", "reason"), CELLS)
def test_a_broken_cell_costs_its_row_alone(landing: Landing, column: str, value: str, reason: str) -> None:
    broken = dict(zip(HEADER.split(","), GOOD.split(","), strict=True)) | {"product_id": "p2", column: value}
    landing.products("rows.csv", GOOD, ",".join(broken.values()), GOOD.replace("p1", "p3"))
    landing.ingest()
    assert landing.rows("select product_id, _row from raw_erp.products order by 2") == [("p1", 1), ("p3", 3)]
    ((table, file, row, name, was, why, text),) = landing.rows(
        "select table_name, file_name, row_no, column_name, value, reason, row_text from ingest.quarantine"
    )
    assert (table, file, row, name) == ("erp.products", "erp/products/rows.csv", 2, column)
    assert was == (value.strip('"') if value not in ("", "\\N") else None)
    assert reason in why
    assert '"product_id":"p2"' in text
    assert landing.rows("select rows_read, rows_landed, rows_quarantined from ingest.files") == [(3, 2, 1)]


def test_a_row_with_too_few_or_too_many_cells_is_kept_as_it_was(landing: Landing) -> None:
    landing.products("rows.csv", "p2,Pump", GOOD, GOOD + ",extra,cells")
    landing.ingest()
    assert landing.rows("select product_id, _row from raw_erp.products") == [("p1", 2)]
    assert landing.rows("select row_no, reason from ingest.quarantine order by 1") == [
        (1, "the row has 2 cells where the header has 8"),
        (3, "the row has 10 cells where the header has 8; beyond it: extra, cells"),
    ]


def test_a_record_that_spans_lines_counts_as_one(landing: Landing) -> None:
    landing.products("rows.csv", GOOD.replace("Pump", '"Pump\r\n""large"""'), GOOD.replace("p1", "p2"), "p3")
    landing.ingest()
    assert landing.rows("select product_id, name, _row from raw_erp.products order by 3") == [
        ("p1", 'Pump\r\n"large"', 1),
        ("p2", "Pump", 2),
    ]


def test_lines_that_are_no_json_object_cost_themselves_alone(landing: Landing) -> None:
    good = (
        '{"product_id": "p%d", "name": "水泵", "product_line": "pumps", "currency": "CNY",'
        ' "updated_at": "2026-01-01T08:00:00+08:00", "list_price": %s}'
    )
    lines = [good % (1, "12345678901234.1234"), "nonsense", "[1]", "", good % (2, "1.5"), good % (3, '"1,5"')]
    landing.put("erp/products/rows.jsonl.gz", gzipped("\n".join(lines)))
    landing.ingest()
    assert [
        tuple(map(str, row))
        for row in landing.rows("select product_id, list_price, updated_at, _row from raw_erp.products")
    ] == [
        ("p1", "12345678901234.1234", "2026-01-01 00:00:00", "1"),
        ("p2", "1.5000", "2026-01-01 00:00:00", "4"),
    ]
    assert landing.rows("select row_no, column_name from ingest.quarantine order by 1") == [
        (2, ""),
        (3, ""),
        (5, "list_price"),
    ]


def test_enumerations_ranges_and_order_of_days_are_checked(landing: Landing) -> None:
    landing.put(
        "erp/orders/orders.csv",
        "order_id,channel,ordered_at,status,currency,updated_at\n"
        "o1,direct,2026-01-01T00:00:00Z,open,CNY,2026-01-01\no2,Direct,2026-01-01T00:00:00Z,open,CNY,2026-01-01\n",
    )
    landing.put(
        "crm/user_assignments/rows.csv",
        "user_id,valid_from,valid_to,role,team_id,updated_at\n"
        "u1,2026-01-01,9999-12-31,rep,t,2026-01-01\nu1,2026/2/1,2026-02-01,rep,t,2026-01-01\n",
    )
    landing.put(
        "erp/fx_rates/rows.csv",
        "currency,rate_on,rate_to_base,updated_at\nUSD,2026-01-01,0.00000000005,2026-01-01\n"
        "JPY,2026-01-01,0,2026-01-01\n",
    )
    landing.put(
        "erp/order_splits/rows.csv",
        "order_id,user_id,kind,share,updated_at\no1,ann,split,-0.5,2026-01-01\no1,bo,split,1.5,2026-01-01\n"
        "o1,cy,split,1,2026-01-01\n",
    )
    landing.put(
        "erp/payments/rows.csv",
        "payment_id,invoice_id,paid_on,amount,currency,updated_at\np1,i1,2026-01-01,-5,CNY,2026-01-01\n",
    )
    landing.ingest()
    assert landing.rows("select column_name, value, reason from ingest.quarantine order by table_name, row_no") == [
        ("valid_to", "2026-02-01", "must be later than valid_from"),
        ("rate_to_base", "0", "must be greater than 0"),
        ("share", "-0.5", "must be greater than 0"),
        ("share", "1.5", "must be at most 1"),
        ("channel", "Direct", "must be one of direct, dealer, online"),
    ]
    assert landing.rows("select valid_to from raw_crm.user_assignments") == [(None,)]
    assert str(landing.rows("select rate_to_base from raw_erp.fx_rates")[0][0]) == "1E-10"


def test_a_link_that_leads_out_is_not_followed(landing: Landing, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_bytes(csv(GOOD))
    (landing.folder / "erp" / "products").mkdir(parents=True)
    (landing.folder / "erp" / "products" / "link.csv").symlink_to(secret)
    (landing.folder / "erp" / "orders").symlink_to(tmp_path)
    landing.ingest()
    assert landing.rows("select count(*) from raw_erp.products") == [(0,)]
    reasons = dict(landing.rows("select file_name, reason from ingest.files"))
    assert set(reasons) == {"erp/products/link.csv", "erp/orders"}
    assert all("leads out of the landing folder" in reason for reason in reasons.values())


def test_unknown_sources_tables_and_columns_are_reported(landing: Landing) -> None:
    landing.put("sap/orders/x.csv", csv(GOOD))
    landing.put("erp/ordres/x.csv", csv(GOOD))
    landing.put("x.csv", csv(GOOD))
    landing.put(
        "erp/products/x.csv", csv(GOOD).replace(b"updated_at", b"updated_at,colour").replace(b"00Z", b"00Z,red")
    )
    landing.ingest()
    told = {
        name: (status, reason)
        for name, status, reason in landing.rows("select file_name, status, reason from ingest.files")
    }
    assert told["sap/orders/x.csv"] == ("ignored", "no source is called 'sap'")
    assert told["erp/ordres/x.csv"] == ("ignored", "erp has no table 'ordres'")
    assert told["x.csv"][0] == "ignored"
    assert landing.rows("select unknown_columns, missing_columns from ingest.files where status = 'landed'") == [
        ("colour", "unit")
    ]


def test_hostile_file_names_are_only_names(landing: Landing) -> None:
    names = [
        "a'; drop table x; --.csv",
        "b[1]*?.csv",
        "c\nd.csv",
        "é 水 泵.csv",
        "$(rm).csv",
        "n" * 200 + ".csv",
        "\u202e.csv",
    ]
    for number, name in enumerate(names):
        landing.products(name, GOOD.replace("p1", f"p{number}"))
    landing.ingest()
    assert sorted(file for (file,) in landing.rows("select _file from raw_erp.products")) == sorted(
        f"erp/products/{name}" for name in names
    )
