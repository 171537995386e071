"""What a build imports, imported: a process forked from one that has read this module starts at once."""

import dbt.task.build  # noqa: F401

import orchestration.build  # noqa: F401
from expectations.gate import great_expectations_loaded

great_expectations_loaded()
