"""What calls mean for call-back cases: a call or a person's word about one in, the same with its decisions out. Part of `deciding`.

Cases (DOMAIN 2.2, call-back metrics): a missed call whose number can be called back joins the open case of that number or
opens one, a call given up early opens one of low urgency; a later call of theirs that a person answered closes it as
self-resolved. Hidden, foreign and blocked numbers open none. A call that a machine answered was missed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import apsw

from firmware_app.calls import phone_number
from firmware_app.calls.callback import BLOCKED, MARKS, State
from firmware_app.calls.machine_answers import is_by_machine, machine_delay
from firmware_app.calls.open_call import SHORT_RING
from firmware_app.records import entries
from firmware_app.records.case_desk import clock_start, due, worked
from firmware_app.records.database import one
from firmware_app.records.deciding_attempts import attempt_by_line
from firmware_app.records.deciding_documents import by_newest_closures
from firmware_app.records.deciding_numbers import mark_of
from firmware_app.records.desk_rules import Desk
from firmware_app.records.outcomes import Refused
from firmware_app.records.refused import (
    CALL_OPEN,
    CALL_OVER,
    NO_CALL,
    NOT_ALLOWED,
    NOT_TO_SEE,
    NOT_TO_SETTLE,
)

STAGES = ("opened", "changed", "closed")
FAR_ENDS = (None, "answered", "busy", "no_answer", "vacant", "unknown")
DISPOSITIONS = (None, "answered", "no_answer", "abandoned", "unknown", "test", "blocked", "non_voice")
OWING = ("no_answer", "abandoned")
SERVED = (State.REACHED.value, State.SELF_RESOLVED.value)

_OPEN_CASE = """
SELECT cases.id, last_call, COALESCE(clock_wall, since_wall) FROM parties JOIN cases ON cases.party = parties.id
WHERE parties.lookup = ? AND cases.state = 'open' ORDER BY cases.id LIMIT 1
"""
_CLOSED_SINCE = """
SELECT state FROM parties JOIN cases ON cases.party = parties.id WHERE parties.lookup = ? AND cases.closed_seq > ?
ORDER BY closed_seq DESC LIMIT 1
"""
_SERVED_SINCE = """
SELECT 1 FROM parties JOIN calls ON calls.number = parties.id
WHERE parties.lookup = ? AND started_wall > ? AND direction = 'inbound' AND disposition = 'answered' LIMIT 1
"""


def decide_call(db: apsw.Connection, entry: entries.CallRecorded, desk: Desk) -> entries.Entry | Refused:
    if (
        entry.stage not in STAGES
        or entry.disposition not in DISPOSITIONS
        or entry.far_end not in FAR_ENDS
        or entry.direction not in ("inbound", "outbound")
    ):
        return NOT_ALLOWED
    found = one(
        db,
        "SELECT id, stage, started_mono, in_hours, hours_version, hours_basis FROM calls WHERE key = ?",
        (entry.key,),
    )
    if found is None:
        call: int | None = None
        entry = by_newest_closures(entry, desk)
    else:
        call, stage, started, in_hours, version, basis = found
        if stage == "closed":
            return CALL_OVER
        if (
            started == entry.started_mono
        ):  # decided when it began; a call that was only announced begins with its ring
            known = None if in_hours is None else bool(in_hours)
            entry = replace(entry, in_hours=known, hours_version=version, hours_basis=basis)
    entry = _undecided(entry)
    if entry.stage != "closed":
        return entry
    if entry.direction == "outbound":
        return replace(entry, **attempt_by_line(db, call, entry, desk))
    return _came_in(db, call, entry, desk)


def _undecided(entry: entries.CallRecorded) -> entries.CallRecorded:
    """Nobody but the ledger decides what a call means."""
    entry = replace(entry, opens_case=False, joins_case=None, closes_case=None, by_machine=None, low=None)
    entry = replace(entry, clock_wall=None, due_wall=None, worked=None, rules_version=None)
    return replace(entry, attempt_of=None, attempt_outcome=None, proves=None, dial_form=None)


def _came_in(
    db: apsw.Connection, call: int | None, entry: entries.CallRecorded, desk: Desk
) -> entries.CallRecorded:
    lookup = entry.number.lookup if isinstance(entry.number, entries.Personal) else None
    entry = replace(entry, **_as_it_counts(db, lookup, entry, desk))
    ended = entry.started_wall if entry.ended_wall is None else entry.ended_wall
    over = _Over(call, lookup, entry.disposition, ended, entry.answered_wall, entry.in_hours, settling=False)
    decided = over.means(db, desk)
    if decided or entry.by_machine:
        decided["rules_version"] = desk.rules().version
    return replace(entry, **decided)


def _as_it_counts(
    db: apsw.Connection, lookup: str | None, entry: entries.CallRecorded, desk: Desk
) -> dict[str, Any]:
    """The disposition, where it is not what the line alone made of it: the mark of its number, a machine, another short ring."""
    mark = mark_of(db, lookup)
    if mark in MARKS and entry.disposition is not None:
        return {"disposition": mark}
    rules = desk.rules()
    if entry.disposition == "answered" and entry.answered_mono is not None:
        delay = entry.answered_mono - entry.started_mono
        if is_by_machine(delay, machine_delay(desk.line(entry.line)), rules):
            return {"disposition": "no_answer", "by_machine": True}
    if entry.disposition in OWING and rules.short_ring != SHORT_RING and entry.ringing is not None:
        return {"disposition": "abandoned" if entry.ringing < rules.short_ring else "no_answer"}
    return {}


class _Over:
    """A call that is over and how it came out. call: None when it is recorded only now; ended, answered: walls."""

    def __init__(
        self,
        call: int | None,
        lookup: str | None,
        disposition: str | None,
        ended: int,
        answered: int | None,
        in_hours: bool | None,
        settling: bool,
    ) -> None:
        self._call = call
        self._lookup = lookup
        self._disposition = disposition
        self._ended = ended
        self._answered = answered
        self._in_hours = in_hours
        self._settling = settling

    def means(self, db: apsw.Connection, desk: Desk) -> dict[str, Any]:
        """What it means for the cases of its number; empty when nothing."""
        if not self._lookup or self._disposition not in (*OWING, "answered"):
            return {}
        case = one(db, _OPEN_CASE, (self._lookup,))
        if self._disposition == "answered":
            return {} if case is None else self._served(case, desk)
        low = {"low": True} if self._disposition == "abandoned" else {}
        if case is not None:
            return {"joins_case": case[0], **low}
        return {**self._opened(desk), **low} if self._is_owed(db, desk) else {}

    def _served(self, case: tuple[Any, ...], desk: Desk) -> dict[str, Any]:
        """An answer before the last miss serves nobody."""
        found, last, clock = case
        if self._call is not None and self._call <= last:
            return {}
        moment = self._ended if self._answered is None else self._answered
        return {"closes_case": found, "worked": worked(desk, clock, moment)}

    def _opened(self, desk: Desk) -> dict[str, Any]:
        clock = clock_start(desk, self._ended)
        return {"opens_case": True, "clock_wall": clock, "due_wall": due(desk, clock, self._in_hours)}

    def _is_owed(self, db: apsw.Connection, desk: Desk) -> bool:
        """Whether a call-back is owed to the number: it can be called (a foreign one may be a one-ring fraud, DOMAIN 2.4), it
        is not blocked, and nobody has served it since the call began. A person who settles an old call only now reopens
        nothing that was ended since."""
        if not phone_number.parse(self._lookup or "").callable or mark_of(db, self._lookup) == BLOCKED:
            return False
        if self._disposition == "abandoned" and not desk.rules().abandoned_opens_case:
            return False
        since = None if self._call is None else one(db, _CLOSED_SINCE, (self._lookup, self._call))
        return since is None or not (self._settling or since[0] in SERVED)


def case_of_remembered(
    db: apsw.Connection, lookup: str | None, started: int, in_hours: bool | None, desk: Desk
) -> dict[str, Any]:
    """What a missed call that a person tells from the telephone's memory means for the cases of its number.

    Nothing, where the number was served since `started`: who rang again was answered, or was called back.
    """
    if lookup and one(db, _SERVED_SINCE, (lookup, started)):
        return {}
    before = one(db, "SELECT COALESCE(MAX(id), 0) FROM calls WHERE started_wall <= ?", (started,)) or (0,)
    over = _Over(before[0], lookup, "no_answer", started, None, in_hours, settling=True)
    return over.means(db, desk)


def decide_settled(db: apsw.Connection, entry: entries.CallSettled, desk: Desk) -> entries.Entry | Refused:
    if entry.disposition not in ("answered", "no_answer"):
        return NOT_ALLOWED
    found = one(
        db,
        "SELECT stage, unsettled, lookup, COALESCE(ended_wall, started_wall), answered_wall, in_hours"
        " FROM calls LEFT JOIN parties ON parties.id = calls.number WHERE calls.id = ?",
        (entry.call,),
    )
    if found is None:
        return NO_CALL
    stage, unsettled, lookup, ended, answered, in_hours = found
    if stage != "closed":
        return CALL_OPEN
    if not unsettled:
        return NOT_TO_SETTLE
    plain = replace(entry, opens_case=False, joins_case=None, closes_case=None, low=None, clock_wall=None)
    plain = replace(plain, due_wall=None, worked=None, rules_version=None)
    known = None if in_hours is None else bool(in_hours)
    over = _Over(entry.call, lookup, entry.disposition, ended, answered, known, settling=True)
    decided = over.means(db, desk)
    return replace(plain, **decided, rules_version=desk.rules().version) if decided else plain


def decide_seen(db: apsw.Connection, entry: entries.CallSeen, _desk: Desk) -> entries.Entry | Refused:
    found = one(db, "SELECT stage, disposition, seen_seq, case_id FROM calls WHERE id = ?", (entry.call,))
    if found is None:
        return NO_CALL
    stage, disposition, seen, case = found
    if stage != "closed":
        return CALL_OPEN
    wanted = disposition in ("no_answer", "unknown") or seen is not None or case is not None
    return entry if wanted else NOT_TO_SEE
