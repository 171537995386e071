"""Which company is built, from which folder into which."""

from __future__ import annotations

import os
from pathlib import Path

import dagster as dg

from orchestration.build import Choices, begin, variables


class Settings(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The folders and choices of a build, as the command line of orchestration.build has them.

    INCENTIVES_LANDING, INCENTIVES_OUT, INCENTIVES_PLANS, … of the environment where definitions are loaded; the
    configuration of a run wins over them. A relative path starts where Dagster was started.
    """

    landing: str = "build/demo/landing"
    out: str = "build/demo"
    plans: str = "landing"
    timezone: str = "Asia/Shanghai"
    base_currency: str = "CNY"
    as_of: str = ""

    @classmethod
    def from_environment(cls) -> Settings:
        """Settings of the variables that are set and not empty; the rest is as said above."""
        given = {name: os.environ.get(f"INCENTIVES_{name.upper()}") for name in cls.model_fields}
        return cls(**{name: value for name, value in given.items() if value})

    @property
    def landing_folder(self) -> Path:
        """Where the sources deliver."""
        return Path(self.landing).absolute()

    @property
    def out_folder(self) -> Path:
        """Where the build leaves its files, the same ones as the command line."""
        return Path(self.out).absolute()

    @property
    def warehouse(self) -> Path:
        """The file that the build writes."""
        return self.out_folder / "warehouse.duckdb"

    @property
    def dbt_state(self) -> Path:
        """What dbt leaves of its commands."""
        return self.out_folder / ".dbt"

    @property
    def choices(self) -> Choices:
        """What `out` keeps from its first build on."""
        return Choices(self.plans, self.timezone, self.base_currency)

    @property
    def dbt_variables(self) -> dict[str, object]:
        """The dbt variables of the build."""
        return variables(self.choices, self.as_of)

    def begin(self) -> None:
        """First thing in every step, as any of them may be run alone. Raises BuildStopped."""
        begin(self.landing_folder, self.out_folder, self.choices, self.as_of)
