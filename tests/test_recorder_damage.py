"""What ends recording and what does not: a card that cannot read, a file that is damaged, a ledger that is gone."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import apsw
import pytest

from firmware_app.records import entries
from firmware_app.records.ledger import Ledger
from firmware_app.records.outcomes import Recorded, Refused
from firmware_app.records.recorder import (
    CERTAIN,
    Committed,
    LedgerDoubtful,
    Recorder,
    RecorderRecovered,
    RecorderTrouble,
)
from firmware_app.records.verifying import verify
from tests.ledger_support import (
    BOOT,
    MOBILE,
    Answers,
    FailingDisk,
    FailingReads,
    News,
    call,
    number,
    raising,
    record,
)
from tests.support import at


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


@pytest.fixture
def disk(request: pytest.FixtureRequest) -> Iterator[FailingDisk]:
    made = FailingDisk(f"disk-{request.node.name}")
    yield made
    made.unregister()


def log_of(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


@pytest.mark.slow
def test_a_read_error_of_the_card_is_a_trouble_and_nothing_is_lost(path: Path) -> None:
    ledger = Ledger(path, BOOT)
    for index in range(400):  # more than SQLite keeps in memory
        record(
            ledger,
            *(call(f"{index}.{place}", number=number(f"154{index:04}{place:04}")) for place in range(10)),
        )
    ledger.tidy()
    ledger.close()
    news, answers = News(), Answers()
    made = Recorder(path, BOOT, news)
    news.until_told(Committed)
    bad = FailingReads(path, log_of(path))
    for index in range(0, 400, 40):
        made.put(call(f"again{index}", number=number(f"154{index:04}0007")), at(1), "monitor", answers)
    assert news.until_told(RecorderTrouble).kind == "disk_error"
    assert not threading.Event().wait(3.0)  # more tries than would be proof if the disk read it
    assert not any(isinstance(each, LedgerDoubtful) for each in news.told)
    bad.end()
    news.until_told(RecorderRecovered)
    answers.wait(10)
    made.close()
    assert all(isinstance(each, Recorded) for each in answers.given)
    assert verify(path).holds


def test_a_page_that_was_read_wrongly_once_is_read_again(path: Path, disk: FailingDisk) -> None:
    news, answers, left = News(), Answers(), [CERTAIN - 1]

    def at_first() -> None:
        if left[0]:
            left[0] -= 1
            raise apsw.CorruptError("malformed")

    made = Recorder(path, BOOT, news, vfs=disk.label)
    news.until_told(Committed)
    disk.fault = at_first
    made.put(entries.StillTalking("L1"), at(1), "clerk", answers)
    answers.wait()
    made.close()
    assert [type(each) for each in answers.given] == [Recorded]


@pytest.mark.parametrize(
    "error", [apsw.CorruptError("malformed"), apsw.NotADBError("not a database")], ids=["corrupt", "not one"]
)
def test_only_doubt_about_the_ledger_ends_recording(path: Path, disk: FailingDisk, error: apsw.Error) -> None:
    news, answers = News(), Answers()
    made = Recorder(path, BOOT, news, vfs=disk.label)
    news.until_told(Committed)
    disk.fault = raising(error)
    made.put(entries.StillTalking("L1"), at(1), "clerk", answers)
    news.until_told(LedgerDoubtful)
    answers.wait()
    made.put(entries.StillTalking("L2"), at(1), "clerk", answers)
    answers.wait()
    made.put(entries.StillTalking("L3"), at(1))
    made.close()
    assert [each.code for each in answers.given if isinstance(each, Refused)] == ["closed", "closed"]


def test_a_checkpoint_that_meets_a_damaged_file_ends_recording(path: Path, disk: FailingDisk) -> None:
    news = News()
    made = Recorder(path, BOOT, news, vfs=disk.label)
    made.put(call("a", number=number(MOBILE)), at(1))
    news.until_recorded(1)
    disk.only_the_file, disk.fault = True, raising(apsw.CorruptError("malformed"))
    made.put(entries.PartyErased(10, "asked"), at(1))
    assert news.until_told(LedgerDoubtful).detail == "malformed"
    made.close()


def _delete(place: Path) -> None:
    place.unlink()


def _replace(place: Path) -> None:
    aside = place.with_name("copy")
    aside.write_bytes(place.read_bytes())
    os.replace(aside, place)


@pytest.mark.parametrize("away", [_delete, _replace], ids=["deleted", "replaced"])
@pytest.mark.parametrize("what", [lambda path: path, log_of], ids=["the file", "its log"])
def test_a_ledger_that_is_gone_acknowledges_nothing(
    path: Path, what: Callable[[Path], Path], away: Callable[[Path], None]
) -> None:
    news, answers = News(), Answers()
    made = Recorder(path, BOOT, news)
    made.put(entries.StillTalking("L1"), at(1), "clerk", answers)
    answers.wait()
    away(what(path))
    made.put(entries.StillTalking("L2"), at(1), "clerk", answers)
    assert "replaced" in news.until_told(LedgerDoubtful).detail
    answers.wait()
    made.close()
    assert [type(each) for each in answers.given] == [Recorded, Refused]
    assert len(news.recorded) == 1
