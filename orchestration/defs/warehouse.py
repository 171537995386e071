"""The warehouse in two steps with the plan check between them: nothing is calculated with plans that break the contract."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
from dagster_dbt import DbtCliResource, dbt_assets

from orchestration.build import PLAN_CHECK, PLANS_REFUSED, plan_violations
from orchestration.components import IncentiveDbtTranslator, Settings, dbt_build, dbt_project

_VIOLATIONS = dg.AssetKey(["operations", "rpt_plan_violations"])


@dbt_assets(
    name="build_plan_check",
    manifest=dbt_project().manifest_path,
    select=PLAN_CHECK,
    dagster_dbt_translator=IncentiveDbtTranslator(),
    project=dbt_project(),
)
def plan_check_models(context: dg.AssetExecutionContext, dbt: DbtCliResource, settings: Settings) -> Iterator[Any]:
    """The plan check's report and what it reads."""
    yield from dbt_build(context, dbt, settings)


@dg.asset_check(asset=_VIOLATIONS, blocking=True)
def no_row_that_pays_breaks_the_contract(settings: Settings) -> dg.AssetCheckResult:
    """Plan rows that pay keep to the plan contract; drafts and templates that do not, and warnings, stop nothing."""
    told, left_out = plan_violations(settings.warehouse)
    return dg.AssetCheckResult(
        passed=not told,
        description="\n".join([PLANS_REFUSED, *told]) if told else None,
        metadata={"cells_that_stop": len(told), "cells_left_out": left_out},
    )


@dbt_assets(
    name="build_models",
    manifest=dbt_project().manifest_path,
    exclude=PLAN_CHECK,
    dagster_dbt_translator=IncentiveDbtTranslator(after=_VIOLATIONS, beside=plan_check_models.keys),
    project=dbt_project(),
)
def models(context: dg.AssetExecutionContext, dbt: DbtCliResource, settings: Settings) -> Iterator[Any]:
    """All other models."""
    yield from dbt_build(context, dbt, settings)
