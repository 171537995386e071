"""Every rule of the graph catches what it is for: a small graph keeps them all, then one fault is planted at a time."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tests.graph import rules

Graph = dict[str, Any]


def column(name: str, description: str = "", blocks: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "name": name,
        "description": description or f"The {name}.",
        "data_type": "string",
        "doc_blocks": [f"doc.incentives.{block}" for block in blocks],
    }


def model(path: str, reads: tuple[str, ...], **config: Any) -> dict[str, Any]:
    name = path.rpartition("/")[2]
    return {
        "unique_id": f"model.incentives.{name}",
        "resource_type": "model",
        "name": name,
        "schema": path.split("/")[1 if path.startswith("marts") else 0],
        "original_file_path": f"models/{path}.sql",
        "patch_path": f"incentives://models/{path}.yml",
        "description": f"What {name} is.",
        "raw_code": "{# Grain: one row per order. Additive: amount. Not additive: rate. #}\nselect 1",
        "columns": {"order_id": column("order_id")},
        "config": {"group": "engine", **config},
        "depends_on": {"nodes": list(reads)},
    }


def data_test(name: str, test: str, on: str | None = None, **config: Any) -> dict[str, Any]:
    return {
        "unique_id": f"test.incentives.{test}_{name}_{on}",
        "resource_type": "test",
        "name": f"{test}_{name}_{on}",
        "attached_node": f"model.incentives.{name}",
        "column_name": on,
        "test_metadata": {"name": test},
        "config": {"severity": "ERROR", "where": None, "limit": None, **config},
    }


def graph() -> Graph:
    """Two sources and a seed to one public mart, with everything the house asks for."""
    mart = {"contract": {"enforced": True}, "access": "public"}
    seed = {**model("plans/plans", ()), "unique_id": "seed.incentives.plans", "resource_type": "seed"}
    nodes = [
        seed,
        model("staging/erp/stg_erp__orders", ("source.incentives.erp.orders",)),
        model("staging/plans/stg_plans__plans", ("source.incentives.plans.plans", "seed.incentives.plans")),
        model(
            "intermediate/rating/int_orders_rated",
            ("model.incentives.stg_erp__orders", "model.incentives.stg_plans__plans"),
        ),
        model("marts/incentives/fct_orders", ("model.incentives.int_orders_rated",), **mart),
        model("marts/insights/rpt_habits", ("model.incentives.fct_orders",), **mart),
        model("marts/operations/rpt_triggers", ("model.incentives.rpt_habits",), **mart),
        model("marts/incentives/rpt_rewards", ("model.incentives.rpt_triggers",), **mart),
    ]
    models = [node["name"] for node in nodes if node["resource_type"] == "model"]
    nodes += [data_test(name, test, "order_id") for name in models for test in ("unique", "not_null")]
    sources = [
        {
            "unique_id": f"source.incentives.{source}.{table}",
            "resource_type": "source",
            "source_name": source,
            "name": table,
            "schema": f"raw_{source}",
        }
        for source, table in (("erp", "orders"), ("erp", "invoices"), ("plans", "plans"))
    ]
    return {
        "nodes": {node["unique_id"]: node for node in nodes},
        "sources": {source["unique_id"]: source for source in sources},
        "groups": {"group.incentives.engine": {"name": "engine", "owner": {"email": "engine@example.com"}}},
        "exposures": {},
    }


def found(graph: Graph, name: str) -> dict[str, Any]:
    node: dict[str, Any] = graph["nodes"][f"model.incentives.{name}"]
    return node


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_a_graph_that_keeps_the_laws_passes(rule: Callable[[Graph], list[str]]) -> None:
    assert rule(graph()) == []


def reads(name: str, *parents: str) -> Callable[[Graph], None]:
    return lambda graph: found(graph, name)["depends_on"].update(nodes=list(parents))


def says(name: str, /, **values: Any) -> Callable[[Graph], None]:
    return lambda graph: found(graph, name).update(values)


def configured(name: str, /, **values: Any) -> Callable[[Graph], None]:
    return lambda graph: found(graph, name)["config"].update(values)


def has_column(name: str, key: str, value: Any) -> Callable[[Graph], None]:
    return lambda graph: found(graph, name)["columns"]["order_id"].update({key: value})


def with_tests(name: str, *tests: dict[str, Any]) -> Callable[[Graph], None]:
    def plant(graph: Graph) -> None:
        unique_id = f"model.incentives.{name}"
        graph["nodes"] = {key: node for key, node in graph["nodes"].items() if node.get("attached_node") != unique_id}
        graph["nodes"].update({test["unique_id"]: test for test in tests})

    return plant


CASES: list[tuple[Callable[[Graph], list[str]], Callable[[Graph], None], str]] = [
    (
        rules.layers_read_only_what_lies_before_them,
        reads("stg_erp__orders", "source.incentives.erp.orders", "model.incentives.int_orders_rated"),
        "stg_erp__orders (staging) reads int_orders_rated (intermediate).",
    ),
    (
        rules.layers_read_only_what_lies_before_them,
        reads("int_orders_rated", "source.incentives.erp.orders"),
        "int_orders_rated (intermediate) reads orders (source).",
    ),
    (
        rules.layers_read_only_what_lies_before_them,
        reads("int_orders_rated", "model.incentives.fct_orders"),
        "int_orders_rated (intermediate) reads fct_orders (marts).",
    ),
    (
        rules.layers_read_only_what_lies_before_them,
        reads("fct_orders", "model.incentives.stg_erp__orders"),
        "fct_orders (marts) reads stg_erp__orders (staging).",
    ),
    (
        rules.layers_read_only_what_lies_before_them,
        reads("fct_orders", "seed.incentives.plans"),
        "fct_orders (marts) reads plans (seed).",
    ),
    (
        rules.layers_read_only_what_lies_before_them,
        says("int_orders_rated", original_file_path="models/misc/x/int_orders_rated.sql"),
        "int_orders_rated lies in misc, which is no layer.",
    ),
    (
        rules.staging_reads_one_table,
        reads("stg_erp__orders", "source.incentives.erp.orders", "source.incentives.erp.invoices"),
        "stg_erp__orders must read one source table, it reads orders, invoices.",
    ),
    (
        rules.staging_reads_one_table,
        reads("stg_erp__orders", "seed.incentives.plans"),
        "stg_erp__orders must read one source table, it reads none.",
    ),
    (
        rules.staging_reads_one_table,
        reads("stg_erp__orders", "source.incentives.erp.invoices"),
        "stg_erp__orders reads erp.invoices, which is not in its name.",
    ),
    (
        rules.staging_reads_one_table,
        reads("stg_erp__orders", "source.incentives.erp.orders", "seed.incentives.plans"),
        "stg_erp__orders reads the seed plans, which is not its plan table.",
    ),
    (
        rules.staging_reads_one_table,
        reads("stg_plans__plans", "source.incentives.plans.plans", "model.incentives.stg_erp__orders"),
        "stg_plans__plans reads stg_erp__orders, which is not its base.",
    ),
    (
        rules.insights_feed_no_pay,
        reads("rpt_rewards", "model.incentives.rpt_habits"),
        "rpt_rewards pays by the insight rpt_habits.",
    ),
    (
        rules.names_say_the_layer,
        says("fct_orders", name="orders"),
        "orders in marts does not begin with dim_ or fct_ or bridge_ or rpt_.",
    ),
    (
        rules.names_say_the_layer,
        says("fct_orders", name="fct_sales"),
        "fct_sales is written in models/marts/incentives/fct_orders.sql.",
    ),
    (
        rules.each_model_has_its_own_yaml,
        says("fct_orders", patch_path="incentives://models/marts/incentives/_models.yml"),
        "fct_orders must be described in models/marts/incentives/fct_orders.yml, not in models/marts/incentives/_models.yml.",
    ),
    (
        rules.each_model_has_its_own_yaml,
        says("fct_orders", patch_path=None),
        "fct_orders must be described in models/marts/incentives/fct_orders.yml, not in no file.",
    ),
    (
        rules.models_and_columns_are_described,
        says("int_orders_rated", description=" "),
        "int_orders_rated is not described.",
    ),
    (
        rules.models_and_columns_are_described,
        says("int_orders_rated", columns={}),
        "int_orders_rated lists no columns.",
    ),
    (
        rules.models_and_columns_are_described,
        has_column("stg_erp__orders", "description", ""),
        "stg_erp__orders.order_id is not described.",
    ),
    (
        rules.a_column_means_the_same_everywhere,
        says("stg_erp__orders", columns={"order_id": column("order_id", "Else.")}),
        "order_id is said in 2 ways: “Else.” (stg_erp__orders); “The order_id.” (int_orders_rated, fct_orders, rpt_rewards)",
    ),
    (
        rules.marts_are_contracts,
        configured("fct_orders", contract={"enforced": False}),
        "fct_orders enforces no contract.",
    ),
    (
        rules.marts_are_contracts,
        has_column("fct_orders", "data_type", None),
        "fct_orders.order_id has no data_type.",
    ),
    *(
        (
            rules.grains_are_tested,
            with_tests("int_orders_rated", *planted),
            "int_orders_rated has no tested grain: the test grain, or unique and not_null of one column.",
        )
        for planted in (
            (),
            (data_test("int_orders_rated", "unique", "order_id"),),
            (data_test("int_orders_rated", "unique", "order_id"), data_test("int_orders_rated", "not_null", "line_no")),
            (data_test("int_orders_rated", "grain", severity="warn"),),
            (data_test("int_orders_rated", "grain", where="amount > 0"),),
        )
    ),
    *(
        (
            rules.facts_and_marts_say_their_grain,
            says("int_orders_rated", raw_code=code),
            "int_orders_rated does not begin with {# Grain: one row … #}.",
        )
        for code in (
            "select 1",
            "-- Grain: one row per order.\nselect 1",
            "{# One row per order. #}\nselect 1",
            "select 1 {# Grain: one row per order. #}",
        )
    ),
    (
        rules.facts_and_marts_say_their_grain,
        says("fct_orders", raw_code="{# Grain: one row per order. #}\nselect 1"),
        "fct_orders does not say what may be added up (Additive: …, Not additive: …).",
    ),
    (rules.every_model_has_an_owner, configured("fct_orders", group=None), "fct_orders has no owner group."),
    (
        rules.every_model_has_an_owner,
        configured("fct_orders", group="nobody"),
        "fct_orders belongs to nobody, which is no group.",
    ),
    (
        rules.only_marts_are_public,
        configured("int_orders_rated", access="public"),
        "int_orders_rated is public, and it is no mart.",
    ),
]


@pytest.mark.parametrize(
    ("rule", "plant", "sentence"), CASES, ids=[f"{number}-{case[2][:60]}" for number, case in enumerate(CASES)]
)
def test_a_planted_fault_is_named(
    rule: Callable[[Graph], list[str]], plant: Callable[[Graph], None], sentence: str
) -> None:
    broken = copy.deepcopy(graph())
    plant(broken)
    assert sentence in rule(broken)


def test_every_rule_is_shown_catching_something() -> None:
    assert {rule for rule, _, _ in CASES} == set(rules.RULES)


def test_an_owner_without_an_address_is_named() -> None:
    broken = graph()
    broken["groups"]["group.incentives.engine"]["owner"] = {"name": "Engine"}
    assert "fct_orders belongs to engine, which has no address." in rules.every_model_has_an_owner(broken)


def test_another_meaning_is_a_block_of_its_own() -> None:
    different = graph()
    found(different, "stg_plans__plans")["columns"]["order_id"] = column("order_id", "Else.", ("plans__order_id",))
    assert rules.a_column_means_the_same_everywhere(different) == []


def test_a_grain_of_several_columns_is_a_grain() -> None:
    several = graph()
    with_tests("fct_orders", data_test("fct_orders", "grain"))(several)
    assert rules.grains_are_tested(several) == []


def test_readers_outside_read_public_marts() -> None:
    whole = graph()
    found(whole, "rpt_rewards")["config"]["access"] = "protected"
    queries = {
        "board.sql": "select a from incentives.fct_orders inner join operations.rpt_publications as p on true",
        "pay.sql": "select a from incentives.rpt_rewards left join intermediate.int_orders_rated using (a)",
    }
    own = frozenset({"operations.rpt_publications"})
    assert rules.readers_read_public_marts(whole, queries, own) == [
        "pay.sql reads incentives.rpt_rewards, which is no public mart.",
        "pay.sql reads intermediate.int_orders_rated, which is no public mart.",
    ]
    whole["exposures"] = {
        "exposure.incentives.sheet": {
            "name": "sheet",
            "depends_on": {"nodes": ["model.incentives.fct_orders", "model.incentives.int_orders_rated"]},
        }
    }
    assert rules.readers_read_public_marts(whole, {}) == [
        "The exposure sheet reads int_orders_rated, which is no public mart."
    ]
