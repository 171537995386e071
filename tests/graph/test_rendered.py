"""No model divides, multiplies columns, floats, or knows a plan or the demo by name; and each lint catches who does."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable

import pytest

from tests.graph import rendered as lint
from tests.graph.conftest import Manifest

FINE = """
with
-- a / b, a * b and 1e5 in a comment: nobody runs them
final as (
    select
        orders.*,
        count(*) as row_count,
        count(*) over () * 2 as twice,
        mul10(orders.value, rates.rate) as value,
        cast(rate * 100 as decimal(18, 4)) as per_cent,
        -1 * orders.value as negative,
        case when is_return then -1 else 1 end * 10000 as sign,
        orders.ordered_on + weeks.week_no * interval '7 days' as later,
        'a / b * c, a float of 1e5' as text,
        "real" as quoted
    from orders
)

select * from final
"""


@pytest.mark.parametrize("check", lint.LINTS, ids=lambda check: check.__name__)
def test_no_model_does_it(check: Callable[[str], list[str]], rendered: Manifest) -> None:
    found = [f"{name}: {said}" for name, node in sorted(rendered.items()) for said in check(node["compiled_code"])]
    assert not found, "\n".join(found)


def test_no_model_knows_a_rule_by_its_id(rendered: Manifest) -> None:
    ids = lint.ids_of_rules()
    assert {"field-2026", "field-2026-commission"} <= ids
    found = [
        f"{name}: {said}"
        for name, node in sorted(rendered.items())
        for said in lint.rule_ids(node["compiled_code"], ids)
    ]
    assert not found, "\n".join(found)


def test_every_column_a_model_returns_is_listed(rendered: Manifest) -> None:
    """Only listed columns can be found undescribed."""
    found = [
        f"{name}: returns {sorted(returned - listed)} unlisted, lists {sorted(listed - returned)} in vain"
        for name, node in sorted(rendered.items())
        if (returned := set(lint.select_list(node["compiled_code"]))) != (listed := set(node["columns"]))
    ]
    assert not found, "\n".join(found)


def test_the_money_macros_are_bare_names(rendered: Manifest) -> None:
    credits = rendered["fct_credits"]["compiled_code"]
    assert "in_base(credits.value, rates.rate_to_base, base.minor_units)" in credits
    assert "largest_remainder(sized)" in rendered["int_credits_parted"]["compiled_code"]


def test_events_write_the_numbers_of_measures_csv(rendered: Manifest) -> None:
    written = re.findall(r"'(\w+)' as measure,\s+(\d+) as measure_no", rendered["int_events"]["compiled_code"])
    with (lint.ROOT / "seeds/reference/measures.csv").open(encoding="utf-8", newline="") as file:
        known = {row["measure"]: row["measure_no"] for row in csv.DictReader(file)}
    assert len(set(written)) == 3
    assert [(measure, known[measure]) for measure, _ in written] == written


@pytest.mark.parametrize("check", [*lint.LINTS, lambda sql: lint.rule_ids(sql, {"field-2026"})])
def test_what_is_fine_passes(check: Callable[[str], list[str]]) -> None:
    assert check(FINE) == []


@pytest.mark.parametrize(
    "sql",
    [
        "select amount / 2",
        "select a//b",
        "select amount/*hidden*// 3",
        "select 'it''s' as text, a / b",
    ],
)
def test_divisions_are_caught(sql: str) -> None:
    assert len(lint.divisions(sql)) >= 1


@pytest.mark.parametrize(
    "sql",
    [
        "select a.value * b.rate",
        "select value*rate",
        "select value * 2 * rate",
        "select 2 * value * rate",
        "select (value + 1) * rate",
        "select value * (rate)",
        "select sum(value) * -rate",
        "select round(value, 2) * max(rate) over (partition by id)",
        "select max(rate) over (partition by id) * value",
        'select "value" * "rate"',
        "select value * case when is_return then -1 else 1 end",
        "select case when a then 1 else 2 end * value",
        "select mul10(a * b, c)",
        "select cast(value as decimal(18, 4)) * cast(rate as decimal(18, 4))",
        "select value\n    * -- by\n    rate",
        "select sum(count(*) * value)",
    ],
)
def test_products_of_columns_are_caught(sql: str) -> None:
    assert len(lint.products(sql)) == 1


@pytest.mark.parametrize(
    "sql",
    [
        "select cast(value as double)",
        "select cast(value as FLOAT)",
        "select value::real",
        "select 1e5",
        "select 1.5E-3 * value",
        "select avg(value)",
        "select median (value)",
        "select power(value, 2)",
        "select multiply(value, rate)",
    ],
)
def test_floats_are_caught(sql: str) -> None:
    assert len(lint.floats(sql)) == 1


@pytest.mark.parametrize(
    "sql",
    [
        "where plan_id = 'field-2026'",
        "where component_id in ('x', 'field-2026-commission')",
        "where 'base' = component_id",
        "where plan_id = 'none|base'",
        "where credit_key like 'credit/field-2026/%'",
        'select 1 as "base"',
    ],
)
def test_ids_of_rules_are_caught(sql: str) -> None:
    assert len(lint.rule_ids(sql, {"field-2026", "field-2026-commission", "base"})) == 1


def test_words_of_the_contract_are_no_ids() -> None:
    assert {"team", "region", "own", "spiff"}.isdisjoint(lint.ids_of_rules())
    assert lint.rule_ids("where subject_kind = 'team' and base.minor_units = 2", {"base"}) == []


@pytest.mark.parametrize("sql", ["where company = 'Huaxing Instruments'", "-- as 华兴仪器 does", "from huaxing_orders"])
def test_names_of_the_demo_are_caught(sql: str) -> None:
    assert len(lint.demo_names(sql)) == 1


def test_the_select_list_follows_copies_and_skips_brackets() -> None:
    sql = """with parts as (select a, b.c, coalesce(d, e) as f, extract(day from g) as h from t),
    final as (select * from parts union all select * from others) select * from final"""
    assert lint.select_list(sql) == ["a", "c", "f", "h"]


def test_what_jinja_hides_is_read(compiled: Manifest) -> None:
    sql = compiled["planted"]["compiled_code"]
    assert sql == "select mul10(value, rate) * share / 2 as amount"
    assert len(lint.products(sql)) == len(lint.divisions(sql)) == 1


def test_a_bare_macro_is_its_name_and_dispatched_bodies_are_gone() -> None:
    source = (
        "{% macro mul10(a, b=1) -%}\n{{ a }} * {{ b }}\n{%- endmacro %}\n{% macro default__mul10(a, b) %}{% endmacro %}"
    )
    assert lint.bare(source) == "{% macro mul10(a, b=1) %}mul10({{ a }}, {{ b }}){% endmacro %}\n"
