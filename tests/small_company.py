"""A company small enough to follow by hand, with equal deals, plan-made differences and most of what the gate asks about."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

AS_OF = "2026-06-30"
Rows = Sequence[Mapping[str, object]]


def _rows(columns: str, *values: Sequence[object]) -> list[dict[str, object]]:
    names = columns.split()
    return [dict(zip(names, row, strict=True)) | {"updated_at": f"{AS_OF} 08:00:00"} for row in values]


def tables() -> dict[str, Rows]:
    """
    Landing rows by table, `source/table`.

    ann and bo (reps) split order O1 evenly: equal pay. ann and cy (a junior, 1.2 times) split O2 evenly: the modifier sets
    them apart. O3 is in yen without a rate, O4 belongs to nobody, the split of O5 adds to 0.7, line L6 has no quantity.
    Component units pays by attainment, and nobody has a quota. dee manages, on no plan. The ERP sends control totals.
    """
    lines = [
        ("L1", "O1", 2, 1000),
        ("L2", "O2", 2, 1000),
        ("L3", "O3", 1, 50000),
        ("L4", "O4", 1, 300),
        ("L5", "O5", 1, 70),
    ]
    return {
        "crm/users": _rows(
            "user_id name currency hired_on", *[(u, u.title(), "CNY", "2020-01-01") for u in ("ann", "bo", "cy", "dee")]
        ),
        "crm/teams": _rows("team_id name", ("T1", "North")),
        "crm/user_assignments": _rows(
            "user_id valid_from role team_id",
            *[
                (u, "2020-01-01", r, "T1")
                for u, r in (("ann", "rep"), ("bo", "rep"), ("cy", "junior"), ("dee", "manager"))
            ],
        ),
        "crm/accounts": _rows("account_id name created_at", ("A1", "Buyer 王", "2024-01-01 00:00:00")),
        "crm/opportunities": _rows(
            "opportunity_id account_id owner_user_id stage amount currency created_at closed_at is_closed is_won",
            ("OP1", "A1", "ann", "won", 500, "CNY", "2026-04-01 00:00:00", "2026-05-01 00:00:00", "true", "true"),
        ),
        "crm/activities": _rows(
            "activity_id kind user_id account_id occurred_at", ("V1", "visit", "ann", "A1", "2026-05-02 01:00:00")
        ),
        "erp/products": _rows("product_id name product_line currency", ("P1", "Meter", "meters", "CNY")),
        "erp/orders": _rows(
            "order_id account_id sales_user_id channel ordered_at status currency",
            *[
                (order, "A1", owner, "direct", "2026-05-10 02:00:00", "fulfilled", currency)
                for order, owner, currency in [
                    ("O1", "ann", "CNY"),
                    ("O2", "ann", "CNY"),
                    ("O3", "ann", "JPY"),
                    ("O4", "", "CNY"),
                    ("O5", "bo", "CNY"),
                ]
            ],
        ),
        "erp/order_lines": [
            *_rows(
                "order_line_id order_id product_id quantity net_amount", *[(i, o, "P1", q, n) for i, o, q, n in lines]
            ),
            *_rows("order_line_id order_id product_id quantity net_amount", ("L6", "O1", "P1", "many", 10)),
        ],
        "erp/order_splits": _rows(
            "order_id user_id kind share",
            *[("O1", u, "split", "0.5") for u in ("ann", "bo")],
            *[("O2", u, "split", "0.5") for u in ("ann", "cy")],
            ("O5", "ann", "split", "0.2"),
            ("O5", "bo", "split", "0.5"),
        ),
        "erp/_control": [
            {"table": "orders", "day": "2026-05-10", "rows": 5, "amount": ""},
            {"table": "order_lines", "day": AS_OF, "rows": 6, "amount": 52380},
        ],
        "plans/plans": _rows(
            "plan_id name status payee_kind currency period valid_from",
            ("plan", "Plan", "active", "employee", "CNY", "quarter", "2026-01-01"),
        ),
        "plans/plan_components": _rows(
            "component_id plan_id seq name kind measure method tier_key",
            ("sales", "plan", 1, "Sales", "commission", "revenue_booked", "flat", "amount"),
            ("units", "plan", 2, "Units", "bonus", "units_sold", "marginal", "attainment"),
        ),
        "plans/plan_tiers": _rows("component_id tier_from rate", ("sales", 0, "0.1"), ("units", 0, "5")),
        "plans/plan_modifiers": _rows(
            "modifier_id component_id name factor scope", ("junior", "sales", "Junior", "1.2", "event")
        ),
        "plans/plan_conditions": _rows("owner_id dimension operator value", ("junior", "role", "eq", "junior")),
        "plans/plan_assignments": _rows(
            "assignment_id plan_id subject_kind subject_id valid_from",
            ("reps", "plan", "role", "rep", "2026-01-01"),
            ("juniors", "plan", "role", "junior", "2026-01-01"),
        ),
    }


def write_landing(landing: Path) -> None:
    """Writes the landing files: opportunities as Parquet, activities as packed JSON Lines, the rest as CSV."""
    for name, rows in tables().items():
        folder = landing / name
        folder.mkdir(parents=True)
        if name == "crm/opportunities":
            with duckdb.connect() as connection:
                columns = ", ".join(f"? as {column}" for column in rows[0])
                for number, row in enumerate(rows):
                    connection.execute(
                        f"{'create table rows as' if not number else 'insert into rows'} select {columns}",
                        [str(value) for value in row.values()],
                    )
                connection.execute(f"copy rows to '{folder / 'rows.parquet'}'")
        elif name == "crm/activities":
            with gzip.open(folder / "rows.jsonl.gz", "wt", encoding="utf-8") as packed:
                packed.writelines(json.dumps(row, default=str) + "\n" for row in rows)
        else:
            with (folder / "rows.csv").open("w", encoding="utf-8", newline="") as text:
                writer = csv.DictWriter(text, list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)
