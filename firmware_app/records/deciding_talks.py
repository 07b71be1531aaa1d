"""Completes entries about talks, help, cards, notices and calls told from memory: an entry in, the same with its decisions or a
refusal out. Part of `deciding`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import apsw

from device.signals import SECOND
from firmware_app.calls.cards import problem
from firmware_app.calls.talk import TOLD_TALKS
from firmware_app.records import entries
from firmware_app.records.database import one
from firmware_app.records.deciding_cases import case_of_remembered
from firmware_app.records.desk_rules import Desk
from firmware_app.records.entry_bytes import canonical, content_digest
from firmware_app.records.outcomes import Refused
from firmware_app.records.refused import (
    CARD_UNKNOWN,
    ENTERED_ALREADY,
    NO_CALL,
    NO_HELP,
    NOT_ALLOWED,
    NOT_JSON,
    NOT_YET,
    TOO_LONG_AGO,
    UNCHANGED,
)

LONGEST_TOPIC, LONGEST_NAME, LONGEST_MATTER, LONGEST_ANSWERS = 32, 32, 4_000, 8_000  # characters
LONGEST_INITIALS = 20_000
MOST_TICKS = 100
REMEMBERED_FOR = 31 * 86_400 * SECOND  # telephones forget sooner

_SAME = """
SELECT 1 FROM calls LEFT JOIN parties ON parties.id = calls.number WHERE direction = 'remembered' AND line = ?
AND started_wall = ? AND lookup IS ? LIMIT 1
"""


def _fits(party: entries.Party | None, kind: str, longest: int) -> bool:
    return party is None or (
        isinstance(party, entries.Personal)
        and party.kind == kind
        and 0 < len(party.content) <= longest
        and bool(party.content.strip())
    )


def _talk(db: apsw.Connection, entry: entries.TalkNoted, _desk: Desk) -> entries.Entry | Refused:
    fits = (
        entry.outcome in TOLD_TALKS
        and len(entry.topic or "") <= LONGEST_TOPIC
        and _fits(entry.person, "name", LONGEST_NAME)
        and _fits(entry.matter, "text", LONGEST_MATTER)
        and _fits(entry.answers, "text", LONGEST_ANSWERS)
    )
    if not fits:
        return NOT_ALLOWED
    if one(db, "SELECT 1 FROM calls WHERE id = ?", (entry.call,)) is None:
        return NO_CALL
    standing = one(db, "SELECT id FROM talks WHERE call = ? AND stands = 1", (entry.call,))
    return replace(entry, replaces=None if standing is None else standing[0])


def _help(db: apsw.Connection, entry: entries.HelpAsked, _desk: Desk) -> entries.Entry | Refused:
    if one(db, "SELECT 1 FROM helps WHERE ended_seq IS NULL AND line IS ? LIMIT 1", (entry.line,)):
        return UNCHANGED
    if entry.call is not None and one(db, "SELECT 1 FROM calls WHERE id = ?", (entry.call,)) is None:
        return NO_CALL
    return entry


def _help_ended(db: apsw.Connection, entry: entries.HelpEnded, _desk: Desk) -> entries.Entry | Refused:
    found = one(db, "SELECT ended_seq FROM helps WHERE id = ?", (entry.help,))
    return entry if found == (None,) else NO_HELP


def _card(db: apsw.Connection, entry: entries.CardSaved, _desk: Desk) -> entries.Entry | Refused:
    try:
        content = json.loads(entry.content)
        text = canonical(content)
    except (ValueError, RecursionError):
        return NOT_JSON
    wrong = problem(entry.kind, content)
    if wrong is not None:
        return Refused("invalid", wrong)
    if len(entry.initials) > LONGEST_INITIALS:
        return NOT_ALLOWED
    known: tuple[Any, ...] = (0, "", None)
    if entry.card is not None:
        found = one(db, "SELECT version, digest, retired_seq FROM cards WHERE id = ?", (entry.card,))
        if found is None:
            return CARD_UNKNOWN
        known = found
    fresh = content_digest(text)
    if fresh == known[1] and known[2] is None:
        return UNCHANGED
    return replace(entry, content=text, version=known[0] + 1, digest=fresh)


def _retired(db: apsw.Connection, entry: entries.CardRetired, _desk: Desk) -> entries.Entry | Refused:
    found = one(db, "SELECT retired_seq FROM cards WHERE id = ?", (entry.card,))
    if found is None:
        return CARD_UNKNOWN
    return entry if found[0] is None else UNCHANGED


def _notice(db: apsw.Connection, entry: entries.NoticeGiven, _desk: Desk) -> entries.Entry | Refused:
    version = (entry.card, entry.version)
    if one(db, "SELECT 1 FROM card_versions WHERE card = ? AND version = ?", version) is None:
        return CARD_UNKNOWN
    if entry.call is not None and one(db, "SELECT 1 FROM calls WHERE id = ?", (entry.call,)) is None:
        return NO_CALL
    return entry if len(entry.ticked) <= MOST_TICKS else NOT_ALLOWED


def _remembered(db: apsw.Connection, entry: entries.CallEntered, desk: Desk) -> entries.Entry | Refused:
    fits = (
        _fits(entry.number, "number", 40)
        and _fits(entry.name, "name", 32)
        and _fits(entry.remark, "text", 200)
    )
    if not fits or not entry.line:
        return NOT_ALLOWED
    if entry.started_wall > desk.now:
        return NOT_YET
    if desk.now - entry.started_wall > REMEMBERED_FOR:
        return TOO_LONG_AGO
    lookup = entry.number.lookup if isinstance(entry.number, entries.Personal) else None
    if one(db, _SAME, (entry.line, entry.started_wall, lookup)):
        return ENTERED_ALREADY
    hours = desk.hours()
    known = hours is not None
    plain = replace(
        entry,
        in_hours=hours.in_hours(entry.started_wall) if hours is not None else None,
        hours_version=hours.hours.version if hours is not None else None,
        hours_basis=hours.basis(entry.started_wall) if known and hours is not None else None,
        opens_case=False,
        joins_case=None,
        low=None,
        clock_wall=None,
        due_wall=None,
        rules_version=desk.rules().version,
    )
    return replace(plain, **case_of_remembered(db, lookup, entry.started_wall, plain.in_hours, desk))


TALK_DECISIONS: Mapping[type, Callable[[apsw.Connection, Any, Desk], entries.Entry | Refused]] = {
    entries.TalkNoted: _talk,
    entries.HelpAsked: _help,
    entries.HelpEnded: _help_ended,
    entries.CardSaved: _card,
    entries.CardRetired: _retired,
    entries.NoticeGiven: _notice,
    entries.CallEntered: _remembered,
}
