"""One publication: copy, compare, swap."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.publish.relations import (
    BUILD_CHANGES,
    PublicModel,
    alike,
    changes_of,
    in_build_order,
    quoted,
    without_database,
)

# What a caller must say about the figures; each is a column of operations.rpt_publications.
FACTS = ("as_of", "base_currency", "company_timezone", "plans", "gate_result")

_HISTORY = {
    ("operations", "rpt_publications"): (
        "publication_id varchar, publication_no bigint, as_of date, base_currency varchar, company_timezone varchar,"
        " plans varchar, batch varchar, gate_result varchar, relation_count bigint, row_count bigint,"
        " content_hash varchar"
    ),
    ("operations", "rpt_publication_relations"): (
        "publication_id varchar, relation_name varchar, relation_kind varchar, is_public boolean, row_count bigint,"
        " content_hash varchar"
    ),
}


class PublishError(Exception):
    """Nothing was published: what readers see is what they saw before."""


@dataclass(frozen=True)
class Publication:
    """What readers have now; `is_new` is False when these figures were there already and the file was left alone."""

    publication_no: int
    relation_count: int
    row_count: int
    content_hash: str
    is_new: bool


def publish(
    warehouse: Path, published: Path, *, public: Sequence[PublicModel], publication: Mapping[str, str]
) -> Publication:
    """
    Makes `published` hold the public marts as the warehouse has them now, in one step for whoever reads it.

    Tables are copied where their rows are others than those published last, or changed where the last increment kept what it
    changed; a view goes over as a view, with the tables it reads, never as rows. The new file is written beside the old one,
    synced, and renamed over it: readers have the old state or the new one, and readers of the old one keep it. The same figures
    again change nothing. `publication`: the facts named in FACTS; the gate must have passed.
    Raises PublishError, with the old file in place, when a mart is missing or cannot be copied.
    """
    missing = [fact for fact in FACTS if not publication.get(fact)]
    if missing:
        raise PublishError(f"a publication needs {', '.join(missing)}")
    published.parent.mkdir(parents=True, exist_ok=True)
    with _alone_in(published.parent):
        for leftover in published.parent.glob(f".{published.name}.fresh*"):
            leftover.unlink()
        fresh = published.with_name(f".{published.name}.fresh")
        try:
            with closing(duckdb.connect()) as connection:
                connection.execute(f"attach '{_escaped(warehouse)}' as warehouse (read_only)")
                result = _written(connection, warehouse, fresh, published, public, publication)
        except duckdb.Error as error:
            raise PublishError(f"{published.name} stays as it was: {error}") from error
        if result.is_new:
            _sync(fresh)
            os.replace(fresh, published)
            _sync(published.parent)
        return result


def _written(
    connection: duckdb.DuckDBPyConnection,
    warehouse: Path,
    fresh: Path,
    published: Path,
    public: Sequence[PublicModel],
    facts: Mapping[str, str],
) -> Publication:
    """Writes the fresh file, unless the newest publication has the same content; the connection has the warehouse."""
    tables, views = _relations(connection, "warehouse")
    # dbt writes the file's own name before each relation.
    views = {key: without_database(sql, warehouse.stem) for key, sql in views.items()}
    models = list(in_build_order(public, views))
    absent = [model.quoted for model in models if (model.schema, model.name) not in tables | views.keys()]
    if absent:
        raise PublishError(f"the warehouse does not have {', '.join(absent)}: build it first")
    shapes = [_shape(connection, model, views, is_public=model in set(public)) for model in models]
    values = [facts[fact] for fact in FACTS[:4]] + [_batch(connection, tables), facts[FACTS[4]]]
    row_count = sum(shape[3] or 0 for shape in shapes)
    content = _hash(connection, "|".join(str(part) for shape in shapes for part in shape) + "|".join(values))
    newest = _newest(connection, published)
    number = newest.number if newest and newest.content_hash == content else newest.number + 1 if newest else 1
    result = Publication(number, len(models), row_count, content, newest is None or number > newest.number)
    if not result.is_new:
        return result

    if newest:
        shutil.copyfile(published, fresh)
    connection.execute(f"attach '{_escaped(fresh)}' as fresh")
    connection.execute("use fresh")
    tables_there, views_there = _relations(connection, "fresh")
    for schema in sorted({model.schema for model in models} | {"operations"}):
        connection.execute(f"create schema if not exists {quoted(schema)}")
    for model, shape in zip(models, shapes, strict=True):
        key = (model.schema, model.name)
        if key in views:
            if not model.sql:
                raise PublishError(f"the manifest has no SQL of the view {model.quoted}: compile the models")
            # Also where it is the one that is there: that shows that it reads the tables as they are now.
            made = f"view {model.quoted} as ({without_database(model.sql, warehouse.stem)})"
        elif (
            key in tables_there
            and newest
            and (newest.hashes.get(shape[0]) == shape[4] or _taken_over(connection, model, shape, tables))
        ):
            continue
        else:
            made = f"table {model.quoted} as select * from warehouse.{model.quoted}"
        _drop(connection, {key} & tables_there, {key} & views_there.keys())
        connection.execute(f"create {made}")
    kept = {(model.schema, model.name) for model in models} | _HISTORY.keys()
    _drop(connection, tables_there - kept, views_there.keys() - kept)
    identity = f"{number:08d}"
    for (schema, name), columns in _HISTORY.items():
        connection.execute(f"create table if not exists {schema}.{name} ({columns})")
    _insert(connection, "rpt_publications", [(identity, number, *values, len(models), row_count, content)])
    _insert(connection, "rpt_publication_relations", [(identity, *shape) for shape in shapes])
    connection.execute("use memory")
    connection.execute("checkpoint fresh")
    connection.execute("detach fresh")
    # Read back, as the warehouse was: a view's text differs between the session that made it and a later one.
    connection.execute(f"attach '{_escaped(fresh)}' as fresh (read_only)")
    _, written = _relations(connection, "fresh")
    other = [f"{schema}.{name}" for (schema, name), sql in written.items() if sql != views[(schema, name)]]
    if other:
        raise PublishError(f"the warehouse has other views than the manifest, build it again: {', '.join(other)}")
    connection.execute("detach fresh")
    return result


def _relations(
    connection: duckdb.DuckDBPyConnection, database: str
) -> tuple[set[tuple[str, str]], dict[tuple[str, str], str]]:
    """Tables and views (with their SQL) of an attached file, by (schema, name)."""
    tables = connection.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = ?", [database]
    )
    names = {(schema, name) for schema, name in tables.fetchall()}
    views = connection.execute(
        "select schema_name, view_name, sql from duckdb_views() where database_name = ? and not internal", [database]
    )
    return names, {(schema, name): sql for schema, name, sql in views.fetchall()}


def _shape(
    connection: duckdb.DuckDBPyConnection,
    model: PublicModel,
    views: Mapping[tuple[str, str], str],
    *,
    is_public: bool,
    database: str = "warehouse",
) -> tuple[str, str, bool, int | None, str]:
    """Name, kind, is it public, row count, hash of columns and rows in any order; a view has no rows but its SQL."""
    name, sql = f"{model.schema}.{model.name}", views.get((model.schema, model.name))
    if sql is not None:
        return name, "view", is_public, None, _hash(connection, sql)
    columns = connection.execute(f"describe {database}.{model.quoted}").fetchall()
    row = connection.execute(f"select count(*), sum(hash(rows)) from {database}.{model.quoted} as rows").fetchone()
    assert row is not None
    return name, "table", is_public, row[0], _hash(connection, f"{[column[:2] for column in columns]} {row}")


def _taken_over(
    connection: duckdb.DuckDBPyConnection,
    model: PublicModel,
    shape: tuple[str, str, bool, int | None, str],
    tables: Container[tuple[str, str]],
) -> bool:
    """Takes rows out of the fresh table and into it as the last increment did in the warehouse; False where it is not the same then.

    Where a good part of the table changed nothing is tried: writing it anew costs less and keeps its rows in order.
    """
    changes = changes_of(model.schema, model.name)
    if any((BUILD_CHANGES, change) not in tables for change in changes):
        return False
    removed, added = (f"warehouse.{BUILD_CHANGES}.{quoted(change)}" for change in changes)
    counted = connection.execute(f"select (select count(*) from {removed}) + (select count(*) from {added})").fetchone()
    assert counted is not None and shape[3] is not None
    columns, columns_there = (
        [column[:2] for column in connection.execute(f"describe {database}.{model.quoted}").fetchall()]
        for database in ("warehouse", "fresh")
    )
    if 4 * counted[0] > shape[3] or columns != columns_there:
        return False
    same = alike("gone", [name for name, _ in columns])
    connection.execute(f"delete from {model.quoted} as stored where exists (from {removed} as gone where {same})")
    connection.execute(f"insert into {model.quoted} by name from {added}")
    return _shape(connection, model, {}, is_public=shape[2], database="fresh") == shape


def _batch(connection: duckdb.DuckDBPyConnection, tables: set[tuple[str, str]]) -> str:
    """The landed files the figures come from, as one hash of their names and contents; '' without an ingest log."""
    if ("ingest", "files") not in tables:
        return ""
    row = connection.execute(
        "select coalesce(md5(string_agg(concat(file_name, ' ', file_hash), '|' order by file_name, file_hash)), '')"
        " from warehouse.ingest.files where status = 'landed'"
    ).fetchone()
    assert row is not None
    return str(row[0])


@dataclass(frozen=True)
class _Newest:
    """The newest publication of a file; `hashes`: what its relations were."""

    number: int
    content_hash: str
    hashes: Mapping[str, str]


def _newest(connection: duckdb.DuckDBPyConnection, published: Path) -> _Newest | None:
    """The newest publication, None before the first one."""
    if not published.exists():
        return None
    connection.execute(f"attach '{_escaped(published)}' as published (read_only)")
    try:
        tables, _ = _relations(connection, "published")
        if not tables >= _HISTORY.keys():
            return None
        found = connection.execute(
            "select publication_id, publication_no, content_hash from published.operations.rpt_publications"
            " order by publication_no desc limit 1"
        ).fetchone()
        if found is None:
            return None
        hashes = connection.execute(
            "select relation_name, content_hash from published.operations.rpt_publication_relations where publication_id = ?",
            [found[0]],
        ).fetchall()
        return _Newest(found[1], found[2], dict(hashes))
    finally:
        connection.execute("detach published")


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[tuple[object, ...]]) -> None:
    connection.executemany(f"insert into operations.{table} values ({', '.join('?' for _ in rows[0])})", rows)


def _drop(
    connection: duckdb.DuckDBPyConnection, tables: Iterable[tuple[str, str]], views: Iterable[tuple[str, str]]
) -> None:
    for kind, keys in (("table", tables), ("view", views)):
        for schema, name in keys:
            connection.execute(f"drop {kind} {quoted(schema)}.{quoted(name)}")


def _hash(connection: duckdb.DuckDBPyConnection, text: str) -> str:
    row = connection.execute("select md5(?)", [text]).fetchone()
    assert row is not None
    return str(row[0])


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """One publication at a time in a folder; a lock goes with the process that held it."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _escaped(path: Path) -> str:
    return str(path).replace("'", "''")
