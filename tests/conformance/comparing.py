"""Compares expected figures with the marts: one query for each form of expectation, whatever the number of cases."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

import duckdb

from tests.conformance.translation import Case

_NOT_PAID = "('draw', 'draw_recovery')"

# Each query returns (number of the figure, what the marts say). Sums over no rows are 0; attainment without a row is null.
_QUERIES = {
    "amount": (
        ("fct_payout_lines",),
        f"""
        with totals as (
            select payee_id, component_id, period_start, sum(amount) as amount
            from {{fct_payout_lines}}
            where line_kind not in {_NOT_PAID}
            group by payee_id, component_id, period_start
        )
        select expected.figure_no, coalesce(totals.amount, 0)
        from expected
        left join totals
            on expected.payee_id = totals.payee_id
            and expected.component_id = totals.component_id
            and expected.period_start = totals.period_start
        """,
    ),
    "payable": (
        ("rpt_statements",),
        """
        with totals as (
            select payee_id, period_start, sum(payable) as amount
            from {rpt_statements}
            group by payee_id, period_start
        )
        select expected.figure_no, coalesce(totals.amount, 0)
        from expected
        left join totals
            on expected.payee_id = totals.payee_id
            and expected.period_start = totals.period_start
        """,
    ),
    "attainment": (
        ("rpt_attainment",),
        """
        select expected.figure_no, round(attained.attainment, 6)
        from expected
        left join {rpt_attainment} as attained
            on expected.payee_id = attained.payee_id
            and expected.component_id = attained.component_id
            and expected.period_start = attained.period_start
        """,
    ),
    # A deal is an order, a dealer order, a sale of a dealer or an opportunity: the event says which by one of its ids.
    "deal": (
        ("fct_payout_lines", "fct_incentive_events"),
        f"""
        with deal_events as (
            select event_id, order_id as deal_id from {{fct_incentive_events}}
            union
            select event_id, opportunity_id as deal_id from {{fct_incentive_events}}
            union
            select event_id, source_key as deal_id from {{fct_incentive_events}}
            union
            select event_id, regexp_replace(source_key, '/[^/]*$', '') as deal_id from {{fct_incentive_events}}
        ),
        totals as (
            select lines.payee_id, lines.component_id, deal_events.deal_id, sum(lines.amount) as amount
            from {{fct_payout_lines}} as lines
            inner join deal_events on lines.event_id = deal_events.event_id
            where lines.line_kind not in {_NOT_PAID}
            group by lines.payee_id, lines.component_id, deal_events.deal_id
        )
        select expected.figure_no, coalesce(totals.amount, 0)
        from expected
        left join totals
            on expected.payee_id = totals.payee_id
            and expected.component_id = totals.component_id
            and expected.deal_id = totals.deal_id
        """,
    ),
    "ledger": (
        ("fct_payout_ledger", "rpt_pending_adjustments"),
        """
        with postings as (
            select payee_id, component_id, posted_period_start, earned_period_start, line_kind, amount
            from {fct_payout_ledger}
            union all
            select payee_id, component_id, posts_into_period_start, earned_period_start, 'adjustment', amount
            from {rpt_pending_adjustments}
        )
        select expected.figure_no, coalesce(sum(postings.amount), 0)
        from expected
        left join postings
            on expected.payee_id = postings.payee_id
            and expected.posted_period_start = postings.posted_period_start
            and expected.period_start = postings.earned_period_start
            and expected.line_kind = postings.line_kind
            and (expected.component_id is null or expected.component_id = postings.component_id)
        group by expected.figure_no
        """,
    ),
    "paid": (
        ("rpt_payments",),
        """
        select expected.figure_no, coalesce(sum(payments.paid), 0)
        from expected
        left join {rpt_payments} as payments
            on expected.payee_id = payments.payee_id
            and expected.posted_period_start = payments.posted_period_start
        group by expected.figure_no
        """,
    ),
    # What the last of the period's closes leaves to carry.
    "carried": (
        ("rpt_payments",),
        """
        select expected.figure_no, coalesce(arg_max(payments.carried_out, payments.close_no), 0)
        from expected
        left join {rpt_payments} as payments
            on expected.payee_id = payments.payee_id
            and expected.posted_period_start = payments.posted_period_start
        group by expected.figure_no
        """,
    ),
}

_EXPECTED = """
create or replace temp table expected as
select
    unnest(cast(? as bigint[])) as figure_no,
    unnest(cast(? as varchar[])) as payee_id,
    unnest(cast(? as varchar[])) as component_id,
    unnest(cast(? as date[])) as period_start,
    unnest(cast(? as varchar[])) as deal_id,
    unnest(cast(? as date[])) as posted_period_start,
    unnest(cast(? as varchar[])) as line_kind
"""


def compare(cases: Iterable[Case], warehouse: Path) -> dict[str, list[str]]:
    """Compares every figure of the cases with the marts of a warehouse file.

    Returns for each case that differs its lines: the figure, what is expected and what is there. Amounts are compared
    as numbers, exactly; attainments to 6 decimals.
    """
    figures = [(case.case_id, figure) for case in cases for figure in case.figures]
    failures: dict[str, list[str]] = {}
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        relations = dict(
            connection.execute(
                "select table_name, concat(table_schema, '.', table_name) from information_schema.tables"
            ).fetchall()
        )
        for kind, (marts, query) in _QUERIES.items():
            numbered = [(number, figure) for number, (_, figure) in enumerate(figures) if figure.kind == kind]
            if not numbered:
                continue
            missing = [mart for mart in marts if mart not in relations]
            got: dict[int, Decimal | None] = {}
            if not missing:
                columns = zip(
                    *(
                        (number, of.payee, of.component, of.period_start, of.deal, of.posted_period_start, of.line_kind)
                        for number, of in numbered
                    ),
                    strict=True,
                )
                # One list a column: a row at a time would take longer than the build for thousands of cases.
                connection.execute(_EXPECTED, [list(column) for column in columns])
                found = connection.execute(query.format(**{mart: relations[mart] for mart in marts})).fetchall()
                got = dict(found)
            for number, figure in numbered:
                shown = f"{figure.name} {'ledger amount' if kind == 'ledger' else kind if kind != 'deal' else 'amount'}"
                if missing:
                    text = f"{shown}: expected {_text(figure.value)}, got nothing: {missing[0]} is not built"
                elif got[number] == figure.value:
                    continue
                else:
                    text = f"{shown}: expected {_text(figure.value)}, got {_text(got[number])}"
                failures.setdefault(figures[number][0], []).append(text)
    return failures


def _text(value: Decimal | None) -> str:
    if value is None:
        return "null"
    plain = value.normalize()
    exponent = plain.as_tuple().exponent
    return format(plain if isinstance(exponent, int) and exponent < -2 else value.quantize(Decimal("0.01")), "f")
