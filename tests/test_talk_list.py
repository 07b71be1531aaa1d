"""records.talk_list: what is known of who rings, what has no outcome yet, what was registered, who asked for help."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from firmware_app.calls.talk import TalkOutcome
from firmware_app.records import entries, talk_list
from firmware_app.records.database import open_reader
from firmware_app.records.entries import Personal
from tests.panel_box import MINUTE, NOON, Box

NUMBER, OTHER = "15400000001", "15400000002"
DAY = 24 * 60 * MINUTE


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    box = Box(tmp_path, NOON)
    yield box
    box.close()


@pytest.fixture
def db(box: Box) -> Iterator[apsw.Connection]:
    db = open_reader(box.folder / "ledger.db")
    yield db
    db.close()


def note(box: Box, call: int, outcome: str, topic: str | None = None, **more: entries.Party) -> int:
    return int(box.write(entries.TalkNoted(call, outcome, topic, **more), "clerk").row)


def test_a_stranger_has_no_past(db: apsw.Connection) -> None:
    assert talk_list.caller_facts(db, NUMBER) == talk_list.CallerFacts()
    assert talk_list.CallerFacts().promised == ()


def test_earlier_calls_are_counted_without_the_present_one_and_those_of_others(
    box: Box, db: apsw.Connection
) -> None:
    box.call(NUMBER, 60)
    last = box.call(NUMBER, 30, "answered")
    box.call(OTHER, 20)
    present = box.call(NUMBER, 1)
    key = db.execute("SELECT key FROM calls WHERE id = ?", (present,)).fetchall()[0][0]
    found = talk_list.caller_facts(db, NUMBER, key)
    assert found.calls == 2
    assert found.last is not None
    assert found.last.id == last
    assert talk_list.caller_facts(db, NUMBER).calls == 3
    assert talk_list.call_of(db, key) == present
    assert talk_list.call_of(db, "nowhere") is None


def test_the_open_case_with_its_hour_and_the_note(box: Box, db: apsw.Connection) -> None:
    box.call(NUMBER, 60)
    case = talk_list.caller_facts(db, NUMBER).case
    assert case is not None
    agreed = box.now.wall + 90 * MINUTE
    box.write(entries.CallbackPostponed(case, agreed))
    box.write(entries.NumberNoted(Personal("number", NUMBER, NUMBER), Personal("text", "听力不便")))
    found = talk_list.caller_facts(db, NUMBER)
    assert (found.postponed_wall, found.known.note) == (agreed, "听力不便")


def test_what_came_of_talks_and_what_was_promised(box: Box, db: apsw.Connection) -> None:
    calls = [box.call(NUMBER, minutes, "answered") for minutes in (90, 80, 70, 60)]
    note(
        box, calls[0], "registered", "社保", person=Personal("name", "张三"), matter=Personal("text", "补缴")
    )
    note(box, calls[1], "registered", "医保")
    note(box, calls[2], "settled", "社保")
    note(box, calls[3], "transferred", "社保")
    found = talk_list.caller_facts(db, NUMBER)
    assert [(talk.outcome, talk.topic) for talk in found.talks] == [
        ("transferred", "社保"),
        ("settled", "社保"),
        ("registered", "医保"),
        ("registered", "社保"),
    ]
    assert [talk.call for talk in found.promised] == [calls[3], calls[1]], (
        "the first of 社保 was settled since"
    )
    assert (found.talks[-1].person, found.talks[-1].matter) == ("张三", "补缴")


def test_only_the_last_word_about_a_call_counts(box: Box, db: apsw.Connection) -> None:
    call = box.call(NUMBER, 30, "answered")
    assert talk_list.talk_of(db, call) is None
    note(box, call, "settled")
    answers = Personal("text", json.dumps({"where": "村口"}))
    note(box, call, "registered", "社保", answers=answers)
    found = talk_list.talk_of(db, call)
    assert found is not None
    assert (found.outcome, found.topic, found.actor, found.answers) == (
        "registered",
        "社保",
        "clerk",
        {"where": "村口"},
    )
    assert len(talk_list.caller_facts(db, NUMBER).talks) == 1
    assert talk_list.talk_of(db, 2**63) is None


def test_what_is_no_form_is_read_as_none(box: Box, db: apsw.Connection) -> None:
    call = box.call(NUMBER, 30, "answered")
    note(box, call, "registered", answers=Personal("text", "[1]"))
    found = talk_list.talk_of(db, call)
    assert found is not None
    assert found.answers == {}


def test_answered_calls_without_an_outcome_oldest_first(box: Box, db: apsw.Connection) -> None:
    old = box.call(NUMBER, 3 * 24 * 60, "answered")
    box.call(NUMBER, 50)  # missed
    box.call(NUMBER, 45, "unknown")
    told = box.call(OTHER, 40, "answered")
    late = box.call(OTHER, 20, "answered")
    note(box, told, "settled")
    since = box.now.wall - 7 * DAY
    found = talk_list.without_outcome(db, since, box.now.wall, 10)
    assert [row.id for row in found] == [old, late]
    assert talk_list.without_outcome_count(db, since, box.now.wall) == 2
    assert [row.id for row in talk_list.without_outcome(db, since, box.now.wall, 1)] == [old]
    assert talk_list.without_outcome_count(db, box.now.wall - DAY, box.now.wall) == 1


def test_talks_are_found_by_day_topic_and_outcome(box: Box, db: apsw.Connection) -> None:
    early = box.call(NUMBER, 2 * 24 * 60, "answered")
    first, second = (box.call(OTHER, minutes, "answered") for minutes in (60, 30))
    for call, outcome, topic in (
        (early, "settled", "社保"),
        (first, "settled", "医保"),
        (second, "sales", None),
    ):
        note(box, call, outcome, topic)

    def found(
        topic: str | None = None, outcome: str | None = None, days: int = 7, limit: int = 9
    ) -> list[int]:
        search = talk_list.TalkSearch(box.now.wall - days * DAY, box.now.wall, topic, outcome)
        return [row.call for row in talk_list.talks_found(db, search, limit)]

    assert found() == [second, first, early]
    assert found(limit=1) == [second]
    assert found(days=1) == [second, first]
    assert found("社保") == [early]
    assert found(outcome="settled") == [first, early]
    assert found("社保", "sales") == []
    assert talk_list.topics_used(db) == sorted(["社保", "医保"])


def test_help_is_told_with_who_asked_and_who_came(box: Box, db: apsw.Connection) -> None:
    call = box.call(NUMBER, 1, "answered")
    asked = box.write(entries.HelpAsked("L1", call), "wang").row
    since = box.now.wall - MINUTE
    (found,) = talk_list.helps(db, since)
    assert (found.id, found.line, found.call, found.by, found.ended_wall) == (asked, "L1", call, "wang", None)
    assert talk_list.open_help_of(db, "L1") == found
    assert talk_list.open_help_of(db, "L2") is None
    assert talk_list.open_help_of(db, None) is None
    box.write(entries.HelpEnded(asked), "li")
    (found,) = talk_list.helps(db, since)
    assert (found.ended_by, found.ended_wall) == ("li", box.now.wall)
    assert talk_list.one_help(db, asked) == found
    assert talk_list.one_help(db, 999) is None
    assert talk_list.one_help(db, 2**63) is None
    assert talk_list.helps(db, box.now.wall + 1) == []


@pytest.mark.parametrize("outcome", TalkOutcome)
def test_a_call_counts_the_same_whatever_came_of_it(
    box: Box, db: apsw.Connection, outcome: TalkOutcome
) -> None:
    call = box.call(NUMBER, 30, "answered")
    sql = "SELECT counted, disposition, in_hours, case_id, waited FROM calls WHERE id = ?"
    before = db.execute(sql, (call,)).fetchall()
    note(box, call, outcome.value)
    assert db.execute(sql, (call,)).fetchall() == before


def test_the_last_words_newest_first(box: Box, db: apsw.Connection) -> None:
    calls = [box.call(NUMBER, minutes, "answered") for minutes in (30, 20, 10)]
    for call in calls:
        note(box, call, "settled")
    note(box, calls[0], "sales")
    assert [row.call for row in talk_list.latest_talks(db, 2)] == [calls[0], calls[2]]


def test_the_newest_card_of_a_kind_or_scene(box: Box, db: apsw.Connection) -> None:
    assert talk_list.newest_card(db, "phrase", "开头语") is None
    for kind, title, scene in (
        ("phrase", "开头语", ""),
        ("phrase", "您好", "开头语"),
        ("phrase", "再见", "结束"),
    ):
        content = json.dumps({"title": title, "scene": scene})
        last = box.write(entries.CardSaved(kind, content)).row
        assert last is not None
    assert (talk_list.newest_card(db, "phrase", "开头语") or {})["title"] == "您好"
    assert (talk_list.newest_card(db, "phrase") or {})["title"] == "再见"
    assert talk_list.newest_card(db, "calming") is None
    box.write(entries.CardRetired(last))
    assert (talk_list.newest_card(db, "phrase") or {})["title"] == "您好"
