"""Text files land the same whatever their encoding, delimiter and line ends; the contract's text forms are read as it says."""

from __future__ import annotations

import gzip
import itertools
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.ingest import text
from orchestration.ingest.records import Unreadable
from tests.ingest.conftest import CLOCK, HEADER, Landing

ROWS = [
    "p1,水泵,pumps,100.50,60,CNY,2026-01-31,2026-01-01T00:00:00Z",
    "p2,阀门,pumps,1,60,CNY,2026-01-31,2026-01-01T00:00:00Z",
]


ENCODINGS = {
    "utf-8": "utf-8",
    "utf-8-sig": "utf-8 with mark",
    "utf-16": "utf-16-le",
    "utf-16-le": "utf-16-le",
    "utf-16-be": "utf-16-be",
    "gb18030": "gb18030",
    "gbk": "gb18030",
}
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}


def test_a_file_lands_whatever_its_encoding_delimiter_and_line_ends(landing: Landing) -> None:
    ways = list(itertools.product(ENCODINGS, DELIMITERS, ["\n", "\r\n", "\r"]))
    for number, (encoding, mark, end) in enumerate(ways):
        rows = [row.replace("100.50", f"{number}.50") for row in ROWS]
        content = end.join([HEADER, *rows, ""]).replace(",", mark)
        landing.put(f"erp/products/{number:02}.csv", content.encode(encoding))
    landing.ingest()
    for number, (encoding, mark, _) in enumerate(ways):
        name = f"erp/products/{number:02}.csv"
        assert landing.rows(
            f"select product_id, name, list_price::varchar, _row from raw_erp.products where _file = '{name}' order by 1"
        ) == [("p1", "水泵", f"{number}.5000", 1), ("p2", "阀门", "1.0000", 2)], (encoding, mark)
        assert landing.rows(f"select encoding, delimiter from ingest.files where file_name = '{name}'") == [
            (ENCODINGS[encoding], DELIMITERS[mark])
        ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16-be", "gb18030"])
@pytest.mark.parametrize("ending", ["jsonl", "jsonl.gz"])
def test_json_lines_land_whatever_their_encoding(landing: Landing, encoding: str, ending: str) -> None:
    row = '{"product_id": "p1", "name": "水泵", "product_line": "x", "currency": "CNY", "updated_at": "2026-01-01"}\r\n'
    content = row.encode(encoding)
    landing.put(f"erp/products/rows.{ending}", gzip.compress(content) if ending.endswith("gz") else content)
    landing.ingest()
    assert landing.rows("select name from raw_erp.products") == [("水泵",)]


def test_chinese_names_of_rare_characters_are_told_from_western_ones(landing: Landing) -> None:
    landing.products("a.csv")
    landing.put("erp/products/rare.csv", "\n".join([HEADER, ROWS[0].replace("水泵", "朱镕基")]).encode("gbk"))
    landing.put("erp/products/west.csv", "\n".join([HEADER, ROWS[0].replace("水泵", "Zoë Núñez")]).encode("cp1252"))
    landing.ingest()
    assert landing.rows("select name from raw_erp.products") == [("朱镕基",)]
    assert "west.csv" in landing.rows("select file_name from ingest.quarantine")[0][0]


# Column of crm.users, what is written, what lands.
FORMS = [
    ("hired_on", "2026-01-31", "2026-01-31"),
    ("hired_on", "2026/1/3", "2026-01-03"),
    ("hired_on", "2026/01/31", "2026-01-31"),
    ("hired_on", "1970-01-01", "1970-01-01"),
    ("terminated_on", "2199-12-31", "2199-12-31"),
    ("terminated_on", "9999-12-31", None),
    ("terminated_on", "9999/12/31", None),
    ("terminated_on", r"\N", None),
    ("terminated_on", "", None),
    ("name", "=SUM(A1)", "=SUM(A1)"),
    ("name", " 王 ", " 王 "),
    ("name", "NULL", "NULL"),
    ("updated_at", "2026-01-01", "2026-01-01 00:00:00"),
    ("updated_at", "2026-01-01 08:30", "2026-01-01 08:30:00"),
    ("updated_at", "2026-01-01T08:30:15", "2026-01-01 08:30:15"),
    ("updated_at", "2026-01-01T08:30:15Z", "2026-01-01 08:30:15"),
    ("updated_at", "2026-01-01T08:30:15z", "2026-01-01 08:30:15"),
    ("updated_at", "2026-01-01T08:30:15.25+08:00", "2026-01-01 00:30:15.25"),
    ("updated_at", "2026-01-01T08:30+0800", "2026-01-01 00:30:00"),
    ("updated_at", "2026-01-01 00:00:00-05", "2026-01-01 05:00:00"),
    ("is_deleted", "TRUE", "true"),
    ("is_deleted", "Yes", "true"),
    ("is_deleted", "1", "true"),
    ("is_deleted", "no", "false"),
    ("is_deleted", "0", "false"),
    ("is_deleted", "", "false"),
]
# Table, the cells before, the column, what is written, what lands.
_PRODUCT = ("erp.products", {"product_id": "p", "name": "P", "product_line": "x", "currency": "CNY"}, "list_price")
_RATE = ("erp.fx_rates", {"currency": "USD", "rate_on": "2026-01-01"}, "rate_to_base")
_CLASS = (
    "education.classes",
    {"class_id": "c", "course": "C", "teacher_user_id": "u", "starts_on": "2026-01-01", "ends_on": "2026-01-01"},
    "capacity",
)
NUMBERS = [
    (_PRODUCT, "12345678901234.1234", "12345678901234.1234"),
    (_PRODUCT, "1.50000000", "1.5000"),
    (_PRODUCT, "-.5", "-0.5000"),
    (_PRODUCT, "+0012", "12.0000"),
    (_PRODUCT, "0", "0.0000"),
    (_RATE, "7.08351234565", "7.0835123457"),
    (_RATE, "0.00000000005", "0.0000000001"),
    (_RATE, "12345678.123456789149", "12345678.1234567891"),
    (_CLASS, "30", "30"),
    (_CLASS, "30.0", "30"),
    (_CLASS, "0", "0"),
]


def test_text_forms_of_the_contract(landing: Landing) -> None:
    form = {"name": "Ann", "currency": "CNY", "hired_on": "1970-01-01", "terminated_on": "", "updated_at": "2026-01-01"}
    rows = [
        {"user_id": str(number)} | form | {"is_deleted": ""} | {column: written}
        for number, (column, written, _) in enumerate(FORMS)
    ]
    landing.put("crm/users/rows.csv", "\n".join(map(",".join, [rows[0], *(row.values() for row in rows)])))
    landing.ingest()
    assert landing.rows("select value, reason from ingest.quarantine") == []
    landed = {int(row[0]): row[1:] for row in landing.rows("select user_id, columns(*)::varchar from raw_crm.users")}
    names = [name for name, *_ in landing.rows("describe raw_crm.users")]
    for number, (column, written, value) in enumerate(FORMS):
        assert landed[number][names.index(column)] == value, (column, written)


def test_numbers_of_the_contract(landing: Landing) -> None:
    for number, ((table, before, column), written, _) in enumerate(NUMBERS):
        row = before | {"updated_at": "2026-01-01", column: written}
        folder = table.replace(".", "/")
        landing.put(f"{folder}/{number}.csv", f"{','.join(row)}\n{','.join(row.values())}\n")
    landing.ingest()
    assert landing.rows("select value, reason from ingest.quarantine") == []
    for number, ((table, _, column), written, value) in enumerate(NUMBERS):
        file = f"{table.replace('.', '/')}/{number}.csv"
        found = landing.rows(f"select cast({column} as varchar) from raw_{table} where _file = '{file}'")
        assert found == [(value,)], (column, written)


@pytest.mark.parametrize(
    ("column", "written"),
    [("capacity", "-1"), ("capacity", "3.5"), ("capacity", "9223372036854775808"), ("ends_on", "2025-12-31")],
)
def test_whole_numbers_and_days_out_of_range_are_set_aside(landing: Landing, column: str, written: str) -> None:
    row = dict.fromkeys(["class_id", "course", "teacher_user_id"], "c") | dict.fromkeys(
        ["starts_on", "ends_on", "updated_at"], "2026-01-01"
    )
    row |= {"capacity": "3"} | {column: written}
    landing.put("education/classes/rows.csv", f"{','.join(row)}\n{','.join(row.values())}\n")
    landing.ingest()
    assert landing.rows("select column_name, value from ingest.quarantine") == [(column, written)]


def test_a_moment_a_day_after_the_clock_is_from_the_future(landing: Landing) -> None:
    late = CLOCK.replace(day=2).isoformat()
    landing.products("a.csv", ROWS[0].replace("2026-01-01T00:00:00Z", late))
    landing.products("b.csv", ROWS[0].replace("2026-01-01T00:00:00Z", late + "+00:00").replace(":00+", ":01+"))
    landing.ingest()
    assert landing.rows("select future_rows from ingest.files order by file_name") == [(0,), (1,)]


def test_the_quick_reader_and_the_careful_one_agree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Random CSV, well and badly formed: what DuckDB reads at once is what is read record by record."""
    chance = random.Random(11)
    path = tmp_path / "file.csv"
    quick = 0
    with duckdb.connect() as connection:
        for _ in range(300):
            path.write_bytes("".join(_random_csv(chance)).encode())
            careful: list[object] = []
            load = text.load
            with monkeypatch.context() as patched:
                patched.setattr(text, "load", lambda *of, load=load, careful=careful: (careful.append(1), load(*of)))
                first = _read(connection, path)
            quick += not careful
            with monkeypatch.context() as patched:
                patched.setattr(text._Ends, "are_mixed", True)
                second = _read(connection, path)
            assert first == second, path.read_bytes()
    assert quick > 50, "both readers were at work"


def _read(connection: duckdb.DuckDBPyConnection, path: Path) -> list[tuple[Any, ...]] | str:
    try:
        records = text.read_csv(connection, path, {"a", "b"})
    except Unreadable as error:
        return error.reason
    cells = ", ".join(f"nullif(\"{name}\", '')" for name in records.columns)
    return connection.execute(f"select 1, {cells} from {records.relation} order by __row_in_file__").fetchall()


def _random_csv(chance: random.Random) -> Iterator[str]:
    end = chance.choice(["\n", "\r\n", "\r", ""])
    delimiter = chance.choice(",;\t")

    def line(cells: list[str]) -> str:
        return delimiter.join(cells) + (end or chance.choice(["\n", "\r\n", "\r"]))

    if chance.random() < 0.1:
        yield line([])
    yield line(["a", "b"])
    for _ in range(chance.randint(0, 6)):
        width = 2 if chance.random() < 0.95 else chance.choice([0, 1, 3, 4])
        yield line([_random_cell(chance) for _ in range(width)])


def _random_cell(chance: random.Random) -> str:
    if chance.random() < 0.5:
        return chance.choice(["1", "x", "水", " y ", "", "it's", "\\N", "=1"])
    inner = chance.choice(["a", '"', "\n", ",", "\r\n", "", "\r", "é"]) + chance.choice(["", "b", '"', ";"])
    return '"' + inner.replace('"', '""') + '"' if chance.random() < 0.93 else inner
