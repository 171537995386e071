"""The gate over the public marts, and their publication when it lets them pass."""

import json
from collections.abc import Iterator

import dagster as dg

from expectations.gate import CheckResult, load_checks, run_gate
from orchestration.build import publish_marts
from orchestration.components import Settings, dbt_project
from orchestration.lib.dbt_runner import run_dbt
from orchestration.publish import public_models

_GATE = dg.AssetKey(["quality", "gate"])
_manifest = json.loads(dbt_project().manifest_path.read_text(encoding="utf-8"))


@dg.asset(
    key=_GATE,
    deps=[dg.AssetKey([model.schema, model.name]) for model in public_models(_manifest)],
    check_specs=[
        dg.AssetCheckSpec(
            check.name, asset=_GATE, description=check.title, metadata={"owner": check.owner, "why": check.why}
        )
        for check in load_checks()
    ],
    group_name="publication",
    kinds={"greatexpectations"},
)
def gate(settings: Settings) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult[None]]:
    """Whether the marts may be published: completeness and fairness, with a report that a manager reads."""
    settings.begin()
    report = settings.out_folder / "quality"
    result = run_gate(settings.warehouse, settings.landing_folder, report)
    for checked in result.checks:
        yield _told(checked)
    if not result.passed:
        raise dg.Failure("\n".join(result.lines()), metadata={"report": dg.MetadataValue.path(report / "index.html")})
    yield dg.MaterializeResult(
        metadata={"verdict": result.verdict, "report": dg.MetadataValue.path(report / "index.html")}
    )


@dg.asset(key=["published", "marts"], deps=[_GATE], group_name="publication", kinds={"duckdb"})
def published_marts(settings: Settings) -> dg.MaterializeResult[None]:
    """The file that the app and BI tools read: the public marts, swapped in as a whole."""
    settings.begin()
    verdict = _verdict(settings)
    # Steps that built some of the models left the SQL of those alone.
    views = ["compile", "--indirect-selection", "empty", "--select", "+config.access:public,config.materialized:view"]
    run_dbt(views, warehouse=settings.warehouse, variables=settings.dbt_variables, state_dir=settings.dbt_state)
    summary = publish_marts(settings.out_folder, settings.choices, verdict)
    return dg.MaterializeResult(metadata={"summary": dg.MetadataValue.md(f"```\n{summary}\n```")})


def _verdict(settings: Settings) -> str:
    """The gate's word on the warehouse as it is now; a step may be run alone, so its order is no proof."""
    report = settings.out_folder / "quality/result.json"
    if not report.exists() or report.stat().st_mtime_ns < settings.warehouse.stat().st_mtime_ns:
        raise dg.Failure("The gate has not seen the warehouse as it is now: run quality/gate first.")
    result = json.loads(report.read_text(encoding="utf-8"))
    if not result["passed"]:
        raise dg.Failure("The gate did not let the warehouse pass; what was published before stays.")
    return f"passed with {len(result['warnings'])} warnings" if result["warnings"] else "passed"


def _told(checked: CheckResult) -> dg.AssetCheckResult:
    """A check's result, with the first rows that it found."""
    severity = dg.AssetCheckSeverity.ERROR if checked.severity == "critical" else dg.AssetCheckSeverity.WARN
    rows = json.dumps([dict(row) for row in checked.rows], ensure_ascii=False, default=str)
    return dg.AssetCheckResult(
        check_name=checked.check.name,
        passed=checked.outcome == "passed",
        severity=severity,
        description=checked.error or checked.check.what_to_do,
        metadata={"found": checked.found_count, "rows": dg.MetadataValue.json(json.loads(rows))},
    )
