"""The recorder's queue is bounded: what goes when it is full, and that nothing acknowledged or decided is among it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from firmware_app.records import entries
from firmware_app.records.backlog import MOST_BYTES, MOST_REFUSABLE, MOST_WAITING
from firmware_app.records.outcomes import Refused
from firmware_app.records.reading import Reader
from firmware_app.records.recorder import Committed, Recorder, RecorderTrouble
from tests.ledger_support import BOOT, Answers, FailingDisk, News, call, raising
from tests.support import at


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


@pytest.fixture
def disk(request: pytest.FixtureRequest) -> Iterator[FailingDisk]:
    made = FailingDisk(f"disk-{request.node.name}")
    yield made
    made.unregister()


@pytest.fixture
def held(path: Path, disk: FailingDisk) -> Iterator[tuple[Recorder, News, threading.Event]]:
    """A recorder whose first commit waits for the gate, so that everything after it queues up."""
    news, gate = News(), threading.Event()
    made = Recorder(path, BOOT, news, vfs=disk.label)
    news.until_told(Committed)
    disk.fault = gate.wait  # type: ignore[assignment]
    made.put(entries.StillTalking("first"), at(0))
    while made.in_hand == 0:
        assert not gate.wait(0.001)
    yield made, news, gate
    gate.set()
    made.close()


def test_of_a_call_only_the_newest_state_is_kept_when_the_queue_is_full(
    path: Path, held: tuple[Recorder, News, threading.Event]
) -> None:
    made, news, gate = held
    calls = MOST_WAITING // 2
    for index in range(calls):
        for stage in ("opened", "changed", "closed"):
            made.put(call(f"k{index}", stage), at(index))
    assert made.waiting <= MOST_WAITING + 1
    gate.set()
    made.put(entries.StillTalking("last"), at(1))
    news.until(lambda _: bool(news.recorded) and news.recorded[-1].entry == entries.StillTalking("last"))
    reader = Reader(path)
    assert sum(row.stage == "closed" for row in reader.calls(0, 2**62)) == calls
    reader.close()
    assert not [each for each in news.recorded if isinstance(each.entry, entries.LineAnomaly)]


def test_what_a_person_asks_is_refused_when_the_queue_is_full(
    held: tuple[Recorder, News, threading.Event],
) -> None:
    made, _, _ = held
    answers = Answers()
    for index in range(MOST_WAITING):
        made.put(call(f"k{index}"), at(index))
    made.put(entries.Presence(True, "panel"), at(1), "clerk", answers)
    assert [each.code for each in answers.given if isinstance(each, Refused)] == ["busy"]


def test_what_had_to_be_dropped_is_counted_and_recorded(held: tuple[Recorder, News, threading.Event]) -> None:
    made, news, gate = held
    for index in range(MOST_WAITING - 100):
        made.put(call(f"k{index}"), at(index))
    for _ in range(100):
        made.put(entries.LineAnomaly("L1", "noise", "7f"), at(1))
    for index in range(150):
        made.put(call(f"later{index}"), at(1))
    assert made.waiting == MOST_WAITING + 1
    gate.set()
    news.until(lambda _: bool(news.recorded) and isinstance(news.recorded[-1].entry, entries.LineAnomaly))
    assert news.recorded[-1].entry == entries.LineAnomaly("", "entries_lost", "150")
    assert len(news.recorded) == 1 + MOST_WAITING + 1


def codes(answers: Answers) -> list[str]:
    return [each.code for each in answers.given if isinstance(each, Refused)]


def test_a_flood_of_what_can_be_refused_leaves_the_lines_their_places(
    held: tuple[Recorder, News, threading.Event],
) -> None:
    made, news, gate = held
    answers = Answers()
    for _ in range(2 * MOST_WAITING):
        made.put(entries.StillTalking("L1"), at(1), "peer", answers)
    for index in range(MOST_WAITING - MOST_REFUSABLE):
        made.put(call(f"k{index}"), at(index))
    assert codes(answers) == ["busy"] * (2 * MOST_WAITING - MOST_REFUSABLE)
    gate.set()
    news.until_recorded(1 + MOST_WAITING)
    assert not [each for each in news.recorded if isinstance(each.entry, entries.LineAnomaly)]
    made.put(
        entries.StillTalking("L1"), at(1), "peer", answers
    )  # and when they are on disk there is room again
    news.until_recorded(2 + MOST_WAITING)


def test_few_but_huge_entries_are_refused_too(held: tuple[Recorder, News, threading.Event]) -> None:
    made, news, gate = held
    answers, size, rounds = Answers(), 190_000, 100
    for index in range(rounds):
        content = '{"a":"' + "x" * size + '"}'
        made.put(entries.SiteDocumentChanged(f"d{index}", 0, "", content), at(1), "peer", answers)
    fit = MOST_BYTES // size
    assert codes(answers) == ["busy"] * (rounds - fit)
    made.put(
        entries.PasswordSet("clerk", entries.Personal("secret", "x" * size), True), at(1), "peer", answers
    )
    assert len(codes(answers)) == rounds - fit + 1
    made.put(entries.StillTalking("L1"), at(1), "peer", answers)  # what is small still has its place
    assert len(codes(answers)) == rounds - fit + 1
    gate.set()
    news.until_recorded(1 + fit + 1)


def test_close_tells_how_many_entries_are_lost_with_the_program(path: Path, disk: FailingDisk) -> None:
    news, answers = News(), Answers()
    made = Recorder(path, BOOT, news, vfs=disk.label)
    made.put(entries.StillTalking("L1"), at(1))
    news.until_recorded(1)
    disk.fault = raising(apsw.IOError("gone"))
    made.put(entries.StillTalking("L1"), at(1), "clerk", answers)
    news.until_told(RecorderTrouble)
    made.put(call("a"), at(2))
    made.put(call("b"), at(2))
    assert made.close() == 3
    made.put(entries.Stopped("signal"), at(3))
    assert made.close() == 4


def test_close_tells_that_nothing_is_lost(path: Path) -> None:
    made = Recorder(path, BOOT, News())
    for index in range(300):
        made.put(call(f"k{index}"), at(index))
    assert made.close() == 0


def test_close_counts_what_a_disk_that_hangs_has_in_hand(
    held: tuple[Recorder, News, threading.Event],
) -> None:
    made, _, _ = held
    made.put(call("a"), at(2))
    assert made.close() == 2
