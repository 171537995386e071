"""Every kind of bad file ends in a reason that a person understands, and stops no other file."""

from __future__ import annotations

import gzip
import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from tests.ingest.conftest import HEADER, Landing

GOOD = "p1,Pump,pumps,100.50,60,CNY,2026-01-31,2026-01-01T00:00:00Z"


def csv(*rows: str) -> bytes:
    return ("\n".join([HEADER, *rows]) + "\n").encode()


def parquet() -> bytes:
    buffer = Path(os.environ.get("TMPDIR", "/tmp")) / f"bad-files-{os.getpid()}.parquet"
    duckdb.sql("select range as product_id, 'x' as name from range(50000)").write_parquet(str(buffer))
    content = buffer.read_bytes()
    buffer.unlink()
    return content


def gzipped(text: str) -> bytes:
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0) as file:
        file.write(text.encode())
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
    Bad("gbk.csv", csv(GOOD).replace(b"Pump", "水泵".encode("gbk")), "quarantined", "line 2 is not UTF-8"),
    Bad("utf16.csv", csv(GOOD).decode().encode("utf-16"), "quarantined", "line 1 holds a NUL byte"),
    Bad("nul.csv", csv(GOOD).replace(b"Pump", b"Pu\0mp"), "quarantined", "line 2 holds a NUL byte"),
    Bad(
        "quote.csv",
        csv(GOOD, 'p2,"Pump,pumps,1,1,CNY,,2026-01-01', GOOD),
        "quarantined",
        "quotation mark is not closed",
    ),
    Bad("twice.csv", csv(GOOD).replace(b"name", b"product_id"), "quarantined", "product_id more than once"),
    Bad("other.csv", b"a,b\n1,2\n", "quarantined", "no column of erp.products"),
    Bad("sheet.xlsx", b"PK", "ignored", "no CSV, JSON Lines or Parquet file"),
]
CELLS = [
    ("launched_on", "2026-02-30", "day of the calendar"),
    ("launched_on", "1969-12-31", "from 1970 to 2199"),
    ("launched_on", "31.01.2026", "day of the calendar"),
    ("launched_on", "２０２６-01-01", "day of the calendar"),
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
    assert "Traceback" not in reason and "/tmp" not in reason
    assert landing.rows("select product_id from raw_erp.products") == [("p1",)]
    whole = landing.rows("select row_no, reason, action from ingest.quarantine")
    assert whole == ([(0, reason, action)] if status == "quarantined" else [])
    assert landing.ingest().files == [], "the same bytes again: nothing happens"


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
    landing.ingest()
    assert landing.rows("select column_name, value, reason from ingest.quarantine order by table_name") == [
        ("valid_to", "2026-02-01", "must be later than valid_from"),
        ("rate_to_base", "0", "must be greater than 0"),
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
    names = ["a'; drop table x; --.csv", "b[1]*?.csv", "c\nd.csv", "é 水.csv", "$(rm).csv"]
    for number, name in enumerate(names):
        landing.products(name, GOOD.replace("p1", f"p{number}"))
    landing.ingest()
    assert sorted(file for (file,) in landing.rows("select _file from raw_erp.products")) == sorted(
        f"erp/products/{name}" for name in names
    )
