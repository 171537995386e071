"""How cases are read, translated and grouped; no warehouse needed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance.contracts import Table, read_contract
from tests.conformance.grouping import grouped, land
from tests.conformance.reading import read_cases
from tests.conformance.run import Result, by_mechanic
from tests.conformance.translation import Case, CaseError, translate

CASES = Path(__file__).parent / "cases"
PLAN = """
  payees: [{id: ann}]
  components: [{component_id: c, measure: revenue_booked, method: flat}]
  tiers: [{component_id: c, tier_from: 0, rate: 0.1}]
"""
EXPECT = "  expect: [{payee: ann, period_start: 2026-01-01, payable: 0}]\n"


@pytest.fixture(scope="module")
def contract() -> dict[str, Table]:
    return read_contract()


def cases_of(text: str, folder: Path, contract: dict[str, Table]) -> list[Case]:
    (folder / "cases.yml").write_text(text, encoding="utf-8")
    sources, unread = read_cases(folder)
    assert not unread
    return [translate(source, contract) for source in sources]


def rows(case: Case, table: str) -> list[dict[str, str | None]]:
    return [row.values for row in case.rows if row.table == table]


def test_every_case_of_the_project_translates(contract: dict[str, Table]) -> None:
    sources, unread = read_cases(CASES)
    assert not unread
    assert len([translate(source, contract) for source in sources]) >= 144


def test_a_deal_lands_as_an_order_with_one_line_at_noon_of_the_company(
    tmp_path: Path, contract: dict[str, Table]
) -> None:
    deal = "  deals: [{id: o1, payee: ann, date: 2026-02-03, net: 120000.10, landed: 2}]\n"
    (case,) = cases_of(f"- id: x{PLAN}{deal}{EXPECT}", tmp_path, contract)
    (order,), (line,) = rows(case, "erp.orders"), rows(case, "erp.order_lines")
    assert order["ordered_at"] == "2026-02-03T04:00:00Z" and order["updated_at"] == "2026-01-02T00:00:00Z"
    assert order["sales_user_id"] == "x/ann" and order["account_id"] == "x/ann-account"
    assert line["order_line_id"] == "x/o1/1" and line["product_id"] == "x/general-product"
    assert line["net_amount"] == "120000.10"
    assert {row["company_id"] for row in rows(case, "crm.users") + rows(case, "plans.plans")} == {"x"}


def test_names_get_the_prefix_wherever_they_stand_and_numbers_do_not(
    tmp_path: Path, contract: dict[str, Table]
) -> None:
    more = """
  accounts: [{id: k, tier: '007', region: east}]
  conditions:
    - {owner_id: c, dimension: account_tier, operator: eq, value: 7}
    - {owner_id: c, dimension: product_line, operator: in, value: 'pump|12| valve'}
    - {owner_id: c, dimension: team, operator: not_in, value: 'team|5'}
    - {owner_id: c, dimension: weekday, operator: lt, value: 6}
    - {owner_id: c, dimension: channel, operator: eq, value: direct}
"""
    (case,) = cases_of(f"- id: x{PLAN}{more}{EXPECT}", tmp_path, contract)
    values = [row["value"] for row in rows(case, "plans.plan_conditions")]
    assert values == ["7", "x/pump|12| x/valve", "x/team|x/5", "6", "direct"]
    (account,) = rows(case, "crm.accounts")
    assert account["tier"] == "007" and account["region"] == "x/east"


def test_a_raw_row_replaces_the_generated_row_of_its_key_and_a_later_one_is_a_version(
    tmp_path: Path, contract: dict[str, Table]
) -> None:
    more = """
  deals: [{id: o1, payee: ann, date: 2026-02-03, net: 1}]
  raw:
    crm.user_assignments: [{user_id: ann, valid_from: 2020-01-01, role: closer, team_id: t}]
    erp.orders: [{order_id: o1, sales_user_id: ann, is_deleted: true, landed: 2}]
"""
    (case,) = cases_of(f"- id: x{PLAN}{more}{EXPECT}", tmp_path, contract)
    assert [row["role"] for row in rows(case, "crm.user_assignments")] == ["x/closer"]
    assert [row.get("is_deleted") for row in rows(case, "erp.orders")] == [None, "true"]


def test_a_newer_version_of_a_deal_deletes_the_splits_it_no_longer_lists(
    tmp_path: Path, contract: dict[str, Table]
) -> None:
    more = """
  deals:
    - {id: o1, payee: ann, date: 2026-02-03, net: 1, splits: [{payee: ann, share: 0.6}, {payee: bob, share: 0.4}]}
    - {id: o1, payee: ann, date: 2026-02-03, net: 1, splits: [{payee: ann, share: 1}], landed: 2}
"""
    (case,) = cases_of(f"- id: x{PLAN}{more}{EXPECT}", tmp_path, contract)
    landed = [(row.batch, row.values.get("user_id"), row.values.get("is_deleted")) for row in case.rows]
    assert [row for row in landed if row[1] == "x/bob"] == [(1, "x/bob", None), (2, "x/bob", "true")]


@pytest.mark.parametrize(
    ("section", "reason"),
    [
        ("colour: red", "unknown key colour"),
        ("deals: [{id: o1, payee: ann, date: 2026-02-03, net: 1, colour: red}]", "unknown column colour"),
        ("deals: {id: o1}", "deals is not a list"),
        ("deals: [{payee: ann, date: 2026-02-03, net: 1}]", "id is missing"),
        ("deals: [{id: o1, payee: ann, date: 2026-02-30, net: 1}]", "not a day"),
        ("deals: [{id: o1, payee: [ann], date: 2026-02-03, net: 1}]", "is a list, not a value"),
        ("deals: [{id: o1, payee: ann, date: 2026-02-03, net: 1, landed: 6}]", "not a batch from 1 to 5"),
        ("raw: {crm.nothing: [{a: 1}]}", "unknown table crm.nothing"),
        ("raw: {crm.absences: [{absence_id: a, colour: red}]}", "unknown column colour"),
        ("modifiers: [{modifier_id: m, colour: red}]", "unknown column colour"),
        ("as_of: soon", "not a day"),
    ],
)
def test_a_case_that_cannot_be_loaded_says_why(
    section: str, reason: str, tmp_path: Path, contract: dict[str, Table]
) -> None:
    with pytest.raises(CaseError, match=reason):
        cases_of(f"- id: x{PLAN}  {section}\n{EXPECT}", tmp_path, contract)


@pytest.mark.parametrize(
    ("expectation", "reason"),
    [
        ("{payee: bob, period_start: 2026-01-01, payable: 0}", "no payee bob"),
        ("{payee: ann, period_start: 2026-01-01, component: d, amount: 0}", "no component d"),
        ("{payee: ann, deal: o9, component: c, amount: 0}", "no deal o9"),
        ("{payee: ann, period_start: 2026-01-01, component: c, amount: many}", "not a number"),
        ("{payee: ann, period_start: 2026-01-01, amount: 0}", "needs component"),
        ("{payee: ann, period_start: 2026-01-01}", "no form of expectation"),
        ("{payee: ann, period_start: spring, payable: 0}", "not a day"),
    ],
)
def test_an_expectation_that_means_nothing_says_why(
    expectation: str, reason: str, tmp_path: Path, contract: dict[str, Table]
) -> None:
    with pytest.raises(CaseError, match=reason):
        cases_of(f"- id: x{PLAN}  expect: [{expectation}]\n", tmp_path, contract)


def test_what_cannot_be_read_is_named_and_stops_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("- id: good\n- id: broken\n  deals: [\n- id: other\n", encoding="utf-8")
    (tmp_path / "b.yml").write_text("- id: good\n- just text\n- mechanic: flat\n- id: a|b\n", encoding="utf-8")
    (tmp_path / "c.yml").write_text("id: not-a-list\n", encoding="utf-8")
    (tmp_path / "d.yml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "e.yml").write_text("- id: twice\n  id: twice\n", encoding="utf-8")
    sources, unread = read_cases(tmp_path)
    assert [source.case_id for source in sources] == ["good", "other"]
    assert [entry.case_id for entry in unread] == [
        "broken",
        "good",
        "b.yml#2",
        "b.yml#3",
        "a|b",
        "c.yml",
        "d.yml",
        "twice",
    ]
    with pytest.raises(FileNotFoundError):
        read_cases(tmp_path / "nowhere")


def test_numbers_stay_the_text_that_was_written(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("- {id: x, a: 007, b: 1_000, c: 0.10, d: 1.5e+3, e: yes, f: 2026-02-03, g: ~}\n")
    (source,), _ = read_cases(tmp_path)
    read = {"a": "007", "b": "1000", "c": "0.10", "d": "1500", "e": "true", "f": "2026-02-03", "g": None}
    assert {name: source.body[name] for name in "abcdefg"} == read


def test_cases_share_a_build_unless_their_rates_or_days_differ(tmp_path: Path, contract: dict[str, Table]) -> None:
    def rate(currency: str, rate_on: str, value: str) -> str:
        return f"  fx_rates: [{{currency: {currency}, rate_on: {rate_on}, rate_to_base: {value}}}]\n"

    cases = cases_of(
        f"- id: plain{PLAN}{EXPECT}"
        f"- id: same-rate{PLAN}{rate('USD', '2026-01-01', '7.0')}{EXPECT}"
        f"- id: other-rate{PLAN}{rate('USD', '2026-01-01', '7.1')}{EXPECT}"
        f"- id: francs{PLAN}{rate('CHF', '2026-01-01', '8')}{EXPECT}"
        f"- id: no-francs{PLAN}  currency: CHF\n{EXPECT}"
        f"- id: early{PLAN}  as_of: 2026-06-30\n{EXPECT}"
        f"- id: early/nested{PLAN}  as_of: 2026-06-30\n{EXPECT}",
        tmp_path,
        contract,
    )
    together = [[case.case_id for case in group.cases] for group in grouped(cases)]
    assert together == [["plain", "same-rate", "francs"], ["other-rate", "no-francs"], ["early"], ["early/nested"]]


def test_a_thousand_cases_are_one_build_and_one_file_a_table(tmp_path: Path, contract: dict[str, Table]) -> None:
    text = "".join(f"- id: case-{number}{PLAN}{EXPECT}" for number in range(1000))
    (group,) = grouped(cases_of(text, tmp_path, contract))
    owners = land(group.cases, 1, tmp_path / "landing").owners
    assert len(list((tmp_path / "landing").rglob("*.jsonl"))) == len(owners) == 8
    assert owners["crm/users/batch-1.jsonl"][999] == {"case-999"}


def test_the_report_counts_by_mechanic() -> None:
    (line,) = by_mechanic([Result("a", "flat"), Result("b", "flat", ["no"])])
    assert line.split() == ["flat", "1", "of", "2"]
