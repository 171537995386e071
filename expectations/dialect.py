"""DuckDB as Great Expectations needs it: results outlive the transaction they were read in."""

from __future__ import annotations

from typing import Any

from duckdb_engine import Dialect
from sqlalchemy.dialects import registry

URL_SCHEME = "duckdb+gate"


class GateDialect(Dialect):
    """
    DuckDB without transactions of its own.

    Great Expectations fetches rows after it has rolled back, and a rollback drops the rows of a DuckDB result. A
    validation only reads, so there is nothing to begin, to commit or to roll back.
    """

    supports_statement_cache = False

    def do_begin(self, dbapi_connection: Any) -> None:
        """Nothing: see the class."""

    def do_rollback(self, dbapi_connection: Any) -> None:
        """Nothing: see the class."""

    def do_commit(self, dbapi_connection: Any) -> None:
        """Nothing: see the class."""


registry.register("duckdb.gate", __name__, GateDialect.__name__)
