"""Five quarters that a small company closes one after the other, killed in the second; and the page that explains one deal of it."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from demo import history
from demo.explained import PAGE, answered, asked
from demo.history import AS_OF, COMING, arrivals, live, stages
from demo.simulation import simulate
from orchestration.ledger import verify
from tests.conftest import shared_folder


class Killed(Exception):
    """What a close that dies leaves behind stays."""


def _quiet(_: str) -> None:
    """Says nothing."""


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All files of the company: those of make demo SCALE=0.1."""
    landing = shared_folder(tmp_path_factory, "history") / "delivered"
    simulate(landing, seed=7, scale=0.1, months=18, say=_quiet)
    return landing


@pytest.fixture(scope="module")
def lived(delivered: Path) -> Path:
    """The company's folder after all of it; its second close posted, and died before the files were known to have come."""
    out = delivered.parent / "lived"
    shutil.copytree(delivered, out / COMING)
    (out / "landing").mkdir()
    closed: list[str] = []

    def dying(landing: Path, out: Path, periods: str, *of: Any, **how: Any) -> str:
        told = close(landing, out, periods, *of, **how)
        closed.append(periods)
        if len(closed) == 2:
            raise Killed
        return told

    close = history.close
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(history, "close", dying)
        with pytest.raises(Killed):
            live(out, _quiet)
    live(out, _quiet)
    return out


def rows(file: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(file), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_five_quarters_are_closed_with_their_months_on_their_last_days() -> None:
    *closing, last = stages()
    assert [(stage.day, stage.periods.split()[-1]) for stage in closing] == [
        (date(2025, 3, 31), "2025-Q1"),
        (date(2025, 6, 30), "2025-Q2"),
        (date(2025, 9, 30), "2025-Q3"),
        (date(2025, 12, 31), "2025-Q4"),
        (date(2026, 3, 31), "2026-Q1"),
    ]
    assert closing[1].periods == "2025-04 2025-05 2025-06 2025-Q2"
    assert (last.day, last.periods) == (AS_OF, "")


def test_no_file_comes_before_its_newest_row_but_what_is_exported_once(delivered: Path) -> None:
    came = arrivals(delivered)
    days = {str(file): day.isoformat() for file, day in came.items()}
    assert days["erp/order_lines/order_lines_2025-03.parquet"] == "2025-03-31"
    assert days["erp/order_lines/order_lines_2025-04.parquet"] == days["erp/returns/returns_2025q2.csv"] == "2025-06-30"
    assert days["crm/users/users.csv"] == days["plans/quotas/quotas_2026.csv"] == "2025-03-31"
    assert days["crm/absences/absences_deleted.csv"] == "2025-12-31"
    assert days["erp/_control/invoices.csv"] == days["erp/order_lines/order_lines_deleted.parquet"] == "2026-06-30"
    assert len(came) == sum(file.is_file() for file in delivered.rglob("*"))


def test_a_company_delivered_in_parts_comes_at_the_end(tmp_path: Path) -> None:
    folder = tmp_path / "erp/orders"
    folder.mkdir(parents=True)
    (folder / "orders_part-000.parquet").touch()
    (folder / "orders_2025-01.csv").touch()
    assert set(arrivals(tmp_path).values()) == {AS_OF}


def test_what_has_come_is_what_was_delivered(lived: Path, delivered: Path) -> None:
    assert not (lived / COMING).exists()
    files = [
        {file.relative_to(folder): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
        for folder in (lived / "landing", delivered)
    ]
    assert files[0] == files[1]


def test_each_period_of_each_plan_is_closed_once_up_to_the_last_quarter(lived: Path) -> None:
    warehouse = lived / "warehouse.duckdb"
    assert rows(
        warehouse,
        "select status, min(period_start)::varchar, max(period_end)::varchar from incentives.rpt_plan_periods group by 1 order by 1",
    ) == [("closed", "2025-01-01", "2026-04-01"), ("open", "2026-04-01", "2026-07-01")]
    assert rows(
        warehouse,
        "select as_of_on::varchar, any_value(approved_by), count(*) = count(distinct (plan_id, posted_period_start)) from"
        " incentives.fct_ledger_batches group by 1 order by 1",
    ) == [(stage.day.isoformat(), stage.approver, True) for stage in stages()[:-1]]
    assert (
        verify(lived / "ledger", warehouse)[0]
        == rows(warehouse, "select count(*) from incentives.fct_ledger_batches")[0][0]
    )


def test_corrections_in_between_are_adjustments_of_every_later_quarter(lived: Path) -> None:
    published = lived / "published.duckdb"
    quarters = rows(
        published,
        "select posted_period_start::varchar from incentives.fct_payout_ledger where line_kind = 'adjustment'"
        " group by 1 having count(*) > 20 and count(distinct payee_id) > 3 order by 1",
    )
    assert quarters == [("2025-04-01",), ("2025-07-01",), ("2025-10-01",), ("2026-01-01",)]
    kinds = rows(
        published,
        "select count(*) filter (reason like '%was not paid when%'), count(*) filter (reason like '%counts no longer%'),"
        " count(*) filter (reason like '% is % now (%'), count(*) filter (reason like '%is no longer credited%'),"
        " count(*) filter (reason like '%its position, the quota or the tier%') from incentives.fct_payout_ledger"
        " where line_kind = 'adjustment'",
    )[0]
    assert all(kinds), kinds
    assert rows(published, "select count(*) > 5 from incentives.rpt_pending_adjustments") == [(True,)]


def test_another_run_closes_nothing_again(lived: Path) -> None:
    batches = sorted((lived / "ledger").iterdir())
    statements = rows(lived / "warehouse.duckdb", "from incentives.rpt_statements order by all")
    live(lived, _quiet)
    assert sorted((lived / "ledger").iterdir()) == batches
    assert rows(lived / "warehouse.duckdb", "from incentives.rpt_statements order by all") == statements


def test_every_query_of_the_page_answers_what_the_page_says(lived: Path) -> None:
    page = asked(PAGE.read_text(encoding="utf-8"))
    assert len(page) == PAGE.read_text(encoding="utf-8").count("```sql") >= 12
    for (query, answer), now in zip(page, answered(lived, [query for query, _ in page]), strict=True):
        assert now == answer, query
