"""By which means each fact of a call was sensed: from the line machine through the ledger to its readers, and back after a restart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import apsw
import pytest

from device.signals import CallerId, Means, seconds
from firmware_app.call_entries import call_entry
from firmware_app.calls.call import Call, Direction, Disposition, Doubt, FarEnd
from firmware_app.records import entries
from firmware_app.records.database import migrate, rows
from firmware_app.records.entry_bytes import body_of, read_entry
from firmware_app.records.ledger import Ledger
from firmware_app.records.migrations import DERIVED, MIGRATIONS
from firmware_app.records.outcomes import Refused
from firmware_app.records.reading import Reader
from firmware_app.records.verifying import verify
from tests.ledger_support import BOOT, MOBILE, answered, call, number, record
from tests.support import at

BEFORE_SOURCES = 3  # version of the schema

INBOUND = Call(
    f"{BOOT}:L1:1",
    "L1",
    Direction.INBOUND,
    at(10),
    ring_bursts=2,
    last_edge=at(16),
    answered=at(17),
    uncertainty=seconds(0.35),
    caller_id=CallerId(MOBILE, date_time="11231940"),
    caller_id_at=at(12),
    started_by=Means.RING_PIN,
    answered_by=Means.LINE_VOLTAGE,
    answer_error=seconds(0.25),
    caller_id_by=Means.SOUND,
)
OUTBOUND = Call(
    f"{BOOT}:L1:2",
    "L1",
    Direction.OUTBOUND,
    at(20),
    ended=at(60),
    talk=seconds(40),
    digits=MOBILE,
    started_by=Means.HOOK_PIN,
    ended_by=Means.HOOK_PIN,
    digits_by=Means.DTMF_CHIP,
    far_end=FarEnd.ANSWERED,
    far_answered=at(30),
    far_answered_by=Means.REVERSAL_PIN,
    far_answer_error=seconds(0.01),
)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = Ledger(tmp_path / "ledger.db", BOOT)
    yield made
    made.close()


def entry_of(each: Call, stage: str) -> entries.CallRecorded:
    return call_entry(each, stage, BOOT, "03560000000", True, 1)


def test_an_open_call_comes_back_after_a_restart_with_its_sources(ledger: Ledger) -> None:
    faxes = replace(INBOUND, disposition=Disposition.NON_VOICE)
    outbound = replace(OUTBOUND, digits="", ended=None, ended_by=None, talk=None)
    record(ledger, entry_of(faxes, "changed"), entry_of(outbound, "changed"))
    assert ledger.open_calls() == [faxes, outbound]


def test_readers_get_the_sources_of_a_closed_call(ledger: Ledger, tmp_path: Path) -> None:
    record(ledger, entry_of(OUTBOUND, "closed"))
    unknown = replace(INBOUND, key=f"{BOOT}:L1:3", answered=None, answered_by=None, answer_error=None)
    over = replace(unknown, ended=at(16), ended_by=Means.RING_PIN, disposition=Disposition.UNKNOWN)
    record(ledger, entry_of(replace(over, doubt=Doubt.HOOK_AWAY), "closed"))
    reader = Reader(tmp_path / "ledger.db")
    out, missed = reader.call(1), reader.call(2)
    assert out is not None
    assert missed is not None
    assert (out.started_by, out.ended_by, out.digits_by, out.far_end) == (
        "hook_pin",
        "hook_pin",
        "dtmf_chip",
        "answered",
    )
    assert (out.far_answered_wall, out.far_answered_by, out.doubt) == (at(30).wall, "reversal_pin", None)
    assert (out.far_answer_error, out.answer_error, missed.answer_error) == (seconds(0.01), None, None)
    assert (missed.started_by, missed.answered_by, missed.caller_id_by) == ("ring_pin", None, "sound")
    assert (missed.doubt, [row.doubt for row in reader.missed_list()]) == ("hook_away", ["hook_away"])
    reader.close()


def test_a_far_end_that_nobody_knows_the_word_of_is_refused(ledger: Ledger) -> None:
    (outcome,) = record(ledger, replace(entry_of(OUTBOUND, "closed"), far_end="perhaps"))
    assert isinstance(outcome, Refused)
    assert outcome.code == "invalid"


def test_an_entry_without_sources_has_the_body_it_always_had() -> None:
    body = body_of(replace(answered("a"), number=None))
    assert "_by" not in body
    assert "far_" not in body
    assert "doubt" not in body
    old = read_entry("CallRecorded", 1, body)
    assert isinstance(old, entries.CallRecorded)
    assert (old.answered_by, old.far_end, old.doubt) == (None, None, None)


def test_a_ledger_of_before_the_sources_is_taken_over_and_holds(ledger: Ledger, tmp_path: Path) -> None:
    """What an older program wrote is copied into the schema of its time; this one opens it, and goes on."""
    record(ledger, call("a"), answered("b", number=number(MOBILE)), call("c", disposition="unknown"))
    old = apsw.Connection(str(tmp_path / "old.db"))
    migrate(old, MIGRATIONS[:BEFORE_SOURCES])
    old.execute("ATTACH ? AS new", (str(tmp_path / "ledger.db"),))
    for table in ("meta", "journal", "parties", *(table for table, _ in DERIVED)):
        columns = ", ".join(
            name for (name,) in rows(old, "SELECT name FROM pragma_table_info(?, 'main')", (table,))
        )
        if not columns:
            continue  # a table of a later time
        old.execute(f"DELETE FROM main.{table}" if table == "tallies" else "SELECT 1").fetchall()
        old.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM new.{table}")
    old.execute("DETACH new")
    old.close()
    taken_over = Ledger(tmp_path / "old.db", BOOT)
    record(taken_over, entry_of(INBOUND, "opened"))
    report = verify(tmp_path / "old.db")
    assert report.holds, report.findings
    assert report.entries == 4
    assert rows(apsw.Connection(str(tmp_path / "old.db")), "SELECT answered_by FROM calls ORDER BY id") == [
        (None,),
        (None,),
        (None,),
        ("line_voltage",),
    ]
    taken_over.close()
