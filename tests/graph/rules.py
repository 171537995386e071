"""The laws of the graph. Each rule takes dbt's manifest as a dict and returns its violations, one sentence each."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

Manifest = Mapping[str, Any]
Node = Mapping[str, Any]

# Which layers a layer may read (models/README.md).
READS = {
    "staging": {"source", "seed", "staging"},
    "intermediate": {"staging", "seed", "intermediate"},
    "marts": {"intermediate", "marts"},
}
PREFIXES = {"staging": ("stg_", "base_"), "intermediate": ("int_",), "marts": ("dim_", "fct_", "bridge_", "rpt_")}
GRAIN = re.compile(r"\{#-?\s*Grain: one row\b[^#]*\.\s*-?#\}", re.DOTALL)
READ_RELATION = re.compile(r"\b(?:from|join)\s+([a-z_]\w*)\.([a-z_]\w*)", re.IGNORECASE)


def models(manifest: Manifest) -> Iterator[Node]:
    """Models of the project, in the order of their files."""
    found = (node for node in manifest["nodes"].values() if node["resource_type"] == "model")
    yield from sorted(found, key=lambda node: str(node["original_file_path"]))


def layer(node: Node) -> str:
    """staging, intermediate or marts: the folder a model lies in; for others what they are (source, seed)."""
    if node["resource_type"] != "model":
        return str(node["resource_type"])
    return PurePosixPath(node["original_file_path"]).parts[1]


def area(node: Node) -> str:
    """The folder inside the layer: crm, rating, incentives."""
    return PurePosixPath(node["original_file_path"]).parts[2]


def parents(manifest: Manifest, node: Node) -> list[Node]:
    """What a node reads."""
    known = {**manifest["nodes"], **manifest["sources"]}
    return [known[unique_id] for unique_id in node["depends_on"]["nodes"] if unique_id in known]


def layers_read_only_what_lies_before_them(manifest: Manifest) -> list[str]:
    """Staging reads sources, plan seeds and its base, intermediate reads staging, marts read intermediate and marts."""
    found = []
    for node in models(manifest):
        allowed = READS.get(layer(node))
        if allowed is None:
            found.append(f"{node['name']} lies in {layer(node)}, which is no layer.")
            continue
        for parent in parents(manifest, node):
            if layer(parent) not in allowed:
                found.append(f"{node['name']} ({layer(node)}) reads {parent['name']} ({layer(parent)}).")
    return found


def staging_reads_one_table(manifest: Manifest) -> list[str]:
    """A staging model reads one source table, and its base where it has one; a plan table's also reads the seed of the same name."""
    found = []
    for node in models(manifest):
        if layer(node) != "staging":
            continue
        sources = [parent for parent in parents(manifest, node) if layer(parent) == "source"]
        seeds = [parent for parent in parents(manifest, node) if layer(parent) == "seed"]
        if len(sources) != 1:
            tables = ", ".join(str(source["name"]) for source in sources) or "none"
            found.append(f"{node['name']} must read one source table, it reads {tables}.")
            continue
        source = sources[0]
        base = f"base_{source['source_name']}__{source['name']}"
        if node["name"] not in (base, base.replace("base_", "stg_", 1)):
            found.append(f"{node['name']} reads {source['source_name']}.{source['name']}, which is not in its name.")
        for parent in parents(manifest, node):
            if layer(parent) == "staging" and (parent["name"] != base or node["name"] == base):
                found.append(f"{node['name']} reads {parent['name']}, which is not its base.")
        for seed in seeds:
            if source["source_name"] != "plans" or seed["name"] != source["name"]:
                found.append(f"{node['name']} reads the seed {seed['name']}, which is not its plan table.")
    return found


def insights_feed_no_pay(manifest: Manifest) -> list[str]:
    """No model of marts/incentives stands on one of marts/insights, except by way of marts/operations."""
    found = []
    for node in models(manifest):
        if layer(node) != "marts" or area(node) != "incentives":
            continue
        queue, seen = list(parents(manifest, node)), set()
        while queue:
            parent = queue.pop()
            if parent["unique_id"] in seen or parent["resource_type"] != "model":
                continue
            seen.add(parent["unique_id"])
            if layer(parent) == "marts" and area(parent) == "operations":
                continue
            if layer(parent) == "marts" and area(parent) == "insights":
                found.append(f"{node['name']} pays by the insight {parent['name']}.")
            queue.extend(parents(manifest, parent))
    return found


def names_say_the_layer(manifest: Manifest) -> list[str]:
    """stg_, int_, and for marts dim_, fct_, bridge_ or rpt_; the file is named as the model."""
    found = []
    for node in models(manifest):
        prefixes = PREFIXES.get(layer(node), ())
        if not str(node["name"]).startswith(prefixes):
            found.append(f"{node['name']} in {layer(node)} does not begin with {' or '.join(prefixes)}.")
        if PurePosixPath(node["original_file_path"]).stem != node["name"]:
            found.append(f"{node['name']} is written in {node['original_file_path']}.")
    return found


def each_model_has_its_own_yaml(manifest: Manifest) -> list[str]:
    """One YAML a model, beside it and of the same stem."""
    found = []
    for node in models(manifest):
        wanted = str(PurePosixPath(node["original_file_path"]).with_suffix(".yml"))
        written = str(node.get("patch_path") or "").partition("://")[2]
        if written != wanted:
            found.append(f"{node['name']} must be described in {wanted}, not in {written or 'no file'}.")
    return found


def models_and_columns_are_described(manifest: Manifest) -> list[str]:
    """Every model, seed and listed column says what it is."""
    found = []
    for node in manifest["nodes"].values():
        if node["resource_type"] not in ("model", "seed"):
            continue
        if not str(node["description"]).strip():
            found.append(f"{node['name']} is not described.")
        if not node["columns"]:
            found.append(f"{node['name']} lists no columns.")
        for column in node["columns"].values():
            if not str(column["description"]).strip():
                found.append(f"{node['name']}.{column['name']} is not described.")
    return sorted(found)


def a_column_means_the_same_everywhere(manifest: Manifest) -> list[str]:
    """Columns of one name are described in the same words; another meaning is a doc block of its own (`plans__kind`)."""
    said: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for node in models(manifest):
        for column in node["columns"].values():
            if not any(block.endswith(f"_{column['name']}") for block in column["doc_blocks"]):
                said[column["name"]][" ".join(str(column["description"]).split())].append(str(node["name"]))
    return [
        f"{column} is said in {len(by_text)} ways: "
        + "; ".join(f"“{text}” ({', '.join(names[:3])})" for text, names in sorted(by_text.items()))
        for column, by_text in sorted(said.items())
        if len(by_text) > 1
    ]


def marts_are_contracts(manifest: Manifest) -> list[str]:
    """A mart enforces its contract: every column typed."""
    found = []
    for node in models(manifest):
        if layer(node) != "marts":
            continue
        if not node["config"].get("contract", {}).get("enforced"):
            found.append(f"{node['name']} enforces no contract.")
        found += [
            f"{node['name']}.{column['name']} has no data_type."
            for column in node["columns"].values()
            if not column.get("data_type")
        ]
    return found


def grains_are_tested(manifest: Manifest) -> list[str]:
    """Every row is checked to have a key of its own: the test `grain`, or `unique` and `not_null` of one column."""
    return [
        f"{node['name']} has no tested grain: the test grain, or unique and not_null of one column."
        for node in models(manifest)
        if not _grain_is_tested(_tests_of(manifest, node))
    ]


def _tests_of(manifest: Manifest, node: Node) -> list[Node]:
    tests = (test for test in manifest["nodes"].values() if test["resource_type"] == "test")
    return [test for test in tests if test.get("attached_node") == node["unique_id"] and _bites(test)]


def _bites(test: Node) -> bool:
    """Looks at every row and fails the build."""
    config = test["config"]
    return not config.get("where") and not config.get("limit") and str(config.get("severity")).upper() == "ERROR"


def _grain_is_tested(tests: Iterable[Node]) -> bool:
    columns = defaultdict(set)
    for test in tests:
        name = test["test_metadata"]["name"]
        if name == "grain":
            return True
        columns[test.get("column_name")].add(name)
    return any({"unique", "not_null"} <= names for names in columns.values())


def facts_and_marts_say_their_grain(manifest: Manifest) -> list[str]:
    """`{# Grain: one row per … #}` heads every model; that of a fact also says what may be added up."""
    found = []
    for node in models(manifest):
        head = str(node["raw_code"]).lstrip()
        header = head[: head.find("#}") + 2] if head.startswith("{#") else ""
        if not GRAIN.match(header):
            found.append(f"{node['name']} does not begin with {{# Grain: one row … #}}.")
        elif str(node["name"]).startswith("fct_") and "dditive:" not in header:
            found.append(f"{node['name']} does not say what may be added up (Additive: …, Not additive: …).")
    return found


def every_model_has_an_owner(manifest: Manifest) -> list[str]:
    """A group that exists and whose owner can be written to."""
    groups = {group["name"]: group for group in manifest["groups"].values()}
    found = []
    for node in manifest["nodes"].values():
        if node["resource_type"] not in ("model", "seed"):
            continue
        group = node["config"].get("group")
        if not group:
            found.append(f"{node['name']} has no owner group.")
        elif group not in groups:
            found.append(f"{node['name']} belongs to {group}, which is no group.")
        elif not groups[group]["owner"].get("email"):
            found.append(f"{node['name']} belongs to {group}, which has no address.")
    return sorted(found)


def only_marts_are_public(manifest: Manifest) -> list[str]:
    """access: public is a promise to readers outside; staging and intermediate make none."""
    return [
        f"{node['name']} is public, and it is no mart."
        for node in models(manifest)
        if node["config"].get("access") == "public" and layer(node) != "marts"
    ]


def readers_read_public_marts(
    manifest: Manifest, queries: Mapping[str, str], publishers_own: frozenset[str] = frozenset()
) -> list[str]:
    """Exposures and the app's queries read public marts, or tables that publishing itself writes.

    `queries`: name → SQL. `publishers_own`: schema.table.
    """
    public = {
        f"{node['schema']}.{node['name']}"
        for node in models(manifest)
        if layer(node) == "marts" and node["config"].get("access") == "public"
    }
    found = []
    for name, sql in sorted(queries.items()):
        for schema, relation in sorted(set(READ_RELATION.findall(sql))):
            if f"{schema}.{relation}" not in public | publishers_own:
                found.append(f"{name} reads {schema}.{relation}, which is no public mart.")
    for exposure in manifest.get("exposures", {}).values():
        for parent in parents(manifest, exposure):
            if f"{parent['schema']}.{parent['name']}" not in public:
                found.append(f"The exposure {exposure['name']} reads {parent['name']}, which is no public mart.")
    return found


RULES = (
    layers_read_only_what_lies_before_them,
    staging_reads_one_table,
    insights_feed_no_pay,
    names_say_the_layer,
    each_model_has_its_own_yaml,
    models_and_columns_are_described,
    a_column_means_the_same_everywhere,
    marts_are_contracts,
    grains_are_tested,
    facts_and_marts_say_their_grain,
    every_model_has_an_owner,
    only_marts_are_public,
)
