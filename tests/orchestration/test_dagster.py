"""The code location: its graph, the tick of its schedule, and its job from landing files to the published file."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg
import duckdb
import pytest

from expectations.gate import load_checks
from orchestration.components import Settings, dbt_project
from orchestration.definitions import defs
from orchestration.defs.landing import landed
from orchestration.defs.publication import gate, published_marts
from orchestration.defs.schedule import publish_marts_daily
from orchestration.defs.warehouse import models, no_row_that_pays_breaks_the_contract, plan_check_models
from orchestration.ingest.contracts import sources
from tests.small_company import write_landing

SOURCES = {"crm", "erp", "channel", "messaging", "service", "education", "plans"}
INGEST = {f"ingest_{source}" for source in SOURCES}
# Step → steps that it reads from.
STEPS: Mapping[str, set[str]] = {
    **{step: set() for step in INGEST},
    "ingest_log": INGEST,
    "ingest_ledger": set(),
    "build_plan_check": {"ingest_plans", "ingest_crm", "ingest_log"},
    "build_models": INGEST - {"ingest_plans"} | {"ingest_log", "ingest_ledger", "build_plan_check"},
    "quality__gate": {"build_models", "build_plan_check"},
    "published__marts": {"quality__gate"},
}


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(dbt_project().manifest_path.read_text(encoding="utf-8"))
    return content


class Company:
    """A landing folder and what is built from it."""

    def __init__(self, folder: Path) -> None:
        self.landing, self.out = folder / "landing", folder / "out"
        self.published = self.out / "published.duckdb"

    def run(self, *only: dg.AssetKey) -> dg.ExecuteInProcessResult:
        """Runs the job that the schedule asks for, or some of its assets."""
        settings = {"landing": str(self.landing), "out": str(self.out)}
        return defs.resolve_job_def(publish_marts_daily.job_name).execute_in_process(
            run_config={"resources": {"settings": {"config": settings}}},
            asset_selection=list(only) or None,
            raise_on_error=False,
        )

    def deliver(self, table: str, row: Mapping[str, str]) -> None:
        """Lands a row in a file of its own."""
        with (self.landing / table / "delivered_later.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(row))
            writer.writeheader()
            writer.writerow(row)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of the warehouse."""
        with duckdb.connect(str(self.out / "warehouse.duckdb"), read_only=True) as connection:
            return connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Company, dg.ExecuteInProcessResult]:
    """The small company after the whole job."""
    company = Company(tmp_path_factory.mktemp("company"))
    write_landing(company.landing)
    return company, company.run()


@pytest.fixture
def company(first: tuple[Company, dg.ExecuteInProcessResult], tmp_path: Path) -> Iterator[Company]:
    """The same company to spoil; as it was afterwards. In its own place, for which dbt has parsed the project."""
    folder = first[0].out.parent
    shutil.copytree(folder, tmp_path / "kept")
    yield first[0]
    shutil.rmtree(folder)
    shutil.copytree(tmp_path / "kept", folder)


def failed_steps(result: dg.ExecuteInProcessResult) -> list[str]:
    return [str(event.step_key) for event in result.all_events if event.event_type_value == "STEP_FAILURE"]


def materialized(result: dg.ExecuteInProcessResult) -> set[dg.AssetKey]:
    return {event.asset_key for event in result.get_asset_materialization_events() if event.asset_key}


def failed_checks(result: dg.ExecuteInProcessResult, severity: dg.AssetCheckSeverity) -> set[str]:
    found = result.get_asset_check_evaluations()
    return {check.check_name for check in found if not check.passed and check.severity == severity}


# ---------------------------------------------------------------------------------------------------------- the graph


def test_every_model_is_an_asset_in_its_layer_and_every_data_test_a_check(manifest: dict[str, Any]) -> None:
    nodes: Sequence[dict[str, Any]] = list(manifest["nodes"].values())
    specs = {spec.key: spec for definition in (plan_check_models, models) for spec in definition.specs}
    expected = {
        dg.AssetKey([node["schema"], node["alias"]]): node
        for node in nodes
        if node["resource_type"] in ("model", "seed")
    }
    assert specs.keys() == expected.keys()
    for key, node in expected.items():
        assert specs[key].group_name == node["fqn"][1]
        assert specs[key].owners, key
        assert specs[key].code_version, key
    checks = [spec.name for definition in (plan_check_models, models) for spec in definition.check_specs]
    assert sorted(checks) == sorted(node["name"] for node in nodes if node["resource_type"] == "test")


def test_the_raw_tables_that_dbt_reads_are_made_by_the_ingest_of_their_source(manifest: dict[str, Any]) -> None:
    assert set(sources()) == SOURCES
    made = {key: definition.op.name for definition in landed for key in definition.keys}
    for source in manifest["sources"].values():
        key = dg.AssetKey([source["schema"], source["identifier"]])
        assert made[key] == f"ingest_{'log' if source['source_name'] == 'ingest' else source['source_name']}"


def test_steps_follow_one_another() -> None:
    steps = [*landed, plan_check_models, models, gate, published_marts]
    made_by = {key: step.op.name for step in steps for key in step.keys}
    reads = {
        step.op.name: {made_by[dep.asset_key] for spec in step.specs for dep in spec.deps} - {step.op.name}
        for step in steps
    }
    assert reads == STEPS
    assert defs.resolve_asset_graph().get_all_asset_keys() == made_by.keys()


def test_the_gate_reads_every_public_mart_and_alone_decides_on_publication(manifest: dict[str, Any]) -> None:
    public = {
        dg.AssetKey([node["schema"], node["alias"]])
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["config"]["access"] == "public"
    }
    assert {dep.asset_key for spec in gate.specs for dep in spec.deps} == public
    assert {spec.name for spec in gate.check_specs} == {check.name for check in load_checks()}
    assert {dep.asset_key for spec in published_marts.specs for dep in spec.deps} == gate.keys


def test_the_plan_check_blocks_what_is_read_after_it() -> None:
    (spec,) = no_row_that_pays_breaks_the_contract.check_specs
    assert spec.blocking
    for model in models.specs:
        outside = {dep.asset_key for dep in model.deps} - models.keys
        assert not outside or spec.asset_key in outside, model.key


# ------------------------------------------------------------------------------------------------------- the schedule


def test_the_schedule_asks_for_one_run_each_day_at_six_in_the_companys_zone() -> None:
    assert (publish_marts_daily.cron_schedule, publish_marts_daily.execution_timezone) == ("0 6 * * *", "Asia/Shanghai")
    six = datetime(2026, 7, 1, 6, tzinfo=ZoneInfo("Asia/Shanghai"))
    with dg.build_schedule_context(scheduled_execution_time=six) as context:
        (request,) = publish_marts_daily.evaluate_tick(context).run_requests or ()
    assert request.run_config == {}
    assert publish_marts_daily.job_name == "publish_marts"


def test_the_environment_says_where_and_how_to_build(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("INCENTIVES_OUT", str(tmp_path))
    monkeypatch.setenv("INCENTIVES_PLANS", "both")
    monkeypatch.setenv("INCENTIVES_AS_OF", "")
    settings = Settings.from_environment()
    assert (settings.landing, settings.warehouse) == ("build/demo/landing", tmp_path / "warehouse.duckdb")
    assert settings.dbt_variables["use_seed_plans"] and settings.dbt_variables["use_landed_plans"]
    assert settings.dbt_variables["as_of"] == ""


# ------------------------------------------------------------------------------------------------------------ the job


def test_the_job_builds_checks_and_publishes(first: tuple[Company, dg.ExecuteInProcessResult]) -> None:
    company, result = first
    assert result.success, failed_steps(result)
    assert materialized(result) == defs.resolve_asset_graph().get_all_asset_keys()
    assert len(result.get_asset_check_evaluations()) == len(defs.resolve_asset_graph().asset_check_keys)
    assert not failed_checks(result, dg.AssetCheckSeverity.ERROR)
    assert "shares_that_nobody_receives" in failed_checks(result, dg.AssetCheckSeverity.WARN)
    with duckdb.connect(str(company.published), read_only=True) as connection:
        (facts,) = connection.execute(
            "select as_of::text, plans, gate_result from operations.rpt_publications"
        ).fetchall()
        (payable,) = connection.execute("select sum(payable) from incentives.rpt_statements").fetchall()
    assert facts == ("2026-06-30", "landing", "passed with 6 warnings")
    assert payable == company.rows("select sum(payable) from incentives.rpt_statements")[0]
    assert (company.out / "summary.txt").read_text(encoding="utf-8").startswith("As of 2026-06-30")


def test_a_period_is_closed_on_demand_and_a_close_that_is_refused_says_why(company: Company) -> None:
    def closing(period: str) -> dg.ExecuteInProcessResult:
        settings = {"config": {"landing": str(company.landing), "out": str(company.out)}}
        step = {"config": {"period": period, "approved_by": "finance"}}
        return defs.resolve_job_def("close_period").execute_in_process(
            run_config={"resources": {"settings": settings}, "ops": {"post_period": step}}, raise_on_error=False
        )

    refused = closing("2026-Q2")
    (failure,) = (event for event in refused.all_events if event.event_type_value == "STEP_FAILURE")
    assert "open are plan from 2026-01-01" in str(failure.step_failure_data.error)
    assert closing("2026-Q1").success
    posted = "select posted_period_start::text, approved_by from incentives.fct_ledger_batches"
    assert company.rows(posted) == [("2026-01-01", "finance")]


def test_a_critical_fault_is_not_published_and_the_last_publication_stays(company: Company) -> None:
    before = company.published.read_bytes()
    with duckdb.connect(str(company.out / "warehouse.duckdb")) as connection:
        connection.execute("delete from raw_erp.order_lines where order_line_id = 'L1'")

    # Nobody has looked at the warehouse since.
    alone = company.run(published_marts.key)
    assert failed_steps(alone) == ["published__marts"]

    result = company.run(gate.key, published_marts.key)
    assert failed_steps(result) == ["quality__gate"]
    assert failed_checks(result, dg.AssetCheckSeverity.ERROR) == {
        "delivered_rows_landed_or_quarantined",
        "landed_rows_were_delivered",
    }
    assert not materialized(result)
    assert company.published.read_bytes() == before

    # The gate has, and said no.
    assert failed_steps(company.run(published_marts.key)) == ["published__marts"]
    assert company.published.read_bytes() == before


def test_a_plan_row_that_breaks_the_contract_stops_the_job_before_any_mart_changes(company: Company) -> None:
    before, lines = company.published.read_bytes(), "select * from core.fct_order_lines order by all"
    ordered = company.rows(lines)
    line = {"order_line_id": "L7", "order_id": "O1", "product_id": "P1", "quantity": "1", "net_amount": "10"}
    company.deliver("erp/order_lines", line | {"updated_at": "2026-06-30 09:00:00"})
    component = {"component_id": "sales", "plan_id": "plan", "seq": "1", "name": "Sales", "kind": "commission"}
    broken = {
        "measure": "revenue_booked",
        "method": "by_mood",
        "tier_key": "amount",
        "updated_at": "2026-06-30 09:00:00",
    }
    company.deliver("plans/plan_components", component | broken)

    result = company.run()

    (stopped,) = failed_steps(result)
    assert stopped.endswith(no_row_that_pays_breaks_the_contract.op.name)
    (check,) = (check for check in result.get_asset_check_evaluations() if not check.passed)
    assert "by_mood" in str(check.description) and "plans/plan_components/delivered_later.csv" in str(check.description)
    assert not materialized(result) & (models.keys | gate.keys | published_marts.keys)
    assert company.rows("select count(*) from raw_erp.order_lines where order_line_id = 'L7'") == [(1,)]
    assert company.rows(lines) == ordered
    assert company.published.read_bytes() == before
