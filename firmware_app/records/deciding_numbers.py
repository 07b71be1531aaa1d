"""What is said of a number, a note or a mark: the entry in, with what it replaces, or a refusal out. Part of `deciding`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import apsw

from firmware_app.calls import phone_number
from firmware_app.calls.callback import BLOCKED, MARKS, NO_MARK
from firmware_app.records import entries
from firmware_app.records.database import one
from firmware_app.records.desk_rules import Desk
from firmware_app.records.outcomes import Refused
from firmware_app.records.refused import (
    APPROVAL_NEEDED,
    MUST_NOT_BE_BLOCKED,
    NO_KEY,
    NOT_ALLOWED,
    OTHER_NOT_CALLABLE,
    UNCHANGED,
)

LONGEST_NOTE = 200  # characters
LONGEST_WORDS = 64

_MARK = """
SELECT marks.id, mark FROM parties CROSS JOIN marks ON marks.number = parties.id AND stands = 1
WHERE parties.lookup = ? ORDER BY marks.id DESC LIMIT 1
"""
_NOTE = """
SELECT notes.id, texts.content, others.content FROM parties CROSS JOIN notes ON notes.number = parties.id AND stands = 1
LEFT JOIN parties AS texts ON texts.id = notes.note LEFT JOIN parties AS others ON others.id = notes.other
WHERE parties.lookup = ? ORDER BY notes.id DESC LIMIT 1
"""


def mark_of(db: apsw.Connection, lookup: str | None) -> str | None:
    """The mark that stands for a number: blocked or test."""
    found = one(db, _MARK, (lookup,)) if lookup else None
    return None if found is None else str(found[1])


def decide_noted(db: apsw.Connection, entry: entries.NumberNoted, _desk: Desk) -> entries.Entry | Refused:
    note, other = _content(entry.note, "text"), _content(entry.other, "number")
    if note is _WRONG or other is _WRONG or (isinstance(note, str) and len(note) > LONGEST_NOTE):
        return NOT_ALLOWED
    lookup = _lookup(entry.number)
    if lookup is None:
        return NO_KEY
    if isinstance(other, str) and not phone_number.parse(other).callable:
        return OTHER_NOT_CALLABLE
    standing = one(db, _NOTE, (lookup,)) or (None, None, None)
    if standing[1:] == (note, other):
        return UNCHANGED
    return replace(entry, replaces=standing[0])


def decide_marked(db: apsw.Connection, entry: entries.NumberMarked, _desk: Desk) -> entries.Entry | Refused:
    if entry.mark not in (*MARKS, NO_MARK) or len(entry.approved_by) > LONGEST_WORDS:
        return NOT_ALLOWED
    lookup = _lookup(entry.number)
    if lookup is None:
        return NO_KEY
    if entry.mark == BLOCKED and lookup in phone_number.NEVER_BLOCKED:
        return MUST_NOT_BE_BLOCKED
    if entry.mark != NO_MARK and not entry.approved_by.strip():
        return APPROVAL_NEEDED
    standing = one(db, _MARK, (lookup,)) or (None, NO_MARK)
    return UNCHANGED if standing[1] == entry.mark else replace(entry, replaces=standing[0])


_WRONG = object()


def _content(party: entries.Party | None, kind: str) -> object:
    """The text of people's data; None where there is none, _WRONG where it is of another kind or empty."""
    if party is None:
        return None
    fits = isinstance(party, entries.Personal) and party.kind == kind and party.content.strip()
    return party.content if fits and isinstance(party, entries.Personal) else _WRONG


def _lookup(number: Any) -> str | None:  # noqa: ANN401
    """The key by which the number is found again, None where it has none."""
    fits = isinstance(number, entries.Personal) and number.kind == "number"
    return number.lookup or None if fits else None
