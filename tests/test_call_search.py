"""Calls found by period and kind, and one call's history, over what the virtual exchange plays: equal to a count by hand."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import apsw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device.exchange.planned import PlannedCall
from device.signals import SECOND, seconds
from firmware_app.calls.service_hours import DAYS
from firmware_app.line_records import LineRecords
from firmware_app.records import entries
from firmware_app.records.call_history import Burst, bursts_of, documents_at, steps_of
from firmware_app.records.call_list import CallRow
from firmware_app.records.call_search import KINDS, Search, count, found
from firmware_app.records.database import open_reader, rows
from firmware_app.records.ledger import Ledger
from firmware_app.records.outcomes import Pending
from firmware_app.records.reading import Reader
from firmware_app.records.site_documents import Document
from tests.fast_exchange import FastLine, random_plan, random_starts
from tests.ledger_support import BOOT, MOBILE, answered, call, number, record, row_of, seq_of

IN_TIME, SHORT_TALK = 15 * SECOND, 3 * SECOND
BASE = 1_790_784_000 * SECOND
DAY = 86_400 * SECOND
ZONE = ZoneInfo("Asia/Shanghai")
LINES = {"L1": "03560000000", "L2": "03560000009"}


def played(path: Path, seed: int, calls: int = 60, lasts: int = 3 * DAY) -> Ledger:
    """A ledger with some days of calls on two lines."""
    pending: list[Pending] = []
    records = LineRecords(LINES, ZONE, lambda entry, at: pending.append(Pending(entry, at, "monitor")))
    week = {day: [["08:30", "12:00"], ["14:30", "17:30"]] for day in DAYS}
    records.documents_are({"service_hours": Document("service_hours", 4, "", {"week": week})})
    lines = [FastLine(name, records, BOOT, BASE) for name in LINES]
    chance = random.Random(seed)
    for start in random_starts(chance, calls, lasts, []):
        chance.choice(lines).play(random_plan(chance), start)
    pending.sort(key=lambda each: each.at.wall)
    ledger = Ledger(path, BOOT)
    ledger.append(pending)
    return ledger


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("played") / "ledger.db"
    played(path, 7, 400, 9 * DAY).close()
    return path


def counted(row: CallRow) -> bool:
    return row.direction == "inbound" and row.stage == "closed" and row.in_hours is True


BY_HAND: dict[str, Callable[[CallRow], bool]] = {
    "all": lambda row: True,
    "inbound": lambda row: row.direction == "inbound",
    "outbound": lambda row: row.direction == "outbound",
    "offered": lambda row: counted(row) and row.disposition in ("answered", "no_answer", "abandoned"),
    "answered": lambda row: counted(row) and row.disposition == "answered",
    "in_time": lambda row: (
        counted(row) and row.disposition == "answered" and (row.answer_delay or 0) <= IN_TIME
    ),
    "late": lambda row: counted(row) and row.disposition == "answered" and (row.answer_delay or 0) > IN_TIME,
    "missed": lambda row: counted(row) and row.disposition == "no_answer",
    "abandoned": lambda row: counted(row) and row.disposition == "abandoned",
    "unknown": lambda row: counted(row) and row.disposition == "unknown",
    "short_talk": lambda row: (
        counted(row) and row.disposition == "answered" and row.talk is not None and row.talk < SHORT_TALK
    ),
    "out_of_hours": lambda row: row.direction == "inbound" and row.in_hours is False,
}


@settings(max_examples=60, deadline=None)
@given(
    kind=st.sampled_from(sorted(BY_HAND)),
    since=st.integers(0, 9 * 24),
    lasts=st.integers(1, 9 * 24),
    line=st.sampled_from([None, "L1", "L2"]),
    page=st.sampled_from([1, 7, 1000]),
)
def test_a_search_finds_what_a_count_by_hand_does(
    month: Path, kind: str, since: int, lasts: int, line: str | None, page: int
) -> None:
    search = Search(BASE + since * 3600 * SECOND, BASE + (since + lasts) * 3600 * SECOND, kind, line)
    reader = Reader(month)
    expected = [row.id for row in reader.calls(search.since, search.until, line) if BY_HAND[kind](row)]
    with reader.snapshot() as db:
        assert count(db, search) == len(expected)
        told: list[CallRow] = []
        while len(part := found(db, search, page, (told[-1].started_wall, told[-1].id) if told else None)):
            told += part
    assert sorted(row.id for row in told) == sorted(expected)
    assert [(row.started_wall, row.id) for row in told] == sorted(
        ((row.started_wall, row.id) for row in told), reverse=True
    )
    reader.close()


def test_all_kinds_can_be_asked_for(month: Path) -> None:
    db = open_reader(month)
    amounts = {kind: count(db, Search(BASE, BASE + 9 * DAY, kind)) for kind in KINDS}
    assert amounts["offered"] == amounts["answered"] + amounts["missed"] + amounts["abandoned"] > 0
    assert amounts["answered"] == amounts["in_time"] + amounts["late"] > 0
    assert min(amounts[kind] for kind in ("late", "short_talk", "out_of_hours", "missed")) > 0
    assert amounts["all"] == amounts["inbound"] + amounts["outbound"]
    db.close()


def test_the_bursts_of_a_call_are_those_that_rang(tmp_path: Path) -> None:
    pending: list[Pending] = []
    records = LineRecords(LINES, ZONE, lambda entry, at: pending.append(Pending(entry, at, "monitor")))
    line = FastLine("L1", records, BOOT, BASE)
    line.play(PlannedCall(bursts=2.4), SECOND)
    line.play(PlannedCall(answer_after=seconds(5.4), talk=seconds(3)), 60 * SECOND)
    ledger = Ledger(tmp_path / "ledger.db", BOOT)
    ledger.append(pending)
    db = open_reader(tmp_path / "ledger.db")
    missed, served = (call for (call,) in rows(db, "SELECT id FROM calls ORDER BY id"))
    assert bursts_of(steps_of(db, missed)) == [
        Burst(0, SECOND),
        Burst(5 * SECOND, SECOND),
        Burst(10 * SECOND, seconds(0.4)),
    ]
    assert bursts_of(steps_of(db, served))[0] == Burst(0, SECOND)
    assert len(bursts_of(steps_of(db, served))) == 2
    assert [step.body["stage"] for step in steps_of(db, served)][-1] == "closed"
    assert steps_of(db, served + 999) == [] == bursts_of([])
    db.close()
    ledger.close()


def test_whoever_saw_settled_and_called_back_is_in_the_history(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.db", BOOT)
    settled = row_of(record(ledger, call("a", number=number(MOBILE), disposition="unknown"))[0])
    record(ledger, entries.CallSettled(settled, "no_answer", "panel"), actor="wang")
    [attempt] = record(
        ledger, entries.CallbackAttempted(2, "not_reached", "self_reported", False), actor="li"
    )
    other = row_of(record(ledger, answered("b", number=number(MOBILE)))[0])
    db = open_reader(tmp_path / "ledger.db")
    steps = steps_of(db, settled)
    assert [(step.kind, step.actor) for step in steps] == [
        ("CallRecorded", "monitor"),
        ("CallSettled", "wang"),
        ("CallbackAttempted", "li"),
        ("CallRecorded", "monitor"),
    ]
    assert steps[2].seq == seq_of(attempt)
    assert steps[-1].body["closes_case"] == 2
    assert [step.seq for step in steps_of(db, other)] == [other]
    db.close()
    ledger.close()


def test_decisions_lead_to_the_documents_they_were_made_by(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.db", BOOT)
    for content in ('{"name":"甲"}', '{"name":"乙"}'):
        record(ledger, entries.SiteDocumentChanged("profile", 0, "", content))
    db = open_reader(tmp_path / "ledger.db")
    known = documents_at(db, "profile:2 profile:3 calendar.2026:1 provisional nonsense: :7 profile:x")
    assert [(each.name, each.version, each.seq) for each in known] == [("profile", 2, 2)]
    assert documents_at(db, None) == []
    db.close()
    ledger.close()


def test_a_call_is_found_however_many_entries_lie_between(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.db", BOOT)
    begun = row_of(record(ledger, call("a", "opened"))[0])
    record(ledger, *[entries.StillTalking("L1")] * 1200)
    record(ledger, call("a"))
    db: apsw.Connection = open_reader(tmp_path / "ledger.db")
    assert [step.body["stage"] for step in steps_of(db, begun)] == ["opened", "closed"]
    db.close()
    ledger.close()


@settings(max_examples=40, deadline=None)
@given(
    zone=st.sampled_from(["Asia/Shanghai", "America/New_York", "Australia/Lord_Howe"]),
    hour=st.one_of(st.none(), st.integers(0, 23)),
    weekday=st.one_of(st.none(), st.integers(1, 7)),
    line=st.sampled_from([None, "L1"]),
)
def test_an_hour_and_a_weekday_are_those_of_the_clock_of_the_point(
    month: Path, zone: str, hour: int | None, weekday: int | None, line: str | None
) -> None:
    search = Search(BASE, BASE + 9 * DAY, "every", line, hour, weekday, ZoneInfo(zone))
    reader = Reader(month)
    moments = [
        datetime.fromtimestamp(row.started_wall // SECOND, ZoneInfo(zone))
        for row in reader.calls(search.since, search.until, line)
        if row.direction == "inbound" and row.stage == "closed"
    ]
    expected = sum(hour in (None, at.hour) and weekday in (None, at.isoweekday()) for at in moments)
    with reader.snapshot() as db:
        assert count(db, search) == expected
    reader.close()
