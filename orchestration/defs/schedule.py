"""The one job and when it runs."""

from __future__ import annotations

import dagster as dg

from orchestration.components import Settings

publish_marts = dg.define_asset_job(
    "publish_marts",
    selection=dg.AssetSelection.all(),
    description="Landing files in, checked and published payouts out: what python -m orchestration.build does.",
)

# Before anybody is at work, in the zone whose days the company counts.
publish_marts_daily = dg.ScheduleDefinition(
    name="publish_marts_daily",
    job=publish_marts,
    cron_schedule="0 6 * * *",
    execution_timezone=Settings.from_environment().timezone,
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
