"""Talks and what came of them: a read transaction in, typed rows out. What is known of who rings, what still has no outcome,
what was registered, who asked for help. It reads, it never writes; names and words are in full, who shows them masks them.

Found by the indexes of calls by number and by start, of talks by call: how many calls there are in the ledger costs nothing.
Times are ns of UTC, durations ns.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import apsw

from firmware_app.calls.talk import TalkOutcome
from firmware_app.records.call_list import CallRow, slice_of
from firmware_app.records.case_list import number_facts, open_case_of
from firmware_app.records.case_rows import NumberFacts
from firmware_app.records.database import one, rows

LATEST_TALKS = 5  # of one caller that are looked at
LARGEST_ID = 2**63 - 1  # of SQLite
UNDER_WAY = (TalkOutcome.REGISTERED.value, TalkOutcome.TRANSFERRED.value)
"""Outcomes after which a caller was promised something."""
NOTHING_KNOWN = NumberFacts()


@dataclass(frozen=True, slots=True)
class TalkRow:
    """What came of a call, as it stands. outcome: a value of calls.talk.TalkOutcome; wall, actor: when it was said, by whom;
    person, matter: None where nothing was said or it was erased; answers: of the guided form, by field.

    line, number, absence, started_wall, talk: of the call. number: as the exchange sent it.
    """

    id: int
    call: int
    outcome: str
    topic: str | None
    wall: int
    actor: str
    person: str | None
    matter: str | None
    answers: Mapping[str, Any]
    line: str
    number: str | None
    absence: str | None
    started_wall: int
    talk: int | None


@dataclass(frozen=True, slots=True)
class CallerFacts:
    """What is known of a number. calls: how often it rang before; last: the latest of these; known: note, other number, mark.

    case: its open call-back case, postponed_wall: the hour that was agreed on for it; talks: the latest, newest first.
    """

    calls: int = 0
    last: CallRow | None = None
    known: NumberFacts = NOTHING_KNOWN
    case: int | None = None
    postponed_wall: int | None = None
    talks: tuple[TalkRow, ...] = ()

    @property
    def promised(self) -> tuple[TalkRow, ...]:
        """Talks after which something is still under way: registered or passed on, and not settled in a later one."""
        settled: set[str | None] = set()
        found = []
        for talk in self.talks:
            if talk.outcome == TalkOutcome.SETTLED.value:
                settled.add(talk.topic)
            elif talk.outcome in UNDER_WAY and talk.topic not in settled:
                found.append(talk)
        return tuple(found)


@dataclass(frozen=True, slots=True)
class HelpRow:
    """Help that was asked for. by: who asked; ended_wall, ended_by: None while nobody came."""

    id: int
    line: str | None
    call: int | None
    wall: int
    by: str
    ended_wall: int | None
    ended_by: str | None


@dataclass(frozen=True, slots=True)
class TalkSearch:
    """since, until: when the call began, [since, until). topic, outcome None: any."""

    since: int
    until: int
    topic: str | None = None
    outcome: str | None = None


_TALK = """
SELECT talks.id, talks.call, outcome, topic, journal.wall, journal.actor, persons.content, matters.content, told.content,
    calls.line, numbers.content, absence, started_wall, talk
FROM {source} JOIN journal ON seq = talks.id
LEFT JOIN parties AS persons ON persons.id = talks.person
LEFT JOIN parties AS matters ON matters.id = talks.matter
LEFT JOIN parties AS told ON told.id = talks.answers
LEFT JOIN parties AS numbers ON numbers.id = calls.number
WHERE stands = 1 AND {which}
"""
_OF_CALLER = _TALK.format(
    source="parties AS callers CROSS JOIN calls ON calls.number = callers.id CROSS JOIN talks ON talks.call = calls.id",
    which="callers.lookup = ? AND calls.key <> ? ORDER BY talks.id DESC LIMIT ?",
)
_OF_CALL = _TALK.format(
    source="talks CROSS JOIN calls ON calls.id = talks.call", which="talks.call = ? ORDER BY talks.id DESC"
)
_FOUND = _TALK.format(
    source="calls CROSS JOIN talks ON talks.call = calls.id",
    which="started_wall >= ? AND started_wall < ? AND (?3 IS NULL OR topic = ?3) AND (?4 IS NULL OR outcome = ?4)"
    " ORDER BY started_wall DESC, calls.id DESC LIMIT ?5",
)
_LATEST = _TALK.format(
    source="talks CROSS JOIN calls ON calls.id = talks.call", which="1 ORDER BY talks.id DESC LIMIT ?"
)
_CARD = """
SELECT content FROM cards WHERE kind = ?1 AND retired_seq IS NULL
AND (?2 IS NULL OR content ->> '$.scene' = ?2 OR content ->> '$.title' = ?2) ORDER BY saved_seq DESC LIMIT 1
"""
_RANG = """
SELECT COUNT(*), MAX(calls.id) FROM parties CROSS JOIN calls ON calls.number = parties.id
WHERE parties.lookup = ? AND calls.key <> ? AND direction <> 'outbound'
"""
_OPEN_ENDED = """
FROM calls WHERE started_wall >= ? AND started_wall < ? AND direction = 'inbound' AND stage = 'closed'
AND disposition = 'answered'
AND NOT EXISTS (SELECT 1 FROM talks WHERE talks.call = calls.id AND stands = 1)
"""
_HELPS = """
SELECT helps.id, line, call, asked.wall, asked.actor, came.wall, came.actor FROM helps JOIN journal AS asked ON asked.seq = helps.id
LEFT JOIN journal AS came ON came.seq = ended_seq
"""


def caller_facts(db: apsw.Connection, key: str, call_key: str = "") -> CallerFacts:
    """What is known of the number with that key. call_key: of the call that is going on, which is left out."""
    counted = one(db, _RANG, (key, call_key)) or (0, None)
    case = open_case_of(db, key)
    agreed = None if case is None else one(db, "SELECT postponed_wall FROM cases WHERE id = ?", (case,))
    talks = rows(db, _OF_CALLER, (key, call_key, LATEST_TALKS))
    return CallerFacts(
        calls=counted[0],
        last=None if counted[1] is None else next(iter(slice_of(db, counted[1], counted[1])), None),
        known=number_facts(db, key),
        case=case,
        postponed_wall=None if agreed is None else agreed[0],
        talks=tuple(_talk(row) for row in talks),
    )


def _talk(row: tuple[Any, ...]) -> TalkRow:
    answers = json.loads(row[8]) if row[8] is not None else {}
    values = [*row[:8], answers if isinstance(answers, dict) else {}, *row[9:]]
    return TalkRow(*values)


def call_of(db: apsw.Connection, key: str) -> int | None:
    """The id of the call with that key; None while it is not recorded."""
    found = one(db, "SELECT id FROM calls WHERE key = ?", (key,))
    return None if found is None else int(found[0])


def talk_of(db: apsw.Connection, call: int) -> TalkRow | None:
    """What came of a call, as it stands; None while nobody has said."""
    found = one(db, _OF_CALL, (call,)) if call <= LARGEST_ID else None
    return None if found is None else _talk(found)


def latest_talks(db: apsw.Connection, limit: int) -> list[TalkRow]:
    """What was said last, newest first."""
    return [_talk(row) for row in rows(db, _LATEST, (limit,))]


def newest_card(db: apsw.Connection, kind: str, scene: str | None = None) -> Mapping[str, Any] | None:
    """The card of that kind that was saved last. scene: of its scene or title; None: any. None where there is none."""
    found = one(db, _CARD, (kind, scene))
    return None if found is None else json.loads(found[0])


def without_outcome(db: apsw.Connection, since: int, until: int, limit: int) -> list[CallRow]:
    """Calls of [since, until) that a person answered and of which nobody has said what came of them, oldest first."""
    found = rows(db, f"SELECT id {_OPEN_ENDED} ORDER BY started_wall, id LIMIT ?", (since, until, limit))
    return [row for (call,) in found for row in slice_of(db, call, call)]


def without_outcome_count(db: apsw.Connection, since: int, until: int) -> int:
    """How many there are."""
    found = one(db, f"SELECT COUNT(*) {_OPEN_ENDED}", (since, until))
    return 0 if found is None else int(found[0])


def talks_found(db: apsw.Connection, search: TalkSearch, limit: int) -> list[TalkRow]:
    """What came of calls, the latest call first, at most `limit`."""
    values = (search.since, search.until, search.topic, search.outcome, limit)
    return [_talk(row) for row in rows(db, _FOUND, values)]


def topics_used(db: apsw.Connection, latest: int = 500) -> list[str]:
    """The topics of the latest talks, the most used first."""
    found = rows(
        db,
        "SELECT topic FROM (SELECT topic FROM talks ORDER BY id DESC LIMIT ?) WHERE topic IS NOT NULL"
        " GROUP BY topic ORDER BY COUNT(*) DESC, topic",
        (latest,),
    )
    return [topic for (topic,) in found]


def helps(db: apsw.Connection, since: int) -> list[HelpRow]:
    """Help that was asked for since then, oldest first, with what became of it."""
    found = rows(db, f"{_HELPS} WHERE asked.wall >= ? ORDER BY helps.id DESC LIMIT 20", (since,))
    return [HelpRow(*row) for row in reversed(found)]


def one_help(db: apsw.Connection, help_id: int) -> HelpRow | None:
    """Help by its id."""
    found = one(db, f"{_HELPS} WHERE helps.id = ?", (help_id,)) if help_id <= LARGEST_ID else None
    return None if found is None else HelpRow(*found)


def open_help_of(db: apsw.Connection, line: str | None) -> HelpRow | None:
    """Help that was asked for on a line, and nobody came yet."""
    found = one(db, f"{_HELPS} WHERE ended_seq IS NULL AND line IS ? ORDER BY helps.id DESC LIMIT 1", (line,))
    return None if found is None else HelpRow(*found)
