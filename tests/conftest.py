"""What several suites share: one build of a small simulated company."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest

from demo.simulation import simulate
from orchestration.build import build


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What a test has to say aloud stands above the closing line, wherever the test ran."""
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, value in getattr(report, "user_properties", ()):
                if name == "said_aloud" and report.when == "call":
                    terminalreporter.write_line(value)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take minutes begin first, so that the parallel workers end together."""
    longest = (
        "test_parity test_dagster test_rebuilds test_conformance test_properties "
        "test_lint test_history test_as_of test_online_retail test_browser"
    ).split()
    items.sort(
        key=lambda item: next((place for place, name in enumerate(longest) if name in item.nodeid), len(longest))
    )


AS_OF = "2026-06-30"


def shared_folder(factory: pytest.TempPathFactory, name: str) -> Path:
    """A folder of this test run that its parallel workers have in common."""
    base = factory.getbasetemp()
    return (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name


@pytest.fixture(scope="session")
def demo_build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with landing/, warehouse.duckdb, published.duckdb, quality/ and summary.txt of a small company. Read it only."""
    out = shared_folder(tmp_path_factory, "demo_build")
    out.mkdir(exist_ok=True)
    with (out / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (out / "summary.txt").exists():
            simulate(out / "landing", seed=7, scale=0.2, months=12, say=lambda _: None)
            build(out / "landing", out, plans="both", as_of=AS_OF, progress=lambda _: None)
    return out
