"""The project keeps the laws of its graph."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.graph import rules
from tests.graph.conftest import Manifest
from tests.graph.rendered import ROOT

# Written by orchestration/publish into the published file, not by dbt: what was published when.
PUBLISHERS_OWN = frozenset({"operations.rpt_publications", "operations.rpt_publication_relations"})


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_rule_is_kept(rule: Callable[[Manifest], list[str]], manifest: Manifest) -> None:
    found = rule(manifest)
    assert not found, "\n".join(found)


def test_the_app_and_the_exposures_read_public_marts(manifest: Manifest) -> None:
    queries = {
        str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
        for path in sorted(ROOT.glob("app/data/sql/*.sql"))
    }
    assert queries
    found = rules.readers_read_public_marts(manifest, queries, PUBLISHERS_OWN)
    assert not found, "\n".join(found)


def test_the_graph_holds_the_project(manifest: Manifest) -> None:
    """A manifest that lost its models would keep every law."""
    written = {path.stem for path in (ROOT / "models").rglob("*.sql")}
    assert {node["name"] for node in rules.models(manifest)} == written
