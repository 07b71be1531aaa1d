"""The service time of a period, how much of it each line was heard, and how busy it was: a read transaction in, values out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import apsw

from firmware_app.calls.answer_waits import Span
from firmware_app.calls.call_groups import COUNTED, Group
from firmware_app.calls.civil_time import HOUR, civil, date_of, day_of
from firmware_app.calls.erlang import BusyEstimate, BusyHour, busy_estimate
from firmware_app.calls.heard_time import Coverage, Gap, Run, coverage, silences
from firmware_app.calls.opening_hours import OpeningHours
from firmware_app.records.alive import sign_of_life
from firmware_app.records.counting import pairs, talks
from firmware_app.records.database import rows

Interval = tuple[int, int]

_RUNS = """
SELECT began.wall,
    CASE WHEN runs.id = (SELECT MIN(id) FROM runs) THEN silent_since ELSE COALESCE(silent_since, before.wall) END,
    ended.wall
FROM runs JOIN journal AS began ON began.seq = runs.id
LEFT JOIN journal AS before ON before.seq = runs.id - 1
LEFT JOIN journal AS ended ON ended.seq = stopped_seq
ORDER BY runs.id
"""
_NOT_HEARD = """
SELECT began.wall, COALESCE(ended.wall, ?), faults.kind, line FROM faults
JOIN journal AS began ON began.seq = faults.id
LEFT JOIN journal AS ended ON ended.seq = ended_seq
WHERE faults.kind IN ('line_lost', 'no_loop') AND line IS NOT NULL
"""
_CALLS = """
SELECT started_wall FROM calls WHERE counted = ? AND line = ? AND started_wall >= ? AND started_wall < ?
"""


def service_time(hours: OpeningHours, since: int, until: int) -> list[Interval]:
    """When the point was open in [since, until), closures taken out: disjoint, in order."""
    day = date_of(day_of(civil(since, hours.timezone)))
    last = date_of(day_of(civil(until, hours.timezone)))
    found: list[Interval] = []
    while day is not None and last is not None and day <= last:
        found += [(max(a, since), min(b, until)) for a, b in hours.windows(day) if a < until and b > since]
        day += timedelta(days=1)
    return found


def heard(
    db: apsw.Connection, service: Sequence[Interval], lines: Sequence[str], now: int
) -> Coverage | None:
    """监测覆盖率 of `service`, up to `now`; None without lines or service time."""
    past = [(start, min(end, now)) for start, end in service if start < now]
    if not lines or not past:
        return None
    return coverage(past, lines, unheard(db, now))


def unheard(db: apsw.Connection, now: int) -> list[Gap]:
    """Every time up to `now` in which nothing was heard, of all lines or of one; they may overlap."""
    runs = [Run(*row) for row in rows(db, _RUNS)]
    gaps = silences(runs, sign_of_life(db), now)
    return gaps + [Gap(*row) for row in rows(db, _NOT_HEARD, (now,))]


def busy(db: apsw.Connection, service: Sequence[Interval], lines: Sequence[str]) -> dict[str, BusyEstimate]:
    """How many more calls are likely to have met each line busy, in service time (Erlang B)."""
    if not service:
        return {}
    steps = [(at, min(at + HOUR, end)) for start, end in service for at in range(start, end, HOUR)]
    spans = talks(db, service[0][0], service[-1][1])
    return {line: busy_estimate(_hours(db, line, steps, spans)) for line in lines}


def _hours(
    db: apsw.Connection, line: str, steps: Sequence[Interval], spans: Sequence[Span]
) -> list[BusyHour]:
    """Each step of service time of a line, with its calls and its time off-hook."""
    starts = sorted(
        wall
        for code, of_line in pairs(db, line)
        if Group(code // 8) in COUNTED
        for (wall,) in rows(db, _CALLS, (code, of_line, steps[0][0], steps[-1][1]))
    )
    own = sorted((span.start, span.end) for span in spans if span.line == line)
    found: list[BusyHour] = []
    call = talk = 0
    for start, end in steps:
        while call < len(starts) and starts[call] < start:
            call += 1
        first = call
        while call < len(starts) and starts[call] < end:
            call += 1
        while talk < len(own) and own[talk][1] <= start:
            talk += 1
        off_hook = sum(
            max(0, min(own[each][1], end) - max(own[each][0], start))
            for each in range(talk, _until(own, talk, end))
        )
        found.append(BusyHour(call - first, min(off_hook, end - start), end - start))
    return found


def _until(own: Sequence[Interval], first: int, end: int) -> int:
    place = first
    while place < len(own) and own[place][0] < end:
        place += 1
    return place
