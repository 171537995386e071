"""The raw tables as Parquet, for an engine that cannot open the warehouse file: OUT/raw/<schema>/<table>/rows.parquet.

`python -m orchestration.raw_export OUT`
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import duckdb

_FINGERPRINT = "fingerprint"


def export_raw(warehouse: Path, raw: Path) -> list[str]:
    """Writes every raw table of the warehouse file below `raw`, each as one Parquet file with the table's columns and types.

    A table whose rows are those of its file is left alone: the file bears the fingerprint of what it was made of. Files are
    swapped in whole, so that a reader sees the earlier rows or the new ones. Returns the tables written, `schema.table`.
    """
    written = []
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        # One thread writes rows in the order they are stored: the same table gives the same bytes.
        connection.execute("set TimeZone = 'UTC'; set preserve_insertion_order = true")
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables()"
            " where schema_name = 'ingest' or starts_with(schema_name, 'raw_') order by schema_name, table_name"
        ).fetchall()
        for schema, table in tables:
            file = raw / schema / table / "rows.parquet"
            fingerprint = _fingerprint(connection, f"{schema}.{table}")
            if file.exists() and _kept(connection, file) == fingerprint:
                continue
            file.parent.mkdir(parents=True, exist_ok=True)
            fresh = file.with_name(".rows.parquet")
            connection.execute(
                f"copy {schema}.{table} to {_literal(fresh)} (format parquet, kv_metadata {{{_FINGERPRINT}: '{fingerprint}'}})"
            )
            os.replace(fresh, file)
            written.append(f"{schema}.{table}")
    return written


def _fingerprint(connection: duckdb.DuckDBPyConnection, relation: str) -> str:
    """Equal for equal sets of rows, columns and types, and for nothing else that happens."""
    described = connection.execute(
        f"select string_agg(column_name || ' ' || column_type, ',') from (describe {relation})"
    )
    (columns,) = described.fetchall()[0]
    count, total = connection.execute(f"select count(*), sum(hash(rows)) from {relation} as rows").fetchall()[0]
    return f"{duckdb.__version__} {count} {total} {columns}"


def _kept(connection: duckdb.DuckDBPyConnection, file: Path) -> str | None:
    """The fingerprint a file bears; None when it cannot be read, and so must be written anew."""
    try:
        found = connection.execute(f"select key, value from parquet_kv_metadata({_literal(file)})").fetchall()
    except duckdb.Error:
        return None
    return next((value.decode() for key, value in found if key == _FINGERPRINT.encode()), None)


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def main() -> int:
    """The command line: exports the raw tables of OUT/warehouse.duckdb and says which were new or changed."""
    parser = argparse.ArgumentParser(
        prog="python -m orchestration.raw_export", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("out", type=Path, metavar="OUT", help="a folder that was built: it holds warehouse.duckdb")
    out = parser.parse_args().out
    if not (out / "warehouse.duckdb").exists():
        print(f"There is no {out / 'warehouse.duckdb'}: land files there first (make build).", file=sys.stderr)
        return 1
    written = export_raw(out / "warehouse.duckdb", out / "raw")
    print(f"{len(written)} raw tables written below {out / 'raw'}; the others had not changed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
