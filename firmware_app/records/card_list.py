"""Cards as their readers need them: questions to a read transaction in, rows out. It reads, it never writes.

A search gives cards that have the words in their title first, then those that have them in the title or as its initials, then the
others; among them FTS5's bm25 decides, which puts short titles first. Times are ns of UTC.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import apsw

from firmware_app.calls.card_words import by_all, by_name, by_title, question
from firmware_app.calls.word_check import Avoided, avoided
from firmware_app.records.database import one, rows

LARGEST_ID = 2**63 - 1  # of SQLite


@dataclass(frozen=True, slots=True)
class CardRow:
    """A version of a card. kind: a value of calls.cards.CardKind; newest: the number of its newest version."""

    id: int
    kind: str
    version: int
    content: Mapping[str, Any]
    saved_wall: int
    retired: bool
    newest: int


@dataclass(frozen=True, slots=True)
class CardVersion:
    version: int
    wall: int
    actor: str


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """一次性告知: who told what of which version of a card. ticked: places in calls.cards.notice_items."""

    id: int
    card: int
    version: int
    content: Mapping[str, Any]
    kind: str
    call: int | None
    ticked: tuple[int, ...]
    printed: bool
    wall: int
    actor: str


_CARDS = """
SELECT cards.id, cards.kind, cards.version, content, wall, retired_seq IS NOT NULL, cards.version FROM cards JOIN journal ON seq = saved_seq
"""
_VERSION = """
SELECT cards.id, cards.kind, past.version, past.content, wall, retired_seq IS NOT NULL, cards.version FROM cards
JOIN card_versions AS past ON past.card = cards.id JOIN journal ON seq = past.id WHERE cards.id = ? AND past.version = ?
"""
_NOTICES = """
SELECT notices.id, notices.card, notices.version, card_versions.content, kind_of.kind, call, ticked, printed, wall, actor FROM notices
JOIN journal ON seq = notices.id JOIN cards AS kind_of ON kind_of.id = notices.card
JOIN card_versions ON card_versions.card = notices.card AND card_versions.version = notices.version
"""


def card(db: apsw.Connection, card: int, version: int | None = None) -> CardRow | None:
    """A card, retired ones too, in that version or its newest; None when there is none."""
    if card > LARGEST_ID or (version or 0) > LARGEST_ID:
        return None
    found = (
        one(db, f"{_CARDS} WHERE cards.id = ?", (card,))
        if version is None
        else one(db, _VERSION, (card, version))
    )
    return None if found is None else _row(found)


def _row(found: tuple[Any, ...]) -> CardRow:
    card, kind, version, content, wall, retired, newest = found
    return CardRow(card, kind, version, json.loads(content), wall, bool(retired), newest)


def versions(db: apsw.Connection, card: int) -> list[CardVersion]:
    """Its versions, newest first."""
    found = rows(
        db,
        "SELECT card_versions.version, wall, actor FROM card_versions JOIN journal ON seq = card_versions.id WHERE card = ?"
        " ORDER BY card_versions.version DESC",
        (card,),
    )
    return [CardVersion(*each) for each in found]


def counts(db: apsw.Connection) -> dict[str, int]:
    """How many cards of each kind are shown."""
    return dict(rows(db, "SELECT kind, COUNT(*) FROM cards WHERE retired_seq IS NULL GROUP BY kind"))


def listed(db: apsw.Connection, kind: str | None, limit: int, offset: int = 0) -> list[CardRow]:
    """Cards that are shown, of one kind or of all, in the order in which they were made. limit -1: all."""
    which = "retired_seq IS NULL" + ("" if kind is None else " AND cards.kind = ?")
    values = () if kind is None else (kind,)
    found = rows(db, f"{_CARDS} WHERE {which} ORDER BY cards.id LIMIT ? OFFSET ?", (*values, limit, offset))
    return [_row(each) for each in found]


def found(db: apsw.Connection, text: str, kind: str | None, limit: int) -> list[CardRow]:
    """The cards that have every word of `text`, at any place, the best first; none where it has no word."""
    words = question(text)
    if not words:
        return []
    ids: dict[int, None] = {}
    for query in (by_title(words), by_name(words), by_all(words)):
        if len(ids) < limit:
            ids |= dict.fromkeys(_matching(db, query, kind, limit))
    return [row for each in list(ids)[:limit] if (row := card(db, each)) is not None]


def _matching(db: apsw.Connection, query: str, kind: str | None, limit: int) -> list[int]:
    if kind is None:
        sql = "SELECT rowid FROM card_words WHERE card_words MATCH ? ORDER BY rank, rowid LIMIT ?"
        return [each for (each,) in rows(db, sql, (query, limit))]
    sql = (
        "SELECT card_words.rowid FROM card_words JOIN cards ON cards.id = card_words.rowid"
        " WHERE card_words MATCH ? AND kind = ? ORDER BY card_words.rank, cards.id LIMIT ?"
    )
    return [each for (each,) in rows(db, sql, (query, kind, limit))]


def words_to_avoid(db: apsw.Connection) -> list[Avoided]:
    """The words to avoid of all cards that are shown."""
    return [avoided(row.content, row.id) for row in listed(db, "avoid", -1)]


def notice(db: apsw.Connection, notice: int) -> NoticeRow | None:
    """What somebody was told; None when there is no such notice."""
    if notice > LARGEST_ID:
        return None
    found = one(db, f"{_NOTICES} WHERE notices.id = ?", (notice,))
    return None if found is None else _notice(found)


def notices_of(db: apsw.Connection, call: int) -> list[NoticeRow]:
    """What the caller was told in that call, in its order."""
    if call > LARGEST_ID:
        return []
    return [_notice(each) for each in rows(db, f"{_NOTICES} WHERE call = ? ORDER BY notices.id", (call,))]


def _notice(found: tuple[Any, ...]) -> NoticeRow:
    notice, card, version, content, kind, call, ticked, printed, wall, actor = found
    places = tuple(json.loads(ticked))
    return NoticeRow(
        notice, card, version, json.loads(content), kind, call, places, bool(printed), wall, actor
    )
