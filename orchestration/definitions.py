"""The code location: `dagster dev -m orchestration.definitions`."""

from __future__ import annotations

import dagster as dg

from orchestration.components import Settings, dbt_command
from orchestration.defs.closing import close_period
from orchestration.defs.landing import landed
from orchestration.defs.publication import gate, published_marts
from orchestration.defs.schedule import publish_marts, publish_marts_daily
from orchestration.defs.warehouse import models, no_row_that_pays_breaks_the_contract, plan_check_models

defs = dg.Definitions(
    assets=[*landed, plan_check_models, models, gate, published_marts],
    asset_checks=[no_row_that_pays_breaks_the_contract],
    jobs=[publish_marts, close_period],
    schedules=[publish_marts_daily],
    resources={"settings": Settings.from_environment(), "dbt": dbt_command()},
    # A DuckDB file has one writer: one step at a time, all in the process of the run.
    executor=dg.in_process_executor,
)
