"""The company's settings (settings.toml): what leaderboards show of other people."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SETTINGS_FILE = Path(__file__).parents[1] / "settings.toml"
SHOWN_TO = ("all", "scope", "own")


@dataclass(frozen=True)
class Settings:
    """leaderboard_names and leaderboard_earnings: whose names and earnings a reader sees, one of SHOWN_TO."""

    leaderboard_names: str
    leaderboard_earnings: str


def read_settings(path: Path) -> Settings:
    """Settings from a TOML file; ValueError names the setting that is not one of SHOWN_TO, so that a slip never shows more."""
    leaderboard = tomllib.loads(path.read_text(encoding="utf-8")).get("leaderboard", {})
    settings = Settings(leaderboard.get("names", "own"), leaderboard.get("earnings", "own"))
    for name, value in (("names", settings.leaderboard_names), ("earnings", settings.leaderboard_earnings)):
        if value not in SHOWN_TO:
            raise ValueError(f"{path.name}: leaderboard.{name} is {value!r}, not one of {', '.join(SHOWN_TO)}")
    return settings


@cache
def settings() -> Settings:
    """Settings of this installation."""
    return read_settings(SETTINGS_FILE)
