"""The register of call-backs as it goes onto paper: oldest first, a slice a read transaction, so that it may be long.

It reads, it never writes. Times are ns of UTC, durations ns; numbers, names and notes are in full: who prints them masks them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import apsw

from firmware_app.calls.callback import State, state_of
from firmware_app.records.call_list import span
from firmware_app.records.database import rows


@dataclass(frozen=True, slots=True)
class Tried:
    """One attempt to call back. outcome: calls.callback.Outcome."""

    wall: int
    outcome: str


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """A case, or a missed call that has none (case None). since_wall, line, ringing, in_hours: of its first call.

    seen_wall, seen_by: when a person looked at it first, and who, None where nobody has. state: None where there is no case:
    `unsettled` tells whether it waits for a word. reason: a code of callback.REASONS; note: what was written when it was ended.
    """

    case: int | None
    line: str
    number: str | None
    name: str | None
    absence: str | None
    since_wall: int
    calls: int
    ringing: int | None
    in_hours: bool | None
    seen_wall: int | None
    seen_by: str | None
    state: State | None
    unsettled: bool = False
    reason: str | None = None
    note: str | None = None
    attempts: tuple[Tried, ...] = ()


# Found by the primary key of cases: those of the period were made after the first call of the period.
_PLACES = (
    "SELECT since_wall, id FROM cases WHERE id > ? AND since_wall >= ? AND since_wall < ? ORDER BY id LIMIT ?"
)

_CASES = """
SELECT cases.id, first.line, COALESCE(numbers.content, owners.content), names.content, first.absence, since_wall, cases.calls,
    first.ringing, first.in_hours, seen.wall, COALESCE(people.person, seen.actor), state, cases.attempts, reason, texts.content
FROM json_each(?) AS wanted
CROSS JOIN cases ON cases.id = wanted.value
CROSS JOIN calls AS first ON first.id = cases.first_call
JOIN parties AS owners ON owners.id = cases.party
LEFT JOIN parties AS numbers ON numbers.id = first.number
LEFT JOIN parties AS names ON names.id = first.name
LEFT JOIN parties AS texts ON texts.id = cases.note
LEFT JOIN journal AS seen ON seen.seq = (
    SELECT MIN(seq) FROM calls CROSS JOIN journal ON seq = seen_seq WHERE case_id = cases.id AND actor <> 'monitor'
)
LEFT JOIN accounts AS people ON people.name = seen.actor
ORDER BY since_wall, cases.id
"""

_ATTEMPTS = """
SELECT attempts.case_id, COALESCE(calls.started_wall, made.wall), outcome
FROM json_each(?) AS wanted
CROSS JOIN attempts ON attempts.case_id = wanted.value
JOIN journal AS made ON made.seq = attempts.id
LEFT JOIN calls ON calls.id = call
ORDER BY attempts.id
"""

_WITHOUT_CASE = """
SELECT calls.id, line, numbers.content, names.content, absence, started_wall, ringing, in_hours,
    seen.wall, COALESCE(people.person, seen.actor), unsettled
FROM calls
LEFT JOIN parties AS numbers ON numbers.id = calls.number
LEFT JOIN parties AS names ON names.id = calls.name
LEFT JOIN journal AS seen ON seen.seq = seen_seq AND seen.actor <> 'monitor'
LEFT JOIN accounts AS people ON people.name = seen.actor
WHERE started_wall >= ? AND started_wall < ? AND (started_wall, calls.id) > (?, ?) AND direction <> 'outbound'
    AND case_id IS NULL AND (disposition = 'no_answer' OR unsettled = 1)
ORDER BY started_wall, calls.id LIMIT ?
"""


def first_case(db: apsw.Connection, since: int, until: int) -> int:
    """Below the id of each case whose first call lies in [since, until)."""
    return span(db, since, until)[0] - 1


def case_places(db: apsw.Connection, since: int, until: int, limit: int, after: int) -> list[tuple[int, int]]:
    """(since_wall, id) of at most `limit` cases with ids above `after` whose first call lies in [since, until), by id."""
    return [(wall, case) for wall, case in rows(db, _PLACES, (after, since, until, limit))]


def cases_of(db: apsw.Connection, cases: Sequence[int]) -> list[RegisterRow]:
    """These cases, oldest first."""
    wanted = json.dumps(list(cases))
    tried: dict[int, list[Tried]] = {}
    for case, wall, outcome in rows(db, _ATTEMPTS, (wanted,)):
        tried.setdefault(case, []).append(Tried(wall, outcome))
    return [_case(row, tried) for row in rows(db, _CASES, (wanted,))]


def _case(row: tuple[Any, ...], tried: Mapping[int, Sequence[Tried]]) -> RegisterRow:
    (
        case, line, number, name, absence, since, calls, ringing, in_hours, seen_wall, seen_by, state, attempts, reason, note,
    ) = row  # fmt: skip
    return RegisterRow(
        case, line, number, name, absence, since, calls, ringing, _truth(in_hours), seen_wall, seen_by,
        state_of(state, attempts, seen_wall is not None),
        reason=reason, note=note, attempts=tuple(tried.get(case, ())),
    )  # fmt: skip


def without_case_after(
    db: apsw.Connection, since: int, until: int, limit: int, after: tuple[int, int]
) -> list[tuple[int, RegisterRow]]:
    """At most `limit` missed calls in [since, until) that no case holds (no number was sent, or they wait for a word), with
    their ids, oldest first. after: (started_wall, id) of the last one before."""
    return [
        (
            call,
            RegisterRow(
                None, line, number, name, absence, started, 1, ringing, _truth(in_hours), seen_wall, seen_by, None,
                unsettled=bool(unsettled),
            ),
        )
        for call, line, number, name, absence, started, ringing, in_hours, seen_wall, seen_by, unsettled in rows(
            db, _WITHOUT_CASE, (since, until, *after, limit)
        )
    ]  # fmt: skip


def _truth(value: int | None) -> bool | None:
    return None if value is None else bool(value)
