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


def main() -> int:
    """Prints the tour of a published file."""
    published = Path(sys.argv[1])
    with duckdb.connect(str(published), read_only=True) as connection:
        board = connection.execute(_BOARD).fetchall()
        name, told, told_zh, _, _, file, row, line = connection.execute(_LINE).fetchall()[0]
        (currency,) = connection.execute("select max(base_currency) from operations.rpt_publications").fetchall()[0]
    print(f"\nTop ten by earnings in the newest quarter ({currency})")
    print("\n".join(table(["place", "name", "team", "earned"], board)))
    print(f"\nOne line of {name}'s statement, in words:\n  {told}\n  {told_zh}")
    print(f"  It comes from row {row} of {file}; line {line}.")
    print("\nmake app   opens leaderboard, heatmap and statements in the browser (http://127.0.0.1:8501)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
