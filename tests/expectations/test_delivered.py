"""Rows are counted from the files themselves."""

from __future__ import annotations

import gzip
from pathlib import Path

import duckdb
import pytest
from openpyxl import Workbook

from expectations.delivered import count_delivered, count_rows


@pytest.mark.parametrize(
    ("name", "content", "rows"),
    [
        ("a.csv", b"id,name\n1,x\n\n2,y", 2),
        ("a.csv", "\ufeffid\n王\n".encode(), 1),
        ("a.csv", b'id,note\n1,"two\nlines"\n2,"a ""quote"""\n', 2),
        ("a.csv", b"id\n", 0),
        ("a.csv", "编号,名\n1,水泵\n2,阀\n".encode("gbk"), 2),
        ("a.csv", 'id;note\r1;"a\r,b"\r'.encode("utf-16"), 1),
        ("a.csv", "id\tnote\r\n1\tx\r\n".encode("utf-16-be"), 1),
        ("a.jsonl", '{"a": "水"}\r\n'.encode("utf-16-le"), 1),
        ("a.jsonl", b'{"a": 1}\n\n  \n{"a": 2}', 2),
        ("a.jsonl", b"", 0),
        ("a.jsonl.gz", gzip.compress(b'{"a": 1}\n{"a": 2}\n', mtime=0), 2),
    ],
)
def test_records_are_counted_without_header_and_blank_lines(
    tmp_path: Path, name: str, content: bytes, rows: int
) -> None:
    (tmp_path / name).write_bytes(content)
    assert count_rows(tmp_path / name) == rows


def test_parquet_is_counted_by_its_footer(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"copy (from range(7)) to '{tmp_path / 'a.parquet'}'")
    assert count_rows(tmp_path / "a.parquet") == 7


def test_rows_of_all_sheets_are_counted_even_where_a_row_is_a_formula_or_an_error_alone(tmp_path: Path) -> None:
    book = Workbook()
    for row in (["id", "name"], [1, "x"], [None, None], ["=1+1", None], ["#N/A"]):
        book.active.append(row)
    book.create_sheet("empty")
    book.create_sheet("header").append(["id"])
    more = book.create_sheet("more")
    more.append([None])
    more.append(["id"])
    more.append([2])
    book.save(tmp_path / "a.xlsx")
    assert count_rows(tmp_path / "a.xlsx") == 4


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b""),
        ("a.csv", b'id\n1,"open\n'),
        ("a.csv", b"name\nM\xfc,1\n"),
        ("a.xlsx", b"PK\x03\x04 cut short"),
        ("a.xlsx", b"id,name\n1,x\n"),
        ("a.jsonl.gz", gzip.compress(b'{"a": 1}\n' * 1000, mtime=0)[:-20]),
        ("a.parquet", b"PAR1 cut short"),
    ],
)
def test_a_file_that_cannot_be_read_to_its_end_has_no_count_but_a_problem(
    tmp_path: Path, name: str, content: bytes
) -> None:
    folder = tmp_path / "erp" / "orders"
    folder.mkdir(parents=True)
    (folder / name).write_bytes(content)
    (delivered,) = count_delivered(tmp_path, {})
    assert delivered.rows is None
    assert delivered.problem


def test_an_unchanged_file_is_not_read_again(tmp_path: Path) -> None:
    folder = tmp_path / "erp" / "orders"
    folder.mkdir(parents=True)
    (folder / "a.csv").write_bytes(b"id\n1\n")
    (first,) = count_delivered(tmp_path, {})
    remembered = {first.file_name: first}
    assert next(iter(count_delivered(tmp_path, remembered))) is first
    (folder / "a.csv").write_bytes(b"id\n1\n2\n")
    (second,) = count_delivered(tmp_path, remembered)
    assert second.rows == 2
