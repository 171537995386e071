"""Which relations are published: the public marts of the dbt manifest, and the ones their views read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

PUBLISHED_SCHEMAS = ("core", "incentives", "performance", "operations")
_STRING = duckdb.token_type.string_const


@dataclass(frozen=True)
class PublicModel:
    """A relation of the warehouse and those it is made from; `needs` matters only where the relation is a view."""

    schema: str
    name: str
    needs: tuple[PublicModel, ...] = ()

    @property
    def quoted(self) -> str:
        """Name to use in SQL, without a database."""
        return f"{quoted(self.schema)}.{quoted(self.name)}"


def public_models(manifest: Mapping[str, Any]) -> list[PublicModel]:
    """Models of a dbt manifest that anybody may read (access: public, in a schema of marts), with what they are made from."""
    nodes: dict[str, Any] = {**manifest["sources"], **manifest["nodes"]}
    made: dict[str, PublicModel] = {}

    def model(unique_id: str) -> PublicModel:
        if unique_id not in made:
            node = nodes[unique_id]
            needs = [need for need in node.get("depends_on", {}).get("nodes", ()) if need in nodes]
            name = node.get("alias") or node["identifier"]
            made[unique_id] = PublicModel(node["schema"], name, tuple(model(need) for need in sorted(needs)))
        return made[unique_id]

    return [
        model(unique_id)
        for unique_id, node in sorted(nodes.items())
        if node["resource_type"] == "model"
        and node["config"].get("access", node.get("access")) == "public"
        and node["schema"] in PUBLISHED_SCHEMAS
    ]


def in_build_order(models: Sequence[PublicModel], views: Mapping[tuple[str, str], str]) -> Iterator[PublicModel]:
    """
    Each relation to publish once, what a view reads before the view.

    `views`: (schema, name) → SQL of the warehouse's views. What a table was made from is not published with it.
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
