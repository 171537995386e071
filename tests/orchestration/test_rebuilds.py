"""The same marts whatever happens on the way: built twice, from files and rows in another order, or after being killed."""

from __future__ import annotations

import csv
import gzip
import multiprocessing
import random
import shutil
import signal
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

import duckdb
import pytest

from orchestration.build import Choices, Steps, build, check_and_publish
from orchestration.ingest import ingest
from tests.conftest import AS_OF
from tests.small_company import write_landing

# What a publication says of itself: which build it was and of which bytes.
OF_THE_BUILD = {"operations.rpt_publications", "operations.rpt_publication_relations"}
# Where a row stood in its file.
PLACES = {"source_row", "row_no", "settled_row", "_row"}


def columns_of(published: duckdb.DuckDBPyConnection, without: Collection[str]) -> Mapping[str, str]:
    """Every published relation, the narrow tables and the views over them alike, with what is compared of it."""
    columns = defaultdict(list)
    listed = published.execute(
        "select table_schema || '.' || table_name, column_name from information_schema.columns order by ordinal_position"
    )
    for relation, column in listed.fetchall():
        if relation not in OF_THE_BUILD and column not in without:
            columns[relation].append(f'"{column}"')
    return {relation: ", ".join(names) for relation, names in columns.items()}


def assert_same(got: Path, wanted: Path, without: Collection[str] = ()) -> None:
    """The two published files hold the same rows; the rows themselves are fetched only where sums of their hashes differ."""
    with duckdb.connect(str(got), read_only=True) as here, duckdb.connect(str(wanted), read_only=True) as there:
        columns = columns_of(there, without)
        assert columns_of(here, without) == columns
        for relation, names in columns.items():
            summed = f"select count(*), sum(cast(hash({names}) as hugeint)) from {relation}"
            if here.execute(summed).fetchall() != there.execute(summed).fetchall():
                rows = [Counter(side.execute(f"select {names} from {relation}").fetchall()) for side in (here, there)]
                raise AssertionError(f"{relation}: {[sorted(rows[n] - rows[1 - n], key=str)[:3] for n in (0, 1)]}")


def test_a_second_build_changes_nothing(demo_build: Path, tmp_path: Path) -> None:
    out = tmp_path / "again"
    shutil.copytree(demo_build, out)
    before = (out / "published.duckdb").read_bytes()
    build(out / "landing", out, plans="both", as_of=AS_OF, progress=lambda _: None)
    assert (out / "published.duckdb").read_bytes() == before


def _shuffle_file(file: Path, dice: random.Random) -> None:
    """Puts the file's records into another order."""
    if file.suffix == ".csv":
        with file.open(encoding="utf-8-sig", newline="") as text:
            header, *records = csv.reader(text)
        with file.open("w", encoding="utf-8", newline="") as text:
            csv.writer(text, lineterminator="\n").writerows([header, *dice.sample(records, len(records))])
    elif file.suffix == ".gz":
        lines = gzip.decompress(file.read_bytes()).decode().splitlines(keepends=True)
        file.write_bytes(gzip.compress("".join(dice.sample(lines, len(lines))).encode(), mtime=0))
    else:
        fresh = file.with_suffix(".fresh")
        seed = dice.randrange(10**6)
        with duckdb.connect() as connection:
            connection.execute(f"create table rows as select * from read_parquet('{file}')")
            connection.execute(f"copy (select * from rows order by hash(rowid + {seed})) to '{fresh}' (format parquet)")
        fresh.replace(file)


def test_files_in_twelve_batches_the_last_as_increment_and_rows_in_another_order_give_the_same_marts(
    demo_build: Path, tmp_path: Path
) -> None:
    dice = random.Random(5)
    landing, out = tmp_path / "landing", tmp_path / "out"
    shutil.copytree(demo_build / "landing", landing)
    files = sorted(file for file in landing.rglob("*") if file.is_file())
    again = {file.name for file in files if "_again" in file.name}
    twins = {name.partition("_again")[0] for name in again}
    for file in files:
        # A redelivered file is one with the same bytes: it and its twin stay as they are.
        if not any(file.stem in name for name in again) and file.name not in again:
            _shuffle_file(file, dice)
    waiting = tmp_path / "waiting"
    landing.rename(waiting)
    # A twin that comes later under a lesser name would have all built anew.
    arriving = sorted(
        dice.sample(files, len(files)), key=lambda file: "_again" not in file.name and file.stem not in twins
    )
    told: list[str] = []
    for batch in range(12):
        for file in arriving[len(files) * batch // 12 : len(files) * (batch + 1) // 12]:
            file.parent.mkdir(parents=True, exist_ok=True)
            (waiting / file.relative_to(landing)).rename(file)
        if batch in (8, 11):
            told.clear()
            build(landing, out, plans="both", as_of=AS_OF, progress=told.append)
        else:
            ingest(landing, out / "warehouse.duckdb", progress=lambda _: None)
    assert any(" tables changed: " in line for line in told), told
    with duckdb.connect(str(out / "published.duckdb"), read_only=True) as published:
        listed = published.execute("select distinct column_name from information_schema.columns").fetchall()
    # Which numbers things have depends on what came when; nothing outside keeps them.
    numbers = {name for (name,) in listed if name.endswith("_no") and name != "tier_no"}
    assert_same(out / "published.duckdb", demo_build / "published.duckdb", PLACES | numbers)


def _build_telling(landing: Path, out: Path, step: str, telling: Connection) -> None:
    if step == "publish":
        # What comes before has been killed in its own steps; the models are there.
        check_and_publish(landing, out, Choices(), Steps(telling.send))
    else:
        build(landing, out, as_of=AS_OF, progress=telling.send)


def _killed(landing: Path, out: Path, step: str, delay: float) -> bool:
    """Starts a build and kills it `delay` seconds after the step has begun; False when it ended before."""
    # Each build is a process of its own, forked from one that has imported dbt: importing it takes longer than most steps.
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["tests.orchestration.imported"])
    told, telling = processes.Pipe(duplex=False)
    running = processes.Process(target=_build_telling, args=(landing, out, step, telling))
    running.start()
    telling.close()
    with told, suppress(EOFError):
        while not told.recv().endswith(f"s] {step}"):
            pass
        running.join(delay)
        running.kill()
    running.join()
    return running.exitcode == -signal.SIGKILL


# Ten moments, more of them where more is written.
MOMENTS = (
    *[("ingest", 0.3)] * 3,
    ("plan check", 4.0),
    *[("models and their tests", 12.0)] * 3,
    ("gate", 4.0),
    *[("publish", 0.8)] * 2,
)


@pytest.fixture
def undisturbed(tmp_path: Path) -> Path:
    landing = tmp_path / "landing"
    write_landing(landing)
    build(landing, tmp_path / "undisturbed", as_of=AS_OF, progress=lambda _: None)
    return landing


def test_killed_at_ten_moments_the_next_run_ends_as_an_undisturbed_one(undisturbed: Path, tmp_path: Path) -> None:
    dice = random.Random(11)
    out, wanted = tmp_path / "killed", tmp_path / "undisturbed/published.duckdb"
    killed = 0
    for step, longest in MOMENTS:
        killed += _killed(undisturbed, out, step, dice.uniform(0, longest))
        if (out / "published.duckdb").exists():
            assert_same(out / "published.duckdb", wanted)
    build(undisturbed, out, as_of=AS_OF, progress=lambda _: None)
    assert_same(out / "published.duckdb", wanted)
    assert killed >= len(MOMENTS) - 2, f"only {killed} runs were killed before they ended"
