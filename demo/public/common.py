"""What the public data sets share: landing files, company noons, reading delimited files, the command line."""

from __future__ import annotations

import argparse
import csv
import gzip
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

Cells = Mapping[str, str | None]


class Landing:
    """A landing folder that is being filled: one file a table, the same bytes every time.

    Tables are named `crm.users`; plan tables `plans.quotas`. Missing values are empty cells. `said` are sentences on what
    of the source found no counterpart.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.name = name
        self.counts: dict[str, int] = {}
        self.said: list[str] = []

    def write(self, table: str, rows: Iterable[Cells]) -> None:
        """Writes all rows of a table; every row has the columns of the first. Raises ValueError when one differs."""
        listed = list(rows)
        columns = list(listed[0])
        with self._file(table, "csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, restval="", extrasaction="raise", lineterminator="\n")
            writer.writeheader()
            for row in listed:
                if len(row) != len(columns):
                    raise ValueError(f"{table}: a row has columns {list(row)} instead of {columns}")
                writer.writerow(row)
        self.counts[table] = len(listed)

    def write_plans(self, updated_at: str, tables: Mapping[str, Sequence[Cells]]) -> None:
        """Writes plan tables; a row names the columns it fills, the others of its table are empty."""
        for table, rows in tables.items():
            columns = dict.fromkeys(column for row in rows for column in row)
            self.write(
                f"plans.{table}",
                ({column: row.get(column) for column in columns} | {"updated_at": updated_at} for row in rows),
            )

    def copy(self, connection: duckdb.DuckDBPyConnection, table: str, query: str) -> None:
        """Writes what a query selects as Parquet, for sources that are too many rows to hand over one by one."""
        path = str(self._file(table, "parquet")).replace("'", "''")
        ((count,),) = connection.execute(f"copy ({query}) to '{path}' (format parquet)").fetchall()
        self.counts[table] = count

    def _file(self, table: str, kind: str) -> Path:
        source, _, name = table.partition(".")
        path = self.folder / source / name / f"{self.name}.{kind}"
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


def noon(day: date, timezone: str) -> str:
    """Noon of a company day as a UTC timestamp: sources without a time of day stay on their day in every zone."""
    return datetime.combine(day, time(12), tzinfo=ZoneInfo(timezone)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def records(path: Path, delimiter: str, header: bool = False) -> Iterator[list[str]]:
    """The records of a delimited UTF-8 file, gzipped or not, as lists of text; without its header line if it has one."""
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    with io.StringIO(content.decode("utf-8-sig"), newline="") as file:
        reader = csv.reader(file, delimiter=delimiter)
        if header:
            next(reader)
        yield from reader


def command_line(
    module: str,
    convert: Callable[[Path, Path], Landing],
    timezone: str,
    currency: str,
    arguments: Sequence[str] | None = None,
) -> int:
    """Runs a conversion from the command line and says how to build what it wrote."""
    parser = argparse.ArgumentParser(prog=f"python -m {module}", description=convert.__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder of the public data set")
    parser.add_argument("--out", type=Path, required=True, help="the landing folder to write")
    options = parser.parse_args(arguments)
    if not options.data.is_dir():
        parser.error(f"there is no folder {options.data}")
    landing = convert(options.data, options.out)
    for table, count in landing.counts.items():
        print(f"{count:>8,} rows  {table}")
    for sentence in landing.said:
        print(sentence)
    print(
        f"now: make build LANDING={options.out} OUT=build/{landing.name} TIMEZONE={timezone} BASE_CURRENCY={currency}"
    )
    return 0
