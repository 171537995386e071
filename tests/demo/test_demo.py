"""The simulated company: the same bytes for the same seed, every raw table, and every ugly case in the files."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import yaml

from demo import simulation, ugly
from demo.__main__ import main
from demo.files import CONTRACT, CONTROLLED, DELIVERED
from demo.simulation import Demo, simulate
from tests.demo.landed import READERS, Files

ROOT = Path(__file__).resolve().parents[2]
CASES = [case.__name__ for case in [*ugly.PEOPLE, *ugly.RECORDS, *ugly.PLANS, *ugly.FILES]]


def _quiet(_: str) -> None:
    """Says nothing."""


@pytest.fixture(scope="module")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("huaxing")


@pytest.fixture(scope="module")
def demo(landing: Path) -> Demo:
    return simulate(landing, seed=7, scale=1, months=18, say=_quiet)


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


@pytest.fixture(scope="module")
def branches(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company of three small branches, twice."""
    out = tmp_path_factory.mktemp("branches")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(simulation, "BRANCH_SCALE", 0.1)
        for name in ("one", "two"):
            simulate(out / name, seed=7, scale=0.25, months=6, say=_quiet)
    return out


def test_branches_give_the_same_bytes_whichever_is_done_first(branches: Path) -> None:
    assert _hashes(branches / "one") == _hashes(branches / "two")


def test_large_tables_come_as_parquet_in_parts_and_others_as_one_file(branches: Path) -> None:
    landing = branches / "one"
    for table, (_, every) in DELIVERED.items():
        folder = landing / table.replace(".", "/")
        name = folder.name
        wanted = {f"{name}.csv"} if every == "once" else {f"{name}_part-{number:03d}.parquet" for number in range(3)}
        assert wanted <= {path.name for path in folder.iterdir()}, table
        assert not list(folder.glob("*_20*")), table


def test_branches_share_no_key_and_hang_below_the_head_office(branches: Path) -> None:
    held = Files(branches / "one")
    for table in ("crm_users", "crm_accounts", "erp_orders", "erp_order_lines", "channel_dealers", "crm_teams"):
        key = CONTRACT[table.replace("_", ".", 1)]["key"][0]
        # Whoever has a key has all its versions: the parts of a table, in which each key is in one.
        assert not held.rows(
            f"select {key} from {table} where file like '%part%' group by {key} having count(distinct file) > 1 limit 3"
        ), table
    assert not held.rows("select * from crm_teams where parent_team_id not in (select team_id from crm_teams)")
    assert not held.rows("select * from crm_user_assignments where team_id not in (select team_id from crm_teams)")
    assert not held.rows("select * from crm_user_assignments where manager_id not in (select user_id from crm_users)")
    assert held.one("select count(*) from crm_teams where parent_team_id = 'T11'") == 2
    own, branches_own, total = held.rows(
        """
        select
            sum(quota::bigint) filter (subject_id in (
                select user_id from crm_user_assignments group by 1 having max_by(team_id, valid_from) = 'T12'
            )),
            sum(quota::bigint) filter (subject_id like 'T12-%'),
            sum(quota::bigint) filter (subject_id = 'T12')
        from plans_quotas where period_start = '2026-01-01'
        """
    )[0]
    assert own > 0 < branches_own
    assert total == own + branches_own
    held.connection.close()


def test_archives_carry_no_time(landing: Path, demo: Demo) -> None:
    archives = sorted(landing.rglob("*.gz"))
    assert archives
    assert {path.read_bytes()[4:8] for path in archives} == {bytes(4)}


def test_every_raw_table_is_there_in_three_formats(demo: Demo, landing: Path) -> None:
    assert set(demo.rows) == {
        *CONTRACT,
        *(f"plans.{name}" for name in ("quotas", "plan_assignments", "plans", "plan_components")),
    }
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
        newest = files.one(
            f"select max(try_cast(updated_at as timestamp)) from {table.replace('.', '_')} where file not like '%future%'"
        )
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


#: Who had left at the end: a later version may have them back.
LEAVERS = (
    "select user_id, max_by(coalesce(terminated_on, ''), updated_at) as terminated_on from crm_users"
    " group by 1 having max_by(coalesce(terminated_on, ''), updated_at) <> ''"
)
#: What the files hold of each case: the distinct keys of this query are exactly those planted.
KEYS = {
    "transfers_in_mid_period": (
        "select one.user_id as k from crm_user_assignments as one inner join crm_user_assignments as next"
        " on one.user_id = next.user_id and one.valid_to = next.valid_from"
    ),
    "exits_in_mid_period": f"select user_id as k from ({LEAVERS})",
    "rehired": (
        "select user_id as k from crm_users group by 1 having bool_or(terminated_on is not null)"
        " and max_by(coalesce(terminated_on, ''), updated_at) = ''"
    ),
    "overlapping_positions": (
        "select one.user_id as k from crm_user_assignments as one inner join crm_user_assignments as next"
        " on one.user_id = next.user_id and one.valid_from < next.valid_from and one.valid_to is null"
    ),
    "ends_that_never_come": "select user_id as k from crm_user_assignments where valid_to = '9999-12-31'",
    "overlapping_leave": (
        "select inside.absence_id as k from crm_absences as inside inner join crm_absences as around using (user_id)"
        " where inside.absence_id <> around.absence_id and inside.absence_id like 'ABS-I%'"
        " and inside.starts_on >= around.starts_on and inside.ends_on <= around.ends_on"
    ),
    "dealers_who_left": "select dealer_id as k from channel_dealers where terminated_on is not null",
    "sales_after_the_contract": (
        "select sell_through_id as k from channel_sell_through inner join channel_dealers using (dealer_id)"
        " where sold_on > terminated_on"
    ),
    "overlapping_registrations": (
        "select one.account_id as k from crm_deal_registrations as one inner join crm_deal_registrations as other"
        " on one.account_id = other.account_id and one.registration_id <> other.registration_id"
        " where one.dealer_id <> other.dealer_id and one.status = 'approved' and other.status = 'approved'"
        " and one.registered_at::date <= other.expires_on::date and other.registered_at::date <= one.expires_on::date"
    ),
    "accounts_handed_over": (
        "select account_id as k from crm_accounts group by 1 having count(distinct owner_user_id) > 1"
    ),
    "thirds": "select order_id as k from erp_order_splits where share = '0.3333' group by 1 having count(*) = 3",
    "shares_at_the_edge": (
        "select order_id as k from erp_order_splits group by 1 having sum(share::decimal(18, 6)) = 1.0001"
    ),
    "shares_of_people_who_left": (
        f"select order_id as k from erp_order_splits inner join ({LEAVERS}) using (user_id) inner join erp_orders"
        " using (order_id) where share = '0.5000' and terminated_on < ordered_at"
    ),
    "splits_that_do_not_add_up": (
        "select order_id as k from erp_order_splits where file not like '%by_hand%'"
        " group by 1 having abs(sum(share::decimal(18, 4)) - 1) > 0.0001"
    ),
    "too_many_decimals": "select order_id as k from erp_order_splits where share = '0.49995'",
    "overlays": "select opportunity_id as k from crm_opportunity_team where kind = 'overlay'",
    "orders_at_midnight": (
        "select order_id as k from erp_orders"
        " where strftime(ordered_at::timestamp, '%m-%d') in ('12-31', '03-31', '06-30', '09-30')"
        " and ordered_at::timestamp::time between '16:00:00' and '16:10:00' and sales_user_id is not null"
    ),
    "orders_after_leaving": (
        f"select order_id as k from erp_orders inner join ({LEAVERS}) on sales_user_id = user_id"
        " where ordered_at::timestamp + interval 8 hour > terminated_on::date + interval 1 day"
    ),
    "zero_value_lines": "select order_line_id as k from erp_order_lines where net_amount::decimal(18, 2) = 0",
    "returns_in_a_later_quarter": "select return_id as k from erp_returns where return_id like 'RET-Q%'",
    "orders_returned_whole": (
        "select order_id as k from erp_order_lines left join erp_returns using (order_line_id)"
        " group by 1 having count(distinct order_line_id) > 1 and bool_and(return_id like 'RET-W%')"
    ),
    "over_returns": (
        "select order_line_id as k from erp_returns inner join (select order_line_id, max(quantity) as sold"
        " from erp_order_lines group by 1) using (order_line_id) where is_deleted is null"
        " group by 1 having sum(quantity::decimal(18, 4)) > max(sold::decimal(18, 4))"
    ),
    "currency_without_rate": "select order_id as k from erp_orders where currency = 'SGD'",
    "cash_in_another_currency": "select payment_id as k from erp_payments where currency = 'EUR'",
    "invoices_in_another_currency": "select invoice_id as k from erp_invoices where currency = 'EUR'",
    "credit_notes": "select invoice_id as k from erp_invoices where net_amount::decimal(18, 2) < 0",
    "reassigned_orders": (
        "select order_id as k from erp_orders where sales_user_id is not null"
        " group by 1 having count(distinct sales_user_id) > 1"
    ),
    "deals_reopened": (
        "select opportunity_id as k from crm_opportunities"
        " group by 1 having bool_or(is_won::bool) and not max_by(is_won::bool, updated_at::timestamp)"
    ),
    "late_rows": (
        "select order_id as k from erp_orders where is_deleted is null and status <> 'cancelled' and ordered_at >= '2025'"
        " and updated_at::timestamp > ordered_at::timestamp + interval 40 day"
    ),
    "cancellations": "select order_id as k from erp_orders where status = 'cancelled'",
    "lines_without_cost": "select order_line_id as k from erp_order_lines where cost_amount is null",
    "deals_in_three_currencies": "select min_by(order_id, ordered_at || order_id) as k from erp_orders"
    " where currency in ('CNY', 'USD', 'JPY') group by currency",
    "corrected_rows": (
        "select order_line_id as k from erp_order_lines group by 1"
        " having count(distinct net_amount) > 1 and count(distinct updated_at) > 1"
    ),
    "versions_of_one_moment": (
        "select order_line_id as k from erp_order_lines group by 1, updated_at having count(distinct net_amount) > 1"
    ),
    "repeated_rows": (
        "select payment_id as k from erp_payments group by 1, file, paid_on, amount, updated_at having count(*) = 2"
    ),
    "unknown_references": (
        "select order_line_id as k from erp_order_lines where product_id not in (select product_id from erp_products)"
    ),
    "deletions": "select order_line_id as k from erp_order_lines where is_deleted = 'true'",
    "deletions_of_every_kind": " union all ".join(
        f"select {key} as k from {table.replace('.', '_')} where is_deleted = 'true' and file like '%_deleted.%'"
        for table, key in ugly.DELETED.items()
    ),
    "deleted_orders": "select order_id as k from erp_orders where is_deleted = 'true'",
    "deleted_by_key_alone": "select return_id as k from erp_returns where is_deleted = 'true' and net_amount is null",
    "back_after_a_deletion": (
        "select ticket_id as k from service_tickets group by 1"
        " having bool_or(is_deleted::bool) and not max_by(coalesce(is_deleted, 'false')::bool, updated_at)"
    ),
    "from_the_future": "select ticket_id as k from service_tickets where updated_at > '2099'",
    "forms_of_text": "select account_id as k from crm_accounts where file = 'accounts_typed.csv'",
    "deleted_activities": "select activity_id as k from crm_activities where is_deleted = 'true'",
    "bad_types": (
        "select payment_id as k from erp_payments where file = 'payments_by_hand.csv' and payment_id is not null"
        " and (try_cast(amount as decimal(18, 4)) is null or try_cast(paid_on as date) is null or currency is null)"
    ),
    "corrected_after_quarantine": (
        "select payment_id as k from erp_payments group by 1 having count(distinct file) = 2"
        " and bool_or(file = 'payments_by_hand.csv') and bool_or(try_cast(amount as decimal(18, 4)) is not null)"
    ),
    "quotas_revised": (
        "select subject_id as k from plans_quotas where subject_kind = 'payee'"
        " group by 1, period_start having count(distinct updated_at) = 2"
    ),
    "quota_of_zero": "select subject_id as k from plans_quotas where quota = '0'",
    "draft_with_mistakes": "select plan_id as k from plans_plans",
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


@pytest.mark.parametrize("table", CONTROLLED)
def test_control_totals_count_every_row_that_was_sent(table: str, landing: Path, files: Files) -> None:
    source, _, name = table.partition(".")
    day, amount = CONTROLLED[table]
    (control,) = (landing / source / "_control").glob(f"{name}.csv")
    told = files.rows(f"select day, rows, amount from read_csv('{control}', all_varchar = true) order by day")
    sent = f"select {day}, count(*), sum({amount}::decimal(18, 2)) from {source}_{name} group by 1 order by 1"
    assert told == [(on, str(rows), str(total)) for on, rows, total in files.rows(sent)]


def test_the_empty_file_has_a_header_alone(demo: Demo, landing: Path) -> None:
    (name,) = demo.planted["empty_files"].keys
    (header,) = (landing / "erp/returns" / name).read_text(encoding="utf-8").splitlines()
    assert header.split(",") == list(CONTRACT["erp.returns"]["columns"])


def test_no_case_is_without_a_test() -> None:
    assert set(CASES) == {*KEYS, "redelivered_files", "payee_without_quota", "empty_files"}


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
