"""The call-back list and all that is known of a case: a read transaction in, typed rows out. The order is `calls.urgency`'s.

Found by the indexes of open cases, calls of a case, attempts of a case: how many calls there are in the ledger costs nothing.
`desk` gives the hours and rules of now (see case_desk).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import apsw

from firmware_app.calls.callback import OPEN, proposal, state_of
from firmware_app.calls.machine_answers import is_told, learnt
from firmware_app.calls.urgency import Level, Rank, Urgency, Waiting, urgency
from firmware_app.records.case_desk import provisional, worked
from firmware_app.records.case_rows import (
    AttemptRow,
    CaseCall,
    CaseEnd,
    CaseList,
    CaseRow,
    CaseView,
    MachineProposal,
    NumberFacts,
)
from firmware_app.records.database import one, rows
from firmware_app.records.desk_rules import Desk

_WAITING = """
SELECT id, low, calls, COALESCE(clock_wall, since_wall), due_wall, postponed_wall, attempts,
    CASE attempts WHEN 0 THEN 0 ELSE (SELECT COUNT(*) FROM attempts WHERE case_id = cases.id AND pending = 1) END
FROM cases WHERE {which}
"""
_ALL_OPEN = _WAITING.format(which="state = 'open'")
_ONE = _WAITING.format(which="id = ?")

_DETAILS = """
SELECT cases.id, state, owners.lookup, COALESCE(numbers.content, owners.content), names.content, last.id, last.line,
    since_wall, last.started_wall, last.ring_bursts, last.ringing, last.in_hours, last.by_machine,
    EXISTS (SELECT 1 FROM calls WHERE case_id = cases.id AND unseen = 1),
    EXISTS (SELECT 1 FROM calls WHERE case_id = cases.id AND direction = 'remembered')
FROM json_each(?) AS wanted
CROSS JOIN cases ON cases.id = wanted.value
CROSS JOIN calls AS last ON last.id = cases.last_call
JOIN parties AS owners ON owners.id = cases.party
LEFT JOIN parties AS numbers ON numbers.id = last.number
LEFT JOIN parties AS names ON names.id = last.name
"""

_ATTEMPTS = """
SELECT attempts.id, attempts.case_id, COALESCE(calls.started_wall, made.wall), COALESCE(said.actor, made.actor), outcome, means,
    call IS NOT NULL, call, pending, worked, half_day, dial_form
FROM json_each(?) AS wanted
CROSS JOIN attempts ON attempts.case_id = wanted.value
JOIN journal AS made ON made.seq = attempts.id
LEFT JOIN journal AS said ON said.seq = attempts.settled_seq
LEFT JOIN calls ON calls.id = call
ORDER BY attempts.id
"""

_CALLS = """
SELECT id, line, started_wall, ring_bursts, ringing, disposition, in_hours, by_machine, unseen, direction
FROM calls WHERE case_id = ? ORDER BY id
"""

_NOTE = """
SELECT texts.content, others.content, wall, actor FROM parties
CROSS JOIN notes ON notes.number = parties.id AND stands = 1
JOIN journal ON seq = notes.id
LEFT JOIN parties AS texts ON texts.id = notes.note
LEFT JOIN parties AS others ON others.id = notes.other
WHERE parties.lookup = ? ORDER BY notes.id DESC LIMIT 1
"""
_MARK = """
SELECT mark, approved_by, wall FROM parties
CROSS JOIN marks ON marks.number = parties.id AND stands = 1
JOIN journal ON seq = marks.id
WHERE parties.lookup = ? ORDER BY marks.id DESC LIMIT 1
"""

_END = """
SELECT state, closed_seq, wall, actor, closed_worked, reason, body ->> '$.approved_by', texts.content
FROM cases JOIN journal ON seq = closed_seq LEFT JOIN parties AS texts ON texts.id = note
WHERE cases.id = ? AND state <> 'open'
"""

# The latest three hundred: a line that is hardly dialled on must not cost a look at every attempt there ever was.
_WORKED_FORMS = """
SELECT dial_form FROM (
    SELECT attempts.id AS id, dial_form, 0 AS far FROM parties
    CROSS JOIN cases ON cases.party = parties.id CROSS JOIN attempts ON attempts.case_id = cases.id JOIN calls ON calls.id = call
    WHERE parties.lookup = ?1 AND outcome = 'reached' AND pending = 0 AND dial_form IS NOT NULL AND calls.line = ?2
    UNION ALL
    SELECT latest.id, dial_form, 1 FROM (
        SELECT id, call, dial_form FROM attempts WHERE outcome = 'reached' AND dial_form IS NOT NULL AND pending = 0
        ORDER BY id DESC LIMIT 300
    ) AS latest JOIN calls ON calls.id = call WHERE calls.line = ?2
) ORDER BY far, id DESC
"""

# Of the latest entries, so that a line on which nobody ever calls costs no more than others.
_DELAYS = """
SELECT answered_mono - started_mono FROM calls
WHERE id > (SELECT MAX(id) FROM calls) - 20000 AND direction = 'inbound' AND line = ? AND disposition = 'answered'
    AND answered_mono IS NOT NULL
ORDER BY id DESC LIMIT 200
"""


def waiting(db: apsw.Connection, now: int, desk: Desk, limit: int = 60) -> CaseList:
    """The open cases at `now` (ns of UTC), the most urgent first, at most `limit` rows of them."""
    urgent_of = _judge(now, desk)
    held = {found.case: (found, urgent_of(found)) for found in map(_of, rows(db, _ALL_OPEN))}
    order = sorted(held, key=lambda case: held[case][1].order)
    shown = order[:limit]
    red = sum(urgent.level is Level.RED for _, urgent in held.values())
    later = sum(urgent.rank is Rank.LATER for _, urgent in held.values())
    return CaseList(tuple(_rows(db, shown, held, now, desk)), len(order), red, later)


def one_case(db: apsw.Connection, case: int, now: int, desk: Desk) -> CaseView | None:
    """A case whole, open or ended; None when there is none of that id."""
    found = one(db, _ONE, (case,))
    if found is None:
        return None
    facts = _of(found)
    (row,) = _rows(db, [case], {case: (facts, _judge(now, desk)(facts))}, now, desk)
    version, earlier = rows(
        db,
        "SELECT rules_version, (SELECT COUNT(*) FROM parties CROSS JOIN cases AS others ON others.party = parties.id"
        " WHERE parties.lookup = ?2 AND others.id < ?1) FROM cases WHERE id = ?1",
        (case, row.key),
    )[0]
    calls = tuple(_case_call(each) for each in rows(db, _CALLS, (case,)))
    return CaseView(row, calls, tuple(_attempts(db, [case])), _end(db, case), version, earlier)


def open_case_of(db: apsw.Connection, key: str) -> int | None:
    """The open case of a number, by its key."""
    found = one(
        db,
        "SELECT cases.id FROM parties CROSS JOIN cases ON cases.party = parties.id"
        " WHERE parties.lookup = ? AND state = 'open' LIMIT 1",
        (key,),
    )
    return None if found is None else int(found[0])


def number_facts(db: apsw.Connection, key: str | None) -> NumberFacts:
    """What stands about a number: its note, another number to ring, its mark."""
    note = (key and one(db, _NOTE, (key,))) or (None,) * 4
    mark = (key and one(db, _MARK, (key,))) or (None,) * 3
    return NumberFacts(*note, *mark)


def worked_forms(db: apsw.Connection, line: str, key: str | None) -> tuple[str, ...]:
    """The forms (calls.dial_plan.Form) that reached somebody on `line`: with this number first, then lately with others."""
    return tuple(dict.fromkeys(form for (form,) in rows(db, _WORKED_FORMS, (key, line))))


def machine_proposals(db: apsw.Connection, lines: Iterable[str], desk: Desk) -> tuple[MachineProposal, ...]:
    """Lines whose latest answers look like a machine's that their document does not name."""
    found, rules = [], desk.rules()
    for line in lines:
        if not is_told(desk.line(line)):
            delays = [delay for (delay,) in rows(db, _DELAYS, (line,))]
            answer = learnt(delays, rules)
            if answer is not None:
                found.append(MachineProposal(line, answer.delay, answer.answers, answer.sigma))
    return tuple(found)


# ---- rows


def _of(row: tuple[Any, ...]) -> Waiting:
    case, low, calls, clock, due, postponed, attempts, pending = row
    return Waiting(case, bool(low), calls, clock, due, postponed, attempts - pending, bool(pending))


def _judge(now: int, desk: Desk) -> Callable[[Waiting], Urgency]:
    rules = desk.rules()
    return lambda facts: urgency(facts, now, rules, lambda start, end: worked(desk, start, end))


def _rows(
    db: apsw.Connection,
    cases: Sequence[int],
    held: Mapping[int, tuple[Waiting, Urgency]],
    now: int,
    desk: Desk,
) -> list[CaseRow]:
    """The rows of `cases`, in that order."""
    details = {row[0]: row[1:] for row in rows(db, _DETAILS, (json.dumps(list(cases)),))}
    attempts: dict[int, list[AttemptRow]] = {}
    for attempt in _attempts(db, cases):
        attempts.setdefault(attempt.case, []).append(attempt)
    return [
        _row(db, *held[case], details[case], attempts.get(case, []), now, desk)
        for case in cases
        if case in details
    ]


def _row(
    db: apsw.Connection,
    facts: Waiting,
    urgent: Urgency,
    details: tuple[Any, ...],
    attempts: Sequence[AttemptRow],
    now: int,
    desk: Desk,
) -> CaseRow:
    state, key, number, name, call, line, since, last, bursts, ringing, in_hours, by_machine, unseen, told = (
        details
    )
    latest = attempts[-1] if attempts else None
    return CaseRow(
        case=facts.case,
        state=state_of(state, len(attempts), not unseen),
        key=key,
        number=number,
        name=name,
        call=call,
        line=line,
        calls=facts.calls,
        since_wall=since,
        last_wall=last,
        ring_bursts=bursts,
        ringing=ringing,
        in_hours=None if in_hours is None else bool(in_hours),
        by_machine=bool(by_machine),
        low=facts.low,
        unseen=bool(unseen),
        attempts=facts.attempts,
        last_attempt=latest,
        pending=next((each for each in reversed(attempts) if each.pending), None),
        proposal=proposal(latest.outcome, latest.pending) if latest and state == OPEN else None,
        postponed_wall=facts.postponed_wall,
        clock_wall=facts.clock_wall,
        due_wall=facts.due_wall,
        provisional=provisional(desk, facts.due_wall),
        worked=worked(desk, facts.clock_wall, now),
        overdue=0 if facts.due_wall is None else max(0, now - facts.due_wall),
        urgency=urgent,
        known=number_facts(db, key),
        remembered=bool(told),
    )


def _attempts(db: apsw.Connection, cases: Sequence[int]) -> list[AttemptRow]:
    found = []
    for row in rows(db, _ATTEMPTS, (json.dumps(list(cases)),)):
        attempt, case, wall, by, outcome, means, proven, call, pending, *rest = row
        found.append(
            AttemptRow(attempt, case, wall, by, outcome, means, bool(proven), call, bool(pending), *rest)
        )
    return found


def _case_call(row: tuple[Any, ...]) -> CaseCall:
    call, line, started, bursts, ringing, disposition, in_hours, by_machine, unseen, direction = row
    hours = None if in_hours is None else bool(in_hours)
    told = direction == "remembered"
    return CaseCall(
        call, line, started, bursts, ringing, disposition, hours, bool(by_machine), not unseen, told
    )


def _end(db: apsw.Connection, case: int) -> CaseEnd | None:
    found = one(db, _END, (case,))
    return None if found is None else CaseEnd(state_of(found[0], 0, True), *found[1:])
