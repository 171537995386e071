"""Which relations are published: the public marts of the dbt manifest, and the ones their views read."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb

PUBLISHED_SCHEMAS = ("core", "incentives", "performance", "operations")
# Where a warehouse keeps what its last build was, and what its last increment changed; a build as a whole begins by dropping both
# (macros/adapters/engine_settings.sql).
BUILD_STATE, BUILD_CHANGES = "build_state", "build_changes"
_STRING = duckdb.token_type.string_const


@dataclass(frozen=True)
class PublicModel:
    """A relation of the warehouse; `sql` (the compiled select) and `needs` matter only where it is a view.

    Two are the same when their names are: comparing what they need would walk the whole graph each time.
    """

    schema: str
    name: str
    needs: tuple[PublicModel, ...] = field(default=(), compare=False)
    sql: str = field(default="", compare=False)

    @property
    def quoted(self) -> str:
        """Name to use in SQL, without a database."""
        return f"{quoted(self.schema)}.{quoted(self.name)}"


def public_models(manifest: Mapping[str, Any]) -> list[PublicModel]:
    """
    Models that anybody may read (access: public, in a schema of marts), and what they are made from.

    `manifest`: the manifest.json of a dbt command that compiled the models (build, run, compile), with the vars of the
    build: the SQL of a view is taken from there, because what duckdb_views() gives back is not always what was written
    (a cross join becomes a comma, which binds less than the joins around it).
    """
    nodes: dict[str, Any] = {**manifest["sources"], **manifest["nodes"]}
    made: dict[str, PublicModel] = {}

    def model(unique_id: str) -> PublicModel:
        if unique_id not in made:
            node = nodes[unique_id]
            needs = [need for need in node.get("depends_on", {}).get("nodes", ()) if need in nodes]
            name = node.get("alias") or node["identifier"]
            needed = tuple(model(need) for need in sorted(needs))
            made[unique_id] = PublicModel(node["schema"], name, needed, node.get("compiled_code") or "")
        return made[unique_id]

    return [
        model(unique_id)
        for unique_id, node in sorted(nodes.items())
        if node["resource_type"] == "model"
        and node["config"].get("access", node.get("access")) == "public"
        and node["schema"] in PUBLISHED_SCHEMAS
    ]


def in_build_order(models: Sequence[PublicModel], views: Container[tuple[str, str]]) -> Iterator[PublicModel]:
    """
    Each relation to publish once, what a view reads before the view.

    `views`: (schema, name) of the warehouse's views. What a table was made from is not published with it.
    """
    seen: set[tuple[str, str]] = set()

    def walk(model: PublicModel) -> Iterator[PublicModel]:
        key = (model.schema, model.name)
        if key in seen:
            return
        seen.add(key)
        if key in views:
            for need in model.needs:
                yield from walk(need)
        yield model

    for model in models:
        yield from walk(model)


def changes_of(schema: str, name: str) -> tuple[str, str]:
    """The tables of BUILD_CHANGES with the rows that left a table and that came to it in the last increment."""
    return f"removed {schema}.{name}", f"added {schema}.{name}"


def alike(rows: str, columns: Iterable[str]) -> str:
    """SQL: a row of `rows` and one of `stored` have the same values, or none, in these columns."""
    return " and ".join(f"stored.{quoted(column)} is not distinct from {rows}.{quoted(column)}" for column in columns)


def quoted(identifier: str) -> str:
    """Identifier in double quotes."""
    return '"' + identifier.replace('"', '""') + '"'


def without_database(sql: str, database: str) -> str:
    """
    SQL of a view with `database.` taken out before `schema.relation`, so that it holds in a file of any name.

    The text is read as tokens: names alone are touched, never a string that looks like one.
    """
    text = sql.encode()
    tokens = duckdb.tokenize(sql)  # byte offsets
    ends = [start for start, _ in tokens[1:]] + [len(text)]
    words = [text[start:end].strip().decode() for (start, _), end in zip(tokens, ends, strict=True)]
    kept, position = b"", 0
    for place in range(len(tokens) - 3):
        start, kind = tokens[place]
        names_database = kind != _STRING and words[place] in (database, quoted(database))
        begins = place == 0 or words[place - 1] != "."
        if names_database and begins and words[place + 1] == "." and words[place + 3] == ".":
            kept += text[position:start]
            position = tokens[place + 2][0]
    return (kept + text[position:]).decode()
