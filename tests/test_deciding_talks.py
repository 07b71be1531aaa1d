"""Talks, help, cards, notices and calls told from memory: what is decided, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from device.signals import SECOND
from firmware_app.records import entries
from firmware_app.records.database import open_reader, rows
from firmware_app.records.deciding_talks import REMEMBERED_FOR
from firmware_app.records.entries import Personal
from firmware_app.records.ledger import Ledger
from firmware_app.records.outcomes import Pending, Recorded, Refused
from firmware_app.records.verifying import verify
from tests.ledger_support import BOOT, MOBILE, OTHER_MOBILE, answered, call, number, row_of
from tests.support import at

NOW = at(200_000.0)  # after all that is told
HELLO = entries.CardSaved("phrase", '{"title":"开头语","say":"您好"}', "kty")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = Ledger(tmp_path / "ledger.db", BOOT)
    yield made
    report = verify(made.path)
    made.close()
    assert report.holds, report.findings


def record(ledger: Ledger, entry: entries.Entry) -> Recorded | Refused:
    (outcome,) = ledger.append([Pending(entry, NOW, "clerk")])
    return outcome


def told(ledger: Ledger, entry: entries.Entry) -> int:
    return row_of(record(ledger, entry))


def code(ledger: Ledger, entry: entries.Entry) -> str:
    outcome = record(ledger, entry)
    assert isinstance(outcome, Refused), outcome
    assert outcome.message.zh
    assert outcome.message.en
    return outcome.code


def found(ledger: Ledger, sql: str) -> list[tuple[object, ...]]:
    db = open_reader(ledger.path)
    answer = rows(db, sql)
    db.close()
    return answer


def test_the_last_word_about_a_talk_stands(ledger: Ledger) -> None:
    known = told(ledger, answered("a"))
    told(ledger, entries.TalkNoted(known, "settled", "社保"))
    told(
        ledger,
        entries.TalkNoted(known, "registered", "社保", Personal("name", "张先生"), Personal("text", "补缴")),
    )
    assert found(ledger, "SELECT outcome, stands FROM talks ORDER BY id") == [
        ("settled", 0),
        ("registered", 1),
    ]
    assert found(ledger, "SELECT counted FROM calls") == [(0,)], "it stays in the counts as it was"
    assert code(ledger, entries.TalkNoted(999, "settled")) == "not_found"


@pytest.mark.parametrize(
    "entry",
    [
        entries.TalkNoted(1, "lunch"),
        entries.TalkNoted(1, "settled", "字" * 33),
        entries.TalkNoted(1, "settled", None, Personal("text", "张")),
        entries.TalkNoted(1, "settled", None, Personal("name", "张" * 33)),
        entries.TalkNoted(1, "settled", None, None, Personal("text", " ")),
        entries.TalkNoted(1, "settled", None, None, Personal("text", "字" * 4001)),
        entries.TalkNoted(1, "settled", None, None, None, Personal("text", "字" * 8001)),
        entries.CardSaved("phrase", "{"),
        entries.CardSaved("joker", '{"title":"x"}'),
        entries.CardSaved("phrase", '{"title":"x"}', "x" * 20_001),
        entries.CallEntered("", NOW.wall),
        entries.CallEntered("L1", NOW.wall + 1),
        entries.CallEntered("L1", NOW.wall - REMEMBERED_FOR - 1),
        entries.CallEntered("L1", NOW.wall, Personal("name", "x")),
    ],
)
def test_what_is_not_allowed(ledger: Ledger, entry: entries.Entry) -> None:
    told(ledger, answered("a"))
    assert code(ledger, entry) == "invalid"


def test_help_is_asked_once_for_a_line_until_it_came(ledger: Ledger) -> None:
    asked = told(ledger, entries.HelpAsked("L1"))
    assert code(ledger, entries.HelpAsked("L1")) == "no_change"
    told(ledger, entries.HelpAsked("L2"))
    told(ledger, entries.HelpEnded(asked))
    assert code(ledger, entries.HelpEnded(asked)) == "no_change"
    assert code(ledger, entries.HelpEnded(999)) == "no_change"
    assert code(ledger, entries.HelpAsked("L3", 999)) == "not_found"
    told(ledger, entries.HelpAsked("L1"))


def test_a_card_has_versions_and_can_be_retired(ledger: Ledger) -> None:
    card = told(ledger, HELLO)
    assert (
        code(ledger, entries.CardSaved("phrase", '{"say":"您好","title":"开头语"}', "kty", card))
        == "no_change"
    )
    assert told(ledger, entries.CardSaved("phrase", '{"title":"开头语","say":"您好！"}', "kty", card)) == card
    told(ledger, entries.CardRetired(card))
    assert code(ledger, entries.CardRetired(card)) == "no_change"
    assert told(ledger, entries.CardSaved("phrase", '{"title":"开头语","say":"您好！"}', "kty", card)) == card
    assert found(ledger, "SELECT version, retired_seq, content FROM cards") == [
        (3, None, '{"say":"您好！","title":"开头语"}')
    ]
    assert found(ledger, "SELECT version FROM card_versions WHERE card = 1 ORDER BY id") == [(1,), (2,), (3,)]
    assert code(ledger, entries.CardSaved("phrase", '{"title":"x"}', "", 999)) == "not_found"
    assert code(ledger, entries.CardRetired(999)) == "not_found"


def test_a_notice_names_a_version_of_a_card(ledger: Ledger) -> None:
    card, talk = told(ledger, HELLO), told(ledger, answered("a"))
    told(ledger, entries.NoticeGiven(card, 1, talk, (0, 2), printed=True))
    assert found(ledger, "SELECT card, version, call, ticked, printed FROM notices") == [
        (card, 1, talk, "[0,2]", 1)
    ]
    assert code(ledger, entries.NoticeGiven(card, 2, talk, (), printed=False)) == "not_found"
    assert code(ledger, entries.NoticeGiven(card, 1, 999, (), printed=False)) == "not_found"
    assert code(ledger, entries.NoticeGiven(card, 1, None, (0,) * 101, printed=False)) == "invalid"


def remembered(start: float, digits: str | None = MOBILE, line: str = "L1") -> entries.CallEntered:
    return entries.CallEntered(
        line, at(start).wall, number(digits) if digits else None, None, Personal("text", "话机上")
    )


def test_a_call_told_from_memory_is_owed_and_never_counted(ledger: Ledger) -> None:
    known = told(ledger, remembered(500))
    assert found(ledger, "SELECT direction, disposition, counted, unseen, in_hours FROM calls") == [
        ("remembered", "no_answer", None, 0, None)
    ]
    assert found(ledger, "SELECT first_call, state, since_wall FROM cases") == [(known, "open", at(500).wall)]
    assert code(ledger, remembered(500)) == "already_done"
    told(ledger, remembered(600))
    assert found(ledger, "SELECT calls FROM cases") == [(2,)]
    told(ledger, remembered(500, None))
    assert code(ledger, remembered(500, None)) == "already_done"
    assert found(ledger, "SELECT COUNT(*) FROM cases") == [(1,)]


def test_who_was_served_since_is_owed_nothing(ledger: Ledger) -> None:
    told(ledger, answered("a", 1_000.0, number=number(MOBILE)))
    told(ledger, remembered(500))
    told(ledger, call("b", start=700.0, number=number(OTHER_MOBILE)))
    (case,) = (row[0] for row in found(ledger, "SELECT id FROM cases"))
    record(ledger, entries.CallbackAttempted(int(str(case)), "reached", "line", False))
    told(ledger, remembered(600, OTHER_MOBILE))
    assert found(ledger, "SELECT COUNT(*) FROM cases WHERE state = 'open'") == [(0,)]
    told(ledger, remembered(2_000))
    assert found(ledger, "SELECT COUNT(*) FROM cases WHERE state = 'open'") == [(1,)], "rang again, later"


def test_it_is_in_hours_by_the_hours_of_its_day(ledger: Ledger) -> None:
    week = {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    text = str({"week": week}).replace("'", '"')
    (outcome,) = ledger.append(
        [Pending(entries.SiteDocumentChanged("service_hours", 0, "", text), NOW, "seed")]
    )
    assert isinstance(outcome, Recorded), outcome
    told(ledger, entries.CallEntered("L1", NOW.wall - SECOND))
    assert found(ledger, "SELECT in_hours, hours_version FROM calls") == [(1, 1)]
