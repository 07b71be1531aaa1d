"""All figures of a chosen period as their page needs them: questions to the ledger in, one value out. Read-only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from firmware_app.calls.answer_waits import Breach
from firmware_app.calls.carrier_bill import Columns, Reconciled, Table
from firmware_app.calls.case_figures import CaseCounts
from firmware_app.calls.closures import Closure
from firmware_app.calls.erlang import BusyEstimate
from firmware_app.calls.heard_time import Coverage
from firmware_app.calls.month_figures import Level, MonthFigures, Repeats
from firmware_app.calls.rate import Verdict
from firmware_app.calls.service_level import Counts
from firmware_app.records.bills import BillRow, bills_of, reconciled
from firmware_app.records.call_list import slice_of
from firmware_app.records.call_search import Search, count
from firmware_app.records.counting import ByClock, by_clock
from firmware_app.records.desk_rules import Desk
from firmware_app.records.figures import ClosedMonth, Figures, LaterChange
from web_panel.closed_figures import closed_breaches, closed_figures
from web_panel.figures_choice import Choice
from web_panel.ledger_door import LedgerDoor

BREACHES = 200  # listed on the page; all of them are behind their number


@dataclass(frozen=True, slots=True)
class Decided:
    """By what the figures were made. asof: ns of UTC; head: seq and digest of the last entry in them."""

    asof: int
    head: tuple[int, str] | None = None
    hours_basis: tuple[str, ...] = ()
    rules: tuple[int, ...] = ()
    thresholds: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Closing:
    """A month that was closed. later: what was recorded since; now: the level as the ledger would have it today, None
    where nothing differs. changed: settled or recounted calls, each with what it is now."""

    month: ClosedMonth
    later: Sequence[LaterChange]
    now: Level | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything. cases, repeats: None outside months. closures: those of the period, with the calls that came meanwhile.

    breaches: at most BREACHES, oldest first. lines: the names of all lines.
    """

    level: Level
    by_line: Mapping[str, Counts]
    clock: ByClock
    breaches: Sequence[Breach]
    coverage: Coverage | None
    decided: Decided
    closures: Sequence[tuple[Closure, int]]
    verdict: Verdict | None = None
    cases: CaseCounts | None = None
    repeats: Repeats | None = None
    busy: Mapping[str, BusyEstimate] | None = None
    bills: Sequence[BillRow] = ()
    closing: Closing | None = None
    over: bool = True


class FiguresDoor:
    """Thread-safe. zone: of the point; lines: the names of all that are wired. Raises LedgerAway."""

    def __init__(self, ledger: LedgerDoor, zone: ZoneInfo, lines: Sequence[str]) -> None:
        self._ledger = ledger
        self._zone = zone
        with ledger.asking() as reader:
            self._figures = Figures(reader, zone, lines)

    def months(self) -> tuple[str | None, list[str]]:
        """The month of the first entry, and those that are closed."""
        with self._ledger.asking():
            return self._figures.first_month(), self._figures.closed_months()

    def sheet(self, choice: Choice, now: int) -> Sheet:
        """now: ns of UTC."""
        with self._ledger.asking() as reader:
            if not choice.month:
                return self._window(choice, now)
            bills = bills_of(reader, choice.key)
            closed = self._figures.closed_month(choice.key)
            if closed is not None:
                return self._closed(choice, closed, bills, now)
            found = self._figures.month(choice.key, now)
            assert found is not None, "a choice that is a month has bounds"
            return _of_month(found, found.breaches[:BREACHES], found.verdict, self._closures(choice), bills)

    def _window(self, choice: Choice, now: int) -> Sheet:
        window = self._figures.window(choice.since, choice.until)
        closures = self._closures(choice)
        spans = [(closure.start, closure.end) for closure, _ in closures]
        with self._ledger.reading() as db:
            clock = by_clock(db, choice.since, choice.until, self._zone, None, spans)
        return Sheet(
            level=window.whole,
            by_line=window.by_line,
            clock=clock,
            breaches=self._figures.breaches(choice.since, choice.until, limit=BREACHES),
            coverage=self._figures.coverage(choice.since, choice.until, now),
            decided=Decided(now),
            closures=closures,
        )

    def _closed(self, choice: Choice, closed: ClosedMonth, bills: Sequence[BillRow], now: int) -> Sheet:
        figures, verdict = closed_figures(closed.figures)
        told = closed_breaches(closed.figures)[:BREACHES]
        with self._ledger.reading() as db:
            rows = {each.call: slice_of(db, each.call, each.call) for each in told}
        breaches = [each.placed(rows[each.call][0].line, rows[each.call][0].started_wall) for each in told]
        later = self._figures.later_changes(closed)
        today = self._figures.month(choice.key, now) if later else None
        closing = Closing(closed, later, today.whole if today else None)
        return _of_month(figures, breaches, verdict, self._closures(choice), bills, closing)

    def _closures(self, choice: Choice) -> list[tuple[Closure, int]]:
        with self._ledger.reading() as db:
            hours = Desk(db, self._zone).hours()
            return [
                (
                    closure,
                    count(
                        db,
                        Search(
                            max(closure.start, choice.since), min(closure.end, choice.until), "out_of_hours"
                        ),
                    ),
                )
                for closure in (hours.closures if hours is not None else ())
                if closure.start < choice.until and closure.end > choice.since
            ]

    # ---- the carrier's bill

    def compared(
        self, table: Table, columns: Columns, month: str, line: str, number: str
    ) -> Reconciled | None:
        """The carrier's table beside the calls of a line and month; None where `month` is none."""
        with self._ledger.asking() as reader:
            return reconciled(reader, table, columns, month, line, number, self._zone)


def _of_month(
    figures: MonthFigures,
    breaches: Sequence[Breach],
    verdict: Verdict | None,
    closures: Sequence[tuple[Closure, int]],
    bills: Sequence[BillRow],
    closing: Closing | None = None,
) -> Sheet:
    return Sheet(
        level=figures.whole,
        by_line={line: level.counts for line, level in figures.by_line.items()},
        clock=ByClock(dict(figures.by_hour), dict(figures.by_weekday), dict(figures.by_day)),
        breaches=breaches,
        coverage=figures.coverage,
        decided=Decided(
            figures.asof, figures.head, figures.hours_basis, figures.rules, dict(figures.thresholds)
        ),
        closures=closures,
        verdict=verdict,
        cases=figures.cases,
        repeats=figures.repeats,
        busy=figures.busy,
        bills=bills,
        closing=closing,
        over=figures.over,
    )
