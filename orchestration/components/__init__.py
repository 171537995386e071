"""Types of what Dagster runs; orchestration/defs holds the instances."""

from orchestration.components.landing import landed_source, landing_log, posted_ledger
from orchestration.components.settings import Settings
from orchestration.components.warehouse import IncentiveDbtTranslator, dbt_build, dbt_command, dbt_project

__all__ = [
    "IncentiveDbtTranslator",
    "Settings",
    "dbt_build",
    "dbt_command",
    "dbt_project",
    "landed_source",
    "landing_log",
    "posted_ledger",
]
