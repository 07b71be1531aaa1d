"""Call events put on record: faults over a restart, hours decided once, a babbling line, people's data set apart."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from device.signals import Absence, CallerId, Instant, seconds
from firmware_app.call_entries import call_entry
from firmware_app.calls.call import (
    Anomaly,
    Call,
    CallChanged,
    CallClosed,
    CallOpened,
    Direction,
    Disposition,
    Trouble,
    TroubleBegan,
    TroubleEnded,
)
from firmware_app.calls.service_hours import DAYS
from firmware_app.line_records import ANOMALIES_A_MINUTE, LineRecords
from firmware_app.records import entries
from firmware_app.records.site_documents import Document
from tests.support import at

ZONE = ZoneInfo("Asia/Shanghai")
CALL = Call("boot:L1:1", "L1", Direction.INBOUND, at(1.0), ring_bursts=1, last_edge=at(2.0))


class Notes:
    """Keeps what was put, in order."""

    def __init__(self) -> None:
        self.put: list[tuple[entries.Entry, Instant]] = []

    def __call__(self, entry: entries.Entry, moment: Instant) -> None:
        self.put.append((entry, moment))

    @property
    def entries(self) -> list[entries.Entry]:
        return [entry for entry, _ in self.put]


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def records(notes: Notes) -> LineRecords:
    return LineRecords({"L1": "03562217000"}, ZONE, notes)


def documents(week: dict[str, list[list[str]]], version: int) -> dict[str, Document]:
    return {"service_hours": Document("service_hours", version, "", {"week": week})}


def test_a_call_is_put_at_each_stage(records: LineRecords, notes: Notes) -> None:
    closed = replace(CALL, ended=at(2.0), disposition=Disposition.ABANDONED)
    records.event(CallOpened(CALL))
    records.event(CallChanged(CALL, at(1.5)))
    records.event(CallClosed(closed, at(8.0)))
    put = [entry for entry in notes.entries if isinstance(entry, entries.CallRecorded)]
    assert [(entry.stage, entry.disposition) for entry in put] == [
        ("opened", None),
        ("changed", None),
        ("closed", "abandoned"),
    ]
    assert {entry.boot for entry in put} == {"boot"}
    assert [moment for _, moment in notes.put] == [at(2.0), at(1.5), at(8.0)]


def test_hours_are_decided_when_the_call_begins_and_kept(records: LineRecords, notes: Notes) -> None:
    every_day = {day: [["00:00", "24:00"]] for day in DAYS}
    records.documents_are(documents(every_day, 3))
    records.event(CallOpened(CALL))
    records.documents_are(documents({}, 4))
    records.event(CallChanged(CALL, at(2.0)))
    records.event(CallClosed(CALL, at(9.0)))
    records.event(CallOpened(replace(CALL, key="boot:L1:2")))
    put = [entry for entry in notes.entries if isinstance(entry, entries.CallRecorded)]
    assert [(entry.in_hours, entry.hours_version) for entry in put] == [(True, 3)] * 3 + [(False, 4)]
    assert [entry.hours_basis for entry in put] == ["service_hours:3 provisional"] * 3 + ["service_hours:4 provisional"]  # fmt: skip


def test_without_hours_nothing_is_claimed(records: LineRecords, notes: Notes) -> None:
    records.event(CallOpened(CALL))
    assert [(entry.in_hours, entry.hours_version) for entry in notes.entries if isinstance(entry, entries.CallRecorded)] == [(None, None)]  # fmt: skip


def test_a_fault_is_put_once_and_ended_once(records: LineRecords, notes: Notes) -> None:
    records.event(TroubleBegan("L1", at(5), Trouble.LINE_LOST, "unplugged"))
    records.event(TroubleBegan("L1", at(6), Trouble.LINE_LOST, "unplugged"))
    records.event(TroubleEnded("L1", at(7), Trouble.LINE_LOST))
    records.event(TroubleEnded("L1", at(8), Trouble.LINE_LOST))
    assert notes.put == [
        (entries.FaultBegan("line_lost", "L1", "unplugged"), at(5)),
        (entries.FaultEnded("line_lost", "L1"), at(7)),
    ]


def test_a_fault_of_the_run_before_is_not_doubled(records: LineRecords, notes: Notes) -> None:
    records.faults_on_record([("line_lost", "L1"), ("line_lost", "L2")])
    records.event(TroubleBegan("L1", at(5), Trouble.LINE_LOST))
    assert notes.put == []
    assert records.open_faults_of("L1") == ["line_lost"]
    records.event(TroubleEnded("L1", at(7), Trouble.LINE_LOST))
    assert notes.entries == [entries.FaultEnded("line_lost", "L1")]
    assert records.open_faults_of("L1") == []


def test_faults_of_a_line_that_is_no_longer_wired_are_named(records: LineRecords) -> None:
    records.faults_on_record([("line_lost", "L1"), ("line_lost", "L9"), ("no_loop", "L9"), ("records", None)])
    assert records.faults_of_lines_no_longer_wired() == [("line_lost", "L9"), ("no_loop", "L9")]


def test_the_question_of_a_long_call_is_no_fault(records: LineRecords, notes: Notes) -> None:
    records.event(TroubleBegan("L1", at(5), Trouble.STILL_TALKING))
    records.event(TroubleEnded("L1", at(6), Trouble.STILL_TALKING))
    assert notes.put == []


def test_a_babbling_line_fills_no_card_and_silences_no_other(records: LineRecords, notes: Notes) -> None:
    for n in range(500):
        records.event(Anomaly("L1", at(10 + n / 100), "unrecognised", "ff"))
    records.event(Anomaly("L2", at(15), "unrecognised", "ff"))
    assert len(notes.put) == ANOMALIES_A_MINUTE + 1
    records.event(Anomaly("L1", at(76), "unrecognised", "ff"))
    assert len(notes.put) == ANOMALIES_A_MINUTE + 2


def test_the_entry_of_a_call_sets_peoples_data_apart() -> None:
    call = replace(
        CALL,
        caller_id=CallerId("2217001", "张三", None, "11230915"),
        caller_id_at=at(2.6),
        answered=at(8.2),
        ended=at(20.0),
        talk=seconds(11.8),
        digits="114",
    )
    entry = call_entry(call, "closed", "boot", "03562217000", True, 1)
    assert entry.number == entries.Personal("number", "2217001", "03562217001")
    assert entry.name == entries.Personal("name", "张三")
    assert isinstance(entry.digits, entries.Personal)
    assert (entry.ringing, entry.talk, entry.date_time) == (seconds(7.2), seconds(11.8), "11230915")


def test_a_withheld_number_is_an_absence_and_nothing_else() -> None:
    entry = call_entry(
        replace(CALL, caller_id=CallerId(absence=Absence.PRIVATE)),
        "opened",
        "boot",
        "03562217000",
        None,
        None,
    )
    assert (entry.number, entry.name, entry.digits, entry.absence) == (None, None, None, "private")


def test_a_fault_of_the_box_is_on_record_once_and_ends_once(notes: Notes, records: LineRecords) -> None:
    for wrong in ("ring: no chip", "ring: no chip; button: no chip", None, None):
        records.fault("lamp", None, at(1.0), wrong)
    assert notes.entries == [
        entries.FaultBegan("lamp", None, "ring: no chip"),
        entries.FaultEnded("lamp", None),
    ]
