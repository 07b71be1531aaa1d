"""What an outbound call, or a person's word, means for a call-back case: attempts, ends, agreed times. Part of `deciding`.

A call of the line to the number of a case is an attempt that waits for a person's word; where the word came first, the call
proves it. By line or by word it is one attempt. Three in two half-days end a case as unreachable (DOMAIN 1.5).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import apsw

from firmware_app.calls.callback import (
    BY_THIS_LINE,
    ENDED_BY_A_PERSON,
    OPEN,
    REASONS,
    TOLD_MEANS,
    TOLD_OUTCOMES,
    State,
    Told,
    after_attempt,
    heard_outcome,
)
from firmware_app.calls.callback import (
    NOTE_NEEDED as OTHER_REASON,
)
from firmware_app.calls.dial_plan import FORMS, LinePlan, dialled, form_of
from firmware_app.records import entries
from firmware_app.records.case_desk import day, half_day, worked
from firmware_app.records.database import one, rows
from firmware_app.records.desk_rules import Desk
from firmware_app.records.outcomes import Refused
from firmware_app.records.refused import (
    ANOTHER_OPEN,
    APPROVAL_NEEDED,
    ATTEMPTED,
    CASE_OPEN,
    CASE_OVER,
    NO_CASE,
    NOT_ALLOWED,
    NOT_BY_A_PERSON,
    NOTE_NEEDED,
    TIME_PAST,
    TIME_TOO_FAR,
    TOO_LATE,
    UNCHANGED,
    VACANT_UNPROVEN,
)

LONGEST_WORDS = 64  # characters of who agreed

_TOLD_DURING = """
SELECT attempts.id FROM parties CROSS JOIN cases ON cases.party = parties.id CROSS JOIN attempts ON case_id = cases.id
WHERE parties.lookup = ? AND attempts.id > ? AND attempts.call IS NULL AND means IN (SELECT value FROM json_each(?))
ORDER BY attempts.id DESC LIMIT 1
"""
_OPEN_CASE = """
SELECT cases.id, COALESCE(clock_wall, since_wall) FROM parties CROSS JOIN cases ON cases.party = parties.id
WHERE parties.lookup = ? AND state = 'open' AND cases.id < ? ORDER BY cases.id LIMIT 1
"""
_CASE = "SELECT state, attempts, COALESCE(clock_wall, since_wall), postponed_wall FROM cases WHERE id = ?"
_PENDING = """
SELECT attempts.id, call, started_wall FROM attempts JOIN calls ON calls.id = call WHERE attempts.case_id = ? AND pending = 1
ORDER BY attempts.id DESC
"""
_BY_THIS_LINE = '["line","self_reported"]'
_LATEST = 2**62


def attempt_by_line(
    db: apsw.Connection, call: int | None, entry: entries.CallRecorded, desk: Desk
) -> dict[str, Any]:
    """What an outbound call that is over is to a case: an attempt, the proof of one, or nothing."""
    if not isinstance(entry.digits, entries.Personal):
        return {}
    line = LinePlan.of(desk.line(entry.line))
    for key in _keys(entry.digits, line):
        form = form_of(entry.digits.content, key, line)
        told = one(db, _TOLD_DURING, (key, call, _BY_THIS_LINE)) if call is not None else None
        if told is not None:
            return {"proves": told[0], "dial_form": form}
        case = one(db, _OPEN_CASE, (key, _LATEST if call is None else call))
        if case is not None:
            found, clock = case
            return {
                "attempt_of": found,
                "attempt_outcome": heard_outcome(entry.far_end, _talk(entry), desk.rules()).value,
                "dial_form": form,
                "worked": worked(desk, clock, entry.started_wall),
                "rules_version": desk.rules().version,
            }
    return {}


def _keys(digits: entries.Personal, line: LinePlan) -> Sequence[str]:
    """The look-up key that the line's number gave it, then what outside prefixes let one think."""
    return tuple(dict.fromkeys([*filter(None, (digits.lookup,)), *dialled(digits.content, line)]))


def _talk(entry: entries.CallRecorded) -> int | None:
    """ns from the last digit to the end; None where either was not heard."""
    if entry.dialled_mono is None or entry.ended_mono is None or entry.talk is None:
        return None
    return entry.ended_mono - entry.dialled_mono


def decide_attempted(
    db: apsw.Connection, entry: entries.CallbackAttempted, desk: Desk
) -> entries.Entry | Refused:
    if entry.outcome not in TOLD_OUTCOMES or entry.means not in TOLD_MEANS:
        return NOT_ALLOWED
    found = one(db, _CASE, (entry.case,))
    if found is None:
        return NO_CASE
    state, attempts, clock, _ = found
    if state != OPEN:
        return CASE_OVER
    pending = rows(db, _PENDING, (entry.case,))
    if entry.after not in (None, attempts - len(pending)):
        return ATTEMPTED
    settles, call, made = pending[0] if pending and entry.means in BY_THIS_LINE else (None, None, desk.now)
    half = half_day(desk, made)
    earlier = rows(
        db, "SELECT outcome, half_day FROM attempts WHERE case_id = ? AND pending = 0", (entry.case,)
    )
    end = after_attempt(entry.outcome, half, [Told(*each) for each in earlier], desk.rules())
    return replace(
        entry,
        closes=end is not None,
        settles=settles,
        call=call,
        closes_as=None if end is None else end.value,
        worked=worked(desk, clock, made),
        half_day=half,
        rules_version=desk.rules().version,
        dial_form=None,
    )


def decide_postponed(
    db: apsw.Connection, entry: entries.CallbackPostponed, desk: Desk
) -> entries.Entry | Refused:
    found = one(db, _CASE, (entry.case,))
    if found is None:
        return NO_CASE
    if found[0] != OPEN:
        return CASE_OVER
    if entry.until_wall == found[3]:
        return UNCHANGED
    if entry.until_wall is None:
        return entry
    if entry.until_wall <= desk.now:
        return TIME_PAST
    return TIME_TOO_FAR if entry.until_wall > desk.now + desk.rules().longest_snooze else entry


def decide_closed(db: apsw.Connection, entry: entries.CaseClosed, desk: Desk) -> entries.Entry | Refused:
    reasons = next((codes for state, codes in REASONS.items() if state.value == entry.state), {})
    if entry.reason not in reasons or len(entry.approved_by) > LONGEST_WORDS:
        return NOT_ALLOWED
    found = one(db, _CASE, (entry.case,))
    if found is None:
        return NO_CASE
    if found[0] != OPEN:
        return CASE_OVER
    if entry.reason == OTHER_REASON and entry.note is None:
        return NOTE_NEEDED
    if not entry.approved_by.strip():
        return _unapproved(db, entry) or replace(entry, worked=worked(desk, found[2], desk.now))
    return replace(entry, worked=worked(desk, found[2], desk.now))


def _unapproved(db: apsw.Connection, entry: entries.CaseClosed) -> Refused | None:
    """A case may be taken out of the figures by the word of one person only where an attempt shows why."""
    if entry.state != State.NOT_CALLABLE.value:
        return APPROVAL_NEEDED
    vacant = one(db, "SELECT 1 FROM attempts WHERE case_id = ? AND outcome = 'vacant' LIMIT 1", (entry.case,))
    return VACANT_UNPROVEN if vacant is None else None


def decide_reopened(db: apsw.Connection, entry: entries.CaseReopened, desk: Desk) -> entries.Entry | Refused:
    found = one(
        db,
        "SELECT state, wall, lookup FROM cases LEFT JOIN journal ON seq = closed_seq JOIN parties ON parties.id = party"
        " WHERE cases.id = ?",
        (entry.case,),
    )
    if found is None:
        return NO_CASE
    state, closed, lookup = found
    if state == OPEN:
        return CASE_OPEN
    if state not in [each.value for each in ENDED_BY_A_PERSON]:
        return NOT_BY_A_PERSON
    if day(desk, closed) != day(desk, desk.now):
        return TOO_LATE
    return ANOTHER_OPEN if one(db, _OPEN_CASE, (lookup, _LATEST)) else replace(entry, state=state)


def decide_dial(db: apsw.Connection, entry: entries.DialAsked, _desk: Desk) -> entries.Entry | Refused:
    if entry.dial_form not in FORMS:
        return NOT_ALLOWED
    if entry.case is None:
        return entry
    found = one(db, _CASE, (entry.case,))
    if found is None:
        return NO_CASE
    return entry if found[0] == OPEN else CASE_OVER
