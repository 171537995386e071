"""dbt as assets: models and seeds with their tests as asset checks.

By @dbt_assets and not by DbtProjectComponent. That component runs whichever `dbt` is first on PATH, cannot be given a
resource (the folders and choices of the build), keeps one state for a project that is here built in two steps, and
refreshes that state by copying the project's folder, environment and all.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtCliResource, DbtProject

from orchestration.components.settings import Settings
from orchestration.lib.dbt_runner import PARSED, ROOT, is_parsed, parsed_project, project_version


class IncentiveDbtTranslator(DagsterDbtTranslator):
    """Assets are keyed [schema, relation], as in the warehouse, and grouped by layer.

    By themselves they are owned by their dbt group, and their code version follows the SQL or the rows of the seed.
    `after`: an asset, made with those in `beside`, whose blocking checks come first: whatever reads a source or one of
    them waits for it, though dbt knows no such order.
    """

    def __init__(self, after: dg.AssetKey | None = None, beside: Collection[dg.AssetKey] = ()) -> None:
        super().__init__()
        self._after = after
        self._beside = beside

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None) -> dg.AssetSpec:
        """The spec of a dbt node; it waits for `after` where it must."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        if self._after is None or spec.key in self._beside:
            return spec
        # Not by map_asset_specs: a dependency added there is drawn, and not kept to.
        parents = manifest["parent_map"].get(unique_id, [])
        waits = any(parent.startswith("source.") for parent in parents) or any(
            dep.asset_key in self._beside for dep in spec.deps
        )
        return spec.merge_attributes(deps=[self._after]) if waits else spec

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """Schema and relation; a source is the raw table that ingest lands."""
        relation = dbt_resource_props.get("alias") or dbt_resource_props["identifier"]
        return dg.AssetKey([dbt_resource_props["schema"], relation])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """The first folder: staging, intermediate, marts; plans and reference for seeds."""
        return str(dbt_resource_props["fqn"][1])


@cache
def dbt_project() -> DbtProject:
    """The project with a manifest that is as new as its files; parses them when it is not."""
    if not is_parsed("duckdb", project_version()):
        parsed_project()
    return DbtProject(ROOT, target_path=PARSED / "duckdb", profiles_dir=ROOT)


def dbt_command() -> DbtCliResource:
    """The dbt of this environment, which need not be on PATH."""
    return DbtCliResource(project_dir=dbt_project(), dbt_executable=Path(sys.executable).with_name("dbt"))


def dbt_build(context: dg.AssetExecutionContext, dbt: DbtCliResource, settings: Settings) -> Iterator[Any]:
    """Builds and tests what is selected of the step's models, in the warehouse of the settings."""
    settings.begin()
    # profiles.yml reads it, and the resource hands on no other environment than this process's own.
    os.environ["INCENTIVES_WAREHOUSE"] = str(settings.warehouse)
    arguments = ["build", "--exclude-resource-type", "unit_test", "--vars", json.dumps(settings.dbt_variables)]
    yield from dbt.cli(arguments, context=context, target_path=settings.dbt_state / "target").stream()
