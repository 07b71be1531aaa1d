"""Entries about talks, help, cards, notices and calls told from memory, to rows. Part of `applying`: it only assigns."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import apsw

from firmware_app.calls.card_words import indexed
from firmware_app.records import entries
from firmware_app.records.applying_cases import assign_case, ref
from firmware_app.records.entry_bytes import canonical

_REMEMBERED = """
INSERT INTO calls (id, key, stage, line, direction, boot, started_mono, started_wall, ring_bursts, disposition,
    in_hours, hours_version, hours_basis, rules_version, number, name)
VALUES (?1, 'remembered/' || ?1, 'closed', ?, 'remembered', '', 0, ?, 0, 'no_answer', ?, ?, ?, ?, ?, ?)
"""


def _talk(db: apsw.Connection, seq: int, entry: entries.TalkNoted) -> int:
    db.execute("UPDATE talks SET stands = 0 WHERE id = ?", (entry.replaces,))
    people = (ref(entry.person), ref(entry.matter), ref(entry.answers))
    values = (seq, entry.call, entry.outcome, entry.topic, *people)
    db.execute("INSERT INTO talks VALUES (?, ?, ?, ?, ?, ?, ?, 1)", values)
    return seq


def _help(db: apsw.Connection, seq: int, entry: entries.HelpAsked) -> int:
    db.execute("INSERT INTO helps VALUES (?, ?, ?, NULL)", (seq, entry.line, entry.call))
    return seq


def _help_ended(db: apsw.Connection, seq: int, entry: entries.HelpEnded) -> int:
    db.execute("UPDATE helps SET ended_seq = ? WHERE id = ?", (seq, entry.help))
    return entry.help


def _card(db: apsw.Connection, seq: int, entry: entries.CardSaved) -> int:
    what = (entry.version, entry.digest, entry.content)
    if entry.card is None:
        card = seq
        values = (card, entry.kind, *what, entry.initials, seq)
        db.execute("INSERT INTO cards VALUES (?, ?, ?, ?, ?, ?, ?, NULL)", values)
    else:
        card = entry.card
        db.execute(
            "UPDATE cards SET kind = ?, version = ?, digest = ?, content = ?, initials = ?, saved_seq = ?, retired_seq = NULL"
            " WHERE id = ?",
            (entry.kind, *what, entry.initials, seq, card),
        )
    db.execute("INSERT INTO card_versions VALUES (?, ?, ?, ?, ?)", (seq, card, *what))
    _index(db, card, entry)
    return card


def _index(db: apsw.Connection, card: int, entry: entries.CardSaved | None) -> None:
    """What the search finds the card by; nothing where it is retired."""
    db.execute("DELETE FROM card_words WHERE rowid = ?", (card,))
    if entry is not None:
        found = indexed(json.loads(entry.content), entry.initials)
        values = (card, found.title, found.body, found.initials)
        db.execute("INSERT INTO card_words (rowid, title, body, initials) VALUES (?, ?, ?, ?)", values)


def _retired(db: apsw.Connection, seq: int, entry: entries.CardRetired) -> int:
    db.execute("UPDATE cards SET retired_seq = ? WHERE id = ?", (seq, entry.card))
    _index(db, entry.card, None)
    return entry.card


def _notice(db: apsw.Connection, seq: int, entry: entries.NoticeGiven) -> int:
    values = (seq, entry.card, entry.version, entry.call, canonical(entry.ticked), int(entry.printed))
    db.execute("INSERT INTO notices VALUES (?, ?, ?, ?, ?, ?)", values)
    return seq


def _remembered(db: apsw.Connection, seq: int, entry: entries.CallEntered) -> int:
    known = None if entry.in_hours is None else int(entry.in_hours)
    decided = (known, entry.hours_version, entry.hours_basis, entry.rules_version)
    people = (ref(entry.number), ref(entry.name))
    db.execute(_REMEMBERED, (seq, entry.line, entry.started_wall, *decided, *people))
    db.execute("INSERT INTO remembered VALUES (?, ?)", (seq, ref(entry.remark)))
    assign_case(db, seq, seq, entry)
    return seq


TALK_RULES: Mapping[type, Callable[[apsw.Connection, int, Any], int | None]] = {
    entries.TalkNoted: _talk,
    entries.HelpAsked: _help,
    entries.HelpEnded: _help_ended,
    entries.CardSaved: _card,
    entries.CardRetired: _retired,
    entries.NoticeGiven: _notice,
    entries.CallEntered: _remembered,
}
