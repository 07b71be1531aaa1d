"""Entries about call-back cases, attempts and what is known of numbers, to rows. Part of `applying`: it only assigns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import apsw

from firmware_app.records import entries


def ref(party: entries.Party | None) -> int | None:
    """The row of `parties` that a sealed entry names."""
    return party.party if isinstance(party, entries.PartyRef) else None


def assign_case(
    db: apsw.Connection,
    seq: int,
    call: int,
    entry: entries.CallRecorded | entries.CallSettled | entries.CallEntered,
) -> None:
    """What a call that is over, or settled, does to the cases of its number."""
    if entry.opens_case:
        db.execute(
            "INSERT INTO cases (id, party, line, state, first_call, last_call, since_wall, calls, attempts,"
            " low, clock_wall, due_wall, rules_version)"
            " SELECT ?, number, line, 'open', id, id, started_wall, 1, 0, ?, ?, ?, ? FROM calls WHERE id = ?",
            (seq, int(bool(entry.low)), entry.clock_wall, entry.due_wall, entry.rules_version, call),
        )
        db.execute("UPDATE calls SET case_id = ? WHERE id = ?", (seq, call))
    elif entry.joins_case is not None:
        db.execute(
            "UPDATE cases SET calls = calls + 1, last_call = MAX(last_call, ?), low = low AND ? WHERE id = ?",
            (call, int(bool(entry.low)), entry.joins_case),
        )
        db.execute("UPDATE calls SET case_id = ? WHERE id = ?", (entry.joins_case, call))
    if not isinstance(entry, entries.CallEntered) and entry.closes_case is not None:
        _close_case(db, seq, entry.closes_case, "self_resolved", entry.worked)


def assign_attempt(db: apsw.Connection, seq: int, call: int, entry: entries.CallRecorded) -> None:
    """What an outbound call to the number of a case is: an attempt, or the proof of one."""
    if entry.attempt_of is not None:
        db.execute(
            "INSERT INTO attempts (id, case_id, outcome, means, call, pending, worked, dial_form)"
            " VALUES (?, ?, ?, 'line', ?, 1, ?, ?)",
            (seq, entry.attempt_of, entry.attempt_outcome, call, entry.worked, entry.dial_form),
        )
        _attempt_counted(db, seq, entry.attempt_of)
    elif entry.proves is not None:
        db.execute(
            "UPDATE attempts SET call = ?, dial_form = COALESCE(dial_form, ?) WHERE id = ?",
            (call, entry.dial_form, entry.proves),
        )


def _attempt_counted(db: apsw.Connection, seq: int, case: int) -> None:
    db.execute("UPDATE cases SET attempts = attempts + 1, postponed_wall = NULL WHERE id = ?", (case,))
    db.execute("UPDATE calls SET unseen = 0, seen_seq = ? WHERE case_id = ? AND unseen = 1", (seq, case))


def _close_case(
    db: apsw.Connection, seq: int, case: int, state: str, worked: int | None, reason: str | None = None
) -> None:
    db.execute(
        "UPDATE cases SET state = ?, closed_seq = ?, closed_worked = ?, reason = ?, postponed_wall = NULL WHERE id = ?",
        (state, seq, worked, reason, case),
    )
    db.execute("UPDATE calls SET unseen = 0, seen_seq = ? WHERE case_id = ? AND unseen = 1", (seq, case))


def _attempted(db: apsw.Connection, seq: int, entry: entries.CallbackAttempted) -> int:
    if entry.settles is not None:
        db.execute(
            "UPDATE attempts SET outcome = ?, pending = 0, settled_seq = ?, half_day = COALESCE(half_day, ?) WHERE id = ?",
            (entry.outcome, seq, entry.half_day, entry.settles),
        )
    else:
        db.execute(
            "INSERT INTO attempts (id, case_id, outcome, means, call, worked, half_day, dial_form)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                seq,
                entry.case,
                entry.outcome,
                entry.means,
                entry.call,
                entry.worked,
                entry.half_day,
                entry.dial_form,
            ),
        )
        _attempt_counted(db, seq, entry.case)
    if entry.closes:
        _close_case(db, seq, entry.case, entry.closes_as or entry.outcome, entry.worked)
    return entry.case


def _postponed(db: apsw.Connection, seq: int, entry: entries.CallbackPostponed) -> int:
    db.execute("UPDATE cases SET postponed_wall = ? WHERE id = ?", (entry.until_wall, entry.case))
    return entry.case


def _closed(db: apsw.Connection, seq: int, entry: entries.CaseClosed) -> int:
    _close_case(db, seq, entry.case, entry.state, entry.worked, entry.reason)
    db.execute("UPDATE cases SET note = ? WHERE id = ?", (ref(entry.note), entry.case))
    return entry.case


def _reopened(db: apsw.Connection, seq: int, entry: entries.CaseReopened) -> int:
    db.execute(
        "UPDATE cases SET state = 'open', closed_seq = NULL, closed_worked = NULL, reason = NULL, note = NULL WHERE id = ?",
        (entry.case,),
    )
    return entry.case


def _noted(db: apsw.Connection, seq: int, entry: entries.NumberNoted) -> int:
    db.execute("UPDATE notes SET stands = 0 WHERE id = ?", (entry.replaces,))
    if entry.note is not None or entry.other is not None:
        db.execute(
            "INSERT INTO notes VALUES (?, ?, ?, ?, 1)",
            (seq, ref(entry.number), ref(entry.note), ref(entry.other)),
        )
    return seq


def _marked(db: apsw.Connection, seq: int, entry: entries.NumberMarked) -> int:
    db.execute("UPDATE marks SET stands = 0 WHERE id = ?", (entry.replaces,))
    if entry.mark != "none":
        db.execute(
            "INSERT INTO marks VALUES (?, ?, ?, ?, 1)",
            (seq, ref(entry.number), entry.mark, entry.approved_by),
        )
    return seq


CASE_RULES: Mapping[type, Callable[[apsw.Connection, int, Any], int | None]] = {
    entries.CallbackAttempted: _attempted,
    entries.CallbackPostponed: _postponed,
    entries.CaseClosed: _closed,
    entries.CaseReopened: _reopened,
    entries.NumberNoted: _noted,
    entries.NumberMarked: _marked,
}
