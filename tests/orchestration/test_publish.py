"""Publication: whole, checked by hash, atomic for readers, and the same after a kill."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.publish import PublicModel, PublishError, public_models, publish
from orchestration.publish.relations import changes_of, without_database

ROOT = Path(__file__).resolve().parents[2]
FACTS = {
    "as_of": "2026-06-30",
    "base_currency": "CNY",
    "company_timezone": "Asia/Shanghai",
    "plans": "both",
    "gate_result": "passed",
}
LINES = PublicModel("intermediate", "int_lines")
# The cross join before the left join is one that duckdb_views() does not give back as it was written.
DETAILED = PublicModel(
    "intermediate",
    "int_lines_detailed",
    (LINES, PublicModel("reference", "currencies")),
    "select int_lines.line_no, int_lines.amount, currencies.currency from warehouse.intermediate.int_lines"
    " cross join warehouse.reference.currencies"
    " left join warehouse.intermediate.int_lines as more on int_lines.line_no = more.line_no",
)
FACT = PublicModel(
    "incentives",
    "fct_lines",
    (DETAILED,),
    "select line_no, amount, concat('行 warehouse.intermediate.x ', currency) as note\n"
    '    from "warehouse"."intermediate"."int_lines_detailed"',
)
PAYEES = PublicModel("core", "dim_payees", (PublicModel("intermediate", "int_spans"),))
PUBLIC = [PAYEES, FACT]


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    """A warehouse with a public table, a public view over a view over two narrow tables, and what must stay inside."""
    file = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(file)) as connection:
        for schema in ("core", "incentives", "intermediate", "reference", "raw_crm", "ingest"):
            connection.execute(f"create schema {schema}")
        connection.execute("create table raw_crm.users as select 'u1' as user_id")
        connection.execute("create table intermediate.int_spans as select 'u1' as payee_id")
        connection.execute("create table core.dim_payees as select 'u1' as payee_id, 'Ångström 王芳' as payee_name")
        connection.execute("create table reference.currencies as select 'CNY' as currency, 2 as minor_units")
        connection.execute(
            "create table intermediate.int_lines as"
            " select line_no, cast(line_no as decimal(18, 4)) as amount from range(1000) as lines(line_no)"
        )
        for view in (DETAILED, FACT):
            connection.execute(f"create view {view.quoted} as ({view.sql})")
        connection.execute(
            "create table ingest.files as select 'a.csv' as file_name, 'h1' as file_hash, 'landed' as status"
        )
    return file


def rows(file: Path, query: str) -> list[tuple[Any, ...]]:
    """Rows of a published file, attached under another name than its own, as the app does."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{file}' as elsewhere (read_only)")
        connection.execute("use elsewhere")
        return connection.execute(query).fetchall()


def change(warehouse: Path, statement: str) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(statement)


def test_tables_are_copied_and_views_go_over_as_views(warehouse: Path, tmp_path: Path) -> None:
    published = tmp_path / "out" / "published.duckdb"
    publish(warehouse, published, public=PUBLIC, publication=FACTS)
    relations = rows(
        published, "select concat(schema_name, '.', table_name) from duckdb_tables() where not internal order by 1"
    )
    assert [name for (name,) in relations] == [
        "core.dim_payees",
        "intermediate.int_lines",
        "operations.rpt_publication_relations",
        "operations.rpt_publications",
        "reference.currencies",
    ]
    views = rows(
        published, "select concat(schema_name, '.', view_name) from duckdb_views() where not internal order by 1"
    )
    assert [name for (name,) in views] == ["incentives.fct_lines", "intermediate.int_lines_detailed"]
    assert rows(published, "select count(*), sum(amount), min(note) from incentives.fct_lines") == [
        (1000, 499500, "行 warehouse.intermediate.x CNY")
    ]
    assert rows(published, "select payee_name from core.dim_payees") == [("Ångström 王芳",)]


def test_a_publication_says_what_it_is_made_from(warehouse: Path, tmp_path: Path) -> None:
    published = tmp_path / "published.duckdb"
    publish(warehouse, published, public=PUBLIC, publication=FACTS)
    ((number, as_of, base, gate, batch, row_count),) = rows(
        published,
        "select publication_no, cast(as_of as varchar), base_currency, gate_result, length(batch), row_count"
        " from operations.rpt_publications",
    )
    assert (number, as_of, base, gate, batch, row_count) == (1, "2026-06-30", "CNY", "passed", 32, 1002)
    listed = rows(
        published,
        "select relation_name, relation_kind, is_public, row_count from operations.rpt_publication_relations",
    )
    assert ("intermediate.int_lines", "table", False, 1000) in listed
    assert ("incentives.fct_lines", "view", True, None) in listed


def test_publications_are_counted_and_the_same_figures_publish_nothing_new(warehouse: Path, tmp_path: Path) -> None:
    published = tmp_path / "published.duckdb"
    publish(warehouse, published, public=PUBLIC, publication=FACTS)
    before = published.stat()
    assert not publish(warehouse, published, public=PUBLIC, publication=FACTS).is_new
    assert published.stat().st_ino == before.st_ino
    change(warehouse, "update intermediate.int_lines set amount = 1 where line_no = 7")
    assert publish(warehouse, published, public=PUBLIC, publication=FACTS).publication_no == 2
    publish(warehouse, published, public=PUBLIC, publication=FACTS | {"as_of": "2026-07-01"})
    history = rows(
        published, "select publication_id, cast(as_of as varchar) from operations.rpt_publications order by 1"
    )
    assert history == [("00000001", "2026-06-30"), ("00000002", "2026-06-30"), ("00000003", "2026-07-01")]
    assert len({name for (name,) in rows(published, "select content_hash from operations.rpt_publications")}) == 3


def test_a_reader_of_the_old_file_keeps_reading_it(warehouse: Path, tmp_path: Path) -> None:
    published = tmp_path / "published.duckdb"
    publish(warehouse, published, public=PUBLIC, publication=FACTS)
    with duckdb.connect() as reader:
        reader.execute(f"attach '{published}' as old (read_only)")
        change(warehouse, "update intermediate.int_lines set amount = 0")
        publish(warehouse, published, public=PUBLIC, publication=FACTS)
        assert reader.execute("select sum(amount) from old.incentives.fct_lines").fetchone() == (499500,)
    assert rows(published, "select sum(amount) from incentives.fct_lines") == [(0,)]


@pytest.mark.parametrize(
    "fault",
    [
        "drop table intermediate.int_lines",
        "alter table intermediate.int_lines rename column amount to pay",
        "drop table core.dim_payees",
    ],
)
def test_a_copy_that_fails_leaves_the_old_file(warehouse: Path, tmp_path: Path, fault: str) -> None:
    published = tmp_path / "published.duckdb"
    publish(warehouse, published, public=PUBLIC, publication=FACTS)
    before = published.read_bytes()
    change(warehouse, fault)
    with pytest.raises(PublishError):
        publish(warehouse, published, public=PUBLIC, publication=FACTS)
    assert published.read_bytes() == before


def test_what_changed_and_what_is_no_longer_public_is_as_if_it_were_published_anew(
    warehouse: Path, tmp_path: Path
) -> None:
    published, anew = tmp_path / "published.duckdb", tmp_path / "anew.duckdb"
    publish(warehouse, published, public=PUBLIC, publication=FACTS)
    # One table changes, one becomes a view, one goes, and one stays.
    change(warehouse, "update intermediate.int_lines set amount = amount + 1 where line_no = 7")
    change(warehouse, "drop table core.dim_payees")
    change(warehouse, "create view core.dim_payees as (select payee_id from intermediate.int_spans)")
    payees = PublicModel("core", "dim_payees", PAYEES.needs, "select payee_id from warehouse.intermediate.int_spans")
    everything = "select schema_name, table_name from duckdb_tables() union all select schema_name, view_name from duckdb_views()"
    for public in ([payees, FACT], [FACT], [payees, FACT]):
        anew.unlink(missing_ok=True)
        for file in (published, anew):
            publish(warehouse, file, public=public, publication=FACTS)
        assert sorted(rows(published, everything)) == sorted(rows(anew, everything))
        for relation in ("intermediate.int_lines", "reference.currencies", "incentives.fct_lines"):
            assert rows(published, f"from {relation} order by all") == rows(anew, f"from {relation} order by all")
    assert rows(published, "select count(*) from operations.rpt_publications") == [(4,)]


@pytest.mark.parametrize(
    ("kept", "last"),
    [
        pytest.param("line_no in (7, 1000)", [7, 1000], id="all: rows leave and come"),
        pytest.param("line_no = 1000", [999, 1000], id="not all: written anew, in the warehouse's order"),
        pytest.param("line_no < 600 or line_no = 1000", [999, 1000], id="many: written anew"),
    ],
)
def test_rows_of_the_last_increment_are_taken_over_where_they_make_the_table_what_it_is_now(
    warehouse: Path, tmp_path: Path, kept: str, last: list[int]
) -> None:
    published = tmp_path / "published.duckdb"
    publish(warehouse, published, public=PUBLIC, publication=FACTS)
    change(warehouse, "create schema build_changes")
    removed, added = (f'build_changes."{change}"' for change in changes_of("intermediate", "int_lines"))
    change(warehouse, f"create table {removed} as from intermediate.int_lines where {kept}")
    change(warehouse, "update intermediate.int_lines set amount = amount + 1 where line_no = 7")
    change(warehouse, "insert into intermediate.int_lines values (1000, null)")
    change(warehouse, f"create table {added} as select amount, line_no from intermediate.int_lines where {kept}")
    publish(warehouse, published, public=PUBLIC, publication=FACTS)
    lines = rows(published, "from intermediate.int_lines")
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        assert sorted(lines) == sorted(connection.execute("from intermediate.int_lines").fetchall())
    assert [line_no for line_no, _ in lines[-2:]] == last


@pytest.mark.parametrize("sql", ["", FACT.sql.replace("amount", "amount + 1 as amount")])
def test_a_view_is_published_as_the_warehouse_has_it_or_not_at_all(warehouse: Path, tmp_path: Path, sql: str) -> None:
    models = [PublicModel(FACT.schema, FACT.name, FACT.needs, sql)]
    with pytest.raises(PublishError, match="fct_lines"):
        publish(warehouse, tmp_path / "published.duckdb", public=models, publication=FACTS)
    assert not (tmp_path / "published.duckdb").exists()


def test_nothing_is_published_without_the_facts_it_needs(warehouse: Path, tmp_path: Path) -> None:
    with pytest.raises(PublishError, match="gate_result"):
        publish(warehouse, tmp_path / "published.duckdb", public=PUBLIC, publication={**FACTS, "gate_result": ""})
    assert not (tmp_path / "published.duckdb").exists()


_KILLED = """
import sys, duckdb, orchestration.publish.publication as publication
from pathlib import Path
from tests.orchestration.test_publish import FACTS, PUBLIC
moment, warehouse, published = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
def stop(*_):
    Path(published.parent / "reached").touch()
    import time; time.sleep(60)
setattr(publication, {"sync": "_sync", "copy": "without_database"}[moment], stop)
publication.publish(warehouse, published, public=PUBLIC, publication=FACTS)
"""


@pytest.mark.parametrize("moment", ["copy", "sync"])
def test_a_kill_in_the_middle_leaves_the_old_file_and_the_next_run_ends_as_an_undisturbed_one(
    warehouse: Path, tmp_path: Path, moment: str
) -> None:
    published, undisturbed = tmp_path / "published.duckdb", tmp_path / "other" / "published.duckdb"
    for file in (published, undisturbed):
        publish(warehouse, file, public=PUBLIC, publication=FACTS)
    before = published.read_bytes()
    change(warehouse, "update intermediate.int_lines set amount = 1")
    process = subprocess.Popen([sys.executable, "-c", _KILLED, moment, str(warehouse), str(published)], cwd=ROOT)
    deadline = time.monotonic() + 30
    while not (tmp_path / "reached").exists() and time.monotonic() < deadline:
        assert process.poll() is None, "the publication ended before it could be killed"
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert published.read_bytes() == before
    for file in (published, undisturbed):
        publish(warehouse, file, public=PUBLIC, publication=FACTS)
    query = "select * from operations.rpt_publications order by all"
    assert rows(published, query) == rows(undisturbed, query)
    assert not list(tmp_path.glob(".published.duckdb.fresh*"))


def test_a_database_name_is_taken_from_relations_and_from_nothing_else() -> None:
    sql = (
        'SELECT w.b, \'w.b.t\' AS w FROM w.b.t AS w INNER JOIN "w"."b"."É" ON (w.b = \'王w.b.c\') WHERE (x.w.b.c = 1);'
    )
    assert without_database(sql, "w") == (
        "SELECT w.b, 'w.b.t' AS w FROM b.t AS w INNER JOIN \"b\".\"É\" ON (w.b = '王w.b.c') WHERE (x.w.b.c = 1);"
    )


def test_public_models_are_those_of_the_manifest_that_anybody_may_read() -> None:
    def node(name: str, schema: str, access: str, needs: list[str]) -> Mapping[str, Any]:
        config = {"access": access}
        return {
            "resource_type": "model",
            "schema": schema,
            "alias": name,
            "config": config,
            "depends_on": {"nodes": needs},
        }

    manifest = {
        "sources": {"source.i.crm.users": {"resource_type": "source", "schema": "raw_crm", "identifier": "users"}},
        "nodes": {
            "model.i.stg_users": node("stg_users", "staging", "protected", ["source.i.crm.users"]),
            "model.i.dim_users": node("dim_users", "core", "public", ["model.i.stg_users"]),
            "model.i.fct_secret": node("fct_secret", "core", "protected", []),
            "model.i.shared": node("shared", "intermediate", "public", []),
        },
    }
    users = PublicModel("raw_crm", "users")
    models = public_models(json.loads(json.dumps(manifest)))
    assert models == [PublicModel("core", "dim_users", (PublicModel("staging", "stg_users", (users,)),))]
