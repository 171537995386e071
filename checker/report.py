"""What the warehouse says beside what the checker says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal, localcontext

from checker.calculation import Pay
from checker.figures import EXACT, ZERO
from checker.ledger import AMOUNTS, BATCHES, LEDGER, PAYMENTS, Ledger, payments, settle
from checker.rows import Text

STATEMENTS = "incentives.rpt_statements"
LINES = "incentives.fct_payout_lines"
ATTAINMENT = "incentives.rpt_attainment"
PENDING = "incentives.rpt_pending_adjustments"
# The columns of the marts that are read, by mart: their key first. Those of the ledger are taken as given, the others compared.
MARTS = {
    STATEMENTS: ("payee_id", "plan_id", "period_start", "period", "status", *AMOUNTS, "currency", "payable_base"),
    LINES: ("payee_id", "plan_id", "component_id", "period_start", "event_id", "line_kind", "amount"),
    ATTAINMENT: ("payee_id", "plan_id", "component_id", "period_start", "attainment"),
    PENDING: (
        "payee_id", "plan_id", "component_id", "event_id", "earned_period_start", "period", "posts_into_period_start", "amount",
        "currency",
    ),
    LEDGER: (
        "ledger_line_id", "payee_id", "plan_id", "component_id", "event_id", "period", "posted_period_start", "earned_period_start",
        "line_kind", "amount", "currency", "amount_base", "batch_id",
    ),
    BATCHES: ("batch_id", "plan_id", "period", "posted_period_start", "close_no"),
    PAYMENTS: (
        "close_no", "payee_id", "currency", "posted", "carried_in", "minimum_payment", "paid", "carried_out", "left_on",
    ),
}  # fmt: skip


@dataclass
class Report:
    """How much was compared, and each difference as a sentence."""

    statements: int = 0
    lines: int = 0
    attainments: int = 0
    pending: int = 0
    closed: int = 0  # of the statements
    payments: int = 0
    differences: list[str] = field(default_factory=list)

    @property
    def agrees(self) -> bool:
        """Whether something was compared and nothing differs."""
        return not self.differences

    def __str__(self) -> str:
        told = (
            f"{self.statements:,} statements ({self.closed:,} closed), {self.lines:,} lines, {self.attainments:,} attainments,"
            f" {self.pending:,} pending adjustments and {self.payments:,} payments compared"
        )
        count = len(self.differences)
        return "\n".join([*self.differences, told, "1 difference" if count == 1 else f"{count:,} differences"])


def _number(text: str | None) -> Decimal | None:
    return None if text is None or text == "" else Decimal(text)


def _shown(value: Decimal | None) -> str:
    if value is None:
        return "nothing"
    plain = format(value.normalize(), "f")
    return plain if "." in plain and len(plain.split(".")[1]) > 2 else format(value, ".2f")


def compare(pay: Pay, marts: Mapping[str, Sequence[Text]], payees: set[str] | None = None) -> Report:
    """Compares pay with the rows of the marts; of some payees only when they are given.

    A warehouse without statements, and a statement, line, attainment or pending adjustment that only one side has, is a
    difference.
    """
    report = Report()
    ledger = settle(pay, marts[LEDGER], marts[BATCHES])
    with localcontext(EXACT):
        for differences in (
            _statements(ledger, marts, payees, report),
            _pending(ledger, marts, payees, report),
            _lines(pay, marts, payees, report),
            _attainment(pay, marts, payees, report),
            _payments(marts, payees, report),
        ):
            report.differences.extend(differences)
    report.differences.extend(ledger.strange)
    for text in pay.refused:
        if not text.startswith("plans."):  # those of drafts may be broken; those of plans that pay stop a build
            report.differences.append(f"A landed row breaks the contract, and the checker leaves it out: {text}.")
    for kpi in sorted(pay.unknown_kpis):
        report.differences.append(f"A plan asks for the KPI {kpi}, which the checker does not calculate.")
    return report


def _statements(
    ledger: Ledger, marts: Mapping[str, Sequence[Text]], payees: set[str] | None, report: Report
) -> Iterator[str]:
    said = {
        (str(row["payee_id"]), str(row["plan_id"]), date.fromisoformat(str(row["period_start"]))): row
        for row in marts[STATEMENTS]
    }
    if not said:
        yield "The warehouse has no statement to compare."
    for key in sorted(set(said) | set(ledger.statements)):
        payee, plan, start = key
        if payees is not None and payee not in payees:
            continue
        where = f"Statement of {payee}, plan {plan}, period {start}"
        row, mine = said.get(key), ledger.statements.get(key)
        if row is None or mine is None:
            other = (
                "The warehouse has none, the checker has" if row is None else "The checker has none, the warehouse has"
            )
            payable = mine.amounts["payable"] if mine else _number(row["payable"] if row else None)
            yield f"{where}: {other} {_shown(payable)} payable."
            continue
        report.statements += 1
        report.closed += mine.status == "closed"
        words = {"period": mine.period, "status": mine.status, "currency": mine.currency}
        yield from _different_words(where, row, words)
        figures: dict[str, Decimal | None] = {**mine.amounts}
        if mine.status == "closed":
            figures["payable_base"] = mine.payable_base
        for name, value in figures.items():
            if _number(row[name]) != value:
                yield f"{where}: {name} is {_shown(_number(row[name]))} in the warehouse, {_shown(value)} by the checker."


def _different_words(where: str, row: Text, wanted: Mapping[str, str]) -> Iterator[str]:
    for name, value in wanted.items():
        if row[name] != value:
            yield f"{where}: {name} is {row[name]} in the warehouse, {value} by the checker."


def _pending(
    ledger: Ledger, marts: Mapping[str, Sequence[Text]], payees: set[str] | None, report: Report
) -> Iterator[str]:
    said = {
        (
            str(row["payee_id"]), str(row["plan_id"]), row["component_id"] or "", row["event_id"] or "",
            date.fromisoformat(str(row["earned_period_start"])),
        ): row
        for row in marts[PENDING]
    }  # fmt: skip
    for key in sorted(set(said) | set(ledger.pending)):
        payee, plan, component, event, earned = key
        if payees is not None and payee not in payees:
            continue
        where = f"Pending for {payee}, plan {plan}, component {component or 'none'}, earned in {earned}"
        where += f", {event}" if event else ""
        row, mine = said.get(key), ledger.pending.get(key)
        amount = _number(row["amount"]) if row else None
        if row is None or mine is None or amount != mine.amount:
            yield f"{where}: {_shown(amount)} in the warehouse, {_shown(mine.amount if mine else None)} by the checker."
        if row is None or mine is None:
            continue
        report.pending += 1
        wanted = {
            "period": mine.period,
            "posts_into_period_start": mine.posts_into.isoformat(),
            "currency": mine.currency,
        }
        yield from _different_words(where, row, wanted)


def _payments(marts: Mapping[str, Sequence[Text]], payees: set[str] | None, report: Report) -> Iterator[str]:
    said = {(int(str(row["close_no"])), str(row["payee_id"]), str(row["currency"])): row for row in marts[PAYMENTS]}
    mine = payments(marts[LEDGER], marts[BATCHES], marts[PAYMENTS])
    for key in sorted(set(said) | set(mine)):
        close, payee, currency = key
        if payees is not None and payee not in payees:
            continue
        where = f"Payment of close {close} to {payee} in {currency}"
        if key not in said or key not in mine:
            yield f"{where}: only {'the warehouse' if key in said else 'the checker'} has it."
            continue
        report.payments += 1
        for name, value in asdict(mine[key]).items():
            if _number(said[key][name]) != value:
                told = _shown(_number(said[key][name]))
                yield f"{where}: {name} is {told} in the warehouse, {_shown(value)} by the checker."


def _lines(pay: Pay, marts: Mapping[str, Sequence[Text]], payees: set[str] | None, report: Report) -> Iterator[str]:
    said: dict[tuple[str, str, str, date, str, str], Decimal] = {}
    for row in marts[LINES]:
        key = (
            str(row["payee_id"]), str(row["plan_id"]), row["component_id"] or "", date.fromisoformat(str(row["period_start"])),
            row["event_id"] or "", str(row["line_kind"]),
        )  # fmt: skip
        said[key] = said.get(key, ZERO) + (_number(row["amount"]) or ZERO)
        report.lines += payees is None or row["payee_id"] in payees
    mine = pay.lines
    for key in sorted(set(said) | set(mine)):
        payee, plan, component, start, event, kind = key
        if payees is not None and payee not in payees:
            continue
        # A line of 0 says why nothing is paid; where one side has none, nothing is paid on both.
        if said.get(key, ZERO) != mine.get(key, ZERO):
            of = f"the {kind} line of {event}" if event else f"the {kind} line"
            yield (
                f"{payee}, plan {plan}, component {component or 'none'}, period {start}: {of} is"
                f" {_shown(said.get(key))} in the warehouse, {_shown(mine.get(key))} by the checker."
            )


def _attainment(
    pay: Pay, marts: Mapping[str, Sequence[Text]], payees: set[str] | None, report: Report
) -> Iterator[str]:
    said = {
        (str(row["payee_id"]), str(row["component_id"]), date.fromisoformat(str(row["period_start"]))): row
        for row in marts[ATTAINMENT]
    }
    for key in sorted(set(said) | set(pay.attainment)):
        payee, component, start = key
        if payees is not None and payee not in payees:
            continue
        where = f"Attainment of {payee}, component {component}, period {start}"
        if key not in said or key not in pay.attainment:
            yield f"{where}: only {'the warehouse' if key in said else 'the checker'} has it."
            continue
        report.attainments += 1
        value, mine = _number(said[key]["attainment"]), pay.attainment[key].attainment
        if value != mine:
            yield f"{where} is {_shown(value)} in the warehouse, {_shown(mine)} by the checker."
