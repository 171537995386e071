"""Three closes with a correction between the first two: what was known at each is rebuilt from landed files and ledger alone."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from orchestration.build import BuildStopped, build
from orchestration.ledger import LedgerBroken, store, verify
from orchestration.ledger.closing import CloseRefused, close, kept_choices
from tests.ledger.test_ledger import add, rows
from tests.small_company import write_landing

FIRST, SECOND, THIRD = "2026-03-31", "2026-07-15", "2026-09-30"
MARTS = (
    "fct_payout_ledger",
    "fct_ledger_batches",
    "rpt_statements",
    "rpt_pending_adjustments",
    "rpt_plan_periods",
    "rpt_statement_history",
)
Marts = dict[str, list[tuple[Any, ...]]]


def marts(warehouse: Path) -> Marts:
    return {mart: rows(warehouse, f"from incentives.{mart} order by all") for mart in MARTS}


def _quiet(_: str) -> None:
    """Says nothing."""


def order(landing: Path, order_id: str, user: str, line_id: str, day: str, amount: int) -> None:
    ordered = {"order_id": order_id, "account_id": "A1", "sales_user_id": user, "channel": "direct"}
    stamp = {"status": "fulfilled", "currency": "CNY", "updated_at": f"{day} 03:00:00"}
    add(landing, "erp/orders", {**ordered, "ordered_at": f"{day} 02:00:00", **stamp})
    priced(landing, order_id, line_id, day, amount)


def priced(landing: Path, order_id: str, line_id: str, day: str, amount: int) -> None:
    line = {"order_line_id": line_id, "order_id": order_id, "product_id": "P1", "quantity": 1, "net_amount": amount}
    add(landing, "erp/order_lines", {**line, "updated_at": f"{day} 03:00:00"})


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Marts]]:
    """The folder in which three quarters were closed, each by an increment, and what the marts said right after each close."""
    folder = tmp_path_factory.mktemp("lived")
    landing, out = folder / "landing", folder / "out"
    write_landing(landing)
    order(landing, "O6", "ann", "L10", "2026-02-10", 1000)
    said = dict[str, Marts]()
    told: list[str] = []
    for day, quarter in ((FIRST, "2026-Q1"), (SECOND, "2026-Q2"), (THIRD, "2026-Q3")):
        build(landing, out, as_of=day, judging=False, progress=told.append)
        close(landing, out, quarter, "finance", as_of=day, publishing=False, progress=_quiet)
        said[day] = marts(out / "warehouse.duckdb")
        if day == FIRST:
            priced(landing, "O6", "L10", "2026-04-20", 600)
        elif day == SECOND:
            order(landing, "O7", "bo", "L11", "2026-08-05", 500)
    assert sum("all models are built" in text for text in told) == 1, "a later day is no increment"
    return folder, said


@pytest.fixture(scope="module")
def rebuilt(
    lived: tuple[Path, dict[str, Marts]], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, Marts]]:
    """What landed files and ledger give for two of these days: of copies of them, so that nothing else can be read."""
    folder = tmp_path_factory.mktemp("rebuilt")
    for name in ("landing", "out/ledger"):
        shutil.copytree(lived[0] / name, folder / Path(name).name)
    said = dict[str, Marts]()
    for day in (FIRST, SECOND):
        build(folder / "landing", folder / "then", as_of=day, ledger=folder / "ledger", judging=False, progress=_quiet)
        said[day] = marts(folder / "then/warehouse.duckdb")
    return folder, said


def test_a_day_after_which_nothing_was_corrected_is_as_it_was(
    lived: tuple[Path, dict[str, Marts]], rebuilt: tuple[Path, dict[str, Marts]]
) -> None:
    assert rebuilt[1][SECOND] == lived[1][SECOND]
    assert len(lived[1][SECOND]["fct_ledger_batches"]) == 2 < len(lived[1][THIRD]["fct_ledger_batches"])


def test_a_day_before_a_correction_differs_by_it_and_by_nothing_else(
    lived: tuple[Path, dict[str, Marts]], rebuilt: tuple[Path, dict[str, Marts]]
) -> None:
    now, then = rebuilt[1][FIRST], lived[1][FIRST]
    for mart in ("fct_payout_ledger", "fct_ledger_batches"):
        assert now[mart] == then[mart]
        assert then[mart]
    assert then["rpt_pending_adjustments"] == []
    ((payee, _, component, event, _, earned, posts_into, amount, *_),) = now["rpt_pending_adjustments"]
    assert (payee, component, event, str(earned), str(posts_into), amount) == (
        "ann", "sales", "revenue_booked:L10", "2026-01-01", "2026-04-01", -40
    )  # fmt: skip
    # What is pending is expected of the next quarter, of which that day knew nothing.
    (expected,) = set(now["rpt_statements"]) - set(then["rpt_statements"])
    assert set(then["rpt_statements"]) < set(now["rpt_statements"])
    assert (expected[0], str(expected[4]), expected[5], expected[7]) == ("ann", "2026-04-01", "estimate", -40)


def test_each_close_and_today_say_what_a_closed_period_pays(lived: tuple[Path, dict[str, Marts]]) -> None:
    told = rows(
        lived[0] / "out/warehouse.duckdb",
        "select as_of_on::varchar, batch_no, amount::double, difference::double from incentives.rpt_statement_history"
        " where payee_id = 'ann' and period_start = '2026-01-01' order by as_of_on, batch_no nulls last",
    )
    assert told == [
        (FIRST, 1, 100.0, 0.0),
        (SECOND, 2, 60.0, -40.0),
        (THIRD, 3, 60.0, -40.0),
        (THIRD, None, 60.0, -40.0),
    ]


def test_a_folder_that_reads_a_ledger_of_others_closes_nothing_into_it(
    rebuilt: tuple[Path, dict[str, Marts]], tmp_path: Path
) -> None:
    landing, ledger, out = (rebuilt[0] / name for name in ("landing", "ledger", "then"))
    assert kept_choices(out).ledger_of(out) == ledger
    assert verify(ledger, out / "warehouse.duckdb")[0] == 2
    with pytest.raises(CloseRefused, match="only reads the ledger in"):
        close(landing, out, "2026-Q3", "finance", as_of=SECOND, progress=_quiet)
    with pytest.raises(BuildStopped, match=r"was built with LEDGER .* \(now its own\)"):
        build(landing, out, as_of=SECOND, progress=_quiet)
    with pytest.raises(BuildStopped, match="There is no ledger in"):
        build(landing, tmp_path / "other", ledger=tmp_path / "nothing", progress=_quiet)


def test_one_folder_goes_back_and_on_again_and_closes_nothing_behind_its_ledger(
    lived: tuple[Path, dict[str, Marts]],
) -> None:
    landing, out = lived[0] / "landing", lived[0] / "out"
    warehouse = out / "warehouse.duckdb"
    told: list[str] = []
    build(landing, out, as_of="2026-07-14", judging=False, progress=told.append)
    assert any("closes that had been posted then lie after this day" in text for text in told)
    assert rows(warehouse, "select batch_no from incentives.fct_ledger_batches") == [(1,)]
    assert verify(out / "ledger", warehouse)[0] == 1
    with pytest.raises(CloseRefused, match=r"ends on 2026-07-14, and the ledger was last closed as of 2026-09-30"):
        close(landing, out, "2026-Q2", "finance", as_of="2026-07-14", publishing=False, progress=_quiet)
    told.clear()
    build(landing, out, as_of=THIRD, judging=False, progress=told.append)
    assert not any("all models are built" in text for text in told)
    assert marts(warehouse) == lived[1][THIRD]


def test_a_batch_of_an_earlier_day_than_the_one_before_it_breaks_the_ledger(
    lived: tuple[Path, dict[str, Marts]], monkeypatch: pytest.MonkeyPatch
) -> None:
    read = store._read
    monkeypatch.setattr(store, "_read", lambda connection, file: _earlier(read(connection, file)))
    with pytest.raises(LedgerBroken, match="does not follow"):
        list(store.batches(lived[0] / "out/ledger"))


def _earlier(batch: Any) -> Any:
    """A batch that says it is of the first day, where it is the third, and is whole by itself."""
    return _Moved(batch) if batch.batch_no == 3 else batch


class _Moved:
    def __init__(self, batch: Any) -> None:
        self.batch, self.as_of_on = batch, FIRST

    def __getattr__(self, name: str) -> Any:
        return getattr(self.batch, name)
