"""The writer of the ledger on real files: one transaction a batch, a chain, one writer, nothing half-written."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import apsw
import pytest

from device.signals import Absence, CallerId, Instant, seconds
from firmware_app.alerts import Standing
from firmware_app.calls.call import Call, Direction, Disposition
from firmware_app.records import entries
from firmware_app.records.database import one, open_reader, rows
from firmware_app.records.entry_bytes import digest, genesis
from firmware_app.records.ledger import (
    DiskUnusable,
    Ledger,
    LedgerBroken,
    LedgerInUse,
    LedgerUnusable,
    unusable,
)
from firmware_app.records.outcomes import Pending, Recorded, Refused
from firmware_app.records.reading import Reader
from firmware_app.records.verifying import verify
from tests.ledger_support import (
    BOOT,
    MOBILE,
    OTHER_MOBILE,
    FailingDisk,
    answered,
    call,
    number,
    raising,
    record,
    row_of,
    seq_of,
)
from tests.support import at


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = Ledger(tmp_path / "ledger.db", BOOT)
    yield made
    made.close()


def stored(ledger: Ledger, sql: str) -> list[tuple[Any, ...]]:
    db = open_reader(ledger.path)
    try:
        return rows(db, sql)
    finally:
        db.close()


def test_what_append_returns_is_on_disk_in_the_order_it_was_given(ledger: Ledger) -> None:
    outcomes = ledger.append(
        [
            Pending(entries.Started(BOOT, "0.1.0"), at(1)),
            Pending(call("k", "opened"), at(2)),
            Pending(entries.Presence(False, "button"), at(3), "desk"),
        ]
    )
    assert [seq_of(outcome) for outcome in outcomes] == [1, 2, 3]
    assert stored(ledger, "SELECT seq, boot, mono, wall, actor, kind, version FROM journal") == [
        (1, BOOT, at(1).mono, at(1).wall, "monitor", "Started", 1),
        (2, BOOT, at(2).mono, at(2).wall, "monitor", "CallRecorded", 1),
        (3, BOOT, at(3).mono, at(3).wall, "desk", "Presence", 1),
    ]
    assert row_of(outcomes[1]) == 2


def test_each_entry_follows_from_the_one_before(ledger: Ledger) -> None:
    record(ledger, entries.Started(BOOT, "0.1.0"), entries.StillTalking("L1"))
    record(ledger, entries.StillTalking("L2"))
    meta: dict[str, Any] = dict(stored(ledger, "SELECT name, value FROM meta"))
    prev = genesis(str(meta["epoch"]), int(str(meta["created"])))
    for row in stored(
        ledger, "SELECT seq, boot, mono, wall, actor, kind, version, body, prev, digest FROM journal"
    ):
        assert row[8] == prev
        prev = digest(prev, *row[:8])
        assert row[9] == prev
    assert ledger.head() == (3, prev)


def test_an_entry_that_cannot_be_recorded_is_refused_alone(ledger: Ledger) -> None:
    outcomes = record(ledger, call("a"), entries.CallSeen(999), call("b"))
    assert [type(outcome) for outcome in outcomes] == [Recorded, Refused, Recorded]
    assert isinstance(outcomes[1], Refused)
    assert outcomes[1].code == "not_found"
    assert [seq_of(outcomes[0]), seq_of(outcomes[2])] == [1, 2]


@pytest.mark.parametrize(
    "odd",
    [
        entries.CallSeen("one"),  # type: ignore[arg-type]
        entries.FaultBegan("disk", "L1", "\ud800"),
        replace(call("odd"), ring_bursts=2**70),
        replace(call("odd"), ring_bursts="many"),  # type: ignore[arg-type]
        entries.Presence(None, "panel"),  # type: ignore[arg-type]
        replace(call("odd"), stage="ended"),
    ],
    ids=["text for a number", "half a letter", "too large", "no number", "nothing", "no such stage"],
)
def test_an_entry_of_nonsense_does_not_spoil_its_batch(ledger: Ledger, odd: entries.Entry) -> None:
    outcomes = record(ledger, call("a"), odd, call("b"))
    assert isinstance(outcomes[1], Refused)
    assert [seq_of(outcomes[0]), seq_of(outcomes[2])] == [1, 2]
    assert stored(ledger, "SELECT key FROM calls ORDER BY id") == [("a",), ("b",)]
    assert verify(ledger.path).holds


def test_a_name_that_is_not_utf8_does_not_cost_the_call(ledger: Ledger) -> None:
    record(ledger, call("a", name=entries.Personal("name", "张\udcff")))
    assert stored(ledger, "SELECT content FROM parties") == [("张?",)]


def test_numbers_and_names_never_stand_in_the_journal(ledger: Ledger) -> None:
    record(ledger, call("a", number=number(MOBILE), name=entries.Personal("name", "张三")))
    (body,) = stored(ledger, "SELECT body FROM journal")[0]
    assert MOBILE not in str(body)
    assert "张三" not in str(body)
    assert stored(ledger, "SELECT kind, content, lookup FROM parties ORDER BY id") == [
        ("number", MOBILE, MOBILE),
        ("name", "张三", None),
    ]


def test_one_row_of_people_s_data_serves_all_calls_of_a_number_and_the_name_within_a_call(
    ledger: Ledger,
) -> None:
    name = entries.Personal("name", "张三")
    for key in ("a", "b"):
        record(ledger, call(key, "opened"))
        record(ledger, call(key, "changed", number=number(MOBILE), name=name))
        record(ledger, call(key, "closed", number=number(MOBILE), name=name))
    assert stored(
        ledger, "SELECT kind, COUNT(*), COUNT(DISTINCT salt) FROM parties GROUP BY kind ORDER BY kind"
    ) == [
        ("name", 2, 2),
        ("number", 1, 1),
    ]


def test_a_number_is_kept_as_it_was_sent(ledger: Ledger) -> None:
    """With and without the leading zero it is the same caller; what the exchange sent is kept all the same."""
    record(ledger, call("a", number=number(MOBILE)))
    record(ledger, call("b", number=entries.Personal("number", "0" + MOBILE, lookup=MOBILE)))
    assert stored(ledger, "SELECT content FROM parties ORDER BY id") == [(MOBILE,), ("0" + MOBILE,)]
    assert stored(ledger, "SELECT calls FROM cases") == [(2,)]


def test_an_open_call_is_found_again_as_it_was(tmp_path: Path) -> None:
    started = at(100)
    known = Call(
        key="k",
        line="L1",
        direction=Direction.INBOUND,
        started=started,
        ring_bursts=2,
        last_edge=started.plus(seconds(6)),
        answered=started.plus(seconds(7.5)),
        uncertainty=seconds(0.01),
        caller_id=CallerId(MOBILE, "张三", None, "11230801"),
        caller_id_at=started.plus(seconds(3)),
        digits="12",
    )
    entry = call(
        "k",
        "changed",
        ring_bursts=2,
        last_edge_mono=started.plus(seconds(6)).mono,
        answered_mono=started.plus(seconds(7.5)).mono,
        answered_wall=started.plus(seconds(7.5)).wall,
        caller_id_wall=started.plus(seconds(3)).wall,
        number=number(MOBILE),
        name=entries.Personal("name", "张三"),
        digits=number("12"),
        date_time="11230801",
    )
    hidden = call("h", "opened", line="L2", last_edge_mono=None, absence="private", disposition="unknown")
    ledger = Ledger(tmp_path / "ledger.db", BOOT)
    record(
        ledger, entry, hidden, call("over"), call("bare", "opened", direction="outbound", last_edge_mono=None)
    )
    ledger.close()
    ledger = Ledger(tmp_path / "ledger.db", BOOT)
    found = ledger.open_calls()
    ledger.close()
    assert found == [
        known,
        Call(
            "h",
            "L2",
            Direction.INBOUND,
            started,
            ring_bursts=3,
            uncertainty=seconds(0.01),
            disposition=Disposition.UNKNOWN,
            caller_id=CallerId(absence=Absence.PRIVATE),
        ),
        Call("bare", "L1", Direction.OUTBOUND, started, ring_bursts=3, uncertainty=seconds(0.01)),
    ]
    assert [each.caller_id_at for each in found] == [known.caller_id_at, None, None]
    assert isinstance(found[0].caller_id_at, Instant)


def test_a_second_writer_is_refused_and_the_lock_ends_with_the_first(tmp_path: Path) -> None:
    first = Ledger(tmp_path / "ledger.db", BOOT)
    with pytest.raises(LedgerInUse) as refused:
        Ledger(tmp_path / "ledger.db", BOOT)
    assert "另一个" in refused.value.message.zh
    record(first, entries.StillTalking("L1"))
    first.close()
    first.close()
    second = Ledger(tmp_path / "ledger.db", BOOT)
    assert second.head()[0] == 1
    second.close()


def test_a_folder_or_file_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LedgerUnusable) as refused:
        Ledger(tmp_path / "file" / "ledger.db", BOOT)
    assert "账本用不了" in refused.value.message.zh
    (tmp_path / "away.db").symlink_to(tmp_path / "nowhere" / "ledger.db")
    for _ in range(2):
        with pytest.raises(LedgerUnusable):
            Ledger(tmp_path / "away.db", BOOT)
    (tmp_path / "other.db").write_bytes(b"not a database " * 1000)
    for _ in range(2):  # and the lock is let go of
        with pytest.raises(LedgerUnusable):
            Ledger(tmp_path / "other.db", BOOT)


@pytest.mark.parametrize(
    ("error", "may_work_later"),
    [
        (OSError(errno.EROFS, "Read-only file system"), True),
        (OSError(errno.EIO, "Input/output error"), True),
        (OSError(errno.EACCES, "Permission denied"), False),
        (apsw.FullError("database or disk is full"), True),
        (apsw.NotADBError("file is not a database"), False),
    ],
    ids=str,
)
def test_a_disk_that_may_work_later_is_told_from_a_ledger_that_will_not(
    tmp_path: Path, error: Exception, may_work_later: bool
) -> None:
    assert isinstance(unusable(tmp_path, error), DiskUnusable) is may_work_later


def test_nobody_else_on_the_box_may_read_it(ledger: Ledger) -> None:
    record(ledger, call("a", number=number(MOBILE)))
    modes = {path.name: path.stat().st_mode & 0o777 for path in ledger.path.parent.iterdir()}
    assert modes == {"ledger.db": 0o640, "ledger.db-wal": 0o640, "ledger.db-shm": 0o640, "ledger.lock": 0o600}


def test_the_group_may_read_it_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        ledger = Ledger(tmp_path / "ledger.db", BOOT)
    finally:
        os.umask(before)
    record(ledger, call("a"))
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    ledger.close()
    assert modes == {"ledger.db": 0o640, "ledger.db-wal": 0o640, "ledger.db-shm": 0o640, "ledger.lock": 0o600}


def test_an_epoch_is_made_once(tmp_path: Path) -> None:
    epochs = set()
    for _ in range(2):
        ledger = Ledger(tmp_path / "deep" / "er" / "ledger.db", BOOT)
        epochs.add(ledger.epoch)
        ledger.close()
    other = Ledger(tmp_path / "ledger.db", BOOT)
    epochs.add(other.epoch)
    other.close()
    assert len(epochs) == 2


def test_a_last_entry_that_was_changed_is_noticed_at_the_start(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.db", BOOT)
    record(ledger, entries.StillTalking("L1"))
    ledger.close()
    tampered = apsw.Connection(str(tmp_path / "ledger.db"))
    tampered.execute("DROP TRIGGER journal_is_not_changed; UPDATE journal SET actor = 'nobody'").fetchall()
    tampered.close()
    with pytest.raises(LedgerBroken) as found:
        Ledger(tmp_path / "ledger.db", BOOT)
    assert "摘要" in found.value.message.zh


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE journal SET wall = 0",
        "DELETE FROM journal",
        "INSERT INTO journal SELECT seq + 5, boot, mono, wall, actor, kind, version, body, prev, digest FROM journal",
        "INSERT OR REPLACE INTO journal SELECT seq, boot, mono, 0, actor, kind, version, body, prev, digest FROM journal",
    ],
)
def test_the_journal_refuses_change_deletion_and_gaps(tmp_path: Path, sql: str) -> None:
    ledger = Ledger(tmp_path / "ledger.db", BOOT)
    record(ledger, entries.StillTalking("L1"))
    ledger.close()
    db = apsw.Connection(str(tmp_path / "ledger.db"))
    with pytest.raises(apsw.ConstraintError):
        db.execute(sql).fetchall()
    db.close()


@pytest.mark.parametrize("error", [apsw.FullError("full"), apsw.IOError("gone")], ids=["full", "broken"])
def test_a_disk_that_fails_leaves_nothing_of_the_batch_and_works_again(
    tmp_path: Path, error: apsw.Error
) -> None:
    disk = FailingDisk(f"failing-{type(error).__name__}")
    ledger = Ledger(tmp_path / "ledger.db", BOOT, vfs=disk.label)
    record(ledger, call("a", number=number(MOBILE)))
    head = ledger.head()
    disk.fault = raising(error)
    for _ in range(3):
        with pytest.raises(type(error)):
            record(ledger, call("b", number=number(MOBILE)), call("c", number=number(OTHER_MOBILE)))
    disk.fault = None
    assert ledger.head() == head
    assert [seq_of(outcome) for outcome in record(ledger, call("b", number=number(MOBILE)), call("d"))] == [
        2,
        3,
    ]
    ledger.close()
    assert verify(tmp_path / "ledger.db").holds
    db = open_reader(tmp_path / "ledger.db")
    assert one(db, "SELECT group_concat(key, ' ') FROM calls") == ("a b d",)
    db.close()
    disk.unregister()


def test_a_reader_that_stopped_in_its_transaction_does_not_hold_the_writer(ledger: Ledger) -> None:
    record(ledger, call("a"))
    reader = Reader(ledger.path)
    with reader.snapshot() as db:
        before = one(db, "SELECT COUNT(*) FROM journal")
        for index in range(300):
            record(ledger, call(f"b{index}"))
            ledger.tidy()
        assert one(db, "SELECT COUNT(*) FROM journal") == before
    assert reader.head()[0] == 301
    reader.close()
    record(ledger, *(call(f"c{index}") for index in range(400)))
    for _ in range(3):
        ledger.tidy()
        record(ledger, call(f"d{_}"))
    assert verify(ledger.path).holds


def test_the_log_does_not_grow_for_ever(ledger: Ledger) -> None:
    for index in range(400):
        record(ledger, *(call(f"{index}.{place}") for place in range(10)))
        ledger.tidy()
    assert ledger.path.with_name("ledger.db-wal").stat().st_size < 4 * 1024 * 1024


def test_it_stands_as_its_entries_say(ledger: Ledger) -> None:
    assert ledger.standing() == Standing(0, 0, 0, (), True)
    record(
        ledger,
        call("a", number=number(MOBILE)),
        call("b", number=number(OTHER_MOBILE)),
        call("c", disposition="unknown"),
        answered("d"),
        entries.FaultBegan("no_loop", "L1"),
        entries.FaultBegan("disk", None),
        entries.Presence(False, "button"),
    )
    assert ledger.standing() == Standing(3, 2, 1, (("no_loop", "L1"), ("disk", None)), False)
