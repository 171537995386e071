"""The landed files of the simulated company, as a test reads them: without the warehouse, and without its typing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

READERS = {".csv": "read_csv", ".gz": "read_json", ".parquet": "read_parquet"}


class Files:
    """The landed files as SQL tables, `<source>_<table>`: every cell is text and `file` names where it stands."""

    def __init__(self, landing: Path) -> None:
        self.connection = duckdb.connect()
        for folder in sorted(landing.glob("*/[!_]*")):
            selects = [
                f"select columns(*)::varchar, '{path.name}' as file from {READERS[path.suffix]}('{path}'"
                + {".csv": ", all_varchar = true, header = true)", ".gz": ")", ".parquet": ")"}[path.suffix]
                for path in sorted(folder.iterdir())
            ]
            self.connection.execute(
                f"create table {folder.parent.name}_{folder.name} as " + " union all by name ".join(selects)
            )

    def rows(self, query: str, *values: object, **named: object) -> list[tuple[Any, ...]]:
        return self.connection.execute(query, named or list(values)).fetchall()

    def one(self, query: str, *values: object) -> Any:
        return self.rows(query, *values)[0][0]
