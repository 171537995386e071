"""Files land once, whole, and the same whatever happens in between."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb

from tests.ingest.conftest import Landing

GOOD = "p1,Pump,pumps,100.50,60,CNY,2026-01-31,2026-01-01T00:00:00Z"
CODE = """
import sys
from datetime import datetime
from orchestration.ingest import ingest
ingest(sys.argv[1], sys.argv[2], clock=datetime(2026, 7, 1))
"""


def test_every_raw_table_exists_from_the_first_run_on(landing: Landing) -> None:
    landing.ingest()
    counts = landing.rows("select count(*) from duckdb_tables() where schema_name like 'raw_%'")
    assert counts == [(25 + 19,)]


def test_the_same_bytes_again_change_nothing(landing: Landing) -> None:
    landing.products("a.csv", GOOD)
    landing.ingest()
    before = landing.state()
    report = landing.ingest()
    assert (report.files, report.known) == ([], 1)
    assert landing.state() == before


def test_other_bytes_under_a_landed_name_are_refused(landing: Landing) -> None:
    landing.products("a.csv", GOOD)
    landing.ingest()
    landing.products("a.csv", GOOD.replace("100.50", "1"))
    (result,) = landing.ingest().files
    assert (result.status, result.reason) == ("refused", "other bytes have landed under this name before")
    assert "under a new name" in result.action
    assert [str(price) for (price,) in landing.rows("select list_price from raw_erp.products")] == ["100.5000"]
    assert landing.ingest().files == []


def test_a_redelivery_under_another_name_is_the_same_file_whichever_came_first(
    landing: Landing, tmp_path: Path
) -> None:
    landing.products("b.csv", GOOD)
    landing.ingest()
    landing.products("a.csv", GOOD)
    (result,) = landing.ingest().files
    assert (result.status, result.reason) == ("ignored", "the same bytes have landed as erp/products/a.csv")
    (tmp_path / "other").mkdir()
    together = Landing(tmp_path / "other")
    together.products("a.csv", GOOD)
    together.products("b.csv", GOOD)
    together.ingest()
    assert landing.state() == together.state()


def test_a_file_set_aside_whole_comes_again_under_its_name(landing: Landing) -> None:
    landing.put("erp/products/a.csv", b"")
    landing.ingest()
    assert landing.rows("select count(*) from ingest.quarantine") == [(1,)]
    landing.products("a.csv", GOOD)
    landing.ingest()
    assert landing.rows("select count(*) from ingest.quarantine") == [(0,)]
    assert landing.rows("select status from ingest.files") == [("landed",)]


def test_a_file_set_aside_whole_and_taken_away_is_forgotten(landing: Landing) -> None:
    path = landing.put("erp/products/a.csv", b"")
    landing.ingest()
    path.unlink()
    landing.ingest()
    assert landing.rows("select count(*) from ingest.quarantine") == [(0,)]


def test_a_plan_file_lands_whole_or_not_at_all(landing: Landing) -> None:
    header = "subject_kind,subject_id,measure,period,period_start,quota,updated_at\n"
    good = "payee,ann,revenue_booked,month,2026-01-01,abc,2026-01-01\n"
    landing.put("plans/quotas/a.csv", header + good + good.replace("2026-01-01\n", "soon\n"))
    landing.ingest()
    assert landing.rows("select count(*) from raw_plans.quotas") == [(0,)]
    assert [row for (row,) in landing.rows("select row_no from ingest.quarantine order by 1")] == [0, 2]
    landing.put("plans/quotas/a.csv", header + good)
    landing.ingest()
    assert landing.rows("select quota from raw_plans.quotas") == [("abc",)], "the plan check judges the cells"
    assert landing.rows("select count(*) from ingest.quarantine") == [(0,)]


def test_a_deletion_needs_no_more_than_its_key(landing: Landing) -> None:
    landing.put(
        "erp/products/x.csv", "product_id,is_deleted,updated_at\np1,yes,2026-01-02\np2,no,2026-01-02\n,1,2026-01-02\n"
    )
    landing.ingest()
    assert landing.rows("select product_id, is_deleted from raw_erp.products") == [("p1", True)]
    assert landing.rows("select distinct row_no from ingest.quarantine order by 1") == [(2,), (3,)]


def test_rows_from_the_future_land_and_are_reported(landing: Landing) -> None:
    landing.products("a.csv", GOOD, GOOD.replace("p1", "p2").replace("2026-01-01T", "2026-07-03T"))
    landing.ingest()
    ((newest, future, landed),) = landing.rows("select newest_updated_at, future_rows, rows_landed from ingest.files")
    assert (str(newest), future, landed) == ("2026-01-01 00:00:00", 1, 2)


def test_parquet_types_that_fit_pass_and_others_are_judged_as_text(landing: Landing) -> None:
    (landing.folder / "erp/products").mkdir(parents=True)
    duckdb.sql(
        "select * from (values"
        " (1, 'a', 'x', 1.5::double, 2.25::decimal(9, 2), 'CNY', timestamp '2026-01-31', timestamptz '2026-01-01 08:00:00+08'),"
        " (2, 'b', 'x', 0.1::double + 0.2::double, 1, 'CNY', timestamp '2026-01-31 01:00', timestamptz '2026-01-01 00:00:00+00'))"
        " as rows(product_id, name, product_line, list_price, standard_cost, currency, launched_on, updated_at)"
    ).write_parquet(str(landing.folder / "erp/products/x.parquet"))
    landing.ingest()
    (row,) = landing.rows(
        "select product_id, list_price, standard_cost, launched_on, updated_at, _row from raw_erp.products"
    )
    assert tuple(map(str, row)) == ("1", "1.5000", "2.2500", "2026-01-31", "2026-01-01 00:00:00", "1")
    assert landing.rows("select row_no, column_name, value from ingest.quarantine order by 2") == [
        (2, "launched_on", "2026-01-31 01:00:00"),
        (2, "list_price", "0.30000000000000004"),
    ]


def test_one_source_lands_without_the_others(landing: Landing) -> None:
    landing.products("a.csv", GOOD)
    landing.put("crm/teams/t.csv", "team_id,name,updated_at\nt,T,2026-01-01\n")
    landing.ingest(sources=["crm"])
    assert landing.rows("select count(*) from raw_erp.products") == [(0,)]
    landing.ingest()
    assert landing.rows("select count(*) from raw_erp.products") == [(1,)]


def test_a_kill_at_any_moment_and_a_second_run_give_the_state_of_an_undisturbed_one(
    landing: Landing, tmp_path: Path
) -> None:
    for file in range(30):
        rows = [GOOD.replace("p1", f"p{file}-{row}") for row in range(300)]
        landing.products(f"{file:02}.csv", *rows, "p,broken", *rows)
    landing.put("erp/products/bad.csv", b"")
    landing.ingest()
    undisturbed = landing.state()
    chance = random.Random(7)
    for attempt in range(10):
        warehouse = tmp_path / f"killed-{attempt}.duckdb"
        command = [sys.executable, "-c", CODE, str(landing.folder), str(warehouse)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        while not warehouse.exists() and process.poll() is None:
            time.sleep(0.005)
        time.sleep(chance.uniform(0, 1))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        landing.warehouse = warehouse
        landing.ingest()
        assert landing.state() == undisturbed, f"attempt {attempt}"
