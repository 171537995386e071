"""The simulated company: the same bytes for the same seed, every raw table, and every ugly case in the files."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from demo import ugly
from demo.__main__ import main
from demo.files import CONTRACT
from demo.simulation import Demo, simulate

ROOT = Path(__file__).resolve().parents[2]
CASES = [case.__name__ for case in [*ugly.PEOPLE, *ugly.RECORDS, *ugly.PLANS, *ugly.FILES]]
READERS = {".csv": "read_csv", ".gz": "read_json", ".parquet": "read_parquet"}


def _quiet(_: str) -> None:
    """Says nothing."""


@pytest.fixture(scope="module")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("huaxing")


@pytest.fixture(scope="module")
def demo(landing: Path) -> Demo:
    return simulate(landing, seed=7, scale=1, months=18, say=_quiet)


class Files:
    """The landed files as SQL views, `<source>_<table>`: every cell is text and `file` names where it stands."""

    def __init__(self, landing: Path) -> None:
        self.connection = duckdb.connect()
        for folder in sorted(landing.glob("*/*")):
            selects = [
                f"select columns(*)::varchar, '{path.name}' as file from {READERS[path.suffix]}('{path}'"
                + {".csv": ", all_varchar = true, header = true)", ".gz": ")", ".parquet": ")"}[path.suffix]
                for path in sorted(folder.iterdir())
            ]
            self.connection.execute(
                f"create table {folder.parent.name}_{folder.name} as " + " union all by name ".join(selects)
            )

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        return self.connection.execute(query, list(values)).fetchall()

    def one(self, query: str, *values: object) -> Any:
        return self.rows(query, *values)[0][0]


@pytest.fixture(scope="module")
def files(landing: Path, demo: Demo) -> Iterator[Files]:
    assert demo.rows
    opened = Files(landing)
    yield opened
    opened.connection.close()


def _hashes(folder: Path) -> Mapping[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_seed_gives_the_same_bytes_and_another_one_others(tmp_path: Path) -> None:
    for name, seed in (("one", 7), ("two", 7), ("other", 8)):
        simulate(tmp_path / name, seed=seed, scale=0.2, months=9, say=_quiet)
    assert _hashes(tmp_path / "one") == _hashes(tmp_path / "two")
    assert _hashes(tmp_path / "one") != _hashes(tmp_path / "other")


def test_archives_carry_no_time(landing: Path, demo: Demo) -> None:
    archives = sorted(landing.rglob("*.gz"))
    assert archives
    assert {path.read_bytes()[4:8] for path in archives} == {bytes(4)}


def test_every_raw_table_is_there_in_three_formats(demo: Demo, landing: Path) -> None:
    assert set(demo.rows) == {*CONTRACT, "plans.quotas", "plans.plan_assignments"}
    assert {path.suffix for path in landing.rglob("*") if path.is_file()} == set(READERS)
    assert 54_000 < demo.rows["erp.order_lines"] < 66_000
    assert demo.rows["crm.teams"] == 14
    assert demo.rows["channel.dealers"] == 45
    assert demo.rows["erp.products"] == 60


@pytest.mark.parametrize("table", CONTRACT)
def test_columns_are_those_of_the_contract(table: str, files: Files) -> None:
    held = {name for (name,) in files.rows(f"select column_name from (describe {table.replace('.', '_')})")}
    assert held - {"file", "is_deleted", "wechat_official_account"} == set(CONTRACT[table]["columns"])


def test_nothing_is_dated_after_the_last_day(files: Files) -> None:
    for table in CONTRACT:
        newest = files.one(f"select max(try_cast(updated_at as timestamp)) from {table.replace('.', '_')}")
        assert str(newest) <= "2026-06-30 15:59:59", table


def test_money_fits_the_minor_unit_of_its_currency(files: Files) -> None:
    lines = "erp_order_lines inner join (select distinct order_id, currency from erp_orders) using (order_id)"
    assert not files.rows(f"select * from {lines} where net_amount::decimal(18, 4) * 100 % 1 <> 0 limit 3")
    kept = "order_line_id not in (select order_line_id from erp_order_lines where file like '%corrections%')"
    assert not files.rows(
        f"select * from {lines} where currency = 'JPY' and net_amount::decimal(18, 4) % 1 <> 0 and {kept} limit 3"
    )


def test_every_case_says_what_it_planted(demo: Demo) -> None:
    assert list(demo.planted) == CASES
    assert len(CASES) >= 12
    assert [case for case, planted in demo.planted.items() if not planted.keys] == []
    assert all(getattr(ugly, case).__doc__ for case in CASES)


#: What the files hold of each case: the distinct keys of this query are exactly those planted.
KEYS = {
    "transfers_in_mid_period": "select user_id as k from crm_user_assignments group by 1 having count(*) = 2",
    "exits_in_mid_period": "select user_id as k from crm_users where terminated_on is not null",
    "accounts_handed_over": (
        "select account_id as k from crm_accounts group by 1 having count(distinct owner_user_id) > 1"
    ),
    "thirds": "select order_id as k from erp_order_splits where share = '0.3333' group by 1 having count(*) = 3",
    "splits_that_do_not_add_up": (
        "select order_id as k from erp_order_splits group by 1 having abs(sum(share::decimal(18, 4)) - 1) > 0.0001"
    ),
    "overlays": "select opportunity_id as k from crm_opportunity_team where kind = 'overlay'",
    "orders_at_midnight": (
        "select order_id as k from erp_orders"
        " where strftime(ordered_at::timestamp, '%m-%d') in ('12-31', '03-31', '06-30', '09-30')"
        " and ordered_at::timestamp::time between '16:00:00' and '16:10:00' and sales_user_id is not null"
    ),
    "returns_in_a_later_quarter": "select return_id as k from erp_returns where return_id like 'RET-Q%'",
    "currency_without_rate": "select order_id as k from erp_orders where currency = 'SGD'",
    "cash_in_another_currency": "select payment_id as k from erp_payments where currency = 'EUR'",
    "late_rows": (
        "select order_id as k from erp_orders where status <> 'cancelled' and ordered_at >= '2025'"
        " and updated_at::timestamp > ordered_at::timestamp + interval 40 day"
    ),
    "cancellations": "select order_id as k from erp_orders where status = 'cancelled'",
    "lines_without_cost": "select order_line_id as k from erp_order_lines where cost_amount is null",
    "deals_in_three_currencies": "select min_by(order_id, ordered_at || order_id) as k from erp_orders"
    " where currency in ('CNY', 'USD', 'JPY') group by currency",
    "corrected_rows": "select order_line_id as k from erp_order_lines group by 1 having count(distinct net_amount) > 1",
    "deletions": "select order_line_id as k from erp_order_lines where is_deleted = 'true'",
    "deleted_activities": "select activity_id as k from crm_activities where is_deleted = 'true'",
    "bad_types": (
        "select payment_id as k from erp_payments where file = 'payments_by_hand.csv' and payment_id is not null"
        " and (try_cast(amount as decimal(18, 4)) is null or try_cast(paid_on as date) is null or currency is null)"
    ),
    "unknown_columns": "select account_id as k from crm_accounts where wechat_official_account is not null",
}


@pytest.mark.parametrize("case", KEYS)
def test_the_case_is_in_the_files(case: str, demo: Demo, files: Files) -> None:
    found = {key for (key,) in files.rows(f"select distinct k from ({KEYS[case]})")}
    assert found == set(demo.planted[case].keys)


def test_redelivered_files_bring_nothing_new(demo: Demo, landing: Path) -> None:
    copied, resent = demo.planted["redelivered_files"].keys
    folder = landing / "erp" / "payments"
    assert (folder / copied).read_bytes() == (folder / copied.replace("_again", "")).read_bytes()
    first = (folder / resent.replace("_resent", "")).read_text(encoding="utf-8").splitlines()
    again = (folder / resent).read_text(encoding="utf-8").splitlines()
    assert again != first
    assert sorted(again) == sorted(first)


def test_the_payee_without_quota_had_one_before(demo: Demo, files: Files) -> None:
    (payee,) = demo.planted["payee_without_quota"].keys
    assert files.one("select max(period_start) from plans_quotas where subject_id = ?", payee) == "2025-10-01"
    assert files.one("select max(terminated_on) from crm_users where user_id = ?", payee) is None


def test_no_case_is_without_a_test() -> None:
    assert set(CASES) == {*KEYS, "redelivered_files", "payee_without_quota"}


def test_most_people_reach_between_four_tenths_and_sixteen_tenths_of_their_quota(files: Files) -> None:
    """Attainment of sellers employed all the time, before splits and returns."""
    attained = files.rows(
        """
        with orders as (
            select order_id, any_value(sales_user_id) as user_id, min(ordered_at)::timestamp + interval 8 hour as sold
            from erp_orders group by 1 having count(*) filter (status = 'cancelled') = 0
        ),
        sold as (
            select
                orders.user_id, date_trunc('quarter', orders.sold) as period,
                sum(net_amount::decimal(18, 2)) as total
            from orders inner join erp_order_lines using (order_id)
            where is_deleted is null group by 1, 2
        )
        select (sold.total / quota::decimal(18, 2))::double
        from plans_quotas inner join sold on subject_id = user_id and period_start = sold.period
        inner join crm_users on crm_users.user_id = sold.user_id
        where subject_kind = 'payee' and terminated_on is null and hired_on < period_start
        """
    )
    rates = sorted(rate for (rate,) in attained)
    assert len(rates) > 250
    assert sum(0.4 <= rate <= 1.6 for rate in rates) / len(rates) > 0.9
    assert 0.85 < rates[len(rates) // 2] < 1.1


def test_quarters_end_busily_and_the_spring_festival_is_quiet(files: Files) -> None:
    months = dict(
        files.rows(
            "select strftime(ordered_at::timestamp + interval 8 hour, '%Y-%m'), count(distinct order_id)"
            " from erp_orders where ordered_at >= '2025-01-02' group by 1"
        )
    )
    assert months["2025-12"] > 1.7 * months["2025-02"]
    assert months["2026-06"] > 1.2 * months["2026-05"]


def test_cash_comes_late(files: Files) -> None:
    late = files.one(
        "select avg((paid_on::date > due_on::date)::int) from erp_payments inner join erp_invoices using (invoice_id)"
        " where erp_payments.file like 'payments_2%'"
    )
    assert 0.4 < late < 0.8


def test_plans_name_only_what_the_company_has(files: Files) -> None:
    with (ROOT / "seeds/plans/plan_assignments.csv").open(encoding="utf-8") as file:
        subjects = {(row["subject_kind"], row["subject_id"]) for row in csv.DictReader(file)}
    held = {
        *files.rows("select 'role', role from crm_user_assignments"),
        *files.rows("select 'team', team_id from crm_teams"),
        *files.rows("select 'region', region from crm_user_assignments"),
        *files.rows("select 'region', region from channel_dealers"),
        *files.rows("select 'dealer_tier', tier from channel_dealers"),
        ("all", ""),
        *(("tenure_band", band) for band in ("0-90", "91-180")),
    }
    assert subjects <= held
    roles = {subject for kind, subject in subjects if kind == "role"}
    on_a_team = {"overseas_sales"}
    assert {role for (role,) in files.rows("select distinct role from crm_user_assignments")} <= roles | on_a_team


def test_seeds_describe_every_column_once() -> None:
    for path in sorted((ROOT / "seeds/plans").glob("*.csv")):
        (seed,) = yaml.safe_load(path.with_suffix(".yml").read_text(encoding="utf-8"))["seeds"]
        header = next(csv.reader(path.open(encoding="utf-8")))
        assert [column["name"] for column in seed["columns"]] == header
        assert list(seed["config"]["column_types"]) == header


def test_a_folder_that_holds_files_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "kept.csv").write_text("a\n", encoding="utf-8")
    with pytest.raises(SystemExit):
        main(["--out", str(tmp_path)])
    assert "holds files already" in capsys.readouterr().err
