"""What may be recorded around a talk through the monitor socket: JSON bodies in, entries out. Part of `desk_entries`.

Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from firmware_app.calls.cards import CardKind
from firmware_app.calls.talk import TOLD_TALKS
from firmware_app.desk_fields import (
    Body,
    number,
    text,
    truth,
    whole,
    whole_or_none,
    wholes,
    word,
    word_or_none,
)
from firmware_app.records import entries

LONGEST_MATTER, LONGEST_ANSWERS, LONGEST_CARD, LONGEST_INITIALS = 4_000, 8_000, 60_000, 20_000  # characters
MOST_TICKS = 100


def _talk(body: Body) -> entries.Entry:
    return entries.TalkNoted(
        whole(body, "call"),
        word(body, "outcome", TOLD_TALKS),
        word_or_none(body, "topic", 32),
        text(body, "person", 32, "name"),
        text(body, "matter", LONGEST_MATTER),
        text(body, "answers", LONGEST_ANSWERS),
    )


def _card(body: Body) -> entries.Entry:
    return entries.CardSaved(
        word(body, "kind", tuple(kind.value for kind in CardKind)),
        word(body, "content", longest=LONGEST_CARD),
        word_or_none(body, "initials", LONGEST_INITIALS) or "",
        whole_or_none(body, "card"),
    )


def _notice(body: Body) -> entries.Entry:
    return entries.NoticeGiven(
        whole(body, "card"),
        whole(body, "version"),
        whole_or_none(body, "call"),
        wholes(body, "ticked", MOST_TICKS),
        truth(body, "printed"),
    )


def _remembered(body: Body) -> entries.Entry:
    told = None if body.get("number") is None else number(body, "number")
    return entries.CallEntered(
        word(body, "line"),
        whole(body, "started_wall"),
        told,
        text(body, "name", 32, "name"),
        text(body, "remark", 200),
    )


ALLOWED_OF_TALKS: Mapping[str, Callable[[Body], entries.Entry]] = {
    "TalkNoted": _talk,
    "HelpAsked": lambda body: entries.HelpAsked(word_or_none(body, "line"), whole_or_none(body, "call")),
    "HelpEnded": lambda body: entries.HelpEnded(whole(body, "help")),
    "CardSaved": _card,
    "CardRetired": lambda body: entries.CardRetired(whole(body, "card")),
    "NoticeGiven": _notice,
    "CallEntered": _remembered,
}
