"""What readers of the ledger get: the lists of the panel, in any state of the monitor."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from device.signals import seconds
from firmware_app.alerts import Standing
from firmware_app.records import entries
from firmware_app.records.call_list import CallRow, MissedRow
from firmware_app.records.database import LedgerAbsent, LedgerNotMade, open_writer
from firmware_app.records.ledger import Ledger
from firmware_app.records.reading import SLICE, Reader
from tests.ledger_support import BOOT, FIXED, MOBILE, OTHER_MOBILE, answered, call, number, record
from tests.support import at


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = Ledger(tmp_path / "ledger.db", BOOT)
    yield made
    made.close()


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    made = Reader(tmp_path / "ledger.db")
    yield made
    made.close()


def test_before_the_first_start_of_the_monitor_there_is_no_ledger(reader: Reader, tmp_path: Path) -> None:
    with pytest.raises(LedgerAbsent) as absent:
        reader.missed_list()
    assert "还没有账本" in absent.value.message.zh
    Ledger(tmp_path / "ledger.db", BOOT).close()
    assert reader.missed_list() == []


def test_a_ledger_of_which_only_the_file_is_there_is_being_made(reader: Reader, tmp_path: Path) -> None:
    apsw.Connection(str(tmp_path / "ledger.db")).pragma("journal_mode", "wal")
    with pytest.raises(LedgerNotMade):
        reader.missed_list()


def test_a_ledger_without_an_epoch_is_not_complete(reader: Reader, tmp_path: Path) -> None:
    open_writer(tmp_path / "ledger.db").close()
    with pytest.raises(LedgerAbsent):
        reader.origin()
    assert reader.head() == (0, b"")


def test_a_missed_call_as_the_page_shows_it(ledger: Ledger, reader: Reader) -> None:
    name = entries.Personal("name", "张三")
    record(ledger, call("a", start=100, number=number(MOBILE), name=name))
    record(ledger, call("b", start=900, line="L2", ring_bursts=5, number=number(MOBILE), in_hours=False))
    assert reader.missed_list() == [
        MissedRow(
            call=2,
            line="L2",
            number=MOBILE,
            name=None,
            absence=None,
            started_wall=at(900).wall,
            ring_bursts=5,
            ringing=seconds(11),
            times_called=2,
            seen=False,
            case=1,
            case_state="open",
            attempts=0,
            waited_since=at(100).wall,
            disposition="no_answer",
            in_hours=False,
        )
    ]


def test_the_list_holds_what_is_owed_newest_first(ledger: Ledger, reader: Reader) -> None:
    record(
        ledger,
        call("due", number=number(MOBILE)),
        call("hidden", absence="private"),
        call("settle", disposition="unknown", number=number(OTHER_MOBILE)),
        answered("fine"),
        call("short", disposition="abandoned"),
        call("due 2", number=number(FIXED)),
        call("ringing", "opened"),
    )
    assert [(row.call, row.disposition, row.absence, row.seen) for row in reader.missed_list()] == [
        (6, "no_answer", None, False),
        (3, "unknown", None, False),
        (2, "no_answer", "private", False),
        (1, "no_answer", None, False),
    ]
    assert [row.call for row in reader.missed_list(2)] == [6, 3]
    record(ledger, *(entries.CallSeen(row) for row in (1, 2, 3)))
    assert [(row.call, row.seen) for row in reader.missed_list()] == [(6, False), (3, True), (1, True)]
    assert reader.standing() == ledger.standing() == Standing(1, 2, 1, (), True)


def test_what_was_dealt_with_latest_first(ledger: Ledger, reader: Reader) -> None:
    record(
        ledger,
        call("a", number=number(MOBILE)),
        call("b", absence="private"),
        call("c", disposition="unknown"),
        call("d", number=number(OTHER_MOBILE)),
    )
    record(ledger, entries.CallSeen(2), entries.CallSeen(1), actor="clerk")
    record(ledger, entries.CallSettled(3, "answered", "panel"), actor="anna")
    record(ledger, entries.CallbackAttempted(1, "reached", "self_reported", False), actor="ben")
    record(ledger, answered("e", number=number(OTHER_MOBILE)))
    assert [(row.call, row.outcome, row.done_by, row.attempts) for row in reader.recently_done()] == [
        (4, "self_resolved", "monitor", 0),
        (1, "reached", "ben", 1),
        (3, "answered", "anna", 0),
        (2, "seen", "clerk", 0),
    ]
    assert [row.call for row in reader.recently_done(1)] == [4]
    assert [row.done_seq for row in reader.recently_done()] == [9, 8, 7, 5]


def test_a_call_as_it_stands(ledger: Ledger, reader: Reader) -> None:
    record(ledger, answered("a", start=100, number=number(MOBILE), name=entries.Personal("name", "张三")))
    assert reader.call(1) == CallRow(
        id=1,
        key="a",
        line="L1",
        direction="inbound",
        stage="closed",
        started_wall=at(100).wall,
        ring_bursts=3,
        ringing=seconds(4.2),
        answered_wall=at(104.2).wall,
        ended_wall=at(111).wall,
        answer_delay=seconds(4.2),
        talk=seconds(30),
        uncertainty=seconds(0.01),
        disposition="answered",
        in_hours=True,
        hours_version=1,
        number=MOBILE,
        name="张三",
        absence=None,
        caller_id_wall=None,
        case=None,
        seen=False,
        settled=False,
    )
    assert reader.call(2) is None


def test_of_an_outgoing_call_the_number_is_what_was_dialled(ledger: Ledger, reader: Reader) -> None:
    record(ledger, call("a", direction="outbound", disposition=None, digits=number(FIXED)))
    found = reader.call(1)
    assert found is not None
    assert found.number == FIXED


def test_calls_of_a_time_in_the_order_they_were_recorded(ledger: Ledger, reader: Reader) -> None:
    """The clock stepped back in between: the order is that of the journal all the same."""
    starts = [100.0, 300.0, 200.0, 400.0]
    record(ledger, *(call(f"k{start}", start=start, line="L2" if start == 300 else "L1") for start in starts))
    found = list(reader.calls(at(100).wall, at(400).wall))
    assert [row.started_wall for row in found] == [at(start).wall for start in (100, 300, 200)]
    assert [row.id for row in reader.calls(at(100).wall, at(400).wall, "L1")] == [1, 3]
    assert list(reader.calls(at(500).wall, at(600).wall)) == []


def test_a_list_longer_than_a_slice_is_read_in_short_transactions(ledger: Ledger, reader: Reader) -> None:
    for start in range(0, 2 * SLICE + 10, 110):
        record(ledger, *(call(f"k{index}") for index in range(start, start + 110)))
    calls = reader.calls(0, 2**62)
    first = next(calls)
    record(ledger, call("meanwhile"))  # no transaction is open between the slices, nor seen by the list
    found = [first, *calls]
    assert [row.id for row in found] == list(range(1, 1101))


def test_the_journal_in_pieces(ledger: Ledger, reader: Reader) -> None:
    record(ledger, *(entries.StillTalking(f"L{index}") for index in range(5)))
    assert [row.seq for row in reader.journal()] == [1, 2, 3, 4, 5]
    assert [row.body for row in reader.journal(3, 1)] == ['{"line":"L3"}']
    assert reader.head() == ledger.head()
    assert reader.origin()[0] == ledger.epoch


def test_an_erased_person_leaves_the_call(ledger: Ledger, reader: Reader) -> None:
    record(ledger, call("a", number=number(MOBILE)), entries.PartyErased(10, "asked"))
    assert [(row.number, row.times_called) for row in reader.missed_list()] == [(None, 1)]
    record(
        ledger,
        entries.PasswordSet("a", entries.Personal("secret", "x"), False),
        entries.PartyErased(30, "left"),
    )
    left = reader.account("a")
    assert left is not None
    assert left.secret is None


def test_it_reads_when_the_monitor_is_down_and_when_it_was_killed(tmp_path: Path, reader: Reader) -> None:
    ledger = Ledger(tmp_path / "ledger.db", BOOT)
    record(ledger, call("a"))
    ledger.close()
    assert len(reader.missed_list()) == 1
    (tmp_path / "ledger.db-shm").unlink()  # what a power cut leaves: the log without its index
    again = Reader(tmp_path / "ledger.db")
    assert len(again.missed_list()) == 1
    again.close()


def test_a_ledger_that_was_replaced_is_opened_again(tmp_path: Path, reader: Reader) -> None:
    for name, calls in (("one", 1), ("two", 2)):
        ledger = Ledger(tmp_path / name / "ledger.db", BOOT)
        record(ledger, *(call(f"k{index}") for index in range(calls)))
        ledger.tidy()
        ledger.close()
    for name, calls in (("one", 1), ("two", 2)):
        for suffix in ("", "-wal", "-shm"):
            (tmp_path / name / f"ledger.db{suffix}").replace(tmp_path / f"ledger.db{suffix}")
        assert len(reader.missed_list()) == calls


def test_a_reader_cannot_write(ledger: Ledger, reader: Reader) -> None:
    record(ledger, call("a"))
    with pytest.raises(apsw.ReadOnlyError), reader.snapshot() as db:
        db.execute("DELETE FROM calls")
    assert reader.head()[0] == 1


def test_the_lists_are_found_by_their_indexes(ledger: Ledger, reader: Reader) -> None:
    """100,000 calls must not be read to show fifty: no plan scans a table that grows."""
    from firmware_app.records import call_list

    with reader.snapshot() as db:
        for sql in (*call_list._OWED, *call_list._FINISHED):
            plan = [str(row[3]) for row in db.execute(f"EXPLAIN QUERY PLAN {sql}", (50,))]
            assert not [step for step in plan if step.startswith("SCAN") and "INDEX" not in step], plan
            assert not [step for step in plan if "TEMP B-TREE" in step], plan
