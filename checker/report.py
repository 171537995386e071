"""What the warehouse says beside what the checker says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, localcontext

from checker.calculation import STATEMENT, Pay
from checker.figures import EXACT, ZERO
from checker.rows import Text

STATEMENTS = "incentives.rpt_statements"
LINES = "incentives.fct_payout_lines"
ATTAINMENT = "incentives.rpt_attainment"
# The columns of the marts that are compared, by mart: their key first.
MARTS = {
    STATEMENTS: ("payee_id", "plan_id", "period_start", "status", *STATEMENT, "adjustments", "payable"),
    LINES: ("payee_id", "plan_id", "component_id", "period_start", "event_id", "line_kind", "amount"),
    ATTAINMENT: ("payee_id", "plan_id", "component_id", "period_start", "attainment"),
}


@dataclass
class Report:
    """How much was compared, and each difference as a sentence."""

    statements: int = 0
    lines: int = 0
    attainments: int = 0
    closed: int = 0
    differences: list[str] = field(default_factory=list)

    @property
    def agrees(self) -> bool:
        """Whether something was compared and nothing differs."""
        return not self.differences

    def __str__(self) -> str:
        told = f"{self.statements:,} statements, {self.lines:,} lines and {self.attainments:,} attainments compared"
        if self.closed:
            told += f"; {self.closed:,} of closed periods, whose lines were compared, not what was posted"
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

    A warehouse without statements, and a statement, line or attainment that only one side has, is a difference.
    """
    report = Report()
    with localcontext(EXACT):
        for differences in (
            _statements(pay, marts, payees, report),
            _lines(pay, marts, payees, report),
            _attainment(pay, marts, payees, report),
        ):
            report.differences.extend(differences)
    for text in pay.refused:
        if not text.startswith("plans."):  # those of drafts may be broken; those of plans that pay stop a build
            report.differences.append(f"A landed row breaks the contract, and the checker leaves it out: {text}.")
    for kpi in sorted(pay.unknown_kpis):
        report.differences.append(f"A plan asks for the KPI {kpi}, which the checker does not calculate.")
    return report


def _statements(
    pay: Pay, marts: Mapping[str, Sequence[Text]], payees: set[str] | None, report: Report
) -> Iterator[str]:
    said = {
        (str(row["payee_id"]), str(row["plan_id"]), date.fromisoformat(str(row["period_start"]))): row
        for row in marts[STATEMENTS]
    }
    if not said:
        yield "The warehouse has no statement to compare."
    for key in sorted(set(said) | set(pay.statements)):
        payee, plan, start = key
        if payees is not None and payee not in payees:
            continue
        where = f"Statement of {payee}, plan {plan}, period {start}"
        row, mine = said.get(key), pay.statements.get(key)
        if row is None or mine is None:
            other = (
                "The warehouse has none, the checker has" if row is None else "The checker has none, the warehouse has"
            )
            payable = mine["payable"] if mine else _number(row["payable"] if row else None)
            yield f"{where}: {other} {_shown(payable)} payable."
            continue
        if row["status"] == "closed":
            report.closed += 1
            continue
        report.statements += 1
        adjustments = _number(row["adjustments"]) or ZERO
        wanted = {**{name: mine[name] for name in STATEMENT}, "payable": mine["payable"] + adjustments}
        for name, value in wanted.items():
            if _number(row[name]) != value:
                yield f"{where}: {name} is {_shown(_number(row[name]))} in the warehouse, {_shown(value)} by the checker."


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
