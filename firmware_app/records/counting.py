"""Inbound calls of a period counted in the ledger: a read transaction in, Counts and their parts out. Its unit is one call.

What a call counts as stands in the ledger (`calls.counted`, calls.call_groups), and the index calls_counted has all that is
asked for here. Periods are [since, until), ns of UTC, by the moment the first burst began; `closed`: when the point was
closed out of the ordinary (opening_hours), disjoint and in order.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import apsw

from firmware_app.calls.answer_waits import Breach, Span, rang_beside_a_talk
from firmware_app.calls.call_groups import COUNTED, RANG_ON, Group
from firmware_app.calls.civil_time import DAY, HOUR, date_of, segments
from firmware_app.calls.service_level import Counts, Tally, codes_of, counts_of
from firmware_app.records.database import rows

Interval = tuple[int, int]

LONGEST_TALK = 4 * HOUR  # of those that may still go on when a period begins
_SHIFT = 7 * DAY  # keeps local time positive in SQLite, whose division cuts towards 0
_RANGE = "counted = ? AND line = ? AND started_wall >= ? AND started_wall < ?"
_NEXT_CODE = "SELECT counted FROM calls WHERE counted > ? ORDER BY counted LIMIT 1"
_NEXT_LINE = "SELECT line FROM calls WHERE counted = ? AND line > ? ORDER BY line LIMIT 1"
_TALLY = f"SELECT COUNT(*), COUNT(waited), COALESCE(SUM(waited), 0) FROM calls WHERE {_RANGE}"
# All of a column as one JSON text: half the time of 50,000 rows.
_ARRAYS = (
    "SELECT COUNT(*), COUNT(waited), COALESCE(SUM(waited), 0), COUNT(number),"
    " json_group_array(number) FILTER (WHERE number IS NOT NULL), {waited} FROM calls WHERE " + _RANGE
)
_NUMBERS = _ARRAYS.format(waited="'[]'")
_NUMBERS_AND_WAITS = _ARRAYS.format(waited="json_group_array(waited)")
_TIMED = frozenset(codes_of("timed"))
_BY = (
    "SELECT (started_wall + ?5) / ?6 AS part, COUNT(*), COUNT(waited), COALESCE(SUM(waited), 0) FROM calls"
    " WHERE counted = ?1 AND line = ?2 AND started_wall >= ?3 AND started_wall < ?4 GROUP BY part"
)
_TALKS = (
    "SELECT line, COALESCE(answered_wall, started_wall), ended_wall FROM calls"
    " WHERE started_wall >= ? AND started_wall < ? AND stage = 'closed'"
    " AND (direction = 'outbound' OR answered_wall IS NOT NULL) AND ended_wall IS NOT NULL"
)


def pairs(db: apsw.Connection, line: str | None = None) -> list[tuple[int, str]]:
    """Every code that calls of a line ever had, with that line: a few dozen, whatever the ledger holds."""
    found: list[tuple[int, str]] = []
    code = -1
    while step := rows(db, _NEXT_CODE, (code,)):
        code, of_line = step[0][0], ""
        while step := rows(db, _NEXT_LINE, (code, of_line)):
            of_line = step[0][0]
            found.append((code, of_line))
    return [pair for pair in found if line in (None, pair[1])]


def totals(
    db: apsw.Connection,
    since: int,
    until: int,
    line: str | None = None,
    closed: Sequence[Interval] = (),
    delays: dict[str, list[int]] | None = None,
) -> tuple[Counts, dict[str, Counts]]:
    """The counts of the period, and of each line that had calls in it. delays: filled, by line, with every answer delay
    that is known, ns; read with the rest, while its pages are at hand."""
    tallies: dict[str, list[Tally]] = {}
    callers: dict[str, set[int]] = {}
    hidden: dict[str, int] = {}
    same = _same(db)
    for code, of_line in pairs(db, line):
        found = _read(db, (code, of_line, since, until))
        if not found.tally.calls:
            continue
        tallies.setdefault(of_line, []).append(found.tally)
        hidden[of_line] = hidden.get(of_line, 0) + found.hidden
        callers.setdefault(of_line, set()).update(found.numbers)
        if delays is not None:
            delays.setdefault(of_line, []).extend(found.delays)
    closures = {
        of_line: _in_closure(db, of_line, _clipped(closed, since, until)) if closed else 0
        for of_line in tallies
    }
    if same:
        callers = {name: {same.get(number, number) for number in found} for name, found in callers.items()}
    by_line = {
        of_line: counts_of(
            own, callers=len(callers[of_line]), hidden=hidden[of_line], in_closure=closures[of_line]
        )
        for of_line, own in sorted(tallies.items())
    }
    whole = counts_of(
        (tally for own in tallies.values() for tally in own),
        callers=len(set().union(*callers.values())),
        hidden=sum(hidden.values()),
        in_closure=sum(closures.values()),
    )
    return whole, by_line


@dataclass(frozen=True, slots=True)
class _Read:
    """The calls of one code and line. numbers, hidden: of calls in service hours; delays: where they are known (ns)."""

    tally: Tally
    hidden: int = 0
    numbers: Sequence[int] = ()
    delays: Sequence[int] = ()


def _read(db: apsw.Connection, values: tuple[int, str, int, int]) -> _Read:
    code = values[0]
    if Group(code // 8) not in COUNTED:
        ((calls, known, waited),) = rows(db, _TALLY, values)
        return _Read(Tally(code, calls, known, waited))
    sql = _NUMBERS_AND_WAITS if code in _TIMED else _NUMBERS
    ((calls, known, waited, numbered, numbers, delays),) = rows(db, sql, values)
    return _Read(Tally(code, calls, known, waited), calls - numbered, json.loads(numbers), json.loads(delays))


def _same(db: apsw.Connection) -> dict[int, int]:
    """Rows of parties that stand for the caller of another row: a number that was written in several ways."""
    return dict(rows(db, "SELECT id, same_as FROM parties WHERE same_as IS NOT NULL"))


def _clipped(closed: Sequence[Interval], since: int, until: int) -> list[Interval]:
    return [(max(a, since), min(b, until)) for a, b in closed if a < until and b > since]


def _in_closure(db: apsw.Connection, line: str, closed: Sequence[Interval]) -> int:
    return sum(rows(db, _TALLY, (8 * Group.OUT_OF_HOURS, line, start, end))[0][0] for start, end in closed)


# ---- by the clock of the point


@dataclass(slots=True)
class _Part:
    tallies: dict[int, Tally] = field(default_factory=dict)
    callers: set[int] = field(default_factory=set)
    hidden: int = 0
    in_closure: int = 0

    def add(self, tally: Tally) -> None:
        had = self.tallies.get(tally.code)
        if had is not None:
            tally = Tally(
                tally.code, had.calls + tally.calls, had.known + tally.known, had.waited + tally.waited
            )
        self.tallies[tally.code] = tally

    def counts(self) -> Counts:
        return counts_of(
            self.tallies.values(),
            callers=len(self.callers),
            hidden=self.hidden,
            in_closure=self.in_closure,
        )


@dataclass(frozen=True, slots=True)
class ByClock:
    """Counts by local hour (0-23), weekday (1 Monday to 7 Sunday) and day ("2026-11-24"); those without calls are absent."""

    by_hour: dict[int, Counts]
    by_weekday: dict[int, Counts]
    by_day: dict[str, Counts]


class _Clock:
    """The parts of a period, by local hour since 1970."""

    def __init__(self, same: dict[int, int]) -> None:
        self._same = same
        self.hours: dict[int, _Part] = {}
        self.days: dict[int, _Part] = {}
        self.weekdays: dict[int, _Part] = {}

    def parts(self, hour: int) -> tuple[_Part, _Part, _Part]:
        """The parts that a local hour belongs to."""
        day = hour // 24
        return (
            self.hours.setdefault(hour % 24, _Part()),
            self.days.setdefault(day, _Part()),
            self.weekdays.setdefault((day + 3) % 7 + 1, _Part()),  # day 0 was a Thursday
        )

    def called(self, number: int | None, hour: int) -> None:
        for part in self.parts(hour):
            if number is None:
                part.hidden += 1
            else:
                part.callers.add(self._same.get(number, number))


def by_clock(
    db: apsw.Connection,
    since: int,
    until: int,
    zone: ZoneInfo,
    line: str | None = None,
    closed: Sequence[Interval] = (),
) -> ByClock:
    """The counts of the period by the clock of the point, right through changes of summer time."""
    clock = _Clock(_same(db))
    for start, end, ahead in segments(since, until, zone):
        for tally, hour in _tallies(db, start, end, ahead, line):
            for part in clock.parts(hour):
                part.add(tally)
        for number, hour in _who(db, start, end, ahead, line):
            clock.called(number, hour)
        for hour in _closure_hours(db, start, end, ahead, line, closed):
            for part in clock.parts(hour):
                part.in_closure += 1
    days = {_date(day): counts for day, counts in _counted(clock.days).items()}
    return ByClock(_counted(clock.hours), _counted(clock.weekdays), days)


def _tallies(
    db: apsw.Connection, start: int, end: int, ahead: int, line: str | None
) -> Iterator[tuple[Tally, int]]:
    for code, of_line in pairs(db, line):
        for part, *sums in rows(db, _BY, (code, of_line, start, end, ahead + _SHIFT, HOUR)):
            yield Tally(code, *sums), part - _SHIFT // HOUR


def _counted(parts: dict[int, _Part]) -> dict[int, Counts]:
    return {key: parts[key].counts() for key in sorted(parts)}


def _date(day: int) -> str:
    found = date_of(day)
    return str(day) if found is None else found.isoformat()


def _who(
    db: apsw.Connection, start: int, end: int, ahead: int, line: str | None
) -> Iterator[tuple[int | None, int]]:
    """Number and local hour, since 1970, of each call in service hours."""
    sql = f"SELECT number, (started_wall + {ahead + _SHIFT}) / {HOUR} - {_SHIFT // HOUR} FROM calls WHERE {_RANGE}"
    for code, of_line in pairs(db, line):
        if Group(code // 8) in COUNTED:
            yield from rows(db, sql, (code, of_line, start, end))


def _closure_hours(
    db: apsw.Connection, start: int, end: int, ahead: int, line: str | None, closed: Sequence[Interval]
) -> Iterator[int]:
    for code, of_line in pairs(db, line) if closed else ():
        if code == 8 * Group.OUT_OF_HOURS:
            for lower, upper in _clipped(closed, start, end):
                for (wall,) in rows(
                    db, f"SELECT started_wall FROM calls WHERE {_RANGE}", (code, of_line, lower, upper)
                ):
                    yield (wall + ahead) // HOUR


# ---- breaches, and talks beside them


def breaches(
    db: apsw.Connection, since: int, until: int, line: str | None = None, limit: int = -1
) -> list[Breach]:
    """Each call that rang on past 15 s, oldest first (5.1.1)."""
    found: list[tuple[Any, ...]] = []
    wanted = set(codes_of("breaches"))
    sql = f"SELECT started_wall, id, line, counted, waited, uncertainty FROM calls WHERE {_RANGE}"
    for code, of_line in pairs(db, line):
        if code in wanted:
            found += rows(db, sql, (code, of_line, since, until))
    found.sort()
    if limit >= 0:
        del found[limit:]
    busy = rang_beside_a_talk(
        ((call, Span(of_line, wall, wall + waited)) for wall, call, of_line, _, waited, _ in found),
        talks(db, since, until) if found else (),
    )
    return [
        Breach(
            call=call,
            line=of_line,
            started_wall=wall,
            group=Group(code // 8),
            waited=waited,
            sensed=code < 8 * Group.UNTIMED and not code & RANG_ON,
            uncertainty=uncertainty,
            staff_busy=call in busy,
        )
        for wall, call, of_line, code, waited, uncertainty in found
    ]


def talks(db: apsw.Connection, since: int, until: int) -> list[Span]:
    """When lines were off-hook for calls, in the period or on into it."""
    return [
        Span(line, start, end)
        for line, start, end in rows(db, _TALKS, (since - LONGEST_TALK, until))
        if end > since
    ]


def staff_busy(db: apsw.Connection, since: int, until: int) -> frozenset[int]:
    """The calls of the period, lost or late ones, that rang while another line was off-hook (STAFF_BUSY)."""
    wanted = {*codes_of("late"), *codes_of("missed"), *codes_of("abandoned")}
    sql = f"SELECT id, line, started_wall, COALESCE(waited, 0) FROM calls WHERE {_RANGE}"
    ringing: list[tuple[int, Span]] = []
    for code, of_line in pairs(db):
        if code in wanted:
            found: Iterable[tuple[Any, ...]] = rows(db, sql, (code, of_line, since, until))
            ringing += [(call, Span(own, wall, wall + rang)) for call, own, wall, rang in found]
    return rang_beside_a_talk(ringing, talks(db, since, until) if ringing else ())
