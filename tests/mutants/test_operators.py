"""Each operator finds its place and changes what it says; the statement with the fault runs, and differs where it should."""

from __future__ import annotations

import random

import duckdb
import pytest

from tests.mutants.operators import OPERATORS, applied, faults, parsed, printed
from tests.mutants.reach import reach
from tests.mutants.run import drawn

TABLES = """
create table sales as from (values (1, 10, date '2026-01-01', 5.005, 'a'), (2, 20, date '2026-02-01', -7.5, 'b'),
    (2, 20, date '2026-02-01', -7.5, 'b'), (3, 30, date '2026-03-01', 1.25, null)) as sales (payee_no, rate_no, sold_on, amount, kind);
create table payees as from (values (1, 10, date '2026-01-15'), (2, 20, date '2026-02-01')) as payees (payee_no, team_no, valid_to);
"""
# For each operator a statement with one place for it, and what its faults make of the rows.
STATEMENTS = {
    "boundary": ("select payee_no from sales where amount >= 5.005", [[]]),
    "sign": ("select payee_no - 1 from sales where payee_no = 1", [[(2,)]]),
    "order": (
        "select payee_no from sales qualify row_number() over (partition by kind is null order by payee_no) = 1",
        [[(2,), (3,)]],
    ),
    "rounding": ("select round(amount, 2) from sales where payee_no = 1", [[(5.00,)], [(5.0,)]]),
    "lost factor": ("select payee_no * rate_no from sales where payee_no = 3", [[(3,)], [(30,)]]),
    "ignored valid_to": (
        "select sales.payee_no from sales inner join payees on sales.rate_no = payees.team_no and sales.sold_on < payees.valid_to",
        [[(1,), (2,), (2,)]],
    ),
    "wrong join key": (
        "with teams as (select team_no, payee_no from payees) select 1 from payees inner join teams on payees.payee_no = teams.payee_no",
        [[]],
    ),
    "dropped filter": ("select payee_no from sales where payee_no = 1 and kind = 'a'", [[(1,)], [(1,)]]),
    "swapped branches": (
        "select case when payee_no = 1 then 'one' else 'more' end from sales where rate_no = 10",
        [[("more",)]],
    ),
    "coalesce default": ("select coalesce(kind, 'none') from sales where payee_no = 3", [[(None,)]]),
    "left join to inner": (
        "select sales.payee_no from sales left join payees using (payee_no) where sold_on > '2026-02-15'",
        [[]],
    ),
    "lost branch of a union": ("select 1 as n union all select 2 as n", [[(1,)], [(2,)]]),
    "constant": ("select payee_no from sales where payee_no = 2", [[(3,)], [(1,)]]),
    "distinct dropped": ("select distinct payee_no from sales where rate_no = 20", [[(2,), (2,)]]),
    "aggregate": ("select max(payee_no) from sales", [[(1,)]]),
}
# mul10_rate() and round_minor() as dbt compiles them, shortened.
_PRODUCT = """case
    when a > -90000000 and a < 90000000 and r > -1 and r < 1
        then cast(cast(a as decimal(12, 4)) * cast(r as decimal(6, 6)) as decimal(28, 10))
    else cast(round(cast(a as decimal(28, 10)) * cast(r as decimal(28, 10)), 10) as decimal(28, 10))
end"""
_ROUNDED = """case when a > -90000000 and a < 90000000
    then case 2 when 0 then round(cast(a as decimal(18, 10)), 0) when 2 then round(cast(a as decimal(18, 10)), 2) end
    else round(cast(a as decimal(28, 10)), 2)
end"""


def _rows(sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect() as connection:
        connection.execute(TABLES)
        rows = connection.execute(sql).fetchall()
    return sorted((tuple(float(cell) if hasattr(cell, "as_tuple") else cell for cell in row) for row in rows), key=repr)


def test_every_operator_is_tried() -> None:
    assert set(STATEMENTS) == set(OPERATORS)


@pytest.mark.parametrize("operator", OPERATORS)
def test_an_operator_changes_what_it_says(operator: str) -> None:
    sql, after = STATEMENTS[operator]
    found = [fault for fault in faults(sql) if fault.operator == operator]
    assert [_rows(applied(sql, fault)) for fault in found] == after
    assert _rows(printed(parsed(sql))) == _rows(sql)


def test_half_away_from_zero_becomes_towards_less_whatever_the_sign() -> None:
    values = "(1.005), (-1.005), (2.0), (-2.0), (3.0049), (-1.0051)"
    sql = f"select round(cast(amount as decimal(18, 10)), 2) from (values {values}) as numbers (amount)"
    down = next(fault for fault in faults(sql) if fault.operator == "rounding")
    assert _rows(applied(sql, down)) == sorted([(1.0,), (-1.01,), (2.0,), (-2.0,), (3.0,), (-1.01,)], key=repr)


def test_exact_arithmetic_is_one_operand() -> None:
    product = [(fault.operator, fault.after) for fault in faults(f"select {_PRODUCT} as product")]
    assert product == [("lost factor", "CAST(a AS DECIMAL(28, 10))"), ("lost factor", "CAST(r AS DECIMAL(28, 10))")]
    rounded = [fault for fault in faults(f"select {_ROUNDED}") if fault.operator == "rounding"]
    with duckdb.connect() as connection:
        for number, expected in ((5.678, [5.67, 5.7]), (-0.125, [-0.13, -0.1])):
            query = f"select {{}} from (select cast({number} as decimal(28, 10)) as a)"
            got = [
                connection.execute(query.format(applied(f"select {_ROUNDED}", fault)[7:])).fetchall()[0][0]
                for fault in rounded
            ]
            assert [float(value) for value in got] == expected
    assert {fault.operator for fault in faults(f"select {_ROUNDED}")} == {"rounding"}


def test_the_same_seed_draws_the_same_faults_of_different_classes() -> None:
    sql = "select distinct payee_no - 1 as n from sales where amount >= 1 and kind = 'a'"
    first, again = (drawn(sql, 3, random.Random("7 model")) for _ in range(2))
    assert first == again
    assert len({fault.operator for fault in first}) == 3
    every = drawn(sql, 99, random.Random(1))
    assert sorted(every) == sorted(faults(sql))


def test_reach_counts_both_outcomes_and_the_rows_that_change() -> None:
    sql = "with kept as (select payee_no from sales where amount >= 5.005) select * from kept"
    bound = next(fault for fault in faults(sql) if fault.operator == "boundary")
    unmet = "with kept as (select payee_no from sales where amount >= -100) select * from kept"
    never = next(fault for fault in faults(unmet) if fault.operator == "boundary")
    with duckdb.connect() as connection:
        connection.execute(TABLES)
        reached, not_reached = reach(connection, sql, bound), reach(connection, unmet, never)
    assert (reached.true, reached.false, reached.rows, reached.lost, reached.gained) == (1, 3, 1, 1, 0)
    assert reached.both_outcomes
    assert (not_reached.true, not_reached.false) == (4, 0)
    assert not not_reached.both_outcomes
