"""What faults are tried on: warehouses of many small companies, built once by the ordinary path, and every statement as dbt compiled it."""

from __future__ import annotations

import json
import pickle
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from hashlib import sha256
from pathlib import Path
from threading import Timer
from typing import Any

import duckdb
import yaml
from sqlglot import exp

from expectations.delivered import write_delivered
from expectations.gate import load_checks
from orchestration.lib.dbt_runner import ROOT, project_version, run_dbt
from tests.conformance.grouping import Group
from tests.conformance.run import Run
from tests.conformance.translation import BASE_CURRENCY, Case
from tests.mutants.operators import parsed, printed

# What a case may say instead of being built: it is not of this version, and no judge asks for it.
_NOT_BUILT = re.compile(r"does not load|refused by the plan check|closes:")
_SECONDS_A_STATEMENT = 15.0
_FIXTURE = "__dbt__cte__"


class Unfit(Exception):
    """The base cannot judge anything: the engine as it is fails somewhere."""


@dataclass(frozen=True)
class Model:
    """A model as the manifest has it."""

    name: str
    relation: str
    is_view: bool
    group: str
    schema: str
    is_public: bool
    parents: frozenset[str]


@dataclass(frozen=True)
class UnitTest:
    """
    One dbt unit test of a model, all as SQL: the model as dbt compiled it for the test, which reads fixtures; these as CTEs; the columns
    it looks at, and the rows it expects (empty: none).
    """

    name: str
    model: str
    fixtures: str
    columns: str
    expected: str


@dataclass(frozen=True)
class Statements:
    """What dbt compiled for one warehouse: the SQL of each model, and of each data test with the models it reads."""

    models: Mapping[str, str]
    tests: Mapping[str, tuple[frozenset[str], str]]


@dataclass(frozen=True)
class Built:
    """
    A warehouse file with its cases, its statements, and the critical checks of the gate: name, relation, SQL, and how many rows each finds
    without a fault, for some cases are of companies that no gate lets pass.
    """

    file: Path
    cases: Sequence[Case]
    statements: Statements
    checks: Sequence[tuple[str, str, str, int]] = ()


@dataclass
class Base:
    """All of it. `models` come parents first; `unit_tests` by model."""

    models: dict[str, Model] = field(default_factory=dict)
    warehouses: list[Built] = field(default_factory=list)
    unit_tests: dict[str, list[UnitTest]] = field(default_factory=dict)

    def readers(self, model: str) -> list[str]:
        """The model and all that are made from it, parents first."""
        found = {model}
        for name, other in self.models.items():
            if other.parents & found:
                found.add(name)
        return [name for name in self.models if name in found]

    def sources(self, models: Sequence[str]) -> set[str]:
        """The models and all that they are made from."""
        found = set(models)
        for name in reversed(self.models):
            if name in found:
                found |= self.models[name].parents
        return found

    @property
    def marts(self) -> list[str]:
        """The public incentives marts."""
        return [name for name, model in self.models.items() if model.schema == "incentives" and model.is_public]

    @property
    def judged(self) -> list[str]:
        """
        The models that faults are put into: those of the group engine that incentives marts are made from.

        What the plan check is made from is left to tests/plans, which have it refuse hundreds of rows.
        """
        checked = self.sources(["rpt_plan_violations"])
        wanted = self.sources(self.marts) - checked
        return [name for name in self.models if name in wanted and self.models[name].group == "engine"]


class _KeptRun(Run):
    """A run of conformance cases that remembers which groups it built where."""

    def __init__(self, place: Path, work: Path) -> None:
        self.built: list[tuple[Group, Path]] = []
        super().__init__(place, work, "duckdb")

    def _build(self, group: Group) -> None:
        super()._build(group)
        if group.cases:
            self.built.append((group, self.work / f"group-{self.warehouses}"))


def connect(file: Path, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """A connection as dbt's, on one thread: two workers have a core each."""
    profile = yaml.safe_load((ROOT / "profiles.yml").read_text(encoding="utf-8"))["incentives"]["outputs"]["duckdb"]
    settings = {**profile["settings"], "memory_limit": "3GB", "threads": 1, "max_temp_directory_size": "2GB"}
    connection = duckdb.connect(str(file), config=settings, read_only=read_only)
    connection.execute("set enable_progress_bar = false")
    return connection


def execute(connection: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    """The rows of a statement, worked out as they are fetched; one that takes too long is interrupted, which raises duckdb.Error."""
    timer = Timer(_SECONDS_A_STATEMENT, connection.interrupt)
    timer.start()
    try:
        return connection.execute(sql).fetchall()
    finally:
        timer.cancel()


def creates(model: Model, sql: str) -> str:
    """The statement that makes a model's relation anew."""
    return f"create or replace {'view' if model.is_view else 'table'} {model.relation} as {sql}"


def fingerprint(connection: duckdb.DuckDBPyConnection, relation: str) -> tuple[Any, ...]:
    """The same for the same rows, in any order."""
    query = f"select count(*), coalesce(sum(cast(hash(rows) as hugeint)), 0) from {relation} as rows"
    return tuple(execute(connection, query)[0])


def kept_base(folder: Path) -> Base:
    """The base that base_of left in a folder."""
    base: Base = pickle.loads((folder / "base.pickle").read_bytes())
    return base


def base_of(cases: Path, folder: Path, *, with_tests: bool) -> Base:
    """Builds the base of a folder of cases, or reads it where it was built from the same project and cases. Raises Unfit."""
    version = sha256(project_version().encode())
    for file in sorted([Path(__file__), *cases.glob("*.yml"), *Path(__file__).parents[1].glob("conformance/*.py")]):
        version.update(file.read_bytes())
    kept = folder / "base.pickle"
    if kept.exists() and (folder / "version").read_text() == version.hexdigest():
        return kept_base(folder)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    base = _built(cases, folder, with_tests)
    kept.write_bytes(pickle.dumps(base))
    (folder / "version").write_text(version.hexdigest())
    return base


def _built(cases: Path, folder: Path, with_tests: bool) -> Base:
    run = _KeptRun(cases, folder / "runs")
    lines = [(result.case_id, line) for result in run.results for line in result.failures if not _NOT_BUILT.match(line)]
    # What companies without known pay are paid is for others to judge.
    wrong = [f"{case_id}: {line}" for case_id, line in lines if with_tests or line.startswith("the build fails")]
    if wrong:
        raise Unfit(f"{len(wrong)} figures or steps are wrong before any fault. First: {wrong[0]}")
    base = Base()
    for group, place in sorted(run.built, key=lambda built: -len(built[0].cases)):
        manifest = _completed(place, group, folder)
        if not base.models:
            base.models = models_of(manifest)
        file = folder / place.name / "warehouse.duckdb"
        _compacted(place / "warehouse.duckdb", file)
        checks = _checks(file, place / "landing") if with_tests else ()
        built = Built(file, tuple(group.cases), _statements(manifest), checks)
        base.warehouses.append(built)
        _prove_reprinting(base, built)
        if with_tests:
            _prove_tests(built)
            if not base.unit_tests:
                base.unit_tests = _unit_tests(place, group, folder, base)
    shutil.rmtree(folder / "runs")
    return base


def _dbt(arguments: Sequence[str], place: Path, group: Group, folder: Path) -> None:
    values = {
        "as_of": group.as_of,
        "company_timezone": group.timezone,
        "base_currency": BASE_CURRENCY,
        "use_seed_plans": False,
        "use_landed_plans": True,
    }
    run_dbt(arguments, warehouse=place / "warehouse.duckdb", variables=values, state_dir=folder / "runs/dbt")


def _completed(place: Path, group: Group, folder: Path) -> dict[str, Any]:
    """Builds the models that a conformance run leaves out; returns the manifest with everything compiled."""
    _dbt(["run"], place, group, folder)
    _dbt(["compile"], place, group, folder)
    manifest: dict[str, Any] = json.loads((folder / "runs/dbt/target/manifest.json").read_text(encoding="utf-8"))
    return manifest


def models_of(manifest: Mapping[str, Any]) -> dict[str, Model]:
    """The models of a manifest by name, parents first."""
    nodes = {key: node for key, node in manifest["nodes"].items() if node["resource_type"] == "model"}
    parents = {
        key: [parent for parent in node["depends_on"]["nodes"] if parent in nodes] for key, node in nodes.items()
    }
    return {
        nodes[key]["name"]: Model(
            nodes[key]["name"],
            nodes[key]["relation_name"],
            nodes[key]["config"]["materialized"] == "view",
            nodes[key]["config"]["group"],
            nodes[key]["schema"],
            nodes[key]["access"] == "public",
            frozenset(nodes[parent]["name"] for parent in parents[key]),
        )
        for key in TopologicalSorter({key: sorted(parents[key]) for key in sorted(parents)}).static_order()
    }


def _statements(manifest: Mapping[str, Any]) -> Statements:
    nodes = manifest["nodes"]
    models = {node["name"]: node["compiled_code"] for node in nodes.values() if node["resource_type"] == "model"}
    tests = {
        node["name"]: (
            frozenset(nodes[parent]["name"] for parent in node["depends_on"]["nodes"] if parent in nodes),
            node["compiled_code"],
        )
        for node in nodes.values()
        if node["resource_type"] == "test"
    }
    return Statements(models, tests)


def _compacted(warehouse: Path, file: Path) -> None:
    """A copy without the space that replaced relations left."""
    file.parent.mkdir()
    shutil.copy(warehouse.parent / "choices.json", file.parent)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{warehouse}' as original (read_only)")
        connection.execute(f"attach '{file}' as warehouse")
        connection.execute("copy from database original to warehouse")


def _prove_reprinting(base: Base, built: Built) -> None:
    """Makes every model of a copy from its SQL as sqlglot prints it. Raises Unfit unless all rows stay the same."""
    copy = built.file.parent / "reprinted" / "warehouse.duckdb"
    copy.parent.mkdir()
    shutil.copy(built.file, copy)
    with connect(copy) as connection:
        for name, model in base.models.items():
            before = fingerprint(connection, model.relation)
            execute(connection, creates(model, printed(parsed(built.statements.models[name]))))
            if fingerprint(connection, model.relation) != before:
                raise Unfit(
                    f"{name} gives other rows when sqlglot has printed it, or when it runs twice: no fault in it can be judged."
                )
    shutil.rmtree(copy.parent)


def _prove_tests(built: Built) -> None:
    with connect(built.file, read_only=True) as connection:
        for name, (_, sql) in built.statements.tests.items():
            if found := execute(connection, f"select count(*) from ({sql})")[0][0]:
                raise Unfit(f"The data test {name} finds {found} rows before any fault.")


def _checks(file: Path, landing: Path) -> list[tuple[str, str, str, int]]:
    write_delivered(file, landing)
    critical = [check for check in load_checks() if check.severity == "critical"]
    asked = [(check.name, check.about, check.rows.replace("{batch}", check.about)) for check in critical]
    with connect(file, read_only=True) as connection:
        return [(name, about, sql, len(execute(connection, sql))) for name, about, sql in asked]


def _unit_tests(place: Path, group: Group, folder: Path, base: Base) -> dict[str, list[UnitTest]]:
    """Has dbt run the unit tests of the models that faults are put into, and reads their SQL. Raises Unfit when one fails here."""
    judged = base.judged
    _dbt(["test", "--select", ",".join(["test_type:unit", "group:engine"])], place, group, folder)
    found: dict[str, list[UnitTest]] = {}
    for file in sorted((folder / "runs/dbt/target/run").rglob("*.sql")):
        model = next((part[:-4] for part in file.parts if part.endswith(".yml")), "")
        if model in judged:
            found.setdefault(model, []).append(_unit_test(file))
    with duckdb.connect() as connection:
        for model, tests in found.items():
            for test in tests:
                if wrong := differs(connection, test, test.model):
                    raise Unfit(f"The unit test {test.name} of {model} fails before any fault: {wrong}")
    return found


def _unit_test(file: Path) -> UnitTest:
    tree = parsed(file.read_text(encoding="utf-8"))
    ctes = {cte.alias: cte for cte in tree.find_all(exp.CTE)}
    actual, expected = (ctes[f"dbt_internal_unit_test_{side}"].this for side in ("actual", "expected"))
    columns = ", ".join(printed(column) for column in actual.expressions[:-1])
    fixtures = ", ".join(printed(cte) for name, cte in ctes.items() if name.startswith(_FIXTURE))
    rows = printed(expected.args["from_"].this.this)
    model = actual.args["from_"].this.this
    own = [cte for cte in model.ctes if not cte.alias.startswith(_FIXTURE)]
    model.args["with_"].set("expressions", own)
    if not own:
        model.set("with_", None)
    # Where no row is expected dbt writes this.
    return UnitTest(
        file.stem, printed(model), fixtures, columns, "" if "dbt_internal_unit_test_actual" in rows else rows
    )


def differs(connection: duckdb.DuckDBPyConnection, test: UnitTest, sql: str) -> str:
    """What is wrong when the SQL of a model, reading the fixtures of a unit test, does not give the rows it expects; empty if nothing."""
    body = sql.strip()
    opening = re.match(r"(?i)with(\s+recursive)?\b", body)
    rest = f", {body[opening.end() :]}" if opening else f" {body}"
    model = f"with{opening[1] or '' if opening else ''} {test.fixtures}{rest}"
    got = execute(connection, f"select {test.columns} from ({model})")
    want = connection.execute(f"select {test.columns} from ({test.expected})").fetchall() if test.expected else []
    missing, extra = _less(want, got), _less(got, want)
    return f"missing {missing[:2]}, not expected {extra[:2]}" if missing or extra else ""


def _less(rows: Sequence[Any], others: Sequence[Any]) -> list[Any]:
    left = list(others)
    kept = []
    for row in rows:
        if row in left:
            left.remove(row)
        else:
            kept.append(row)
    return kept
