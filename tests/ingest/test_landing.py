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
import pytest

from orchestration.ingest import ingest
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
    # of the sources, of plans, and the ledger's batches, lines and payments
    assert counts == [(25 + 19 + 3,)]


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


def test_control_totals_land_by_the_same_rules(landing: Landing) -> None:
    header = "table,day,rows,amount\n"
    rows = "products,2026-01-31,3,\nordres,2026-01-31,3,5\nproducts,2026-02-30,3,5\npayments,2026/1/31,-2,-10.25\n"
    landing.put("erp/_control/january.csv", header + rows)
    landing.put("plans/_control/january.csv", header)
    landing.ingest()
    landed = landing.rows(
        "select table_name, day::varchar, row_count, amount::varchar, _file, _row from ingest.control_totals"
    )
    file = "erp/_control/january.csv"
    assert landed == [("products", "2026-01-31", 3, None, file, 1), ("payments", "2026-01-31", -2, "-10.2500", file, 4)]
    assert landing.rows("select table_name, row_no, column_name from ingest.quarantine order by 2") == [
        ("erp._control", 2, "table"),
        ("erp._control", 3, "day"),
    ]
    assert landing.rows("select reason from ingest.files where status = 'ignored'") == [
        ("plans has no table '_control'",)
    ]
    landing.put("erp/_control/again.csv", header + rows)
    landing.ingest()
    assert landing.rows("select distinct _file from ingest.control_totals") == [("erp/_control/again.csv",)]


def test_days_of_tables_with_control_totals_are_counted_over_all_versions(landing: Landing) -> None:
    header = "payment_id,invoice_id,paid_on,amount,currency,updated_at\n"
    row = "p1,i1,2026-01-31,5.25,CNY,2026-02-01T10:20:00Z\n"
    landing.put("erp/payments/a.csv", header + row + row.replace("p1", "p2").replace("5.25", "much"))
    landing.put("erp/payments/b.csv", "payment_id,is_deleted,updated_at\np1,yes,2026-02-03T10:20:00Z\n")
    landing.products("a.csv", GOOD)
    landing.put("erp/_control/a.csv", "table,day,rows,amount\npayments,2026-01-31,2,\n")
    landing.ingest()
    assert landing.rows(
        "select table_name, day_on::varchar, quarter_at::varchar, row_count, amount::varchar from ingest.controlled_days order by 2"
    ) == [
        ("erp.payments", "2026-01-31", None, 1, "5.2500"),
        ("erp.payments", None, "2026-02-03 10:15:00", 1, None),
    ]
    assert landing.rows("select row_key, day_on::varchar, amount, updated_at::varchar from ingest.quarantine") == [
        ("p2", "2026-01-31", None, "2026-02-01 10:20:00")
    ]


def test_a_row_delivered_whole_stands_beside_the_broken_one(landing: Landing) -> None:
    header = "user_id,valid_from,role,team_id,updated_at\n"
    landing.put("crm/user_assignments/a.csv", header + "u1,2026-01-01,,t,2026-01-01\nu2,2026-01-01,,t,2026-01-01\n")
    landing.put(
        "crm/user_assignments/b.csv", header + "u1,2026-01-01,rep,t,2026-01-02\nu2,2026-01-02,rep,t,2026-01-02\n"
    )
    landing.put("crm/user_assignments/x.csv", b"")
    landing.put("crm/user_assignments/x.corrected 2.csv", header + "u3,2026-01-01,rep,t,2026-01-02\n")
    landing.ingest()
    assert landing.rows("select row_key, file_name, row_no from ingest.corrections") == [
        ("u1|2026-01-01", "crm/user_assignments/b.csv", 1)
    ]
    assert landing.rows("select file_name, stem from ingest.files where corrects = 'crm/user_assignments/x'") == [
        ("crm/user_assignments/x.corrected 2.csv", "crm/user_assignments/x.corrected 2")
    ]
    assert landing.rows("select action from ingest.quarantine where row_no = 0")[0][0].endswith(
        "Under another name, call it x.corrected, with the ending of what it is: then it settles this one."
    )


def test_memory_and_threads_are_limited_and_nonsense_is_refused(landing: Landing) -> None:
    landing.products("a.csv", GOOD)
    with pytest.raises(ValueError, match="memory is a size such as 4GB"):
        ingest(landing.folder, landing.warehouse, memory="much")
    ingest(landing.folder, landing.warehouse, memory="200MB", threads=1, progress=lambda _: None)
    assert landing.rows("select count(*) from raw_erp.products") == [(1,)]


def test_a_warehouse_of_an_earlier_version_gets_the_columns_it_lacks(landing: Landing) -> None:
    landing.products("a.csv", GOOD, "p2")
    landing.ingest()
    with duckdb.connect(str(landing.warehouse)) as connection:
        connection.execute("drop view ingest.corrections")
        connection.execute("alter table ingest.quarantine drop column row_key")
        connection.execute("alter table ingest.files drop column stem")
    landing.products("b.csv", GOOD.replace("p1", "p3"))
    landing.ingest()
    assert landing.rows("select count(*), count(row_key) from ingest.quarantine") == [(1, 0)]
