"""What is said and done around a talk, as values: what came of it, help asked for, cards, notices, calls told from memory.

Pure. Part of the closed union `entries.Entry`, under its rules.
"""

from __future__ import annotations

from dataclasses import dataclass

from firmware_app.records.party import Party


@dataclass(frozen=True, slots=True)
class TalkNoted:
    """What came of a call: a value of calls.talk.TalkOutcome. topic: a word of the site's list; person, matter: who and
    what, in words; answers: of the guided questions, as JSON. A later one takes the place of an earlier; replaces: decided.
    """

    call: int
    outcome: str
    topic: str | None = None
    person: Party | None = None
    matter: Party | None = None
    answers: Party | None = None
    replaces: int | None = None


@dataclass(frozen=True, slots=True)
class HelpAsked:
    """请支援: a person at the telephone needs another beside them. line and call: where, as far as known."""

    line: str | None = None
    call: int | None = None


@dataclass(frozen=True, slots=True)
class HelpEnded:
    """Somebody came, or it is no longer needed. help: the id of what was asked."""

    help: int


@dataclass(frozen=True, slots=True)
class CardSaved:
    """A card got a new version. card: its id, None for a new one (its id is the seq of this entry). kind: a value of
    calls.cards.CardKind; content: canonical JSON of its fields; initials: of its words, for the search. version, digest: decided.
    """

    kind: str
    content: str
    initials: str = ""
    card: int | None = None
    version: int = 0
    digest: str = ""


@dataclass(frozen=True, slots=True)
class CardRetired:
    """A card is no longer shown; what was said by it stays."""

    card: int


@dataclass(frozen=True, slots=True)
class NoticeGiven:
    """一次性告知: what a caller was told, by which version of a card. ticked: places in its list, from 0."""

    card: int
    version: int
    call: int | None
    ticked: tuple[int, ...]
    printed: bool


@dataclass(frozen=True, slots=True)
class CallEntered:
    """人工补录: a call that the telephone itself remembers from a time in which nothing was heard. Never in the 15 s figures.

    started_wall: ns of UTC, as the telephone tells it. All after `remark` is decided, as for a call that was heard.
    """

    line: str
    started_wall: int
    number: Party | None = None
    name: Party | None = None
    remark: Party | None = None
    in_hours: bool | None = None
    hours_version: int | None = None
    hours_basis: str | None = None
    rules_version: int | None = None
    opens_case: bool = False
    joins_case: int | None = None
    low: bool | None = None
    clock_wall: int | None = None
    due_wall: int | None = None
