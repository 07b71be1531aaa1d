"""The recorder's thread: group commits, news after the commit, and a disk that fails, fills or hangs loses nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from firmware_app.alerts import Standing
from firmware_app.records import entries, recorder
from firmware_app.records.ledger import Ledger, LedgerInUse, LedgerUnusable
from firmware_app.records.outcomes import Recorded, Refused
from firmware_app.records.reading import Reader
from firmware_app.records.recorder import (
    Committed,
    LedgerDoubtful,
    Recorder,
    RecorderRecovered,
    RecorderTrouble,
)
from firmware_app.records.reserve import SIZE
from firmware_app.records.verifying import verify
from tests.ledger_support import BOOT, MOBILE, Answers, FailingDisk, News, call, number, raising, record
from tests.support import at


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


@pytest.fixture
def disk(request: pytest.FixtureRequest) -> Iterator[FailingDisk]:
    made = FailingDisk(f"disk-{request.node.name}")
    yield made
    made.unregister()


def head(path: Path) -> int:
    reader = Reader(path)
    try:
        return reader.head()[0]
    finally:
        reader.close()


def test_at_the_start_it_tells_how_things_stood(path: Path) -> None:
    ledger = Ledger(path, BOOT)
    record(ledger, call("a", number=number(MOBILE)), call("b", "opened"), entries.FaultBegan("no_loop", "L1"))
    ledger.close()
    news = News()
    made = Recorder(path, BOOT, news)
    first = news.until_told(Committed)
    made.close()
    assert first == Committed((), Standing(1, 1, 0, (("no_loop", "L1"),), True))
    assert [found.key for found in made.open_calls] == ["b"]


def test_news_and_answers_come_after_the_commit_with_the_standing(path: Path) -> None:
    seen: list[tuple[str, int]] = []
    done = threading.Event()

    def tell(news: recorder.RecorderNews) -> None:
        if isinstance(news, Committed) and news.recorded:
            seen.append(("news", head(path)))
            assert news.standing.due == 1

    def then(outcome: Recorded | Refused) -> None:
        assert isinstance(outcome, Recorded)
        assert isinstance(outcome.entry, entries.CallRecorded)
        assert outcome.entry.number == number(
            MOBILE
        )  # the loop gets the number in clear, the journal never does
        seen.append(("then", head(path)))
        done.set()

    made = Recorder(path, BOOT, tell)
    made.put(call("a", number=number(MOBILE)), at(1), "monitor", then)
    assert done.wait(20)
    made.close()
    assert seen == [("news", 1), ("then", 1)]


def test_what_waits_is_committed_together_and_in_order(path: Path, disk: FailingDisk) -> None:
    news, gate = News(), threading.Event()
    made = Recorder(path, BOOT, news, vfs=disk.label)
    news.until_told(Committed)
    disk.fault = gate.wait  # type: ignore[assignment]
    for index in range(1200):
        made.put(entries.StillTalking(f"L{index}"), at(index))
    assert made.waiting == 1200
    gate.set()
    news.until_recorded(1200)
    made.close()
    sizes = [len(each.recorded) for each in news.told if isinstance(each, Committed) and each.recorded]
    assert max(sizes) == recorder.BATCH
    assert len(sizes) <= 5
    assert [each.seq for each in news.recorded] == list(range(1, 1201))
    assert [each.entry for each in news.recorded] == [
        entries.StillTalking(f"L{index}") for index in range(1200)
    ]


def test_a_refusal_reaches_the_one_who_asked(path: Path) -> None:
    news, answers = News(), Answers()
    made = Recorder(path, BOOT, news)
    made.put(entries.CallSeen(7), at(1), "clerk", answers)
    made.put(entries.CallSeen(8), at(1))
    made.put(entries.StillTalking("L1"), at(1), "clerk", answers)
    answers.wait(2)
    made.close()
    assert [type(each) for each in answers.given] == [Refused, Recorded]


def test_a_listener_that_fails_does_not_end_recording(path: Path) -> None:
    def broken(_: object) -> None:
        raise RuntimeError("a fault of the listener")

    answers = Answers()
    made = Recorder(path, BOOT, News())
    made.put(entries.StillTalking("L1"), at(1), "clerk", broken)
    made.put(entries.StillTalking("L2"), at(2), "clerk", answers)
    answers.wait()
    made.close()
    assert isinstance(answers.given[0], Recorded)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (apsw.FullError("database or disk is full"), "disk_full"),
        (apsw.IOError("disk I/O error"), "disk_error"),
        (apsw.BusyError("database is locked"), "locked"),
        (apsw.ReadOnlyError("read-only file system"), "disk_error"),
    ],
    ids=["full", "broken", "locked", "read-only"],
)
def test_a_disk_that_fails_is_told_and_nothing_is_lost(
    path: Path, disk: FailingDisk, error: apsw.Error, kind: str
) -> None:
    news, answers = News(), Answers()
    made = Recorder(path, BOOT, news, vfs=disk.label)
    news.until_told(Committed)
    disk.fault = raising(error)
    for index in range(30):
        made.put(call(f"k{index}", number=number(MOBILE)), at(index), "monitor", answers)
    trouble = news.until_told(RecorderTrouble)
    assert trouble.kind == kind
    assert answers.given == []
    disk.fault = None
    news.until_told(RecorderRecovered)
    answers.wait(30)
    made.close()
    assert [each.seq for each in answers.given if isinstance(each, Recorded)] == list(range(1, 31))
    assert [type(each) for each in news.told if not isinstance(each, Committed)] == [
        RecorderTrouble,
        RecorderRecovered,
    ]
    assert verify(path).holds


@pytest.mark.slow
@pytest.mark.parametrize(
    "idle", [0.0, (recorder.LOOKS + 2) * recorder.GLANCE], ids=["at once", "after a rest"]
)
def test_a_disk_that_hangs_is_told_too(path: Path, disk: FailingDisk, idle: float) -> None:
    news, gate = News(), threading.Event()
    made = Recorder(path, BOOT, news, vfs=disk.label)
    news.until_told(Committed)
    gate.wait(idle)  # so long that the watcher sleeps
    disk.fault = gate.wait  # type: ignore[assignment]
    made.put(entries.StillTalking("L1"), at(1))
    assert news.until_told(RecorderTrouble).kind == "stalled"
    gate.set()
    news.until_told(RecorderRecovered)
    news.until_recorded(1)
    made.close()
    assert head(path) == 1


def test_a_full_disk_is_given_the_reserve_and_what_waits_is_recorded_with_it(
    path: Path, disk: FailingDisk
) -> None:
    news, reserve = News(), path.parent / "reserve"

    def full_while_the_reserve_stands() -> None:
        if reserve.exists():
            raise apsw.FullError("database or disk is full")

    made = Recorder(path, BOOT, news, vfs=disk.label)
    news.until_told(Committed)
    assert reserve.stat().st_blocks * 512 >= SIZE
    disk.fault = full_while_the_reserve_stands
    made.put(call("a", number=number(MOBILE)), at(1))
    assert news.until_told(RecorderTrouble).kind == "disk_full"
    news.until_recorded(1)
    disk.fault = None
    news.until_told(RecorderRecovered)  # once there is room for a reserve again
    assert reserve.stat().st_size == SIZE
    made.close()


@pytest.mark.slow
def test_it_is_not_recovered_while_there_is_no_room_for_the_next_time(path: Path, disk: FailingDisk) -> None:
    news, reserve = News(), path.parent / "reserve"
    made = Recorder(path, BOOT, news, vfs=disk.label)
    news.until_told(Committed)
    reserve.unlink()
    reserve.mkdir()  # what stands in the way of a reserve, for root as well
    disk.fault = raising(apsw.FullError("database or disk is full"))
    made.put(call("a"), at(1))
    news.until_told(RecorderTrouble)
    disk.fault = None
    news.until_recorded(1)
    made.put(call("b"), at(1))
    news.until_recorded(2)
    assert not any(isinstance(each, RecorderRecovered) for each in news.told)
    reserve.rmdir()
    news.until_told(RecorderRecovered)
    made.close()


def test_no_room_for_the_reserve_at_the_start_is_told_at_once(path: Path) -> None:
    (path.parent / "reserve").mkdir()
    news = News()
    made = Recorder(path, BOOT, news)
    assert news.until_told(RecorderTrouble).kind == "disk_full"
    made.put(entries.StillTalking("L1"), at(1))
    news.until_recorded(1)
    made.close()


def test_a_listener_of_the_news_that_fails_ends_the_program_rather_than_the_recording_unseen(
    path: Path,
) -> None:
    told = News()

    def tell(news: recorder.RecorderNews) -> None:
        told(news)
        if isinstance(news, Committed):
            raise RuntimeError("a fault of the loop")

    made = Recorder(path, BOOT, tell)
    assert "a fault of the loop" in told.until_told(LedgerDoubtful).detail
    made.close()


def test_close_records_what_waits_and_lets_go(path: Path) -> None:
    answers = Answers()
    made = Recorder(path, BOOT, News())
    for index in range(300):
        made.put(call(f"k{index}"), at(index), "monitor", answers)
    made.close()
    made.close()
    assert len(answers.given) == 300
    assert all(isinstance(each, Recorded) for each in answers.given)
    assert path.with_name("ledger.db-wal").exists()
    made.put(entries.StillTalking("L1"), at(1))
    made.put(entries.StillTalking("L1"), at(1), "clerk", answers)
    assert isinstance(answers.given[-1], Refused)
    again = Recorder(path, BOOT, News())
    again.close()
    assert head(path) == 300


def test_close_does_not_wait_for_a_disk_that_is_gone(path: Path, disk: FailingDisk) -> None:
    news, answers = News(), Answers()
    made = Recorder(path, BOOT, news, vfs=disk.label)
    disk.fault = raising(apsw.IOError("gone"))
    made.put(entries.StillTalking("L1"), at(1), "clerk", answers)
    news.until_told(RecorderTrouble)
    made.put(entries.StillTalking("L2"), at(1), "clerk", answers)
    made.close()
    answers.wait(2)
    assert [each.code for each in answers.given if isinstance(each, Refused)] == ["closed", "closed"]


def test_close_may_come_from_the_recorders_own_thread(path: Path) -> None:
    closed = threading.Event()
    made = Recorder(path, BOOT, News())

    def then(_: object) -> None:
        made.close()
        closed.set()

    made.put(entries.StillTalking("L1"), at(1), "clerk", then)
    assert closed.wait(20)
    made.close()


def test_a_second_recorder_is_refused(path: Path) -> None:
    made = Recorder(path, BOOT, News())
    with pytest.raises(LedgerInUse):
        Recorder(path, BOOT, News())
    made.close()


@pytest.mark.slow
def test_a_checkpoint_that_fails_is_told_and_made_later(path: Path, disk: FailingDisk) -> None:
    news = News()
    made = Recorder(path, BOOT, news, vfs=disk.label)
    made.put(call("a", number=number(MOBILE)), at(1))
    news.until_recorded(1)
    disk.only_the_file, disk.fault = True, raising(apsw.IOError("disk I/O error"))
    made.put(entries.PartyErased(10, "asked"), at(1))
    assert news.until_told(RecorderTrouble).kind == "disk_error"
    news.until_recorded(2)
    disk.fault = None
    news.until_told(RecorderRecovered)
    made.close()
    assert MOBILE.encode() not in path.read_bytes()


def test_a_start_that_fails_leaves_the_ledger_free(path: Path, disk: FailingDisk) -> None:
    Ledger(path, BOOT).close()
    disk.fault = raising(apsw.FullError("database or disk is full"))
    with pytest.raises(LedgerUnusable, match="full"):
        Recorder(path, BOOT, News(), seeds={"profile": {"name": "x"}}, vfs=disk.label)
    disk.fault = None
    Recorder(path, BOOT, News()).close()
