"""A few hundred companies of a fixed seed keep every law, and every law can be broken."""

from __future__ import annotations

import copy
import csv
import json
import shutil
from collections import Counter
from decimal import Decimal
from operator import itemgetter
from pathlib import Path

import duckdb
import pytest

from orchestration.lib.dbt_runner import ROOT
from tests.conformance.comparing import compare
from tests.conformance.contracts import read_contract
from tests.conformance.reading import Source, read_cases
from tests.conformance.translation import translate
from tests.mutants.base import Base, connect, creates, models_of
from tests.properties import run as runner
from tests.properties.generate import KPIS, NAMED_BY_COMPANY, as_yaml, companies
from tests.properties.laws import ALONE, LAWS, Pay, read_pay
from tests.properties.run import COUNT, SEED, Outcome, Pair, all_rows, judge, keep, pairs_of, run, smaller


@pytest.fixture(scope="module")
def pairs() -> list[Pair]:
    return pairs_of(SEED, 0, COUNT)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> tuple[Outcome, Path]:
    folder = tmp_path_factory.mktemp("properties") / "warehouse"
    return run(COUNT, SEED, folder, say=False), folder / "warehouse.duckdb"


def test_every_law_holds(warehouse: tuple[Outcome, Path]) -> None:
    outcome, _ = warehouse
    told = [f"{name} of {pair.body['id']}: {problem}" for name, pair, problem in outcome.broken]
    assert not told and not outcome.stopped, "\n".join([*told, *outcome.stopped])
    assert all(outcome.judged[law.name] >= COUNT // len(LAWS) // 3 for law in LAWS), outcome.judged
    assert outcome.judged["built twice"] == 1


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)
def test_every_law_of_two_companies_can_be_broken(
    law: object, warehouse: tuple[Outcome, Path], pairs: list[Pair]
) -> None:
    """One line of the variant pays otherwise: most pairs must notice, and those that do not have no such line."""
    pay = read_pay(warehouse[1])
    noticed: Counter[bool] = Counter()
    for pair in pairs:
        if pair.law is not law or pair.varied is None:
            continue
        base, variant = pay.get(pair.body["id"], Pay()), copy.deepcopy(pay.get(pair.varied["id"], Pay()))
        lines = variant.rows["fct_payout_lines"]
        if pair.law.name == "payees apart":
            lines = [line for line in lines if line["payee_id"] != pair.body["deals"][0]["payee"]]
        if pair.law.name == "more is no less":
            lines = [line for line in lines if line["payee_id"] == pair.varied["deals"][-1]["payee"]]
        lines = sorted((line for line in lines if line["line_kind"] == "earning"), key=itemgetter("payout_line_id"))
        if lines:
            less = lines[0]["basis"] or Decimal(1)
            lines[0]["amount"] -= abs(less) + 10000
            noticed[bool(pair.law.judge(base, variant, pair.body, pair.varied))] += 1
    assert noticed[True] >= 5 and not noticed[False], noticed


def test_laws_of_one_company_can_be_broken(warehouse: tuple[Outcome, Path]) -> None:
    pay = read_pay(warehouse[1])
    for name, (mart, column) in {
        "credits add to events": ("fct_credits", "value"),
        "lines add to statements": ("fct_payout_lines", "amount"),
        "posted and pending add to lines": ("fct_payout_ledger", "amount"),
    }.items():
        of = copy.deepcopy(next(of for of in pay.values() if of.rows[mart]))
        assert not ALONE[name](of)
        row = next(row for row in of.rows[mart] if row.get("credit_kind", "direct") == "direct")
        row[column] += Decimal("0.01")
        assert ALONE[name](of), name
        row[column] -= Decimal("0.01")
        of.rows["rpt_statements"].clear()
        assert name != "lines add to statements" or ALONE[name](of)


# A fault of each law's own kind: the model, and what of its compiled SQL becomes what.
FAULTS = {
    "credits add to events": ("int_credits_parted", "- spread_given then 1 else", "- spread_given then 0 else"),
    "lines add to statements": ("int_statements_calculated", "'release' then amount", "'released' then amount"),
    # what was posted is pending once more
    "posted and pending add to lines": ("rpt_pending_adjustments", "-amount as amount,", "amount as amount,"),
    # what was paid too much stays paid
    "closed in between": ("rpt_pending_adjustments", "having sum(amount) <> 0", "having sum(amount) > 0"),
    # the version of the newest file counts, not the newest version
    "order of arrival": ("base_erp__order_lines", "raw_rows.updated_at desc,", "raw_rows._file desc,"),
    # B is what all payees of the component sold
    "payees apart": (
        "int_groups_quoted", "totals.total,",
        "sum(totals.total) over (partition by days_ranked.component_no, days_ranked.period_start) as total,",
    ),
    # what a line earns is taken
    "more is no less": ("int_payout_lines", "            else amount_modified\n", "            else -amount_modified\n"),
    # a line across bounds is paid as if it lay in the tier it ends in
    "marginal is its slices": ("int_payout_lines", "when lines_tiered.is_sliced\n", "when false\n"),
    # what comes back is sold once more
    "sold and returned is nothing": ("int_events", "cast(-(facts.", "cast((facts."),
    # each of two has the whole
    "shares of a deal": ("int_credits_parted", "        part as value", "        whole as value"),
    # so much a line, whatever it is worth
    "ten times the currency": ("int_payout_lines", "coalesce(lines_tiered.amount_by_event, 0)", "1"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_every_law_is_broken_by_sql_of_its_kind(
    name: str, warehouse: tuple[Outcome, Path], pairs: list[Pair], tmp_path: Path
) -> None:
    """What is made from the faulted model is made anew; then the law must find a company that breaks it."""
    model, before, after = FAULTS[name]
    manifest = json.loads((warehouse[1].parents[1] / "duckdb/target/manifest.json").read_text(encoding="utf-8"))
    base = Base(models_of(manifest))
    # What the plan check built before has none.
    sql = {node["name"]: node["compiled_code"] for node in manifest["nodes"].values() if "compiled_code" in node}
    assert before in sql[model]
    # Views name their catalog, which is the name of the file.
    wrong = tmp_path / "warehouse.duckdb"
    shutil.copy(warehouse[1], wrong)
    read = base.sources(
        ["fct_incentive_events", "fct_credits", "fct_payout_lines", "fct_payout_factors", "rpt_statements"]
    )
    with connect(wrong) as connection:
        connection.begin()
        for reader in base.readers(model):
            if reader in read:
                statement = sql[reader].replace(before, after) if reader == model else sql[reader]
                connection.execute(creates(base.models[reader], statement))
        connection.commit()
    pay = read_pay(wrong)
    if name in ALONE:
        assert any(ALONE[name](of) for of in pay.values())
    else:
        of_law = [(pair, pair.varied) for pair in pairs if pair.law.name == name]
        assert any(
            pair.law.judge(pay.get(pair.body["id"], Pay()), pay.get(varied["id"], Pay()), pair.body, varied)
            for pair, varied in of_law
            if varied
        )


def test_a_wrong_warehouse_is_found_by_all_that_read_it_and_what_breaks_is_kept_as_a_case(
    warehouse: tuple[Outcome, Path], pairs: list[Pair], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = tmp_path / "warehouse.duckdb"
    shutil.copy(warehouse[1], wrong)
    with duckdb.connect(str(wrong)) as connection:
        place = connection.execute(
            "select concat(table_schema, '.', table_name) from information_schema.tables"
            " where table_name = 'int_payout_lines' and table_type = 'BASE TABLE'"
        ).fetchone()
        assert place is not None
        connection.execute(f"update {place[0]} set amount = amount + 1")
    outcome = Outcome()
    judge(pairs, wrong, outcome)
    found = {name for name, _, _ in outcome.broken}
    assert {"lines add to statements", "steps lead to lines", "as the checker"} <= found
    assert all_rows(wrong) != all_rows(warehouse[1])

    monkeypatch.setattr(runner, "FOUND", tmp_path / "found")
    monkeypatch.setattr(runner, "run", lambda *_: outcome)
    assert runner.main(["--seed", "1", "--rounds", "0"]) == 1
    sources, unread = read_cases(tmp_path / "found")
    broken = {pair.body["id"] for _, pair, _ in outcome.broken}
    assert sources and not unread and {source.case_id for source in sources} <= broken
    cases = [translate(source, read_contract()) for source in sources]
    assert any(compare(cases, wrong).values()) and not any(compare(cases, warehouse[1]).values())


def test_what_breaks_a_law_is_made_smaller_and_still_breaks_it(
    pairs: list[Pair], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The law here: nobody sells online."""

    def sells_online(body: dict[str, object]) -> bool:
        return any(deal.get("channel") == "online" for deal in body["deals"])  # type: ignore[attr-defined]

    def judged(tries: list[Pair], _: Path, outcome: Outcome) -> None:
        outcome.broken += [("none online", pair, "") for pair in tries if sells_online(pair.body)]

    monkeypatch.setattr(runner, "FOUND", tmp_path)
    monkeypatch.setattr(runner, "build", judged)
    pair = next(pair for pair in pairs if sells_online(pair.body) and len(pair.body["deals"]) > 3)
    keep("none online", pair, tmp_path, 10)
    sources, unread = read_cases(tmp_path)
    assert not unread and all(sells_online(source.body) for source in sources)
    assert len(sources[0].body["deals"]) == 1 and translate(sources[0], read_contract())


def test_a_seed_gives_the_same_companies_and_they_read_back(tmp_path: Path) -> None:
    drawn = companies(3, 60)
    assert drawn == companies(3, 60) and drawn != companies(4, 60)
    (tmp_path / "drawn.yml").write_text(as_yaml(drawn), encoding="utf-8")
    sources, unread = read_cases(tmp_path)
    assert not unread and [source.body for source in sources] == drawn


def test_every_measure_dimension_and_plan_table_is_drawn() -> None:
    """What is built of each; closes are drawn by the law that judges them."""
    drawn = companies(3, 600)
    for section, column, seed in (
        ("components", "measure", "measures"), ("conditions", "dimension", "dimensions"),
    ):  # fmt: skip
        with (ROOT / f"seeds/reference/{seed}.csv").open(encoding="utf-8", newline="") as file:
            known = {row[column] for row in csv.DictReader(file) if row["is_built"] == "true"}
        missing = known - {row[column] for body in drawn for row in body.get(section, [])}
        # A world names two dimensions of those whose values are each company's own.
        assert not missing - set(NAMED_BY_COMPANY), (section, missing)
    judging = [
        row for body in drawn for name in ("components", "modifiers", "scorecard_kpis") for row in body.get(name, [])
    ]
    assert set(KPIS) <= {row.get("gate_measure", row.get("measure")) for row in judging}
    sections = {name for body in drawn for name in body}
    assert {"scorecard_kpis", "draws", "credit_rules", "contest_entries", "triggers", "trigger_firings"} <= sections
    assert {"manual_adjustments", "payment_holds"} <= sections
    assert len({row["method"] for body in drawn for row in body["components"]}) == 8


def test_what_is_left_out_of_a_company_is_left_out_alone(pairs: list[Pair]) -> None:
    contract = read_contract()
    for body in [pair.body for pair in pairs[:6]]:
        tries = smaller(body)
        assert tries
        for less in tries:
            assert len(as_yaml([less])) < len(as_yaml([body]))
            names = {row["component_id"] for row in less["components"]}
            assert {row["component_id"] for row in less["tiers"]} <= names
            translate(Source(less["id"], "drawn", "", less), contract, needs_figures=False)
