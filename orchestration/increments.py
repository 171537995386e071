"""What has landed since the last build, taken into a built warehouse: tables are changed where their rows differ, and nowhere else.

`advance(warehouse, …)` runs the SQL that dbt compiled, parents first, in one transaction: what was there before stays until all of it
holds, tests included. A table none of whose parents changed is left alone. One that says how it follows from them (meta `increments` of
its model) is worked out for the keys that they touch; any other as a whole, and compared. models/README.md says how to write it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb
import yaml

from orchestration.lib.dbt_runner import ROOT, project_version, run_dbt
from orchestration.publish.relations import BUILD_CHANGES, BUILD_STATE, alike, changes_of, quoted

# What a close adds rows to.
_LEDGER = ("ledger.batches", "ledger.lines", "ledger.payments")
# The one model that reads the variable as_of: whoever moves the day changes its SQL and no other's.
_DAY = "int_run_parameters"
# A name that no relation has is an error, and never a variable of this process.
_ONLY_SQL: dict[str, Any] = {"python_enable_replacements": False}
# Of the places that numbers leave free between two neighbours.
_ROOM = 64


class NotAnIncrement(Exception):
    """The warehouse has to be built as a whole, for the reason that is told."""


@dataclass(frozen=True)
class Touch:
    """How a table follows from its parents: see models/README.md."""

    key: str = ""
    narrowed: Mapping[str, str] = field(default_factory=dict)
    touched_by: Mapping[str, str] = field(default_factory=dict)
    whole_if: Mapping[str, str] = field(default_factory=dict)
    numbered: Mapping[str, str] = field(default_factory=dict)
    suffix: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Node:
    """A relation that dbt builds, or a test: `relation` as SQL names it, `sql` compiled, `parents` by unique id.

    `grain`: the columns by which a test `grain` groups the rows of its one parent.
    """

    name: str
    relation: str
    is_view: bool
    sql: str
    parents: tuple[str, ...]
    touch: Touch | None = None
    grain: tuple[str, ...] = ()

    @property
    def schema(self) -> str:
        """Where the relation is."""
        return self.relation.split(".")[-2].strip('"')


@dataclass(frozen=True)
class Project:
    """What dbt compiled for a warehouse: models in the order they are built in, tests, and each source's name (`erp.orders`), relation."""

    models: Mapping[str, Node]
    tests: Mapping[str, Node]
    sources: Mapping[str, tuple[str, str]]


@dataclass
class Advance:
    """What an increment did: rows that came and that left, by table; the tables worked out by their keys; those worked out as a whole,
    with the parents they followed; and the seconds of each."""

    written: dict[str, tuple[int, int]] = field(default_factory=dict)
    by_key: list[str] = field(default_factory=list)
    whole: dict[str, list[str]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)


def compiled(warehouse: Path, variables: Mapping[str, object], state_dir: Path) -> Project:
    """The project as dbt compiles it for this warehouse; compiled anew where project, variables or place are others than the last time.

    Where only the day is another one, the model that says the day is.
    """
    version, day = _version(warehouse, variables), str(variables["as_of"])
    stamp, day_stamp, kept = (state_dir / name for name in ("version", "day", "target/manifest.json"))
    if not _says(stamp, version):
        shutil.rmtree(state_dir, ignore_errors=True)
        run_dbt(["compile"], warehouse=warehouse, variables=variables, state_dir=state_dir)
        day_stamp.write_text(day, encoding="utf-8")
        stamp.write_text(version, encoding="utf-8")
    manifest = json.loads(kept.read_text(encoding="utf-8"))
    if not _says(day_stamp, day):
        of_day = state_dir / "of_day"
        run_dbt(["compile", "--select", _DAY], warehouse=warehouse, variables=variables, state_dir=of_day)
        found = json.loads((of_day / "target/manifest.json").read_text(encoding="utf-8"))["nodes"]
        manifest["nodes"] |= {name: node for name, node in found.items() if node["name"] == _DAY}
        kept.write_text(json.dumps(manifest), encoding="utf-8")
        day_stamp.write_text(day, encoding="utf-8")
    return project(manifest)


def project(manifest: Mapping[str, Any]) -> Project:
    """What an increment needs of dbt's manifest."""
    nodes = manifest["nodes"]
    sources = {
        unique_id: (f"{source['source_name']}.{source['name']}", source["relation_name"])
        for unique_id, source in manifest["sources"].items()
    }

    def node(unique_id: str) -> Node:
        found = nodes[unique_id]
        told = found["config"]["meta"].get("increments")
        generic = found.get("test_metadata") or {}
        return Node(
            found["name"],
            found.get("relation_name") or "",
            found["config"]["materialized"] == "view",
            found.get("compiled_code") or "",
            tuple(found["depends_on"]["nodes"]),
            Touch(**told) if told else None,
            tuple(generic["kwargs"]["columns"]) if generic.get("name") == "grain" else (),
        )

    graph = {
        unique_id: set(found["depends_on"]["nodes"]) & nodes.keys()
        for unique_id, found in nodes.items()
        if found["resource_type"] == "model"
    }
    order = [unique_id for unique_id in TopologicalSorter(graph).static_order() if unique_id in graph]
    tests = [unique_id for unique_id, found in nodes.items() if found["resource_type"] == "test"]
    return Project({name: node(name) for name in order}, {name: node(name) for name in tests}, sources)


def remember(warehouse: Path, variables: Mapping[str, object]) -> None:
    """Notes that the warehouse is built, with what and from which files: the next build may be an increment. dbt forgets it again."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.begin()
        _note(connection, _version(warehouse, variables), str(variables["as_of"]))
        connection.commit()


def _note(connection: duckdb.DuckDBPyConnection, version: str, as_of: str) -> None:
    connection.execute(f"create schema if not exists {BUILD_STATE}")
    connection.execute(
        f"create or replace table {BUILD_STATE}.version as select ? as version, ? as as_of", [version, as_of]
    )
    connection.execute(
        f"create or replace table {BUILD_STATE}.files as"
        " select source, table_name, batch, file_name, status, reason, stem, corrects from ingest.files"
    )
    connection.execute(f"create or replace table {BUILD_STATE}.posted as select batch_id from raw_ledger.batches")


def _version(warehouse: Path, variables: Mapping[str, object]) -> str:
    """All that a warehouse is built with but the day, which may move."""
    others = {name: value for name, value in variables.items() if name != "as_of"}
    told = json.dumps([project_version(), duckdb.__version__, str(warehouse.resolve()), others], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def is_compiled(warehouse: Path, variables: Mapping[str, object], state_dir: Path) -> bool:
    """Whether `compiled` finds the SQL of this warehouse as it needs it, so that dbt has nothing to do."""
    return _says(state_dir / "version", _version(warehouse, variables)) and _says(
        state_dir / "day", str(variables["as_of"])
    )


def _says(stamp: Path, text: str) -> bool:
    return stamp.exists() and stamp.read_text(encoding="utf-8") == text


def advance(
    warehouse: Path,
    variables: Mapping[str, object],
    state_dir: Path,
    *,
    check: bool = True,
    day_moves: bool = False,
) -> Advance:
    """Takes what has landed since the last build into the warehouse, if plan rows and tests hold then (`check`).

    `day_moves`: with another as_of than that build's, if it leads to no earlier day. Raises NotAnIncrement, with everything as it was
    before.
    """
    version, as_of = _version(warehouse, variables), str(variables["as_of"])
    with duckdb.connect(str(warehouse), read_only=True, config=_ONLY_SQL) as connection:
        built = _built(connection)
    if built is None or built[0] != version:
        raise NotAnIncrement("this version has not built this warehouse yet")
    if built[1] != as_of and not day_moves:
        raise NotAnIncrement(f"it was built with AS_OF={built[1]}" if built[1] else "it was built without AS_OF")
    compiled_project = compiled(warehouse, variables, state_dir)
    with duckdb.connect(str(warehouse), config=_settings()) as connection:
        connection.begin()
        run = _Run(connection, compiled_project, day_moves=built[1] != as_of)
        try:
            run.over()
            if check:
                run.checked()
            _note(connection, version, as_of)
            connection.commit()
        except duckdb.Error as error:
            raise NotAnIncrement(str(error).splitlines()[0]) from error
        return run.done


def _built(connection: duckdb.DuckDBPyConnection) -> tuple[str, str] | None:
    """The version and the as_of that the last build noted; None where there is no note, or one of an earlier project."""
    try:
        return connection.execute(f"select version, as_of from {BUILD_STATE}.version").fetchall()[0]
    except (duckdb.CatalogException, duckdb.BinderException):
        return None


def _settings() -> dict[str, Any]:
    """As dbt connects."""
    profile = yaml.safe_load((ROOT / "profiles.yml").read_text(encoding="utf-8"))["incentives"]["outputs"]["duckdb"]
    memory = os.environ.get("INCENTIVES_MEMORY", "5GB")
    return {**_ONLY_SQL, **profile["settings"], "memory_limit": memory, "threads": profile["threads"]}


class _Run:
    """One increment. Rows that left and came stand in the temporary tables `removed X` and `added X`, both in `changed X`."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, compiled_project: Project, *, day_moves: bool = False
    ) -> None:
        self.sql = connection.execute
        self.project = compiled_project
        self.nodes = compiled_project.models
        self.day_moves = day_moves
        self.changed: set[str] = set()
        self.done = Advance()

    def over(self) -> None:
        """Brings every table up to what has landed."""
        self._sources()
        self.sql(f"drop schema if exists {BUILD_CHANGES} cascade; create schema {BUILD_CHANGES}")
        schemas = sorted({node.schema for node in self.nodes.values()})
        self.sql(f"set search_path = '{','.join(['main', *schemas])}'")
        for unique_id, node in self.nodes.items():
            parents = self._changed_parents(node)
            moves = self.day_moves and node.name == _DAY
            if node.is_view or not (parents or moves):
                continue
            began = time.monotonic()
            unsaid = self._unsaid(node, parents)
            if unsaid or moves:
                self._whole(unique_id, node)
                self.done.whole[node.name] = unsaid
            else:
                self._by_key(unique_id, node, parents)
                self.done.by_key.append(node.name)
            if moves:
                self._goes_on()
            self.done.seconds[node.name] = round(time.monotonic() - began, 3)

    def _goes_on(self) -> None:
        """Raises NotAnIncrement where the day that is calculated is an earlier one now: what has landed since may lie behind it."""
        for was, now in self.sql(
            f"select was.as_of_on, now.as_of_on from {quoted(f'removed {_DAY}')} as was, {quoted(f'added {_DAY}')} as now"
        ).fetchall():
            if now < was:
                raise NotAnIncrement(f"{now} lies before the {was} of the last build")

    def checked(self) -> None:
        """Checks plan rows and runs the tests of what changed. Raises NotAnIncrement for the first fault: a build as a whole says all.

        The grain of a table is tested of the rows that came; that of a view, which follows from those of tables, by a whole build. A
        test that says what its parents touch reads that alone, and is not asked where they touch nothing.
        """
        if self.sql("select 1 from operations.rpt_plan_violations where is_blocking limit 1").fetchall():
            raise NotAnIncrement("plan rows break the plan contract")
        for test in self.project.tests.values():
            if parents := self._changed_parents(test):
                reads = {}
                if test.grain:
                    tables = parents & set(test.parents)
                    if not tables:
                        continue
                    name = self.nodes[tables.pop()].name
                    came = f"exists (from {quoted(f'added {name}')} as came where {alike('came', test.grain)})"
                    reads = {name: f"from {{relation}} as stored where {came}"}
                elif test.touch and not self._unsaid(test, parents):
                    self._touched(test.touch, map(self._told, parents))
                    if not self.sql("from touched limit 1").fetchall():
                        continue
                    reads = _reads(test.touch)
                sql = self._narrowed(test, reads)
                if self.sql(f"select count(*) from ({sql})").fetchall()[0][0]:
                    raise NotAnIncrement(f"the test {test.name} fails")

    def _sources(self) -> None:
        """What has landed since, by source table. Raises NotAnIncrement where what had landed is told otherwise now."""
        columns = "source, table_name, batch, file_name, status, reason, stem, corrects"
        landed = f"select {columns} from %s where status = 'landed'"
        gone = self.sql(f"{landed % f'{BUILD_STATE}.files'} except {landed % 'ingest.files'}").fetchall()
        if gone:
            raise NotAnIncrement(f"{gone[0][3]} is no longer what had landed")
        new = self.sql(
            f"select table_name, list(distinct batch) from ({landed % 'ingest.files'} except {landed % f'{BUILD_STATE}.files'})"
            " group by table_name"
        ).fetchall()
        differs = self.sql(
            f"select count(*) from (select {columns} from ingest.files except select {columns} from {BUILD_STATE}.files"
            f" union all (select {columns} from {BUILD_STATE}.files except select {columns} from ingest.files))"
        ).fetchall()[0][0]
        batches = dict(new)
        posted = self.sql(f"select batch_id from raw_ledger.batches except from {BUILD_STATE}.posted").fetchall()
        if self.sql(f"from {BUILD_STATE}.posted except select batch_id from raw_ledger.batches").fetchall():
            raise NotAnIncrement("closes that had been posted then lie after this day")
        if posted:
            batches |= {table: [batch_id for (batch_id,) in posted] for table in _LEDGER}
        for unique_id, (name, relation) in self.project.sources.items():
            if name.startswith("ingest."):
                if differs:
                    self.changed.add(unique_id)
            elif name in batches:
                self.changed.add(unique_id)
                self._view(f"changed {name}", f"from {relation} where _batch in ({_listed(batches[name])})")

    def _view(self, name: str, sql: str) -> None:
        self.sql(f"create or replace temp view {quoted(name)} as {sql}")

    def _changed_parents(self, node: Node) -> set[str]:
        """The tables and sources that changed and that this one reads, itself or through views."""
        found: set[str] = set()
        for parent in node.parents:
            if parent in self.changed:
                found.add(parent)
            elif parent in self.nodes and self.nodes[parent].is_view:
                found |= self._changed_parents(self.nodes[parent])
        return found

    def _told(self, unique_id: str) -> str:
        """How `touched_by` names a parent: a model by its name, a source by system and table."""
        return self.nodes[unique_id].name if unique_id in self.nodes else self.project.sources[unique_id][0]

    def _unsaid(self, node: Node, parents: set[str]) -> list[str]:
        """Those of the changed parents of which the model does not say what they touch."""
        touch = node.touch or Touch()

        def is_unsaid(parent: str) -> bool:
            if parent in touch.touched_by and parent not in touch.whole_if:
                return False
            asked = touch.whole_if.get(parent, touch.whole_if.get("*", "select 1"))
            return bool(self.sql(f"select 1 from ({_asked(asked, parent)}) limit 1").fetchall())

        return sorted(filter(is_unsaid, map(self._told, parents)))

    def _columns(self, node: Node) -> list[str]:
        return [row[0] for row in self.sql(f"describe {node.relation}").fetchall()]

    def _whole(self, unique_id: str, node: Node) -> None:
        columns = self._columns(node)
        listed = ", ".join(map(quoted, columns))
        self.sql(f"create or replace temp table fresh as from {node.relation} limit 0")
        self.sql(f"insert into fresh ({listed}) select {listed} from ({node.sql})")
        if node.touch and "day" not in (numbered := node.touch.numbered) and numbered:
            self._keep_places(node, numbered)
        self._differences(unique_id, node, columns, f"select rowid as _place, {listed} from {node.relation}")

    def _by_key(self, unique_id: str, node: Node, parents: set[str]) -> None:
        assert node.touch is not None
        columns = self._columns(node)
        listed = ", ".join(map(quoted, columns))
        told = sorted(map(self._told, parents))
        kept = f"({node.touch.key}) in (from touched)"
        reads = _reads(node.touch)
        chosen = f"where {kept}"
        if node.touch.suffix:
            chosen = self._begun(node, node.touch, told)
            reads[node.touch.suffix["of"]] = _from_there_on(node, node.touch)
        else:
            self._touched(node.touch, told)
        if not self.sql("from touched limit 1").fetchall():
            return
        sql = self._narrowed(node, reads)

        def work_out() -> None:
            self.sql(f"create or replace temp table fresh as from {node.relation} limit 0")
            self.sql(f"insert into fresh ({listed}) select {listed} from ({sql}) {chosen}")

        work_out()
        if "day" in node.touch.numbered:
            self._keep_numbers(node, node.touch, kept, work_out)
        elif node.touch.numbered:
            self._keep_places(node, node.touch.numbered)
        self._differences(
            unique_id, node, columns, f"select stored.rowid as _place, {listed} from {node.relation} as stored {chosen}"
        )

    def _touched(self, touch: Touch, parents: Iterable[str]) -> None:
        """Notes in `touched` the keys that the changes of these parents touch."""
        self.sql(f"create or replace temp table touched as {_touching(touch.touched_by, sorted(parents))}")

    def _begun(self, node: Node, touch: Touch, parents: Sequence[str]) -> str:
        """Notes in `begun` from which row on each key is worked out, and the keys in `touched`; returns what keeps those rows."""
        order, begins = touch.suffix["order"], [parent for parent in touch.suffix["begins"] if parent in parents]
        rows = [quoted(f"changed {parent}") for parent in begins] or [f"{node.relation} where false"]
        changed = " union all ".join(f"select {touch.key}, {order} from {row}" for row in rows)
        touched_by = {**touch.touched_by, **touch.suffix["touched_by"]}
        whole = _touching(touched_by, [parent for parent in parents if parent not in begins])
        # Keys that are worked out as a whole begin before any row.
        self.sql(
            f"create or replace temp table begun as with whole as ({whole}) select key_begun, -9223372036854775807 as first_of_key"
            f" from whole as whole (key_begun) union all select {touch.key}, min({order}) from ({changed})"
            f" where ({touch.key} in (from whole)) is not true group by {touch.key}"
        )
        self.sql("create or replace temp table touched as select key_begun from begun")
        return f"inner join begun on {touch.key} = key_begun and {order} >= first_of_key"

    def _narrowed(self, node: Node, reads: Mapping[str, str]) -> str:
        """The node's SQL over those rows alone that `reads` reads, of relations it reads itself or through views."""
        sql = node.sql
        for parent in node.parents:
            found = self.nodes.get(parent)
            name, relation = (found.name, found.relation) if found else self.project.sources.get(parent, ("", ""))
            if name in reads:
                read = reads[name].replace("{relation}", relation)
            elif found and found.is_view and (inner := self._narrowed(found, reads)) != found.sql:
                read = inner
            else:
                continue
            self._view(f"{node.name}/{name}", read)
            sql = sql.replace(relation, quoted(f"{node.name}/{name}"))
        return sql

    def _keep_places(self, node: Node, numbered: Mapping[str, str]) -> None:
        """Gives the rows of `fresh` the numbers they have had; numbers of new ones go on where those end."""
        number, order = numbered["number"], numbered["order"]
        then = f", {numbered['then']}" if "then" in numbered else ""
        edge = f"(select case when min({number}) < 0 then min({number}) else max({number}) end from {node.relation})"
        self.sql(
            f"update fresh set {number} = placed.number{then} from (select {order}, coalesce(stored.{number}, coalesce({edge}, 0)"
            f" + sign(any_number) * row_number() over (partition by stored.{number} is null order by {order})) as number"
            f" from (select {order}, min({number}) as any_number from fresh group by {order})"
            f" left join (select distinct {order}, {number} from {node.relation}) as stored using ({order})) as placed"
            f" where {_same('fresh', 'placed', order)}"
        )

    def _keep_numbers(self, node: Node, touch: Touch, kept: str, work_out: Callable[[], None]) -> None:
        """Gives the rows of `fresh` the numbers they have had, and new ones a number between their neighbours of the day.

        A day that has no number left where one is needed is numbered anew.
        """
        number, order, day = (touch.numbered[part] for part in ("number", "order", "day"))
        among = f"(partition by {day} order by {order} rows between"

        def place() -> None:
            # Most rows of most batches are where they were: only days to which something comes are looked at as a whole.
            self.sql(
                f"create or replace temp table come as select {order}, {day}, abs(stored.{number}) as number from fresh"
                f" left join (select {order}, {day}, {number} from {node.relation}) as stored using ({order}, {day})"
                f" where {day} not in (from crowded)"
            )
            rows = (
                f"from come where {day} in (select {day} from come where number is null) union all"
                f" select {order}, {day}, abs({number}) as number from {node.relation}"
                f" where {day} in (select {day} from come where number is null) and ({kept}) is not true"
            )
            bounded = (
                f"select *, coalesce(max(number) over {among} unbounded preceding and current row),"
                f" date_diff('day', date '1970-01-01', {day}) * 2_000_000_000) as below,"
                f" min(number) over {among} current row and unbounded following) as above from ({rows})"
            )
            self.sql(
                "create or replace temp table placed as select *,"
                f" row_number() over (partition by {day}, below order by {order}) as place,"
                f" count(*) over (partition by {day}, below) as place_count from ({bounded}) where number is null"
            )

        self.sql(f"create or replace temp table crowded as select {day} from fresh limit 0")
        place()
        self.sql(f"insert into crowded select distinct {day} from placed where above - below <= place_count")
        if self.sql("from crowded limit 1").fetchall():
            self.sql(f"insert into touched select {touch.key} from {node.relation} where {day} in (from crowded)")
            work_out()
            place()
        number_then = f"below + case when above is null then {_ROOM} * place else (above - below) * place // (place_count + 1) end"
        for found in (
            f"select {order}, {day}, {number_then} as number from placed",
            "from come where number is not null",
        ):
            self.sql(
                f"update fresh set {number} = sign(fresh.{number}) * found.number from ({found}) as found"
                f" where {_same('fresh', 'found', f'{order}, {day}')}"
            )

    def _differences(self, unique_id: str, node: Node, columns: Sequence[str], stored: str) -> None:
        """Writes where `fresh` differs from the stored rows, and keeps what changed for the tables that follow."""
        same = alike("fresh", columns)
        listed = ", ".join(map(quoted, columns))
        removed, added = quoted(f"removed {node.name}"), quoted(f"added {node.name}")
        self.sql(f"create or replace temp table stored as {stored}")
        self.sql(f"create or replace temp table {removed} as from stored where not exists (from fresh where {same})")
        self.sql(f"create or replace temp table {added} as from fresh where not exists (from stored where {same})")
        gone, come = (self.sql(f"select count(*) from {name}").fetchall()[0][0] for name in (removed, added))
        self.sql("drop table stored")
        self.sql("drop table fresh")
        if gone:
            self.sql(f"delete from {node.relation} where rowid in (select _place from {removed})")
        if come:
            self.sql(f"insert into {node.relation} ({listed}) from {added}")
        self.sql(f"alter table {removed} drop column _place")
        if gone or come:
            self._view(f"changed {node.name}", f"from {removed} union all from {added}")
            # For a publication, which then writes these rows alone.
            for kept, rows in zip(changes_of(node.schema, node.name), (removed, added), strict=True):
                self.sql(f"create table {BUILD_CHANGES}.{quoted(kept)} as from {rows}")
            self.changed.add(unique_id)
            self.done.written[node.name] = (come, gone)


def _asked(query: str, parent: str) -> str:
    """A query of a model's `increments` over the rows of one parent."""
    return query.strip().format(**{what: quoted(f"{what} {parent}") for what in ("changed", "removed", "added")})


def _touching(touched_by: Mapping[str, str], parents: Sequence[str]) -> str:
    """The keys that the changes of these parents touch."""
    queries = [
        f"({_asked(query if ' ' in query else f'select {query} from {{changed}}', parent)})"
        for parent in parents
        if (query := touched_by.get(parent))
    ]
    return " union ".join(queries) or "select 0 limit 0"


def _reads(touch: Touch) -> dict[str, str]:
    """What is read of each relation that need only be read for the keys in `touched`."""
    return {
        name: f"from {{relation}} where {asked if 'touched' in asked else f'({asked}) in (from touched)'}"
        for name, asked in touch.narrowed.items()
    }


def _from_there_on(node: Node, touch: Touch) -> str:
    """Reads the rows from which a key is worked out anew, and of each key the row before them, with what had added up to there."""
    order, added_up = touch.suffix["order"], touch.suffix["added_up"]
    return (
        f"select rows_read.* from {{relation}} as rows_read inner join begun on {touch.key} = key_begun and {order} >= first_of_key"
        f" union all select rows_read.* replace (so_far as {touch.suffix['adds']}) from {{relation}} as rows_read inner join"
        f" (select {touch.key} as key_begun, max({order}) as last_before, arg_max({added_up}, {order}) as so_far from {node.relation}"
        f" inner join begun on {touch.key} = key_begun and {order} < first_of_key group by {touch.key}) as before"
        f" on {touch.key} = key_begun and {order} = last_before"
    )


def _same(left: str, right: str, columns: str) -> str:
    return " and ".join(f"{left}.{column} = {right}.{column}" for column in columns.split(", "))


def _listed(texts: Sequence[str]) -> str:
    return ", ".join("'" + text.replace("'", "''") + "'" for text in texts)
