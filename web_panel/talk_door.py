"""What goes on at the telephone now, for the page of today and that of a talk: the monitor's state and the ledger in, cards out.

Asked anew at each change; what it costs is a few rows of an index for each line that rings or talks. Read-only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import apsw

from device.signals import SECOND
from firmware_app.calls.phone_number import parse
from firmware_app.records import talk_list
from firmware_app.records.account_list import account
from firmware_app.records.call_list import CallRow
from firmware_app.records.talk_list import TalkRow
from firmware_app.roles import Right
from web_panel.box_view import dicts
from web_panel.formatting import MINUTE, start_of_day
from web_panel.ledger_door import LedgerAway
from web_panel.modules_door import off
from web_panel.parts import parts
from web_panel.sessions import Visitor, offers, visitor
from web_panel.talk_view import (
    FIRST,
    HelpLine,
    Past,
    SayCard,
    TalkCard,
    ended_card,
    greeting,
    help_line,
    live_card,
    noted_card,
    past,
)
from web_panel.today_view import Audience, wall_of

JUST = 3 * MINUTE  # for so long a topic is asked about
LATELY = 30 * MINUTE  # for so long a talk that is over stays on the page of today
HELP_LASTS = 30 * MINUTE
THANKED = 2 * MINUTE  # for so long whoever asked for help sees who came
MOST_ENDED = 2
OPENING = "开头语"  # the scene of the card with which the telephone is answered


@dataclass(frozen=True, slots=True)
class TalksNow:
    """cards: first who rings, then who talks, then talks that are over; more: further ones of today without an outcome.

    digest: the same as long as all of it would look the same.
    """

    cards: tuple[TalkCard, ...]
    more: int
    helps: tuple[HelpLine, ...]
    greeting: SayCard
    digest: str
    help_digest: str


NOTHING = TalksNow((), 0, (), SayCard("", ""), "none", "none")


def talks_now(desk: Audience) -> TalksNow:
    """All of it, for whoever looks."""
    here, may = parts(), visitor()
    state = here.live.present().state
    works = may is not None and may.may(Right.WORK)
    try:
        with here.ledger.reading() as db:
            cards = live_cards(db, state, desk, works)
            ended, more = _over(db, desk) if offers(Right.WORK) and "register" not in off() else ([], 0)
            lines = () if "support" in off() else help_lines(db, desk, may)
            words = greeting(talk_list.newest_card(db, "phrase", OPENING), here.settings.site.name, desk.t)
    except LedgerAway:
        return NOTHING
    found = (*cards, *ended)
    shown = [replace(card, age=0) for card in found]
    return TalksNow(found, more, lines, words, _digest((shown, more, works, words)), _digest(lines))


def _digest(shown: object) -> str:
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]


# ---- who rings, who talks


def live_cards(
    db: apsw.Connection, state: Mapping[str, Any] | None, desk: Audience, works: bool
) -> list[TalkCard]:
    """Inbound calls that ring or are answered, those that ring first."""
    found = []
    for line in dicts((state or {}).get("lines")):
        call = line.get("call")
        if isinstance(call, dict) and call.get("direction") == "inbound":
            found.append(_live(db, str(line.get("name", "")), str(line.get("state")), call, desk, works))
    return sorted(found, key=lambda card: card.kind != "ringing")


def _live(
    db: apsw.Connection, line: str, state: str, call: Mapping[str, Any], desk: Audience, works: bool
) -> TalkCard:
    key = str(call.get("key", ""))
    since = wall_of(call.get("answered_at"))
    kind = "ringing" if since is None and state == "ringing" else "talking"
    known = past_of(db, call.get("number"), line, key, desk, works)
    found = live_card(kind, line, call, talk_list.call_of(db, key), known, desk, since)
    return replace(found, helped=talk_list.open_help_of(db, line) is not None)


def past_of(
    db: apsw.Connection, number: str | None, line: str, call_key: str, desk: Audience, works: bool
) -> Past:
    """What is known of a number as a line got it."""
    key = parse(number, desk.own_numbers.get(line, "")).key if number else None
    return Past() if key is None else past(talk_list.caller_facts(db, key, call_key), desk, works)


# ---- after a talk


def _over(db: apsw.Connection, desk: Audience) -> tuple[list[TalkCard], int]:
    """The latest talks that want a word, and how many others of today do."""
    midnight = start_of_day(desk.now, desk.zone)
    noted = [
        talk
        for talk in talk_list.latest_talks(db, MOST_ENDED)
        if desk.now - talk.wall < JUST
        and talk.topic is None
        and talk.outcome in {each.value for each in FIRST}
    ]
    since = desk.now - LATELY
    lately = [row for row in _without(db, since, desk.now) if row.ended_wall is not None][-MOST_ENDED:]
    cards = [
        *(noted_card(talk, desk) for talk in noted),
        *(ended_card(row, desk) for row in reversed(lately)),
    ]
    in_all = talk_list.without_outcome_count(db, midnight, desk.now + 1)
    return cards, max(0, in_all - sum(row.started_wall >= midnight for row in lately))


def _without(db: apsw.Connection, since: int, until: int) -> list[CallRow]:
    return talk_list.without_outcome(db, since, until + 1, 60)


# ---- help


def help_lines(db: apsw.Connection, desk: Audience, who: Visitor | None) -> tuple[HelpLine, ...]:
    """What is to be seen of help by this person: where it is wanted; to who asked, also who came."""
    found = []
    for row in talk_list.helps(db, desk.now - HELP_LASTS):
        mine = who is not None and row.by == who.account
        thanked = row.ended_wall is not None and (
            not mine or row.ended_by == row.by or desk.now - row.ended_wall > THANKED
        )
        if not thanked:
            came = None if row.ended_by is None else person_of(db, row.ended_by)
            found.append(help_line(row, person_of(db, row.by), came, mine, desk.t))
    return tuple(found)


def person_of(db: apsw.Connection, name: str) -> str:
    """How the person of an account is called; of a desk computer, its own name."""
    known = account(db, name)
    return known.person if known is not None else name


def standing_of(talk: TalkRow | None) -> int:
    """What a form says it was about: the outcome that stood when it was shown."""
    return 0 if talk is None else talk.id


def seconds(duration: int) -> int:
    return duration // SECOND
