"""Companies for the checker: the rows of conformance cases, and marts that say what given pay says."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from pathlib import Path

import duckdb

from checker.calculation import STATEMENT, Pay, Settings, calculate
from checker.report import ATTAINMENT, LINES, MARTS, STATEMENTS
from checker.rows import Text
from tests.conformance.contracts import read_contract
from tests.conformance.reading import read_cases
from tests.conformance.translation import DEFAULT_RATES, DEFAULT_RATES_ON, FX_TABLE, Case, translate, updated_at

CASES = Path(__file__).resolve().parents[1] / "conformance" / "cases"
Tables = dict[str, list[Text]]


def all_cases() -> list[Case]:
    sources, unread = read_cases(CASES)
    assert not unread
    contract = read_contract()
    return [translate(source, contract) for source in sources]


def tables_of(case: Case) -> Tables:
    """The rows a case lands, all batches of them, with the rates every case has."""
    tables: Tables = defaultdict(list)
    for currency, rate in DEFAULT_RATES.items():
        row = {"currency": currency, "rate_on": DEFAULT_RATES_ON, "rate_to_base": rate, "updated_at": updated_at(1)}
        tables[FX_TABLE].append(row)
    own = {(row["currency"], row["rate_on"]) for row in case.rates.values()}
    tables[FX_TABLE] = [row for row in tables[FX_TABLE] if (row["currency"], row["rate_on"]) not in own]
    tables[FX_TABLE].extend(case.rates.values())
    for row in case.rows:
        tables[row.table].append(row.values)
    return tables


def settings_of(case: Case) -> Settings:
    return Settings(date.fromisoformat(case.as_of))


def pay_of(case: Case) -> Pay:
    return calculate(tables_of(case), settings_of(case))


def marts_of(pay: Pay) -> Tables:
    """Marts that say what this pay says."""
    statements = [
        {"payee_id": payee, "plan_id": plan, "period_start": str(start), "status": "estimate", "adjustments": "0"}
        | {name: str(row[name]) for name in (*STATEMENT, "payable")}
        for (payee, plan, start), row in pay.statements.items()
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
    return {STATEMENTS: list(statements), LINES: list(lines), ATTAINMENT: list(attainment)}


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
