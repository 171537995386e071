"""Increments = whole build, row by row; they touch what changed alone, all of it or nothing."""

from __future__ import annotations

import copy
import json
import re
import shutil
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations
from pathlib import Path
from random import Random

import duckdb
import pytest

from orchestration import increments, ledger
from orchestration.increments import Node, NotAnIncrement, Project, Touch, advance
from orchestration.lib.dbt_runner import parsed_project
from tests.conformance.contracts import read_contract
from tests.conformance.grouping import Group, grouped, land
from tests.conformance.reading import Source, read_cases
from tests.conformance.translation import BASE_CURRENCY, COMPANY_TIMEZONE, Case, Row, translate
from tests.increments.history import Warehouse, differences
from tests.properties.generate import companies

COMPANIES, BATCHES = 40, 5
# Who sells what by which plan is told by the third batch; deals come in all of them.
_OF_DEALS = (
    "erp.order",
    "erp.returns",
    "erp.invoices",
    "erp.payments",
    "crm.activities",
    "crm.opportunit",
    "channel.dealer_",
    "channel.sell",
)
# What is said of files and rows as they came: a row that changes nothing is counted there.
_OF_ARRIVALS = {
    "base_erp__orders",
    "base_erp__order_lines",
    "rpt_completeness",
    "int_staged_rows_counted",
    "int_files_counted",
}


def _group(seed: int) -> Group:
    contract = read_contract()
    bodies = companies(seed, COMPANIES)
    cases = [translate(Source(body["id"], "drawn", "", body), contract, needs_figures=False) for body in bodies]
    return grouped(cases)[0]


def _earlier(row: Row, draw: Random, batch: int) -> Row:
    """An older version of a row, other in one figure where it has one, that comes in its own batch."""
    values = {**row.values, "updated_at": "2019-01-01T00:00:00Z"}
    for column in ("net_amount", "amount", "quota", "quantity", "share", "rate"):
        if values.get(column) not in (None, ""):
            values[column] = str(draw.randint(1, 9)) if column != "share" else "0.5"
    return replace(row, batch=batch, values=values)


def _gone(row: Row, draw: Random) -> Row:
    """The row taken back, late: by its key alone, or with all that it said."""
    key = read_contract()[row.table].key
    kept = {name: value for name, value in row.values.items() if name in key} if draw.random() < 0.5 else row.values
    values = {**kept, "updated_at": "2099-01-01T00:00:00Z", "is_deleted": "true"}
    return replace(row, batch=BATCHES - 1, values=values)


def _history(cases: list[Case], draw: Random) -> None:
    """Spreads the rows of companies over batches: redelivered, corrected, deleted; late plans, positions for a while."""
    for case in cases:
        of_plans = draw.randint(1, 3)
        rows = [
            replace(row, batch=draw.randint(1, BATCHES) if row.table.startswith(_OF_DEALS) else of_plans)
            for row in case.rows
        ]
        again: list[Row] = []
        for row in rows:
            chance, batch = draw.random(), draw.randint(1, BATCHES if row.table.startswith(_OF_DEALS) else 3)
            if chance < 0.1 and not row.table.startswith(("plans.plans", "crm.users")):
                again.append(_earlier(row, draw, batch))
            elif chance < 0.15:
                again.append(replace(row, batch=batch))
            elif chance < 0.2 and row.table.startswith((*_OF_DEALS, "plans.quotas", "plans.plan_assignments")):
                again.append(_gone(row, draw))
            elif chance < 0.8 and row.table == "crm.user_assignments":
                later = date.fromisoformat(row.values["valid_from"]) + timedelta(days=draw.randint(1, 400))
                moved = replace(row, batch=batch, values={**row.values, "valid_from": str(later)})
                again += [moved, _gone(moved, draw)]
        case.rows = rows + again


def _landed(warehouse: Warehouse, group: Group, batch: int) -> None:
    land(group.cases, batch, warehouse.landing)
    warehouse.land()


def _variables(as_of: str) -> dict[str, object]:
    zone = {"company_timezone": COMPANY_TIMEZONE, "base_currency": BASE_CURRENCY}
    return {"as_of": as_of, **zone, "use_seed_plans": False, "use_landed_plans": True}


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """Nothing has landed; the project is compiled."""
    warehouse = Warehouse(tmp_path_factory.mktemp("increments"), _variables(_group(1).as_of))
    assert warehouse.project.models
    return warehouse


@pytest.fixture
def empty(seeded: Warehouse, tmp_path: Path) -> Iterator[Warehouse]:
    """The seeded warehouse with nothing in it, as it was."""
    kept = tmp_path / "warehouse.duckdb"
    shutil.copy(seeded.file, kept)
    yield seeded
    shutil.copy(kept, seeded.file)
    shutil.rmtree(seeded.landing)
    seeded.landing.mkdir()


@pytest.mark.parametrize("seed", [1, 2])
def test_increments_over_any_history_are_the_whole_build(empty: Warehouse, seed: int) -> None:
    group = _group(seed)
    _history(group.cases, Random(seed))
    by_key: set[str] = set()
    for batch in range(1, BATCHES + 1):
        _landed(empty, group, batch)
        if batch == 1:
            empty.build()
            continue
        # Plans have all their rows from the third batch on: what is tested then holds.
        done = empty.advance(check=batch > 2)
        assert done or batch <= 2
        by_key |= set(done.by_key if done else ())
    assert {
        "int_order_lines",
        "int_other_facts",
        "int_credits_classed",
        "int_lines_counted",
        "int_payout_lines",
    } <= by_key
    assert differences(empty) == {}


def test_a_later_day_is_an_increment_with_the_rows_of_a_whole_build(empty: Warehouse) -> None:
    group = _group(4)
    _history(group.cases, Random(4))
    last = date.fromisoformat(str(empty.variables["as_of"]))
    for batch, days_before in enumerate((200, 95, 31, 0, 0), start=1):
        _landed(empty, group, batch)
        empty.variables["as_of"] = (last - timedelta(days=days_before)).isoformat()
        if batch == 1:
            empty.build()
        else:
            done = advance(empty.file, empty.variables, empty.state, check=False, day_moves=True)
            assert ("int_run_parameters" in done.written) == (batch < 5)
    assert differences(empty) == {}
    assert increments.is_compiled(empty.file, empty.variables, empty.state)
    empty.variables["as_of"] = (last - timedelta(days=1)).isoformat()
    assert not increments.is_compiled(empty.file, empty.variables, empty.state)
    with pytest.raises(NotAnIncrement, match="was built with AS_OF="):
        advance(empty.file, empty.variables, empty.state)
    with pytest.raises(NotAnIncrement, match=f"lies before the {last} of the last build"):
        advance(empty.file, empty.variables, empty.state, check=False, day_moves=True)
    empty.variables["as_of"] = last.isoformat()


def test_one_model_reads_which_day_is_asked_for() -> None:
    nodes = parsed_project().nodes.values()
    assert [node.name for node in nodes if re.search(r"""var\(['"]as_of['"]""", node.raw_code)] == [
        "int_run_parameters"
    ]
    macros = parsed_project().macros.values()
    own = [macro for macro in macros if macro.package_name == "incentives"]
    assert own and not [macro.name for macro in own if re.search(r"""['"]as_of['"]""", macro.macro_sql)]


def test_what_is_held_and_done_by_hand_follows_its_lines(empty: Warehouse) -> None:
    contract = read_contract()
    sources = read_cases(Path("tests/conformance/cases/adjusted_and_held.yml"))[0]
    of_day = [replace(source, body=source.body | {"as_of": empty.variables["as_of"]}) for source in sources]
    (group,) = grouped([translate(source, contract) for source in of_day])
    _history(group.cases, Random(1))
    for batch in range(1, BATCHES + 1):
        _landed(empty, group, batch)
        if batch == 1:
            empty.build()
        else:
            empty.advance()
    with duckdb.connect(str(empty.file), read_only=True) as connection:
        counted = "select count(*) from intermediate.int_lines_held union all select count(*) from intermediate.int_manual_lines"
        assert all(count for (count,) in connection.execute(counted).fetchall())
    assert differences(empty) == {}


def test_rows_that_change_nothing_write_no_row_and_a_fault_leaves_all_as_it_was(empty: Warehouse) -> None:
    group = _group(3)
    for case in group.cases:
        case.rows = [replace(row, batch=1) for row in case.rows]
    _landed(empty, group, 1)
    empty.build()
    told_again = copy.deepcopy(group)
    for case in told_again.cases:
        # In another order: the same bytes would not land again.
        case.rows = [replace(row, batch=2) for row in reversed(case.rows) if row.table.startswith("erp.")]
    _landed(empty, told_again, 2)
    done = empty.advance()
    assert done and done.by_key and done.written.keys() <= _OF_ARRIVALS, done
    assert (nothing := empty.advance()) and not nothing.written and not nothing.whole

    line = next(row for case in group.cases for row in case.rows if row.table == "erp.order_lines")
    dearer = {**line.values, "net_amount": "987654", "updated_at": "2098-01-01T00:00:00Z"}
    file = empty.landing / "erp/order_lines/dearer.jsonl"
    file.write_text(json.dumps(dearer) + "\n", encoding="utf-8")
    empty.land()
    before = empty.contents()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(increments._Run, "checked", _refuse)
        with pytest.raises(NotAnIncrement):
            advance(empty.file, empty.variables, empty.state)
    assert empty.contents() == before
    done = empty.advance()
    assert done and done.written["int_order_lines"] == (1, 1)
    with duckdb.connect(str(empty.file), read_only=True) as connection:
        lines = connection.execute("select count(*) from intermediate.int_payout_lines").fetchall()[0][0]
    assert max(done.written.get("int_payout_lines", (0, 0))) < lines / 10
    assert differences(empty) == {}


def test_what_the_plan_check_says_follows_each_plan_table(empty: Warehouse) -> None:
    group, draw = _group(2), Random(2)
    for case in group.cases:
        case.rows = [replace(row, batch=1) for row in case.rows]
    _landed(empty, group, 1)
    project = _before(empty.project, "rpt_plan_violations")
    empty.build(project)
    tables = sorted({row.table for case in group.cases for row in case.rows if row.table.startswith("plans.")})
    said: set[tuple[str, str]] = set()
    for batch, table in enumerate([*tables, "crm.users", *tables]):
        rows = [row.values for case in group.cases for row in case.rows if row.table == table]
        key = read_contract()[table].key
        told = []
        for row in draw.sample(rows, min(4, len(rows))):
            others = sorted(row.keys() - {*key, "updated_at"})
            left_out = draw.sample(others, len(others) // 3)
            gone = {"is_deleted": "true"} if draw.random() < 0.4 else {}
            of_row = {name: value for name, value in row.items() if name not in left_out or table == "crm.users"}
            told.append(json.dumps({**of_row, **gone, "updated_at": f"2090-01-{batch % 28 + 1:02}T00:00:00Z"}))
        file = empty.landing / f"{table.replace('.', '/')}/broken-{batch}.jsonl"
        file.write_text("\n".join(told) + "\n", encoding="utf-8")
        empty.land()
        with duckdb.connect(str(empty.file), config=increments._settings()) as connection:
            run = increments._Run(connection, project)
            run.over()
            increments._note(connection, *increments._built(connection) or ("", ""))
            for node in (node for node in project.models.values() if node.touch):
                connection.execute(f"create temp table whole as from {node.relation} limit 0")
                connection.execute(f"insert into whole by name {node.sql}")
                for first, second in permutations(("whole", node.relation)):
                    assert not connection.execute(f"from {first} except all from {second}").fetchall(), (
                        table,
                        node.name,
                    )
                connection.execute("drop table whole")
            said |= {(table, name) for name in run.done.by_key if name in run.done.written}
    assert {name for _, name in said} == {
        "int_plan_cells_unpivoted",
        "int_plan_rows_owned",
        "int_plan_cells_refused",
        "int_plan_rows_refused",
    }
    assert {table for table, _ in said} >= {*tables}


def _before(project: Project, name: str) -> Project:
    """The models from which one follows, and it."""
    by_name = {node.name: unique_id for unique_id, node in project.models.items()}
    needed, found = [by_name[name]], set[str]()
    while needed:
        unique_id = needed.pop()
        found.add(unique_id)
        needed += [parent for parent in project.models[unique_id].parents if parent in project.models]
    return replace(project, models={each: node for each, node in project.models.items() if each in found}, tests={})


def test_what_a_change_touches_can_be_asked_whatever_changes(empty: Warehouse) -> None:
    empty.build()
    project = empty.project
    with duckdb.connect(str(empty.file), config=increments._settings()) as connection:
        schemas = ",".join(sorted({node.schema for node in project.models.values()}))
        connection.execute(f"set search_path = 'main,{schemas}'")
        tables = [(node.name, node.relation, ("changed", "removed", "added")) for node in project.models.values()]
        tables += [(name, relation, ("changed",)) for name, relation in project.sources.values()]
        for name, relation, whats in tables:
            for what in whats:
                connection.execute(f'create temp view "{what} {name}" as from {relation}')
        asked = 0
        for node in (*project.models.values(), *project.tests.values()):
            touch = node.touch or Touch()
            of_rows = {**touch.touched_by, **touch.suffix.get("touched_by", {})}
            connection.execute(f"explain {increments._touching(of_rows, sorted(of_rows))}")
            for parent, query in touch.whole_if.items():
                connection.execute(f"explain {increments._asked(query, parent)}")
            asked += len(touch.touched_by)
    assert asked > 300


def _refuse(_: object) -> None:
    raise NotAnIncrement("a test fails")


def _small(connection: duckdb.DuckDBPyConnection) -> Project:
    """Things of a day, numbered in the order of their names, and a table that follows them by its key."""
    connection.execute("create schema ingest")
    ledger.prepare(connection)
    connection.execute(
        "create table ingest.files (source varchar, table_name varchar, batch varchar, file_name varchar, status varchar,"
        " reason varchar, stem varchar, corrects varchar)"
    )
    connection.execute("create table things (name varchar, day date, _batch varchar)")
    numbered = (
        "select name, day, date_diff('day', date '1970-01-01', day) * 2000000000"
        " + 64 * row_number() over (partition by day order by name) as number from things"
    )
    connection.execute(f"create schema marts; create table marts.numbers as {numbered}")
    read = "select name, number from marts.numbers"
    connection.execute(f"create table marts.readers as {read}")
    touch = Touch(
        key="name",
        narrowed={"x.things": "name"},
        touched_by={"x.things": "name"},
        numbered={"number": "number", "day": "day", "order": "name"},
    )
    return Project(
        {
            "numbers": Node("numbers", '"marts"."numbers"', False, numbered, ("things",), touch),
            "readers": Node("readers", '"marts"."readers"', False, read, ("numbers",)),
        },
        {},
        {"things": ("x.things", "things")},
    )


def test_what_comes_to_a_day_is_numbered_between_its_neighbours_and_a_full_day_anew() -> None:
    with duckdb.connect(config={"python_enable_replacements": False}) as connection:
        project = _small(connection)
        increments._note(connection, "", "")

        def come(batch: int, *names: str) -> dict[str, tuple[int, int]]:
            for name in names:
                connection.execute("insert into things values (?, ?, ?)", [name[1:], f"2026-01-0{name[0]}", str(batch)])
            connection.execute(
                "insert into ingest.files (table_name, batch, file_name, status) values ('x.things', ?, ?, 'landed')",
                [str(batch), str(batch)],
            )
            run = increments._Run(connection, project)
            run.over()
            increments._note(connection, "", "")
            return run.done.written

        def names() -> list[str]:
            return [row[0] for row in connection.execute("select name from marts.readers order by number").fetchall()]

        assert come(1, "1b", "1d", "2a", "2d") == {"numbers": (4, 0), "readers": (4, 0)}
        # Each new one alone is written: neighbours keep their numbers.
        assert come(2, "1c", "1e", "1a") == {"numbers": (3, 0), "readers": (3, 0)}
        assert names() == ["a", "b", "c", "d", "e", "a", "d"]
        many = [f"1c{number:03}" for number in range(70)]
        written = come(3, *many)
        assert written["numbers"][1] > 0, "there was no room for 70 between two of one day"
        assert names() == ["a", "b", "c", *(name[1:] for name in many), "d", "e", "a", "d"]
        assert connection.execute("select count(distinct number) from marts.numbers").fetchall() == [(77,)]
        later = "select number % 2000000000 from marts.numbers where day = '2026-01-02' order by number"
        assert connection.execute(later).fetchall() == [(64,), (128,)], "the day beside it was numbered anew, too"


@pytest.mark.parametrize(
    ("name", "touch", "is_fault"),
    [
        ("b", None, True),
        (None, None, True),
        ("b", Touch(narrowed={"numbers": "name"}, touched_by={"numbers": "name"}), True),
        ("b", Touch(narrowed={"numbers": "name"}, touched_by={"numbers": ""}), False),
    ],
    ids=["grain", "grain of null", "of what is touched", "of nothing touched"],
)
def test_a_row_that_comes_and_breaks_a_test_with_one_that_is_there_is_a_fault(
    name: str | None, touch: Touch | None, is_fault: bool
) -> None:
    with duckdb.connect(config={"python_enable_replacements": False}) as connection:
        project = _small(connection)
        connection.execute(
            "create schema operations; create table operations.rpt_plan_violations (is_blocking boolean)"
        )
        increments._note(connection, "", "")
        sql = 'select name from "marts"."numbers" group by name having count(*) > 1 or name is null'
        grain = Node("grain", "", False, sql, ("numbers",), touch, () if touch else ("name",))
        numbers = replace(project.models["numbers"], touch=None)
        project = replace(project, models={**project.models, "numbers": numbers}, tests={"grain": grain})

        def come(batch: int, *names: str | None) -> None:
            connection.executemany("insert into things values (?, '2026-01-02', ?)", [[of, str(batch)] for of in names])
            connection.execute(
                "insert into ingest.files (table_name, batch, file_name, status) values ('x.things', ?, ?, 'landed')",
                [str(batch), str(batch)],
            )
            run = increments._Run(connection, project)
            run.over()
            run.checked()
            increments._note(connection, "", "")

        come(1, "a", "b")
        come(2, "c")
        with pytest.raises(NotAnIncrement, match="the test grain fails") if is_fault else nullcontext():
            come(3, name)
