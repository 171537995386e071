"""What a build imports, imported, and the project parsed: a process forked from one that has read this starts at once."""

import dbt.task.build  # noqa: F401

import orchestration.build  # noqa: F401
from expectations.gate import great_expectations_loaded
from orchestration.lib.dbt_runner import parsed_project

great_expectations_loaded()
parsed_project()
