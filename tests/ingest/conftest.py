"""A landing folder, and what the warehouse holds after ingest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.ingest import IngestReport, ingest

CLOCK = datetime(2026, 7, 1)
HEADER = "product_id,name,product_line,list_price,standard_cost,currency,launched_on,updated_at"


class Landing:
    """Files below a landing folder, and the warehouse beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "landing"
        self.folder.mkdir()
        self.warehouse = folder / "warehouse.duckdb"

    def put(self, name: str, content: bytes | str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def products(self, name: str, *rows: str) -> Path:
        """A CSV file of erp.products with the header of the contract."""
        return self.put(f"erp/products/{name}", "\n".join([HEADER, *rows]) + "\n")

    def ingest(self, sources: Sequence[str] | None = None) -> IngestReport:
        return ingest(self.folder, self.warehouse, sources=sources, clock=CLOCK, progress=lambda _: None)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def state(self) -> Mapping[str, list[tuple[Any, ...]]]:
        """Every row of every table that ingest writes, but how long a file took, sorted."""
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            names = connection.execute(
                "select schema_name || '.' || table_name from duckdb_tables()"
                " where schema_name = 'ingest' or schema_name like 'raw_%' order by 1"
            ).fetchall()
            held = {}
            for (name,) in names:
                columns = "* exclude (seconds)" if name == "ingest.files" else "*"
                held[name] = connection.execute(f"select {columns} from {name} order by all").fetchall()
            return held


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path)
