"""The figures of any period out of the ledger, each question one short read transaction; what a page and the shell ask.

It writes nothing and decides nothing: calls count as the ledger says. Times are ns of UTC, periods [since, until).
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

import apsw

from firmware_app.calls.answer_waits import Breach, Waits, waits_of
from firmware_app.calls.callback_rules import Rules
from firmware_app.calls.closures import intervals
from firmware_app.calls.heard_time import Coverage
from firmware_app.calls.month_figures import Level, MonthFigures, WindowFigures, month_span, thresholds
from firmware_app.calls.opening_hours import OpeningHours
from firmware_app.records.call_json import local
from firmware_app.records.call_list import span
from firmware_app.records.case_counting import case_counts, repeats
from firmware_app.records.counting import breaches, by_clock, staff_busy, totals
from firmware_app.records.database import one, rows
from firmware_app.records.desk_rules import Desk
from firmware_app.records.reading import Reader, head
from firmware_app.records.service_time import busy, heard, service_time

_BASES = "SELECT DISTINCT hours_basis FROM calls WHERE id >= ? AND id <= ? AND hours_basis IS NOT NULL"
_RULES = "SELECT DISTINCT rules_version FROM cases WHERE clock_wall >= ? AND clock_wall < ? AND rules_version IS NOT NULL"
_CLOSED = "SELECT month, id, wall, months.digest, figures FROM months JOIN journal ON seq = id"
_SETTLED = """
SELECT calls.id, settled_seq, wall, actor, disposition FROM calls JOIN journal ON seq = settled_seq
WHERE settled_seq > ? AND started_wall >= ? AND started_wall < ? ORDER BY settled_seq
"""
_RECOUNTED = """
SELECT calls.id, seq, wall, actor, recounts.value ->> 1 FROM journal, json_each(body, '$.recounts') AS recounts
JOIN calls ON calls.id = recounts.value ->> 0
WHERE journal.kind = 'SiteDocumentChanged' AND seq > ? AND started_wall >= ? AND started_wall < ? ORDER BY seq
"""


@dataclass(frozen=True, slots=True)
class ClosedMonth:
    """A month that was closed. figures: what calls.month_figures.month_json gave then, parsed; seq, wall, digest (hex): of
    its entry. It never changes; what came later is told by `Figures.later_changes`."""

    month: str
    seq: int
    wall: int
    digest: str
    figures: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LaterChange:
    """Something recorded after the month was closed that its figures would show otherwise. kind: settled | recounted;
    call; seq, wall, actor: of the entry. disposition: as settled; in_hours: as recounted."""

    kind: str
    call: int
    seq: int
    wall: int
    actor: str
    disposition: str | None = None
    in_hours: bool | None = None


class Figures:
    """Asks `reader`. timezone: of the point; lines: the names of all lines that are wired. Thread-safe.

    Raises what Reader raises: LedgerAbsent, LedgerTooNew, apsw.Error.
    """

    def __init__(self, reader: Reader, timezone: ZoneInfo, lines: Sequence[str] = ()) -> None:
        self._reader = reader
        self._zone = timezone
        self._lines = tuple(lines)
        self._lock = threading.Lock()
        self._known: tuple[object, OpeningHours | None, Rules] | None = None

    def window(self, since: int, until: int, line: str | None = None) -> WindowFigures:
        """A rolling window, of all lines or one."""
        with self._reader.snapshot() as db:
            hours, _ = self._documents(db)
            delays: dict[str, list[int]] = {}
            whole, by_line = totals(db, since, until, line, _closed(hours), delays)
            return WindowFigures(since, until, Level(whole, _waits(delays)), by_line)

    def bounds(self, month: str) -> tuple[int, int] | None:
        """[first, last) of a local month written "2026-11"; None when it is not one."""
        return month_span(month, self._zone)

    def month(self, month: str, now: int) -> MonthFigures | None:
        """All figures of a month as the ledger has them at `now`, closed or not; None when `month` is not one."""
        bounds = self.bounds(month)
        if bounds is None:
            return None
        with self._reader.snapshot() as db:
            return self._month(db, month, bounds, now)

    def _month(self, db: apsw.Connection, month: str, bounds: tuple[int, int], now: int) -> MonthFigures:
        since, until = bounds
        hours, rules = self._documents(db)
        closed = _closed(hours)
        delays: dict[str, list[int]] = {}
        whole, by_line = totals(db, since, until, None, closed, delays)
        clock = by_clock(db, since, until, self._zone, None, closed)
        service = service_time(hours, since, until) if hours is not None else []
        lines = sorted({*self._lines, *by_line})
        seq, digest = head(db)
        return MonthFigures(
            month=month,
            timezone=str(self._zone),
            since=since,
            until=until,
            asof=now,
            head=(seq, digest.hex()),
            whole=Level(whole, _waits(delays)),
            by_line={name: Level(counts, waits_of(delays.get(name, ()))) for name, counts in by_line.items()},
            by_hour=clock.by_hour,
            by_weekday=clock.by_weekday,
            by_day=clock.by_day,
            breaches=tuple(breaches(db, since, until)),
            staff_busy=len(staff_busy(db, since, until)),
            cases=case_counts(db, since, until, rules.timely, now, hours),
            repeats=repeats(db, since, until, now),
            coverage=heard(db, service, lines, now),
            busy=busy(db, [each for each in service if each[0] < now], lines),
            hours_basis=_bases(db, since, until),
            rules=tuple(sorted(version for (version,) in rows(db, _RULES, (since, until)))),
            thresholds=thresholds(rules.timely),
        )

    def breaches(self, since: int, until: int, line: str | None = None, limit: int = -1) -> list[Breach]:
        """Each call that rang on past 15 s, oldest first; at most `limit` of them, -1: all."""
        with self._reader.snapshot() as db:
            return breaches(db, since, until, line, limit)

    def coverage(self, since: int, until: int, now: int) -> Coverage | None:
        """How much of the service time each line was heard; None where no hours are set or the point was never open."""
        with self._reader.snapshot() as db:
            hours, _ = self._documents(db)
            return heard(db, service_time(hours, since, until), self._lines, now) if hours else None

    # ---- months that were closed

    def closed_months(self) -> list[str]:
        """The months that are closed, oldest first."""
        with self._reader.snapshot() as db:
            return [month for (month,) in rows(db, "SELECT month FROM months ORDER BY month")]

    def closed_month(self, month: str) -> ClosedMonth | None:
        with self._reader.snapshot() as db:
            found = one(db, f"{_CLOSED} WHERE month = ?", (month,))
        if found is None:
            return None
        name, seq, wall, digest, figures = found
        return ClosedMonth(name, seq, wall, digest, json.loads(figures))

    def later_changes(self, closed: ClosedMonth) -> list[LaterChange]:
        """What was recorded of the month's calls after it was closed: settled, or taken out of or into service hours."""
        bounds = self.bounds(closed.month)
        if bounds is None:
            return []
        values = (closed.figures["head"]["seq"], *bounds)
        with self._reader.snapshot() as db:
            found = [LaterChange("settled", *row) for row in rows(db, _SETTLED, values)]
            found += [
                LaterChange("recounted", call, seq, wall, actor, in_hours=bool(in_hours))
                for call, seq, wall, actor, in_hours in rows(db, _RECOUNTED, values)
            ]
        return sorted(found, key=lambda change: (change.seq, change.call))

    def first_month(self) -> str | None:
        """The month of the first entry of the ledger; None of an empty one."""
        with self._reader.snapshot() as db:
            found = one(db, "SELECT wall FROM journal WHERE seq = 1")
        return None if found is None else local(found[0], self._zone).strftime("%Y-%m")

    # ---- by which documents

    def _documents(self, db: apsw.Connection) -> tuple[OpeningHours | None, Rules]:
        """The hours and rules of now; read anew only when a document has changed."""
        mark = one(db, "SELECT id, name, digest FROM document_versions ORDER BY id DESC LIMIT 1")
        with self._lock:
            if self._known is not None and self._known[0] == mark:
                return self._known[1:]
        desk = Desk(db, self._zone)
        hours, rules = desk.hours(), desk.rules()
        with self._lock:
            self._known = (mark, hours, rules)
        return hours, rules


def _closed(hours: OpeningHours | None) -> Sequence[tuple[int, int]]:
    return () if hours is None else intervals(hours.closures)


def _waits(delays: Mapping[str, list[int]]) -> Waits:
    """Of all lines together."""
    return waits_of(chain.from_iterable(delays.values()))


def _bases(db: apsw.Connection, since: int, until: int) -> tuple[str, ...]:
    """The documents that the calls of the period were judged by."""
    first, last = span(db, since, until)
    return tuple(sorted(basis for (basis,) in rows(db, _BASES, (first, last))))
