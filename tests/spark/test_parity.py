"""Spark and DuckDB calculate the same: every public incentives mart of the simulated company, and cases worked out by hand."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from orchestration.build import Choices, variables
from orchestration.ingest import ingest
from orchestration.ledger import load, post
from orchestration.ledger.closing import Asked, due
from orchestration.lib import spark
from orchestration.lib.dbt_runner import run_dbt
from orchestration.raw_export import export_raw
from tests.conformance.comparing import compare
from tests.conformance.contracts import read_contract
from tests.conformance.grouping import land
from tests.conformance.reading import read_cases
from tests.conformance.translation import DEFAULT_AS_OF, Case, translate
from tests.conformance.warehouse import load_spark_marts

CASES_FOLDER = Path(__file__).parents[1] / "conformance/cases"
MARTS = "+path:models/marts/incentives"
# One batch each, the usual as_of, and no exchange of currencies: the company has rates of its own.
CASES = """
    assign-carve-out assign-after-leaving edge-role-changes-in-the-quarter edge-plan-states odd-teams-in-a-loop
    assign-oracle-goal-attainment edge-monthly-quotas-prorated cap-coda-per-invoice edge-both-caps fine-cap-per-event-both-sides
    condition-first-order-after-a-cancelled-one edge-operators edge-line-dimensions edge-people-and-things currency-jpy-whole-yen
    currency-kwd-three-places flat-oca-on-invoice flat-company-day fine-amount-per-deal-returned edge-half-a-cent
    flat-invoice-spread-over-lines floor-guarantee edge-tier-amount-walks-back edge-bound-met-to-the-cent marginal-uregina-nothing-below
    marginal-entry-amount-once odd-bound-of-ten-decimals edge-three-factors modifier-first-year-by-tenure rebate-netsuite-marginal
    edge-credit-note-spread-over-lines return-across-tiers edge-split-tolerance odd-three-thirds-of-the-smallest-part
    split-three-ways-odd-cents overlay-on-top split-return-shared-alike rank-mattyspool-two-ties rank-within-region
    rank-team-contest-and-the-unranked scorecard-bonuspaycalc-kpi-weights scorecard-less-is-better-capped ytd-retroactive-drop
    ytd-marginal-on-quota-so-far team-two-levels team-quota-of-the-team-led step-two-weighted-measures milestones-add-up
    curve-sap-between-points gate-three-visits gate-of-the-team firing-switches-a-component-on
    rebate-enable-growth-fully-retrospective hold-cash-return-and-refund hold-of-each-invoice hold-of-a-dealer-order
    hold-of-a-new-account hold-of-the-year-so-far hold-of-a-shared-sale clawback-of-two-invoices clawback-of-each-invoice
    draw-outlived-by-its-balance draw-on-top-of-a-guarantee draw-paid-back-by-a-release
    gate-repurchase-rate-of-the-year-so-far scorecard-of-repurchases-and-coverage
    contribution-most-columns-win contribution-by-its-own-day contribution-of-many-accounts
""".split()


@dataclass(frozen=True)
class Both:
    """The same landed rows, calculated by both engines: a DuckDB file each."""

    cases: list[Case]
    by_duckdb: Path
    by_spark: Path
    marts: list[str]


@pytest.fixture(scope="module")
def both(demo_build: Path, tmp_path_factory: pytest.TempPathFactory) -> Both:
    """The company and the cases, landed side by side, and built by DuckDB and by Spark."""
    out = tmp_path_factory.mktemp("parity")
    shutil.copytree(demo_build / "landing", out / "landing")
    warehouse = out / "warehouse.duckdb"
    shutil.copy(demo_build / "warehouse.duckdb", warehouse)
    _close_and_correct(out)
    sources, _ = read_cases(CASES_FOLDER)
    contract = read_contract()
    cases = [translate(source, contract) for source in sources if source.case_id in CASES]
    land(cases, 1, out / "landing")
    ingest(out / "landing", warehouse, progress=lambda _: None)
    values = variables(Choices("both"), DEFAULT_AS_OF)
    run_dbt(["run", "--select", MARTS], warehouse=warehouse, variables=values, state_dir=out / "duckdb")
    export_raw(warehouse, out / "raw")
    everything = ["build", "--exclude-resource-type", "test", "unit_test"]
    run_dbt(everything, warehouse=warehouse, variables=values, state_dir=out / "spark-state", target="spark")
    by_spark = out / "marts.duckdb"
    marts = load_spark_marts(out / "spark-state", by_spark)
    spark.stop()
    return Both(cases, warehouse, by_spark, marts)


def _close_and_correct(out: Path) -> None:
    """Closes the first quarter of the company as it was built, then lands one of its order lines with half the amount."""
    with duckdb.connect(str(out / "warehouse.duckdb")) as marts:
        quarters = "select min(period_start)::varchar from incentives.rpt_plan_periods where period = 'quarter'"
        ((start,),) = marts.execute(quarters).fetchall()
        post(marts, out / "ledger", due(marts, Asked(start, "quarter", start)), "finance", datetime(2026, 7, 1))
        (out / "landing/erp/order_lines").mkdir(exist_ok=True)
        marts.execute(
            f"""
            copy (
                select * exclude (_file, _row, _batch)
                    replace (cast(net_amount / 2 as decimal(18, 2)) as net_amount, updated_at + interval 1 day as updated_at)
                from raw_erp.order_lines
                where order_line_id = (
                    select min(events.source_key)
                    from incentives.fct_payout_lines as lines
                    inner join incentives.fct_incentive_events as events on lines.event_id = events.event_id
                    where lines.period = 'quarter' and lines.period_start = '{start}' and lines.amount <> 0
                    and events.source_table = 'erp.order_lines'
                )
            ) to '{out / "landing/erp/order_lines/corrected.csv"}'
            """
        )
    load(out / "warehouse.duckdb", out / "ledger")


def test_every_public_mart_is_the_same_row_by_row_and_none_is_empty(
    both: Both, record_property: Callable[[str, object], None]
) -> None:
    assert len(both.marts) >= 7
    told = []
    with duckdb.connect(str(both.by_duckdb), read_only=True) as connection:
        connection.execute(f"attach '{both.by_spark}' as spark (read_only)")
        for mart in both.marts:
            types = [
                connection.execute(f"select column_name, column_type from (describe {name})").fetchall()
                for name in (mart, f"spark.{mart}")
            ]
            assert types[0] == types[1], mart
            only = [
                connection.execute(f"from {one} except all from {other} limit 3").fetchall()
                for one, other in ((mart, f"spark.{mart}"), (f"spark.{mart}", mart))
            ]
            assert only == [[], []], f"{mart}: rows that only DuckDB has, rows that only Spark has: {only}"
            (count,) = connection.execute(f"select count(*) from spark.{mart}").fetchall()[0]
            assert count, f"{mart} is empty"
            told.append(f"{mart} {count:,}")
    record_property("said_aloud", f"spark: equal to DuckDB, row by row: {', '.join(told)}")


def test_cases_worked_out_by_hand_pay_the_same_on_spark(both: Both) -> None:
    assert len(both.cases) == len(CASES) >= 30
    # What is payable is so by all plans, and one of the company's own reaches people hired this year.
    cases = [replace(case, figures=[of for of in case.figures if of.kind != "payable"]) for case in both.cases]
    assert sum(len(case.figures) for case in cases) > 100
    assert compare(cases, both.by_spark) == {}
