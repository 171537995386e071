"""`python -m demo.tour PUBLISHED`: what a build of the demo shows first: a board, one line in words, counts."""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

from orchestration.summary import table

_BOARD = """
    select boards.place, boards.subject_name, teams.team_name, boards.value
    from performance.rpt_leaderboard as boards
    left join core.dim_teams as teams on boards.team_id = teams.team_id
    where boards.board = 'earnings' and boards.scope_kind = 'company' and boards.period = 'quarter'
        and boards.period_start = (
            select max(period_start) from performance.rpt_leaderboard where board = 'earnings' and period = 'quarter')
    order by boards.place, boards.subject_id limit 10"""
# The line that has most to tell: cut by a tier and raised by a modifier, the largest of those.
_LINE = """
    select payees.payee_name, lines.explanation, lines.explanation_zh, lines.amount, lines.currency,
        events.source_file, events.source_row, lines.payout_line_id
    from incentives.fct_payout_lines as lines
    inner join incentives.fct_incentive_events as events on lines.event_id = events.event_id
    inner join core.dim_payees as payees on lines.payee_id = payees.payee_id
        and lines.occurred_on >= payees.valid_from and (payees.valid_to is null or lines.occurred_on < payees.valid_to)
    where lines.line_kind = 'earning'
    order by (payees.payee_kind = 'employee') desc,
        (lines.rate is null) desc, (lines.factor <> 1) desc, lines.amount desc, lines.payout_line_id limit 1"""


# What was closed, and what later closes changed of it.
_CLOSED = """
    select lines.posted_period_start::varchar as quarter, count(*) as lines,
        count(*) filter (lines.line_kind = 'adjustment') as adjustments, sum(lines.amount_base) as posted,
        sum(lines.amount_base) filter (lines.line_kind = 'adjustment') as adjusted
    from incentives.fct_payout_ledger as lines where lines.period = 'quarter' group by 1 order by 1"""
# Of each kind of reason (its sentence without the words that bear figures) the adjustment that moved most.
_REASONS = r"""
    select payees.payee_name, lines.earned_period_start::varchar as earned, lines.posted_period_start::varchar as posted,
        lines.amount, lines.currency, lines.reason
    from incentives.fct_payout_ledger as lines
    inner join core.dim_payees as payees on lines.payee_id = payees.payee_id and payees.valid_to is null
    where lines.line_kind = 'adjustment' and lines.event_id is not null
    qualify row_number() over (
        partition by regexp_replace(lines.reason, '\S*[0-9_/]\S*', '', 'g')
        order by abs(lines.amount_base) desc, lines.ledger_line_id) = 1
    order by abs(lines.amount_base) desc, lines.ledger_line_id limit 5"""
# The closed period of the base currency of which most has changed.
_CHANGED = """
    with most as (
        select payee_id, plan_id, period_start from incentives.rpt_statement_history
        where batch_id is null and amount = amount_base order by abs(difference) desc, payee_id, plan_id limit 1)
    select payees.payee_name, history.plan_id, history.period_start::varchar as period, history.as_of_on::varchar as known_on,
        history.amount, history.difference
    from incentives.rpt_statement_history as history
    inner join most using (payee_id, plan_id, period_start)
    inner join core.dim_payees as payees on history.payee_id = payees.payee_id and payees.valid_to is null
    order by history.as_of_on, history.batch_no nulls last"""


def main() -> int:
    """Prints the tour of a published file."""
    published = Path(sys.argv[1])
    with duckdb.connect(str(published), read_only=True) as connection:
        board = connection.execute(_BOARD).fetchall()
        name, told, told_zh, _, _, file, row, line = connection.execute(_LINE).fetchall()[0]
        closed = connection.execute(_CLOSED).fetchall()
        reasons = connection.execute(_REASONS).fetchall() if closed else []
        changed = connection.execute(_CHANGED).fetchall() if closed else []
        (currency,) = connection.execute("select max(base_currency) from operations.rpt_publications").fetchall()[0]
    print(f"\nTop ten by earnings in the newest quarter ({currency})")
    print("\n".join(table(["place", "name", "team", "earned"], board)))
    print(f"\nOne line of {name}'s statement, in words:\n  {told}\n  {told_zh}")
    print(f"  It comes from row {row} of {file}; line {line}.")
    if closed:
        print(f"\nClosed quarters, and what each close posted for earlier ones ({currency})")
        print("\n".join(table(["quarter", "lines", "adjustments", "posted", "of it adjustments"], closed)))
        print("\nAdjustments say why")
        for who, earned, posted, amount, money, reason in reasons:
            print(f"  {who}, {earned}, posted with {posted}: {amount:,.2f} {money}\n    {reason}")
        print("\nOne closed period, as it was known at each close and is now (incentives.rpt_statement_history)")
        print("\n".join(table(["name", "plan", "period", "known on", "amount", "difference"], changed)))
        print(
            "\nmake verify-ledger   recomputes the chain of closes; make build AS_OF=2025-09-30 OUT=build/then   goes back to a day"
        )
        print("docs/explain.md      follows one deal to its adjustment (of make demo SCALE=0.1)")
    print("\nmake app   opens leaderboard, heatmap and statements in the browser (http://127.0.0.1:8501)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
