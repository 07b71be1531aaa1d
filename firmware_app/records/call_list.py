"""The lists of calls that a person looks at: a read transaction in, typed rows out. Each list is found by an index of its own.

Times are ns of UTC, durations ns. Numbers and names are in full, or None where there is none or it was erased.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import apsw

from firmware_app.records.database import one, rows


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call as it stands. number: of the other end (the caller, or what was dialled)."""

    id: int
    key: str
    line: str
    direction: str
    stage: str  # open | closed
    started_wall: int
    ring_bursts: int
    ringing: int | None
    answered_wall: int | None
    ended_wall: int | None
    answer_delay: int | None
    talk: int | None
    uncertainty: int | None
    disposition: str | None
    in_hours: bool | None
    hours_version: int | None
    number: str | None
    name: str | None
    absence: str | None
    caller_id_wall: int | None
    case: int | None
    seen: bool
    settled: bool
    started_by: str | None = None
    answered_by: str | None = None
    ended_by: str | None = None
    caller_id_by: str | None = None
    digits_by: str | None = None
    far_end: str | None = None
    far_answered_wall: int | None = None
    far_answered_by: str | None = None
    doubt: str | None = None
    answer_error: int | None = None
    far_answer_error: int | None = None
    by_machine: bool = False


@dataclass(frozen=True, slots=True)
class MissedRow:
    """Something owed: `call` is its last call. times_called and waited_since (start of the first call) are the case's.

    attempts: those that a person told of; CallbackAttempted.after says this number.
    """

    call: int
    line: str
    number: str | None
    name: str | None
    absence: str | None
    started_wall: int
    ring_bursts: int
    ringing: int | None
    times_called: int
    seen: bool
    case: int | None
    case_state: str | None
    attempts: int
    waited_since: int
    disposition: str  # no_answer | abandoned | unknown
    in_hours: bool | None
    doubt: str | None = None  # why it is unknown
    remembered: bool = False  # a person told it from the telephone's own memory


@dataclass(frozen=True, slots=True)
class DoneRow:
    """Something dealt with. outcome: how its case ended (calls.callback.State), or answered | seen; done_seq, done_wall, done_by: of the entry."""

    call: int
    line: str
    number: str | None
    name: str | None
    absence: str | None
    started_wall: int
    times_called: int
    attempts: int
    case: int | None
    outcome: str
    done_seq: int
    done_wall: int
    done_by: str


_CALL = """
SELECT calls.id, key, line, direction, stage, started_wall, ring_bursts, ringing, answered_wall, ended_wall,
    answered_mono - started_mono, talk, uncertainty, disposition, in_hours, hours_version,
    CASE direction WHEN 'outbound' THEN dialled.content ELSE numbers.content END, names.content, absence,
    caller_id_wall, case_id, seen_seq IS NOT NULL, settled_seq IS NOT NULL,
    started_by, answered_by, ended_by, caller_id_by, digits_by, far_end, far_answered_wall, far_answered_by, doubt,
    answer_error, far_answer_error, COALESCE(by_machine, 0)
FROM calls
LEFT JOIN parties AS numbers ON numbers.id = calls.number
LEFT JOIN parties AS names ON names.id = calls.name
LEFT JOIN parties AS dialled ON dialled.id = calls.digits
WHERE calls.id BETWEEN ? AND ? ORDER BY calls.id
"""

_MISSED = """
SELECT calls.id, calls.line, numbers.content, names.content, absence, started_wall, ring_bursts, ringing,
    COALESCE(cases.calls, 1), unseen = 0, case_id, state,
    COALESCE(attempts - (SELECT COUNT(*) FROM attempts WHERE attempts.case_id = cases.id AND pending = 1), 0),
    COALESCE(since_wall, started_wall), disposition, in_hours, doubt, direction = 'remembered'
FROM {source}
LEFT JOIN parties AS numbers ON numbers.id = calls.number
LEFT JOIN parties AS names ON names.id = calls.name
WHERE {owed} ORDER BY {newest} DESC LIMIT ?
"""

_OWED = (
    _MISSED.format(
        source="cases CROSS JOIN calls ON calls.id = cases.last_call",
        owed="cases.state = 'open'",
        newest="cases.last_call",
    ),
    _MISSED.format(
        source="calls LEFT JOIN cases ON cases.id = calls.case_id",
        owed="calls.unsettled = 1",
        newest="calls.id",
    ),
    _MISSED.format(
        source="calls LEFT JOIN cases ON cases.id = calls.case_id",
        owed="calls.unseen = 1 AND calls.unsettled = 0 AND calls.case_id IS NULL",
        newest="calls.id",
    ),
)

_DONE = """
SELECT calls.id, calls.line, numbers.content, names.content, absence, started_wall,
    COALESCE(cases.calls, 1), COALESCE(attempts, 0), case_id, {outcome}, seq, wall, actor
FROM {source}
JOIN journal ON seq = {done}
LEFT JOIN parties AS numbers ON numbers.id = calls.number
LEFT JOIN parties AS names ON names.id = calls.name
WHERE {when} ORDER BY {done} DESC LIMIT ?
"""

_FINISHED = (
    _DONE.format(
        source="cases CROSS JOIN calls ON calls.id = cases.last_call",
        done="cases.closed_seq",
        when="cases.closed_seq IS NOT NULL",
        outcome="state",
    ),
    _DONE.format(
        source="calls LEFT JOIN cases ON cases.id = calls.case_id",
        done="calls.settled_seq",
        when="calls.settled_seq IS NOT NULL AND disposition = 'answered'",
        outcome="'answered'",
    ),
    _DONE.format(
        source="calls LEFT JOIN cases ON cases.id = calls.case_id",
        done="calls.seen_seq",
        when="calls.seen_seq IS NOT NULL AND calls.case_id IS NULL AND disposition = 'no_answer'",
        outcome="'seen'",
    ),
)


def missed(db: apsw.Connection, limit: int) -> list[MissedRow]:
    """What is owed, newest first, at most `limit` rows."""
    found = {row[0]: MissedRow(*_truths(row, 9, 15, 17)) for sql in _OWED for row in rows(db, sql, (limit,))}
    return [found[call] for call in sorted(found, reverse=True)][:limit]


def done(db: apsw.Connection, limit: int) -> list[DoneRow]:
    """What was dealt with, latest first, at most `limit` rows."""
    found = [DoneRow(*row) for sql in _FINISHED for row in rows(db, sql, (limit,))]
    return sorted(found, key=lambda row: (row.done_seq, row.call), reverse=True)[:limit]


def span(db: apsw.Connection, since: int, until: int) -> tuple[int, int]:
    """The first and the last id of the calls that started in [since, until); 1 and 0 when there is none."""
    found = one(
        db, "SELECT MIN(id), MAX(id) FROM calls WHERE started_wall >= ? AND started_wall < ?", (since, until)
    )
    return (1, 0) if found is None or found[0] is None else (found[0], found[1])


def slice_of(db: apsw.Connection, first: int, last: int) -> list[CallRow]:
    """The calls with ids from `first` to `last`."""
    return [CallRow(*_truths(row, 14, 21, 22, 34)) for row in rows(db, _CALL, (first, last))]


def _truths(row: tuple[Any, ...], *places: int) -> list[Any]:
    """The row with its 0 and 1 at `places` as bool."""
    return [
        bool(value) if place in places and value is not None else value for place, value in enumerate(row)
    ]
