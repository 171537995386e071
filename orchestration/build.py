"""The whole path in one command: landing files in, checked and published payouts out.

`python -m orchestration.build --landing DIR --out DIR [--plans landing|seeds|both] [--as-of YYYY-MM-DD] [--timezone ZONE]
[--base-currency CODE] [--ledger DIR] [--target duckdb|spark] [--full-refresh]`
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import re
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from threading import Thread
from zoneinfo import available_timezones

import duckdb

from expectations.gate import GateResult, great_expectations_loaded, run_gate
from orchestration.increments import Advance, NotAnIncrement, advance, is_compiled, remember
from orchestration.ingest import WarehouseBusy, ingest
from orchestration.ledger.payment_files import write_payment_files
from orchestration.ledger.store import LedgerBroken, load
from orchestration.lib.dbt_runner import ROOT, DbtError, dbt_loaded, run_dbt
from orchestration.lib.spark import write_marts
from orchestration.publish import PublishError, public_models, publish
from orchestration.raw_export import export_raw
from orchestration.summary import summary

Progress = Callable[[str], None]
PLAN_SOURCES = {"landing": (False, True), "seeds": (True, False), "both": (True, True)}
PLANS_REFUSED = "Plan rows break the plan contract. Nothing was calculated with them:"
# The plan check's report and what it reads, for dbt to select.
PLAN_CHECK = "+rpt_plan_violations"
_SHOWN = 20


class BuildStopped(Exception):
    """Nothing was published, for a reason that a person can mend; what was published before stays."""


@dataclass(frozen=True)
class Choices:
    """What a warehouse is built with from its first run on: which plan rows, whose days, which base currency, whose ledger."""

    plans: str = "landing"
    timezone: str = "Asia/Shanghai"
    base_currency: str = "CNY"
    ledger: str = ""

    def check(self) -> None:
        """Raises BuildStopped for a choice that does not exist."""
        if self.plans not in PLAN_SOURCES:
            raise BuildStopped(f"PLANS is {self.plans!r}, and must be one of {', '.join(PLAN_SOURCES)}.")
        if self.timezone not in available_timezones():
            raise BuildStopped(f"TIMEZONE is {self.timezone!r}, and must be a zone such as Asia/Shanghai.")
        with (ROOT / "seeds/reference/currencies.csv").open(encoding="utf-8") as file:
            if self.base_currency not in {row["currency"] for row in csv.DictReader(file)}:
                raise BuildStopped(f"BASE_CURRENCY is {self.base_currency!r}, and must be a currency such as CNY.")

    def ledger_of(self, out: Path) -> Path:
        """The folder whose batches the warehouse of `out` holds."""
        return Path(self.ledger) if self.ledger else out / "ledger"

    def keep(self, out: Path) -> None:
        """Writes the choices into `out`, or raises BuildStopped when an earlier run made others there."""
        kept = out / "choices.json"
        if kept.exists():
            try:
                earlier = Choices(**json.loads(kept.read_text(encoding="utf-8")))
            except (ValueError, TypeError):
                raise BuildStopped(f"{kept} cannot be read: mend it, or build into an empty folder.") from None
            differing = [
                f"{name.upper()} {was or 'its own'} (now {asdict(self)[name] or 'its own'})"
                for name, was in asdict(earlier).items()
                if was != asdict(self)[name]
            ]
            if differing:
                raise BuildStopped(
                    f"{out} was built with {', '.join(differing)}. A warehouse keeps its choices:"
                    " name the same ones, or build into another folder."
                )
            return
        out.mkdir(parents=True, exist_ok=True)
        fresh = out / ".choices.json"
        fresh.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")
        os.replace(fresh, kept)


def variables(choices: Choices, as_of: str) -> dict[str, object]:
    """The dbt variables of a build."""
    use_seed_plans, use_landed_plans = PLAN_SOURCES[choices.plans]
    return {
        "as_of": as_of,
        "company_timezone": choices.timezone,
        "base_currency": choices.base_currency,
        "use_seed_plans": use_seed_plans,
        "use_landed_plans": use_landed_plans,
    }


def build(
    landing: Path | str,
    out: Path | str,
    *,
    plans: str = "landing",
    as_of: str | None = None,
    timezone: str = "Asia/Shanghai",
    base_currency: str = "CNY",
    ledger: Path | str = "",
    target: str = "duckdb",
    full_refresh: bool = False,
    judging: bool = True,
    progress: Progress = print,
) -> str:
    """Runs ingest, plan check, models with their tests, gate and publication; returns the one-page summary.

    A warehouse that was built before is only brought up to what has landed since, unless `full_refresh` says otherwise. Leaves
    warehouse.duckdb, published.duckdb, quality/ and summary.txt in `out`. With the target spark the incentives marts are calculated
    by Spark and left below marts/ as Parquet: nothing is published, and a sentence says what there is.
    `as_of`: the last day that is calculated, in `timezone`, and of the ledger what was closed up to it; None is the day of the newest
    landed row, and all closes. `ledger`: the folder whose closes are read, where they are not in `out`. Without `judging` models are
    brought up to what has landed and that is all: who goes on with the warehouse judges it. Raises BuildStopped, with the reason.
    """
    landing, out = Path(landing), Path(out)
    other = Path(ledger).resolve() if ledger and Path(ledger).resolve() != (out / "ledger").resolve() else ""
    choices = Choices(plans, timezone, base_currency, str(other))
    begin(landing, out, choices, as_of)
    warehouse = out / "warehouse.duckdb"
    steps = Steps(progress)
    dbt_variables = variables(choices, as_of or "")
    # Seconds of imports, done while the database works; an increment does without dbt.
    importing = Thread(target=dbt_loaded)
    if target == "spark" or full_refresh or not is_compiled(warehouse, dbt_variables, out / ".dbt/increments"):
        importing.start()
    try:
        steps.begin("ingest")
        report = ingest(landing, warehouse, progress=steps.say)
        for line in report.lines():
            steps.say(line)
        if posted := load(warehouse, choices.ledger_of(out), as_of or ""):
            steps.say(f"{posted} batches of the ledger")
        # More seconds of imports, while models are built.
        loading = Thread(target=great_expectations_loaded, daemon=True)
        if target != "spark" and judging:
            loading.start()
        if (
            target == "spark"
            or full_refresh
            or not build_increment(warehouse, dbt_variables, out / ".dbt", steps, check=judging)
        ):
            if importing.is_alive():
                importing.join()
            check_plans(warehouse, dbt_variables, out / ".dbt", steps)
            if target == "spark":
                return build_on_spark(out, dbt_variables, steps)
            build_models(warehouse, dbt_variables, out / ".dbt", steps)
            remember(warehouse, dbt_variables)
        if not judging:
            steps.end()
            return f"Built as of {_as_of(warehouse)}; nothing was published."
        loading.join()
        return check_and_publish(landing, out, choices, steps)
    except WarehouseBusy as error:
        raise BuildStopped(f"{error}. Another build may be running: wait for it, then run again.") from None
    except (PublishError, LedgerBroken) as error:
        raise BuildStopped(str(error)) from None


def check_and_publish(landing: Path, out: Path, choices: Choices, steps: Steps) -> str:
    """The gate over the warehouse of `out`, whose models have been built, and its publication; returns the summary.

    Raises BuildStopped when the gate does not let it pass, and PublishError.
    """
    verdict = check(landing, out, steps)
    steps.begin("publish")
    told = publish_marts(out, choices, verdict)
    steps.end()
    return told


def check(landing: Path, out: Path, steps: Steps) -> str:
    """The gate over the warehouse of `out`; returns its verdict. Raises BuildStopped when it does not let it pass."""
    steps.begin("gate")
    gate = run_gate(out / "warehouse.duckdb", landing, out / "quality")
    _stop_at(gate, out, steps)
    return gate.verdict


def begin(landing: Path, out: Path, choices: Choices, as_of: str | None) -> None:
    """What must hold before anything is built in `out`. Raises BuildStopped."""
    choices.check()
    _check_day(as_of)
    if not landing.is_dir():
        raise BuildStopped(f"There is no landing folder {landing}.")
    if choices.ledger and not Path(choices.ledger).is_dir():
        raise BuildStopped(f"There is no ledger in {choices.ledger}.")
    choices.keep(out)


def publish_marts(out: Path, choices: Choices, gate_result: str) -> str:
    """Publishes the warehouse of `out`, which dbt has compiled or built last as a whole; writes summary and payment files.

    Returns the summary. Raises PublishError.
    """
    warehouse, published = out / "warehouse.duckdb", out / "published.duckdb"
    manifest = json.loads((out / ".dbt/target/manifest.json").read_text(encoding="utf-8"))
    facts = {
        "as_of": _as_of(warehouse),
        "base_currency": choices.base_currency,
        "company_timezone": choices.timezone,
        "plans": choices.plans,
        "gate_result": gate_result,
    }
    publish(warehouse, published, public=public_models(manifest), publication=facts)
    if not choices.ledger:
        write_payment_files(out)
    told = summary(published, warehouse)
    (out / "summary.txt").write_text(told + "\n", encoding="utf-8")
    return told


class Steps:
    """Tells what is being done, and how long it took."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._started = self._begun = time.monotonic()

    def begin(self, step: str) -> None:
        """Tells that a step begins, and after how many seconds."""
        self._begun = time.monotonic()
        self.say(f"[{self._begun - self._started:5.1f} s] {step}", indent="")

    def say(self, text: str, indent: str = "          ") -> None:
        """Tells something of the step."""
        self._progress(f"{indent}{text}")

    def counted(self, what: str, every: int = 100) -> Callable[[int], None]:
        """A listener that speaks up after every so many."""

        def told(done: int) -> None:
            if done % every == 0:
                self.say(f"{done} {what}")

        return told

    def end(self) -> None:
        """Tells how long it all took."""
        self.say(f"[{time.monotonic() - self._started:5.1f} s] done", indent="")


def check_plans(warehouse: Path, dbt_variables: dict[str, object], state_dir: Path, steps: Steps) -> None:
    """Builds rpt_plan_violations and what it reads, nothing else. Raises BuildStopped when it names a row that pays."""
    steps.begin("plan check")
    arguments = ["build", "--select", PLAN_CHECK, "--exclude-resource-type", "test", "unit_test"]
    _dbt(arguments, warehouse, dbt_variables, state_dir, None)
    told, left_out = plan_violations(warehouse)
    if left_out:
        steps.say(f"{left_out} cells of plan rows are worth a look (operations.rpt_plan_violations) and stop nothing")
    if told:
        more = [f"and {len(told) - _SHOWN} more in operations.rpt_plan_violations"] if len(told) > _SHOWN else []
        raise BuildStopped("\n".join([PLANS_REFUSED, *told[:_SHOWN], *more]))


def build_increment(
    warehouse: Path, dbt_variables: dict[str, object], state_dir: Path, steps: Steps, *, check: bool = True
) -> bool:
    """Takes what has landed since the last build into the models; False, having said why, where they have to be built as a whole.

    `check`: if plan rows and tests hold then.
    """
    steps.begin("increment")
    try:
        done: Advance = advance(warehouse, dbt_variables, state_dir / "increments", check=check, day_moves=True)
    except NotAnIncrement as reason:
        steps.say(f"all models are built: {reason}")
        return False
    came, left = (sum(counts[side] for counts in done.written.values()) for side in (0, 1))
    steps.say(f"{len(done.written)} tables changed: {came:,} rows came, {left:,} left")
    return True


def plan_violations(warehouse: Path) -> tuple[list[str], int]:
    """What operations.rpt_plan_violations holds: a sentence for each cell that stops the build, and how many do not."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(
            "select is_blocking, table_name, row_key, column_name, value, reason, what_to_do, source_file, source_row"
            " from operations.rpt_plan_violations order by is_blocking desc, table_name, row_key, column_name"
        ).fetchall()
    told = [
        f"{table} {key}, {column or 'row'} {value!r}: {reason}. {todo} ({file} row {row})"
        for is_blocking, table, key, column, value, reason, todo, file, row in rows
        if is_blocking
    ]
    return told, len(rows) - len(told)


def build_models(warehouse: Path, dbt_variables: dict[str, object], state_dir: Path, steps: Steps) -> None:
    """Builds every model that the plan check did not, and tests all. Raises BuildStopped when one fails."""
    steps.begin("models and their tests")
    rest = ["--exclude", PLAN_CHECK, "--indirect-selection", "empty"]
    arguments = ["build", "--exclude-resource-type", "unit_test", *rest]
    _dbt(arguments, warehouse, dbt_variables, state_dir, steps.counted("models and tests done", every=200))


def build_on_spark(out: Path, dbt_variables: dict[str, object], steps: Steps) -> str:
    """Has Spark calculate the incentives marts from the raw tables of the warehouse, with their tests.

    Returns what there is to read. Raises BuildStopped when a model or a test fails.
    """
    steps.begin("raw tables to Parquet")
    steps.say(f"{len(export_raw(out / 'warehouse.duckdb', out / 'raw'))} raw tables were new or had changed")
    steps.begin("models and their tests, by Spark")
    arguments = ["build", "--exclude-resource-type", "unit_test", "--indirect-selection", "cautious"]
    told = steps.counted("models and tests done")
    _dbt(arguments, out / "warehouse.duckdb", dbt_variables, out / ".dbt/spark", told, target="spark")
    steps.begin("marts to Parquet")
    marts = incentives_marts(out / ".dbt/spark")
    write_marts(marts, out / "marts")
    steps.end()
    return f"Spark's {len(marts)} incentives marts are below {out / 'marts'}, as Parquet. Nothing was published."


def incentives_marts(state_dir: Path) -> list[str]:
    """The public incentives marts, `schema.name`, by the manifest of the last dbt command of a state folder."""
    manifest = json.loads((state_dir / "target/manifest.json").read_text(encoding="utf-8"))
    return [f"{model.schema}.{model.name}" for model in public_models(manifest) if model.schema == "incentives"]


def _dbt(
    arguments: Sequence[str],
    warehouse: Path,
    dbt_variables: dict[str, object],
    state_dir: Path,
    progress: Callable[[int], None] | None,
    target: str = "duckdb",
) -> None:
    try:
        run_dbt(
            arguments,
            warehouse=warehouse,
            variables=dbt_variables,
            state_dir=state_dir,
            target=target,
            progress=progress,
        )
    except DbtError as error:
        told = [f"{name}: {message}" for name, message in list(error.nodes.items())[:_SHOWN]] or [str(error)]
        raise BuildStopped(
            "\n".join(
                ["A model or one of its tests failed; nothing was published:", *told, f"Log: {state_dir}/dbt.log"]
            )
        ) from None


def _stop_at(gate: GateResult, out: Path, steps: Steps) -> None:
    for line in gate.lines():
        steps.say(line)
    if gate.critical:
        raise BuildStopped(
            f"The quality gate stopped the publication; what was published before stays. Report: {out / 'quality/index.html'}"
        )


def _as_of(warehouse: Path) -> str:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return str(connection.execute("select as_of_on from intermediate.int_run_parameters").fetchall()[0][0])


def _check_day(as_of: str | None) -> None:
    if not as_of:
        return
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", as_of) and date.fromisoformat(as_of).year in range(1970, 2200):
            return
    except ValueError:
        pass
    raise BuildStopped(f"AS_OF is {as_of!r}, and must be a day such as 2026-06-30.")


def main() -> int:
    """The command line; exit code 1 when the build stopped for a reason that it says."""
    parser = argparse.ArgumentParser(prog="python -m orchestration.build", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--landing", type=Path, required=True, metavar="DIR")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--plans", default="landing", help="landing (default), seeds or both")
    parser.add_argument(
        "--as-of", default="", metavar="YYYY-MM-DD", help="the last day calculated; default: the newest row's"
    )
    parser.add_argument("--timezone", default="Asia/Shanghai")
    parser.add_argument("--base-currency", default="CNY")
    parser.add_argument(
        "--ledger", default="", metavar="DIR", help="the closes that are read; default: ledger in --out"
    )
    parser.add_argument("--target", choices=["duckdb", "spark"], default="duckdb", help="what calculates the marts")
    parser.add_argument(
        "--full-refresh", action="store_true", help="build all models anew, not only what has landed since"
    )
    options = parser.parse_args()
    try:
        print(
            build(
                options.landing,
                options.out,
                plans=options.plans,
                as_of=options.as_of or None,
                timezone=options.timezone,
                base_currency=options.base_currency,
                ledger=options.ledger,
                target=options.target,
                full_refresh=options.full_refresh,
                progress=lambda text: print(text, flush=True),
            )
        )
    except BuildStopped as stopped:
        print(f"\nStopped. {stopped}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
