"""What the tests of the ledger share: entries as a monitor makes them, a disk that fails on demand, news that can be awaited."""

from __future__ import annotations

import contextlib
import itertools
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import apsw

from device.signals import Instant, seconds
from firmware_app.records import entries
from firmware_app.records.entries import Personal
from firmware_app.records.ledger import Ledger
from firmware_app.records.outcomes import Pending, Recorded, Refused
from firmware_app.records.recorder import Committed, RecorderNews
from tests.support import at

BOOT = "3d9c0a3e-1c3f-4f52-9d0a-1f2e3d4c5b6a"
MOBILE, OTHER_MOBILE, FIXED = "15400000001", "15400000002", "03560000001"


def number(digits: str) -> Personal:
    return Personal("number", digits, lookup=digits)


def call(key: str, stage: str = "closed", start: float = 100.0, **changes: Any) -> entries.CallRecorded:  # noqa: ANN401
    """An inbound call of 11 s ringing; without `disposition` it is missed when closed."""
    started = at(start)
    ended = started.plus(seconds(11)) if stage == "closed" else None
    values: dict[str, Any] = {
        "stage": stage,
        "key": key,
        "line": "L1",
        "direction": "inbound",
        "boot": BOOT,
        "started_mono": started.mono,
        "started_wall": started.wall,
        "ring_bursts": 3,
        "last_edge_mono": started.plus(seconds(11)).mono,
        "answered_mono": None,
        "answered_wall": None,
        "ended_mono": ended.mono if ended else None,
        "ended_wall": ended.wall if ended else None,
        "ringing": seconds(11),
        "talk": None,
        "uncertainty": seconds(0.01),
        "disposition": "no_answer" if stage == "closed" else None,
        "absence": None,
        "caller_id_wall": None,
        "in_hours": True,
        "hours_version": 1,
    }
    return entries.CallRecorded(**(values | changes))


def answered(key: str, start: float = 100.0, **changes: Any) -> entries.CallRecorded:  # noqa: ANN401
    """An inbound call answered after 4.2 s, with 30 s of talk."""
    off_hook = at(start).plus(seconds(4.2))
    values = {
        "answered_mono": off_hook.mono,
        "answered_wall": off_hook.wall,
        "ringing": seconds(4.2),
        "talk": seconds(30),
        "disposition": "answered",
    }
    return call(key, "closed", start, **(values | changes))


_moments = itertools.count(1)


def record(ledger: Ledger, *batch: entries.Entry, actor: str = "monitor") -> list[Recorded | Refused]:
    """One transaction with `batch`, a second after the one before."""
    moment = at(1000.0 + next(_moments))
    return ledger.append([Pending(entry, moment, actor) for entry in batch])


def seq_of(outcome: Recorded | Refused) -> int:
    assert isinstance(outcome, Recorded), outcome
    return outcome.seq


def row_of(outcome: Recorded | Refused) -> int:
    assert isinstance(outcome, Recorded), outcome
    assert outcome.row is not None
    return outcome.row


class FailingDisk(apsw.VFS):
    """A disk below SQLite that does as `fault` says: an apsw error to raise, or something to wait for, at each write and sync."""

    def __init__(self, name: str) -> None:
        self.label = name
        super().__init__(name, "")
        self.fault: Callable[[], None] | None = None
        self.only_the_file = False  # not its log: what fails is the checkpoint

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:  # noqa: ANN401  as apsw has it
        return _FailingFile(self, name, flags)


class _FailingFile(apsw.VFSFile):
    def __init__(self, disk: FailingDisk, name: Any, flags: list[int]) -> None:  # noqa: ANN401
        super().__init__("", name, flags)
        self._disk = disk
        self._is_log = bool(flags[0] & apsw.SQLITE_OPEN_WAL)

    def _strike(self) -> None:
        if self._disk.fault is not None and not (self._is_log and self._disk.only_the_file):
            self._disk.fault()

    def xWrite(self, data: bytes, offset: int) -> None:
        self._strike()
        super().xWrite(data, offset)

    def xSync(self, flags: int) -> None:
        self._strike()
        super().xSync(flags)


class FailingReads:
    """Makes the kernel answer EIO to every read of the files at `paths` that this process has open, until `end`.

    SQLite's own descriptors are made to point at memory that is not there (proc_pid_mem(5)): a read error of a card
    cannot be had from a VFS, for what a VFS raises SQLite passes on as it is.
    """

    def __init__(self, *paths: Path) -> None:
        wanted = {path.stat().st_ino for path in paths}
        found: list[int] = []
        for name in os.listdir("/proc/self/fd"):
            with contextlib.suppress(OSError):
                if os.fstat(int(name)).st_ino in wanted:
                    found.append(int(name))
        self._kept = [(held, os.dup(held)) for held in found]
        nowhere = os.open("/proc/self/mem", os.O_RDONLY)
        for held, _ in self._kept:
            os.dup2(nowhere, held, inheritable=False)
        os.close(nowhere)

    def end(self) -> None:
        for held, kept in self._kept:
            os.dup2(kept, held, inheritable=False)
            os.close(kept)


def raising(error: Exception) -> Callable[[], None]:
    def fault() -> None:
        raise error

    return fault


@dataclass
class News:
    """Collects what a recorder tells; `until` waits for it."""

    told: list[RecorderNews] = field(default_factory=list)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def __call__(self, news: RecorderNews) -> None:
        with self._changed:
            self.told.append(news)
            self._changed.notify_all()

    def until(self, fits: Callable[[Sequence[RecorderNews]], bool], timeout: float = 20.0) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: fits(self.told), timeout), self.told

    def until_told(self, kind: type, timeout: float = 20.0) -> Any:  # noqa: ANN401
        """The first news of that kind."""
        self.until(lambda told: any(isinstance(news, kind) for news in told), timeout)
        return next(news for news in self.told if isinstance(news, kind))

    @property
    def recorded(self) -> list[Recorded]:
        return [each for news in self.told if isinstance(news, Committed) for each in news.recorded]

    def until_recorded(self, count: int, timeout: float = 20.0) -> None:
        self.until(lambda _: len(self.recorded) >= count, timeout)


def instant(mono: int) -> Instant:
    return Instant(mono, at(0).wall + mono)


class Answers:
    """Collects what `then` was called with."""

    def __init__(self) -> None:
        self.given: list[Recorded | Refused] = []
        self._come = threading.Semaphore(0)

    def __call__(self, outcome: Recorded | Refused) -> None:
        self.given.append(outcome)
        self._come.release()

    def wait(self, count: int = 1) -> None:
        for _ in range(count):
            assert self._come.acquire(timeout=20)
