"""Companies for the checker: the rows of conformance cases, and marts that say what given pay says."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict
from datetime import date
from pathlib import Path

import duckdb

from checker.calculation import Pay, Settings, calculate
from checker.ledger import BATCHES, LEDGER, PAYMENTS, payments, settle
from checker.report import ATTAINMENT, LINES, MARTS, PENDING, STATEMENTS
from checker.rows import Text
from tests.conformance.contracts import read_contract
from tests.conformance.reading import read_cases
from tests.conformance.translation import (
    DEFAULT_RATES,
    DEFAULT_RATES_ON,
    FX_TABLE,
    LAST_BATCH,
    Case,
    translate,
    updated_at,
)

CASES = Path(__file__).resolve().parents[1] / "conformance" / "cases"
Tables = dict[str, list[Text]]


def all_cases() -> list[Case]:
    sources, unread = read_cases(CASES)
    assert not unread
    contract = read_contract()
    return [translate(source, contract) for source in sources]


def tables_of(case: Case, batch: int = LAST_BATCH) -> Tables:
    """The rows a case has landed with a batch and those before it, with the rates every case has."""
    tables: Tables = defaultdict(list)
    for currency, rate in DEFAULT_RATES.items():
        row = {"currency": currency, "rate_on": DEFAULT_RATES_ON, "rate_to_base": rate, "updated_at": updated_at(1)}
        tables[FX_TABLE].append(row)
    rates = [rate for (_, _, landed), rate in case.rates.items() if landed <= batch]
    own = {(rate["currency"], rate["rate_on"]) for rate in rates}
    tables[FX_TABLE] = [row for row in tables[FX_TABLE] if (row["currency"], row["rate_on"]) not in own]
    tables[FX_TABLE].extend(rates)
    for row in case.rows:
        if row.batch <= batch:
            tables[row.table].append(row.values)
    return tables


def settings_of(case: Case) -> Settings:
    return Settings(date.fromisoformat(case.as_of))


def pay_of(case: Case) -> Pay:
    return calculate(tables_of(case), settings_of(case))


def close(pay: Pay, start: date, posted: Tables) -> Tables:
    """What is posted once the period that begins on a day is closed too, of every plan that has it open (F7)."""
    ledger = settle(pay, posted[LEDGER], posted[BATCHES])
    due = {
        plan: row.period for (_, plan, on), row in ledger.statements.items() if on == start and row.status == "estimate"
    }
    rows = [
        (payee, plan, component, event, str(on), kind, amount, pay.plans[plan].currency)
        for (payee, plan, component, on, event, kind), amount in pay.lines.items()
        if plan in due and on == start
    ] + [
        (payee, plan, component, event, str(earned), "adjustment", row.amount, row.currency)
        for (payee, plan, component, event, earned), row in ledger.pending.items()
        if plan in due and row.posts_into == start
    ]
    lines: list[Text] = [
        {"ledger_line_id": f"{start}/{number}", "payee_id": payee, "plan_id": plan, "component_id": component or None}
        | {"event_id": event or None, "period": due[plan], "posted_period_start": str(start), "currency": currency}
        | {"earned_period_start": earned, "line_kind": kind, "amount": str(amount), "amount_base": str(amount)}
        | {"batch_id": f"{plan}/{start}"}
        for number, (payee, plan, component, event, earned, kind, amount, currency) in enumerate(rows)
    ]
    batches: list[Text] = [
        {"batch_id": f"{plan}/{start}", "plan_id": plan, "period": period, "posted_period_start": str(start)}
        | {"close_no": str(len(posted[BATCHES]) + 1)}
        for plan, period in due.items()
    ]
    ledger_rows, batch_rows = [*posted[LEDGER], *lines], [*posted[BATCHES], *batches]
    paid: list[Text] = [
        {"close_no": str(close_no), "payee_id": payee, "currency": currency, "minimum_payment": "0", "left_on": None}
        | {name: str(value) for name, value in asdict(row).items()}
        for (close_no, payee, currency), row in payments(ledger_rows, batch_rows, posted[PAYMENTS]).items()
    ]
    return {LEDGER: ledger_rows, BATCHES: batch_rows, PAYMENTS: paid}


NOTHING_POSTED: Tables = {LEDGER: [], BATCHES: [], PAYMENTS: []}


def posted_of(case: Case) -> Tables:
    """What the closes of a case have posted in the end."""
    posted = NOTHING_POSTED
    for batch in sorted({of.after_batch for of in case.closes}):
        pay = calculate(tables_of(case, batch), settings_of(case))
        for start in sorted(of.period_start for of in case.closes if of.after_batch == batch):
            posted = close(pay, date.fromisoformat(start), posted)
    return posted


def marts_of(pay: Pay, posted: Tables = NOTHING_POSTED) -> Tables:
    """Marts that say what this pay says, with what has been posted."""
    ledger = settle(pay, posted[LEDGER], posted[BATCHES])
    statements = [
        {"payee_id": payee, "plan_id": plan, "period_start": str(start), "period": row.period, "status": row.status}
        | {"currency": row.currency, "payable_base": None if row.payable_base is None else str(row.payable_base)}
        | {name: str(amount) for name, amount in row.amounts.items()}
        for (payee, plan, start), row in ledger.statements.items()
    ]
    pending = [
        {"payee_id": payee, "plan_id": plan, "component_id": component or None, "event_id": event or None}
        | {"earned_period_start": str(earned), "period": row.period, "posts_into_period_start": str(row.posts_into)}
        | {"amount": str(row.amount), "currency": row.currency}
        for (payee, plan, component, event, earned), row in ledger.pending.items()
    ]
    lines = [
        {"payee_id": payee, "plan_id": plan, "component_id": component or None, "period_start": str(start)}
        | {"event_id": event or None, "line_kind": kind, "amount": str(amount)}
        for (payee, plan, component, start, event, kind), amount in pay.lines.items()
    ]
    plan_of = {component.component_id: component.plan.plan_id for component in pay.components}
    attainment = [
        {"payee_id": payee, "plan_id": plan_of[component], "component_id": component, "period_start": str(start)}
        | {"attainment": None if of.attainment is None else str(of.attainment)}
        for (payee, component, start), of in pay.attainment.items()
    ]
    said: Tables = {
        STATEMENTS: list(statements),
        LINES: list(lines),
        ATTAINMENT: list(attainment),
        PENDING: list(pending),
    }
    return said | posted


def write_warehouse(file: Path, tables: Tables, marts: Tables, as_of: date) -> None:
    """A file that holds these rows where a build leaves them."""
    with duckdb.connect(str(file)) as connection:
        for name, rows in [*((f"raw_{name}", rows) for name, rows in tables.items()), *marts.items()]:
            columns = list(MARTS.get(name, ())) or list(dict.fromkeys(column for row in rows for column in row))
            connection.execute(f"create schema if not exists {name.split('.')[0]}")
            connection.execute(f"create table {name} ({', '.join(f'{column} varchar' for column in columns)})")
            if rows:
                values = [[row.get(column) for column in columns] for row in rows]
                connection.executemany(f"insert into {name} values ({', '.join('?' * len(columns))})", values)
        connection.execute("create schema intermediate")
        connection.execute("create table intermediate.int_run_parameters as select ?::date as as_of_on", [as_of])
