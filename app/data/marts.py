"""The published figures as typed rows. Each method is one SQL file; those that return pay bind the viewer and filter in SQL."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.auth.scope import Person, Scope
from app.data.connection import NothingPublished, Published
from app.data.reference import board_kpi, board_periods, less_is_better
from app.state.settings import settings


@dataclass(frozen=True)
class Candidate:
    """Somebody who may sit at the screen; has_statement: is on a plan; has_attainment: has some of a quota this quarter."""

    payee_id: str
    payee_kind: str
    payee_name: str
    role: str | None
    team_name: str | None
    has_statement: bool
    has_attainment: bool


@dataclass(frozen=True)
class Period:
    """Calendar period [period_start, period_end) of a kind: week, month, quarter, half or year."""

    period: str
    period_start: date
    period_end: date


@dataclass(frozen=True)
class BoardScope:
    """A board's circle: scope_kind company, region or team; is_own: the viewer is on it."""

    scope_kind: str
    scope_id: str
    scope_name: str
    subject_count: int
    is_own: bool


@dataclass(frozen=True)
class BoardRow:
    """A place on a board; name, value, attainment and gap are None where the company's settings do not show them to the viewer."""

    place: int
    place_before: int | None
    is_own: bool
    subject_name: str | None
    value: Decimal | None
    attainment: Decimal | None
    gap_to_place_above: Decimal | None


@dataclass(frozen=True)
class Standing:
    """A place in one period."""

    period_start: date
    place: int
    value: Decimal


@dataclass(frozen=True)
class Cell:
    """A heatmap cell; a person without any figure has one with neither column, KPI nor value. score: 0 to 1, None under three people."""

    person_no: int
    payee_name: str
    person_count: int
    column_start: date | None
    kpi: str | None
    value: Decimal | None
    score: Decimal | None


@dataclass(frozen=True)
class Team:
    """A team the viewer leads, or one below it; depth 0 is the top of the company."""

    team_id: str
    team_name: str
    depth: int


@dataclass(frozen=True)
class Statement:
    """What a plan comes to in a period; amounts in the plan's currency, signed as they act on payable."""

    plan_id: str
    plan_name: str
    status: str
    earned: Decimal
    adjustments: Decimal
    held: Decimal
    released: Decimal
    clawed_back: Decimal
    draw: Decimal
    recovered: Decimal
    manual: Decimal
    payable: Decimal
    currency: str
    plan_line_count: int
    plan_line_amount: Decimal


@dataclass(frozen=True)
class Component:
    """A component of a statement: amount in currency; actual, quota, gap in the measure's unit; what its one line a period says."""

    component_id: str
    plan_id: str
    component_name: str
    method: str
    measure: str
    tier_key: str
    actual: Decimal | None
    quota: Decimal | None
    attainment: Decimal | None
    rate: Decimal | None
    next_tier_from: Decimal | None
    gap_to_next_tier: Decimal | None
    reward_at_next_tier: Decimal | None
    currency: str
    cap_per_period: Decimal | None
    floor_per_period: Decimal | None
    amount: Decimal
    line_count: int
    explanation: str | None = None
    explanation_zh: str | None = None
    accumulate: str = ""


@dataclass(frozen=True)
class Tier:
    """A tier of a component, from tier_from on."""

    component_id: str
    tier_from: Decimal
    rate: Decimal | None
    amount: Decimal | None


@dataclass(frozen=True)
class Line:
    """A line of a statement with the event, raw file and row it comes from; a cap or floor line has no event."""

    payout_line_id: str
    occurred_on: date
    line_kind: str
    amount: Decimal
    currency: str
    explanation: str
    explanation_zh: str
    event_id: str | None
    credited_name: str | None
    measure: str | None
    event_value: Decimal | None
    event_currency: str | None
    order_id: str | None
    opportunity_id: str | None
    source_table: str | None
    source_key: str | None
    source_file: str | None
    source_row: int | None
    account_name: str | None
    product_name: str | None
    found_count: int


@dataclass(frozen=True)
class Step:
    """A step of the chain that made a line: amount_before leads to amount_after."""

    seq: int
    factor_kind: str
    factor_id: str | None
    basis: Decimal | None
    rate: Decimal | None
    factor: Decimal | None
    amount_before: Decimal
    amount_after: Decimal
    reason: str | None


@dataclass(frozen=True)
class UnpaidCredit:
    """A credit that waits for an exchange rate."""

    occurred_on: date
    component_name: str
    event_id: str
    value: Decimal
    currency: str | None


class Marts:
    """The marts of one publication, as far as the methods' viewer may see them."""

    def __init__(self) -> None:
        """Opens the newest publication; NothingPublished when there is none."""
        self._published = Published()
        publications = self._published.rows("publication")
        if not publications:
            raise NothingPublished("no publication")
        self.as_of: date = publications[0]["as_of"]
        self.base_currency: str = publications[0]["base_currency"]

    def people(self) -> list[Candidate]:
        """Everybody who could sit at the screen, employees before dealers, by name."""
        return [Candidate(**row) for row in self._published.rows("people", as_of=self.as_of)]

    def scope(self, viewer_id: str) -> Scope:
        """What a viewer may see; without people when the company does not know the viewer."""
        people = [Person(**row) for row in self._published.rows("scope", viewer_id=viewer_id, as_of=self.as_of)]
        return Scope(viewer_id, tuple(people))

    def leaderboard_periods(self, board: str) -> list[Period]:
        """Periods of a board, of every kind it is kept for, newest first."""
        rows = self._published.rows(
            "leaderboard_periods", kpi=board_kpi(board), periods=board_periods(board), as_of=self.as_of
        )
        return [Period(**row) for row in rows]

    def leaderboard_scopes(self, scope: Scope, board: str, period: Period) -> list[BoardScope]:
        """Company, regions and teams that have a board, the viewer's own first."""
        rows = self._published.rows(
            "leaderboard_scopes",
            viewer_id=scope.viewer_id,
            board=board,
            period=period.period,
            period_start=period.period_start,
        )
        return [BoardScope(**row) for row in rows]

    def leaderboard(self, scope: Scope, board: str, circle: BoardScope, period: Period) -> list[BoardRow]:
        """A board in order of places."""
        rows = self._published.rows(
            "leaderboard",
            viewer_id=scope.viewer_id,
            as_of=self.as_of,
            board=board,
            scope_kind=circle.scope_kind,
            scope_id=circle.scope_id,
            period=period.period,
            period_start=period.period_start,
            names=settings().leaderboard_names,
            earnings=settings().leaderboard_earnings,
        )
        return [BoardRow(**row) for row in rows]

    def own_standings(
        self, scope: Scope, board: str, circle: BoardScope, period: Period, first_start: date
    ) -> list[Standing]:
        """The viewer's places from the period that begins on first_start to this one, oldest first."""
        rows = self._published.rows(
            "leaderboard_own",
            viewer_id=scope.viewer_id,
            board=board,
            scope_kind=circle.scope_kind,
            scope_id=circle.scope_id,
            period=period.period,
            first_start=first_start,
            period_start=period.period_start,
        )
        return [Standing(**row) for row in rows]

    def heatmap_teams(self, scope: Scope) -> list[Team]:
        """Teams the viewer leads and those below them, from the top down."""
        return [
            Team(**row) for row in self._published.rows("heatmap_teams", viewer_id=scope.viewer_id, as_of=self.as_of)
        ]

    def heatmap_columns(self, scope: Scope) -> list[tuple[date, str]]:
        """(week, KPI) pairs that hold figures of visible people, newest week first, half a year back."""
        rows = self._published.rows("heatmap_columns", viewer_id=scope.viewer_id, as_of=self.as_of)
        return [(row["week_start"], row["kpi"]) for row in rows]

    def heatmap_kpis(self, scope: Scope) -> list[tuple[str, str, date]]:
        """(KPI, month or quarter, start) that hold figures of visible people, newest first, two years back."""
        rows = self._published.rows("heatmap_kpis", viewer_id=scope.viewer_id, as_of=self.as_of)
        return [(row["kpi"], row["period"], row["period_start"]) for row in rows]

    def heatmap_cells(
        self,
        scope: Scope,
        kpis: Iterable[str],
        weeks: Iterable[date],
        people_limit: int,
        *,
        people_before: int = 0,
        team_id: str = "",
        payee_id: str = "",
    ) -> list[Cell]:
        """Weekly figures of visible people, of a team and those below it, or of one person."""
        rows = self._published.rows(
            "heatmap_cells",
            viewer_id=scope.viewer_id,
            as_of=self.as_of,
            team_id=team_id,
            payee_id=payee_id,
            kpis=list(kpis),
            columns=list(weeks),
            people_before=people_before,
            people_limit=people_limit,
        )
        return [Cell(**row) for row in rows]

    def period_cells(
        self,
        scope: Scope,
        kpi: str,
        period: str,
        starts: Iterable[date],
        people_limit: int,
        *,
        people_before: int = 0,
        team_id: str = "",
        payee_id: str = "",
    ) -> list[Cell]:
        """A KPI of visible people in periods of a kind, scored as the weeks are."""
        rows = self._published.rows(
            "heatmap_periods",
            viewer_id=scope.viewer_id,
            as_of=self.as_of,
            team_id=team_id,
            payee_id=payee_id,
            kpi=kpi,
            less_is_better=less_is_better(kpi),
            period=period,
            columns=list(starts),
            people_before=people_before,
            people_limit=people_limit,
        )
        return [Cell(**row) for row in rows]

    def statement_periods(self, scope: Scope, payee_id: str) -> list[Period]:
        """Periods with a statement: those that run, the one that pays most first; then those before, newest first."""
        rows = self._published.rows("statement_periods", viewer_id=scope.viewer_id, as_of=self.as_of, payee_id=payee_id)
        return [Period(row["period"], row["period_start"], row["period_end"]) for row in rows]

    def statements(self, scope: Scope, payee_id: str, period: Period) -> list[Statement]:
        """One statement a plan."""
        rows = self._published.rows("statements", **self._of(scope, payee_id, period))
        return [Statement(**row) for row in rows]

    def components(self, scope: Scope, payee_id: str, period: Period) -> list[Component]:
        """Components of the period's statements, in the order of the plan."""
        rows = self._published.rows("statement_components", **self._of(scope, payee_id, period))
        return [Component(**row) for row in rows]

    def tiers(self, component_ids: Iterable[str]) -> list[Tier]:
        """Tiers of components, from the first up."""
        return [Tier(**row) for row in self._published.rows("plan_tiers", component_ids=list(component_ids))]

    def lines(
        self,
        scope: Scope,
        payee_id: str,
        period: Period,
        component: Component,
        *,
        find: str = "",
        first_row: int,
        page_size: int,
    ) -> list[Line]:
        """A page of a component's lines, newest first; found_count is how many there are in all."""
        rows = self._published.rows(
            "statement_lines",
            **self._of(scope, payee_id, period),
            plan_id=component.plan_id,
            component_id=component.component_id,
            find=find.strip(),
            first_row=first_row,
            page_size=page_size,
        )
        return [Line(**row) for row in rows]

    def steps(self, scope: Scope, payee_id: str, line: Line) -> list[Step]:
        """The chain that made a line, in order; empty for who may not see it, and where a posted line is calculated otherwise now."""
        rows = self._published.rows(
            "line_steps",
            viewer_id=scope.viewer_id,
            as_of=self.as_of,
            payee_id=payee_id,
            payout_line_id=line.payout_line_id,
            amount=line.amount,
        )
        return [Step(**row) for row in rows]

    def unpaid_credits(self, scope: Scope, payee_id: str, period: Period) -> list[UnpaidCredit]:
        """Credits of the period that wait for an exchange rate, newest first, at most 100."""
        return [
            UnpaidCredit(**row) for row in self._published.rows("unpaid_credits", **self._of(scope, payee_id, period))
        ]

    def _of(self, scope: Scope, payee_id: str, period: Period) -> dict[str, object]:
        """Parameters of every query about one person's period."""
        return {
            "viewer_id": scope.viewer_id,
            "as_of": self.as_of,
            "payee_id": payee_id,
            "period": period.period,
            "period_start": period.period_start,
        }
