"""Closes of a small company: what is refused, what is posted, what follows later; and a ledger that is damaged or interrupted."""

from __future__ import annotations

import csv
import multiprocessing
import os
import random
import shutil
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import duckdb
import pytest
from openpyxl import load_workbook

from orchestration.build import BuildStopped, build
from orchestration.ingest import WarehouseBusy
from orchestration.ledger import LedgerBroken, load, post, verify
from orchestration.ledger.closing import Asked, CloseRefused, asked, close, due
from orchestration.ledger.payment_files import safe
from orchestration.ledger.store import batches, payments_file, preview
from tests.small_company import AS_OF, write_landing

# What tells one close from another that posts the same: when it was, and the hashes over it.
BY_THE_CLOCK = {"batch_id", "ledger_line_id", "posted_at", "batch_hash", "previous_hash"}


def rows(warehouse: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(query).fetchall()


def without_clock(warehouse: Path, mart: str) -> list[tuple[Any, ...]]:
    there = {name for (name,) in rows(warehouse, f"select column_name from (describe incentives.{mart})")}
    return rows(warehouse, f"select {', '.join(sorted(there - BY_THE_CLOCK))} from incentives.{mart} order by all")


def built(landing: Path, out: Path) -> None:
    build(landing, out, as_of=AS_OF, progress=lambda _: None)


def closed(landing: Path, out: Path, period: str, plan_id: str = "", approved_by: str = "finance") -> str:
    return close(landing, out, period, approved_by, plan_id=plan_id, as_of=AS_OF, progress=lambda _: None)


def add(landing: Path, table: str, *values: Mapping[str, object]) -> None:
    """Lands one more file of a table."""
    folder = landing / table
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"more_{len(list(folder.iterdir()))}.csv"
    with file.open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, list(values[0]))
        writer.writeheader()
        writer.writerows(values)


class Place:
    """A folder with landing/ and out/ that is put back as it was at a moment: a build belongs to its path, so no copy elsewhere does."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "company"
        self.kept = folder / "kept"

    def keep(self, moment: str) -> None:
        shutil.copytree(self.folder, self.kept / moment)

    def at(self, moment: str) -> Path:
        shutil.rmtree(self.folder)
        return Path(shutil.copytree(self.kept / moment, self.folder))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The company as it was built, and as it was once both quarters were closed."""
    place = Place(tmp_path_factory.mktemp("ledger"))
    landing, out = place.folder / "landing", place.folder / "out"
    write_landing(landing)
    built(landing, out)
    place.keep("built")
    closed(landing, out, "2026-Q1")
    closed(landing, out, "2026-Q2")
    place.keep("posted")
    return place


@pytest.fixture
def mine(place: Place) -> Path:
    return place.at("built")


@pytest.fixture
def posted(place: Place) -> Path:
    return place.at("posted")


@pytest.mark.parametrize(
    ("text", "period", "start"),
    [
        ("2026-02", "month", "2026-02-01"),
        ("2026-Q4", "quarter", "2026-10-01"),
        ("2026-H2", "half", "2026-07-01"),
        ("2026", "year", "2026-01-01"),
    ],
)
def test_a_period_is_a_month_a_quarter_a_half_or_a_year(text: str, period: str, start: str) -> None:
    assert asked(text) == Asked(text, period, start)


@pytest.mark.parametrize(
    "text", ["", "2026-13", "2026-00", "2026-Q5", "2026-H3", "2026-Q", "26-Q1", "Q1-2026", "2026-Q1 "]
)
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(CloseRefused, match="must be a month"):
        asked(text)


def test_a_close_is_refused_with_its_reason(mine: Path, tmp_path: Path) -> None:
    landing, out = mine / "landing", mine / "out"
    with pytest.raises(CloseRefused, match="before the periods that lie before it: open are plan from 2026-01-01"):
        closed(landing, out, "2026-Q2")
    with pytest.raises(CloseRefused, match="no statement of any plan for 2026-05"):
        closed(landing, out, "2026-05")
    with pytest.raises(CloseRefused, match="no statement of plan nothing for 2026-Q1"):
        closed(landing, out, "2026-Q1", plan_id="nothing")
    with pytest.raises(CloseRefused, match="BY is empty"):
        closed(landing, out, "2026-Q1", approved_by=" ")
    with pytest.raises(CloseRefused, match=r"There is no .*Build it first"):
        closed(landing, tmp_path, "2026-Q1")
    with pytest.raises(CloseRefused, match="not as a build left it"):
        close(landing, out, "2026-Q1", "finance", as_of="2026-05-31", progress=lambda _: None)
    assert not (out / "ledger").exists() or not list((out / "ledger").iterdir())


def test_a_close_posts_every_line_and_closes_every_statement(posted: Path) -> None:
    warehouse = posted / "out/warehouse.duckdb"
    lines = rows(
        warehouse,
        "select payee_id, component_id, event_id, line_kind, amount from incentives.fct_payout_lines order by all",
    )
    assert lines == rows(
        warehouse,
        "select payee_id, component_id, event_id, line_kind, amount from incentives.fct_payout_ledger order by all",
    )
    assert len(lines) > 5 and sum(line[4] for line in lines) > 0
    assert rows(warehouse, "select distinct status from incentives.rpt_statements") == [("closed",)]
    assert rows(warehouse, "select count(*) from incentives.rpt_pending_adjustments") == [(0,)]
    batches = rows(
        warehouse,
        "select batch_no, posted_period_start::varchar, approved_by, line_count, previous_hash, batch_hash"
        " from incentives.fct_ledger_batches order by batch_no",
    )
    assert [batch[:4] for batch in batches] == [
        (1, "2026-01-01", "finance", 0),
        (2, "2026-04-01", "finance", len(lines)),
    ]
    assert batches[0][4] == "" and batches[1][4] == batches[0][5]
    assert verify(posted / "out/ledger", warehouse) == (2, len(lines))
    with pytest.raises(CloseRefused, match="2026-Q2 of any plan is closed already"):
        closed(posted / "landing", posted / "out", "2026-Q2")
    # Readers get it too.
    assert rows(posted / "out/published.duckdb", "select count(*) from incentives.fct_payout_ledger") == [(len(lines),)]


def test_what_lands_after_a_close_is_an_adjustment_that_says_why(posted: Path) -> None:
    landing, out = posted / "landing", posted / "out"
    warehouse = out / "warehouse.duckdb"
    before = rows(warehouse, "from incentives.rpt_statements order by all")
    ledger_before = rows(warehouse, "from incentives.fct_payout_ledger order by all")
    line = {"order_id": "O1", "product_id": "P1", "updated_at": "2026-07-01 09:00:00"}
    add(
        landing,
        "erp/order_lines",
        {**line, "order_line_id": "L1", "quantity": 2, "net_amount": 600},
        {**line, "order_line_id": "L7", "quantity": 1, "net_amount": 80},
    )
    built(landing, out)
    pending = rows(
        warehouse,
        "select payee_id, event_id, posts_into_period_start::varchar, amount::double, reason from incentives.rpt_pending_adjustments"
        " where component_id = 'sales' order by all",
    )
    assert [row[:4] for row in pending] == [
        (payee, f"revenue_booked:{line}", "2026-07-01", amount)
        for payee in ("ann", "bo")
        for line, amount in (("L1", -20.0), ("L7", 4.0))
    ]
    assert pending[0][4] == (
        "revenue_booked:L1 is 600 now (erp/order_lines/more_1.csv 1); at the close it was 1000 (erp/order_lines/rows.csv 1)."
    )
    assert (
        pending[1][4]
        == "revenue_booked:L7 was not paid when the period was closed; erp/order_lines/more_1.csv 2 pays now."
    )
    # Nothing posted has moved, and the next quarter expects the adjustments.
    assert rows(warehouse, "from incentives.fct_payout_ledger order by all") == ledger_before
    assert rows(warehouse, "from incentives.rpt_statements where status = 'closed' order by all") == before
    assert rows(
        warehouse,
        "select payee_id, period_start::varchar, adjustments::double, payable::double from incentives.rpt_statements"
        " where status = 'estimate' order by all",
    ) == [("ann", "2026-07-01", -16.0, -16.0), ("bo", "2026-07-01", -16.0, -16.0)]
    verify(out / "ledger", warehouse)
    # A new warehouse reads the ledger first.
    statements = rows(warehouse, "from incentives.rpt_statements order by all")
    warehouse.unlink()
    built(landing, out)
    assert rows(warehouse, "from incentives.fct_payout_ledger order by all") == ledger_before
    assert rows(warehouse, "from incentives.rpt_statements order by all") == statements


def test_a_plan_that_a_close_used_is_not_edited(mine: Path) -> None:
    landing, out = mine / "landing", mine / "out"
    closed(landing, out, "2026-Q1")
    row = {"plan_id": "plan", "status": "active", "payee_kind": "employee", "currency": "CNY", "period": "quarter"}
    dated = {"valid_from": "2026-01-01", "updated_at": "2026-06-30 10:00:00"}
    add(landing, "plans/plans", {**row, "name": "Another name", **dated})
    built(landing, out)
    with pytest.raises(CloseRefused, match="Rows of plan are no longer those that an earlier close used"):
        closed(landing, out, "2026-Q2")
    # Its end may be set, which the hash leaves out.
    dated["updated_at"] = "2026-06-30 11:00:00"
    add(landing, "plans/plans", {**row, "name": "Plan", **dated, "valid_to": "2027-01-01"})
    built(landing, out)
    assert "1 plans" in closed(landing, out, "2026-Q2")


def test_the_gate_stops_a_close_as_it_stops_a_publication(mine: Path) -> None:
    # One row more than the source says it sent that day.
    line = {"order_line_id": "L9", "order_id": "O1", "product_id": "P1", "quantity": 1, "net_amount": 5}
    add(mine / "landing", "erp/order_lines", {**line, "updated_at": "2026-06-30 09:00:00"})
    with pytest.raises(BuildStopped):
        built(mine / "landing", mine / "out")
    with pytest.raises(BuildStopped, match="quality gate"):
        closed(mine / "landing", mine / "out", "2026-Q1")
    assert not list((mine / "out").glob("ledger/*"))


def _flipped(file: Path, place: int) -> None:
    content = bytearray(file.read_bytes())
    content[place] ^= 1
    file.write_bytes(content)


def test_a_changed_byte_of_any_file_is_found_and_the_file_named(posted: Path, tmp_path: Path) -> None:
    dice = random.Random(5)
    for file in sorted((posted / "out/ledger").iterdir()):
        size = file.stat().st_size
        for place in {0, size - 2, *(dice.randrange(size - 1) for _ in range(6))}:
            ledger = tmp_path / f"{file.name}-{place}"
            shutil.copytree(posted / "out/ledger", ledger)
            _flipped(ledger / file.name, place)
            with pytest.raises(LedgerBroken, match=file.stem):
                verify(ledger, posted / "out/warehouse.duckdb")


def test_a_lost_a_foreign_and_a_moved_file_are_found(posted: Path, tmp_path: Path) -> None:
    files = sorted((posted / "out/ledger").glob("*.parquet"))
    for number, file in enumerate(files):
        ledger = tmp_path / f"lost-{number}"
        shutil.copytree(posted / "out/ledger", ledger)
        (ledger / file.name).unlink()
        with pytest.raises(LedgerBroken):
            verify(ledger, posted / "out/warehouse.duckdb")
        fresh = tmp_path / f"lost-{number}.duckdb"
        shutil.copy(posted / "out/warehouse.duckdb", fresh)
        with pytest.raises(LedgerBroken):
            load(fresh, ledger)
    ledger = tmp_path / "foreign"
    shutil.copytree(posted / "out/ledger", ledger)
    for suffix in (".parquet", ".sha256"):
        (ledger / files[1].with_suffix(suffix).name).rename(ledger / f"000002-0123456789ab{suffix}")
    with pytest.raises(LedgerBroken, match=r"000002-0123456789ab\.parquet does not follow"):
        verify(ledger, posted / "out/warehouse.duckdb")


def test_a_line_that_a_warehouse_changed_is_found(posted: Path, tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    shutil.copy(posted / "out/warehouse.duckdb", warehouse)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("update raw_ledger.lines set amount = amount + 1 where line_no = 1")
    with pytest.raises(LedgerBroken, match="holds other lines of batch 000002"):
        verify(posted / "out/ledger", warehouse)


def test_the_second_of_two_closes_says_why_not(mine: Path) -> None:
    # The first is at work as long as it has the warehouse open for writing.
    holding = multiprocessing.get_context("spawn").Process(
        target=_held, args=(mine / "out/warehouse.duckdb", mine / "held")
    )
    holding.start()
    try:
        while not (mine / "held").exists():
            holding.join(0.05)
        with pytest.raises(WarehouseBusy):
            closed(mine / "landing", mine / "out", "2026-Q1")
    finally:
        holding.kill()
        holding.join()
    assert "2026-Q1 is closed" in closed(mine / "landing", mine / "out", "2026-Q1")


def _held(warehouse: Path, sign: Path) -> None:
    with duckdb.connect(str(warehouse)):
        sign.touch()
        signal.pause()


def _close_telling(landing: Path, out: Path, period: str, telling: Connection) -> None:
    close(landing, out, period, "finance", as_of=AS_OF, progress=telling.send)


def _killed(landing: Path, out: Path, period: str, step: str, nth: int, delay: float) -> bool:
    """Starts a close and kills it `delay` seconds after a step has begun for the nth time; False when it ended before."""
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["tests.orchestration.imported"])
    told, telling = processes.Pipe(duplex=False)
    running = processes.Process(target=_close_telling, args=(landing, out, period, telling))
    running.start()
    telling.close()
    with told, suppress(EOFError):
        for _ in range(nth):
            while not told.recv().endswith(f"s] {step}"):
                pass
        running.join(delay)
        running.kill()
    running.join()
    return running.exitcode == -signal.SIGKILL


MOMENTS = (("ledger", 1, 0.5), *[("close", 1, 1.2)] * 6, ("gate", 2, 2.0), ("publish", 1, 0.8))


def test_closes_killed_at_random_moments_end_as_undisturbed_ones(place: Place) -> None:
    marts = ("fct_payout_ledger", "fct_ledger_batches", "rpt_statements", "rpt_pending_adjustments", "rpt_payments")
    undisturbed = {mart: without_clock(place.at("posted") / "out/warehouse.duckdb", mart) for mart in marts}
    mine = place.at("built")
    dice = random.Random(3)
    killed = 0
    for place, (step, nth, longest) in enumerate(MOMENTS):
        # A close that had posted before it was killed is done: the next kills go to the next quarter.
        period = "2026-Q1" if place < len(MOMENTS) // 2 else "2026-Q2"
        with suppress(CloseRefused):
            killed += _killed(mine / "landing", mine / "out", period, step, nth, dice.uniform(0, longest))
        if place == len(MOMENTS) // 2 - 1:
            with suppress(CloseRefused):
                closed(mine / "landing", mine / "out", "2026-Q1")
    with suppress(CloseRefused):
        closed(mine / "landing", mine / "out", "2026-Q2")
    built(mine / "landing", mine / "out")
    for mart in marts:
        assert without_clock(mine / "out/warehouse.duckdb", mart) == undisturbed[mart], mart
    assert verify(mine / "out/ledger", mine / "out/warehouse.duckdb")[0] == 2
    assert killed >= 4, f"only {killed} closes were killed before they ended"


@pytest.fixture
def marts(posted: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Marts without the rest: plan a is open in January and February 2026, b in January, c is closed."""
    with duckdb.connect() as connection:
        connection.execute("create schema incentives")
        connection.execute(f"attach '{posted / 'out/warehouse.duckdb'}' as warehouse (read_only)")
        for mart in (
            "fct_payout_lines fct_incentive_events rpt_pending_adjustments rpt_plan_periods fct_ledger_batches"
            " rpt_payment_balances"
        ).split():
            connection.execute(f"create table incentives.{mart} as from warehouse.incentives.{mart} limit 0")
        columns = "(plan_id, period, period_start, payee_id, line_kind, amount, currency)"
        for plan, start, payee, amount in (
            ("a", "2026-01-01", "ann", 5),
            ("a", "2026-02-01", "ann", 7),
            ("c", "2026-01-01", "bo", 9),
        ):
            connection.execute(
                f"insert into incentives.fct_payout_lines {columns} values (?, 'month', ?, ?, 'earning', ?, 'CNY')",
                [plan, start, payee, amount],
            )
        for plan, start, end, status, is_over in (
            ("a", "2026-01-01", "2026-02-01", "open", True),
            ("b", "2026-01-01", "2026-02-01", "open", True),
            ("c", "2026-01-01", "2026-02-01", "closed", True),
            ("a", "2026-02-01", "2026-03-01", "open", False),
        ):
            connection.execute(
                "insert into incentives.rpt_plan_periods (plan_id, period, period_start, period_end, status, is_over, plan_hash, as_of_on)"
                " values (?, 'month', ?, ?, ?, ?, ?, '2026-02-01')",
                [plan, start, end, status, is_over, f"hash of {plan}"],
            )
        yield connection


def owed(marts: duckdb.DuckDBPyConnection, *balances: tuple[str, str, float, float, str | None]) -> None:
    """What is carried to payees: payee, currency, carried, minimum, when he left."""
    marts.execute("delete from incentives.rpt_payment_balances")
    for balance in balances:
        marts.execute(
            "insert into incentives.rpt_payment_balances (payee_id, currency, carried, minimum_payment, left_on) values (?, ?, ?, ?, ?)",
            balance,
        )


NOW = datetime(2026, 2, 3)


def test_a_close_of_many_plans_posts_a_batch_each_and_the_lines_of_each(
    marts: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """By the functions alone: two plans, of which one has no line, in the order they are given."""
    owed(marts, ("ann", "CNY", 0, 0, None))
    with pytest.raises(CloseRefused, match="2026-02 is not over"):
        due(marts, asked("2026-02"))
    closes = due(marts, asked("2026-01"))
    assert [of.plan_id for of in closes] == ["a", "b"]
    ids = post(marts, tmp_path / "ledger", closes, "finance", NOW)
    facts: Sequence[Any] = [
        (batch.plan_id, batch.line_count, batch.posted_period_end, batch.plan_hash, batch.close_no, batch.close_size)
        for batch in _batches(tmp_path / "ledger", ids)
    ]
    assert facts == [
        ("a", 1, "2026-02-01", "hash of a", 1, 2),
        ("b", 0, "2026-02-01", "hash of b", 1, 2),
    ]


@pytest.mark.parametrize(
    ("carried", "minimum", "left_on", "paid", "carried_out"),
    [
        (0, 0, None, 5, 0),
        (-5, 0, None, 0, 0),
        (-5.01, 0, None, 0, -0.01),
        (-5.01, 0, "2026-01-31", 0, -0.01),
        (0, 5, None, 5, 0),
        (0, 5.01, None, 0, 5),
        (0.01, 5.01, None, 5.01, 0),
        (0, 5.01, "2026-01-31", 5, 0),
    ],
)
def test_what_a_close_pays_and_what_it_carries(
    marts: duckdb.DuckDBPyConnection,
    tmp_path: Path,
    carried: float,
    minimum: float,
    left_on: str | None,
    paid: float,
    carried_out: float,
) -> None:
    """ann is posted 5. Nothing is posted for the others: dee, who has left, gets what was kept for him, and what eve owes stays."""
    others = (("cy", "CNY", 3, 10, None), ("dee", "CNY", 4, 10, "2026-01-31"), ("eve", "CNY", -4, 0, "2026-01-31"))
    owed(marts, ("ann", "CNY", carried, minimum, left_on), *others)
    ids = post(marts, tmp_path / "ledger", due(marts, asked("2026-01")), "finance", NOW)
    (of_ann, of_dee) = rows_of(payments_file(tmp_path / "ledger", next(_batches(tmp_path / "ledger", ids))))
    assert of_ann == ("ann", 5, carried, minimum, paid, carried_out)
    assert of_dee == ("dee", 0, 4, 10, 4, 0)


def test_a_preview_says_what_would_be_posted_and_paid(marts: duckdb.DuckDBPyConnection) -> None:
    owed(marts, ("ann", "CNY", -7, 0, None))
    marts.execute(
        "insert into incentives.fct_payout_lines (plan_id, period, period_start, payee_id, line_kind, amount, currency)"
        " values ('b', 'month', '2026-01-01', 'bo', 'earning', 30, 'PTS')"
    )
    columns, found = preview(marts, due(marts, asked("2026-01")))
    assert columns == "currency status payees lines adjustments posted carried_in paid carried_out".split()
    assert found == [("CNY", "carried", 1, 1, 0, 5, -7, 0, -2), ("PTS", "no money", 1, 1, 0, 30, None, None, None)]


def test_a_preview_posts_nothing(mine: Path) -> None:
    told = close(
        mine / "landing", mine / "out", "2026-Q1", "finance", as_of=AS_OF, previewing=True, progress=lambda _: None
    )
    assert told.startswith("2026-Q1 would post 1 batches; nothing is posted yet.")
    assert not list((mine / "out/ledger").glob("*"))


def rows_of(file: Path) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        return connection.execute(
            "select payee_id, posted::double, carried_in::double, minimum_payment::double, paid::double, carried_out::double"
            " from read_parquet(?) order by line_no",
            [str(file)],
        ).fetchall()


class Killed(BaseException):
    """What a kill looks like from inside: nothing after it runs."""


def test_a_close_that_dies_counts_as_a_whole_or_not_at_all(
    marts: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped before each of its changes to the folder, one after the other: six files of two batches and payments, and the note."""
    owed(marts, ("ann", "CNY", 0, 0, None))
    closes = due(marts, asked("2026-01"))
    replace, done = os.replace, 0
    outcomes = []
    for stop in range(9):
        ledger = tmp_path / str(stop)
        warehouse = tmp_path / f"{stop}.duckdb"

        def stopping(source: Path, target: Path, stop: int = stop) -> None:
            nonlocal done
            if done == stop:
                raise Killed
            done += 1
            replace(source, target)

        done = 0
        with monkeypatch.context() as patch, suppress(Killed):
            patch.setattr(os, "replace", stopping)
            post(marts, ledger, closes, "finance", NOW)
        found = load(warehouse, ledger)
        outcomes.append(found)
        if not found:
            # The next one begins afresh.
            post(marts, ledger, closes, "finance", NOW)
            assert load(warehouse, ledger) == 2
        assert [batch.line_count for _, batch in batches(ledger)] == [1, 0]
        assert len(list(ledger.iterdir())) == 6, "nothing is left over"
    assert outcomes == [0, *[2] * 8]


def test_payments_that_a_warehouse_changed_and_files_of_a_close_that_are_lost_are_found(
    posted: Path, tmp_path: Path
) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    shutil.copy(posted / "out/warehouse.duckdb", warehouse)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("update raw_ledger.payments set paid = paid + 1 where line_no = 1")
    with pytest.raises(LedgerBroken, match="holds other payments of batch 000002"):
        verify(posted / "out/ledger", warehouse)


def test_payment_files_hold_whom_a_close_pays_and_no_formula(posted: Path) -> None:
    out = posted / "out"
    files = sorted(file.name for file in (out / "payments").iterdir())
    assert files == [
        f"{stem}.{kind}"
        for stem in ("000001_quarter_2026-01-01", "000002_quarter_2026-04-01")
        for kind in ("csv", "xlsx")
    ]
    with (out / "payments/000002_quarter_2026-04-01.csv").open(encoding="utf-8-sig", newline="") as text:
        listed = list(csv.DictReader(text))
    paid = rows(
        out / "warehouse.duckdb", "select payee_id, paid from incentives.rpt_payments where paid > 0 order by 1"
    )
    assert [(row["payee_id"], row["paid"]) for row in listed] == [(payee, str(amount)) for payee, amount in paid]
    assert len(paid) >= 3
    # A name that a spreadsheet would work out stays a name, in both files; a file that is there is left alone.
    user = {"user_id": "ann", "name": "=HYPERLINK(1)", "currency": "CNY", "hired_on": "2020-01-01"}
    add(posted / "landing", "crm/users", {**user, "updated_at": "2026-07-01 09:00:00"})
    kept = (out / "payments/000001_quarter_2026-01-01.csv").read_bytes()
    for file in (out / "payments").glob("000002*"):
        file.unlink()
    built(posted / "landing", out)
    assert (out / "payments/000001_quarter_2026-01-01.csv").read_bytes() == kept
    assert b"'=HYPERLINK(1)" in (out / "payments/000002_quarter_2026-04-01.csv").read_bytes()
    sheet = load_workbook(out / "payments/000002_quarter_2026-04-01.xlsx")["payments"]
    (of_ann,) = [row for row in sheet.iter_rows(min_row=2) if row[3].value == "ann"]
    assert (of_ann[4].value, of_ann[4].data_type) == ("'=HYPERLINK(1)", "s")
    assert of_ann[7].data_type == "n"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "  =1", "＝1+1", "\x00=1", "\r=1"])
def test_no_text_of_a_payment_file_is_a_formula(text: str) -> None:
    assert safe(text).startswith("'")


@pytest.mark.parametrize("text", ["", "Ann", "1-2", "王 =", "O'Neil"])
def test_other_text_of_a_payment_file_is_left_alone(text: str) -> None:
    assert safe(text) == text


def _batches(folder: Path, ids: Sequence[str]) -> Iterator[Any]:
    for (file, batch), batch_id in zip(batches(folder), ids, strict=True):
        assert file.stem == batch.batch_id == batch_id
        yield batch
