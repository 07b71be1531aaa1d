"""Files that are being made and wait to be fetched: orders in, a process each, and what has become of it out.

At most `AT_ONCE` processes run, the others wait in turn. A file lies in a folder of the panel's own, readable by its user alone, for
`KEPT` seconds; what an earlier run left there is deleted at the start. Nobody is given a file that is not on record.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path

from web_panel.export_order import Order

log = logging.getLogger(__name__)

AT_ONCE = 2
KEPT = 15 * 60.0  # seconds
MOST_OF_ONE = 4  # unfinished jobs of a person
MOST = 24  # jobs held in all; the oldest file goes first
PROGRAM = (sys.executable, "-m", "web_panel.export_child")
_SOON = 1.0  # seconds for threads to end


class Stage(Enum):
    WAITING = "waiting"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"


OVER = (Stage.READY, Stage.FAILED, Stage.CANCELLED)


@dataclass(frozen=True, slots=True)
class JobView:
    """A job as it is now. account: who ordered it, and for whom alone it is. name, plain_name: of the file, in Chinese and in
    ASCII. share: per mille that is done; why: a code of the process, or `told`, what the monitor said."""

    number: int
    account: str
    title: str
    form: str
    full: bool
    name: str
    plain_name: str
    path: Path
    stage: Stage = Stage.WAITING
    rows: int = 0
    share: int = 0
    why: str = ""
    told: str = ""


@dataclass(slots=True)
class _Job:
    view: JobView
    order: bytes
    record: Callable[[int], str | None]
    gone: threading.Event = field(default_factory=threading.Event)
    stopped: bool = False
    process: subprocess.Popen[bytes] | None = None
    thread: threading.Thread | None = None


class Exports:
    """Thread-safe. folder: made when the first job comes. `close` may be called often and ends within a second or two."""

    def __init__(self, folder: Path, kept: float = KEPT, program: tuple[str, ...] = PROGRAM) -> None:
        self._folder = folder
        self._kept = kept
        self._program = program
        self._jobs: dict[int, _Job] = {}
        self._last = 0
        self._changed = threading.Condition()
        self._closed = False
        self._sweep()

    def _sweep(self) -> None:
        """What a run left that ended by a power cut."""
        with suppress(OSError):
            for path in self._folder.iterdir():
                path.unlink(missing_ok=True)

    # ---- asked by pages

    def start(
        self,
        account: str,
        order: Order,
        name: str,
        plain_name: str,
        record: Callable[[int], str | None],
    ) -> int | None:
        """The number of the new job; None where this person has too many under way. Raises OSError.

        record: puts on record that a paper of so many rows leaves the box, and gives None, or in words why it could not.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder.chmod(0o700)
        with self._changed:
            under_way = [
                job
                for job in self._jobs.values()
                if job.view.account == account and job.view.stage not in OVER
            ]
            if self._closed or len(under_way) >= MOST_OF_ONE:
                return None
            self._make_room()
            self._last += 1
            path = self._folder / f"{self._last}.{order.form}"
            view = JobView(self._last, account, order.title, order.form, order.full, name, plain_name, path)
            job = _Job(view, replace(order, file=str(path)).line(), record)
            self._jobs[self._last] = job
            job.thread = threading.Thread(
                target=self._run, args=(job,), name=f"export-{self._last}", daemon=True
            )
            job.thread.start()
            return self._last

    def _make_room(self) -> None:
        over = [job for job in self._jobs.values() if job.view.stage in OVER]
        for job in over[: max(0, len(self._jobs) - MOST + 1)]:
            job.gone.set()

    def of(self, account: str) -> list[JobView]:
        """This person's jobs, the latest first."""
        with self._changed:
            return [job.view for job in reversed(self._jobs.values()) if job.view.account == account]

    def job(self, number: int, account: str) -> JobView | None:
        """A job of this person; nobody else's."""
        with self._changed:
            job = self._jobs.get(number)
            return job.view if job is not None and job.view.account == account else None

    def wait(self, number: int, seconds: float) -> None:
        """Until the job is over, at most so long: most papers are made in a moment."""
        with self._changed:
            self._changed.wait_for(
                lambda: number not in self._jobs or self._jobs[number].view.stage in OVER, seconds
            )

    def cancel(self, number: int, account: str) -> None:
        """Give up a job of this person, or delete its file now."""
        with self._changed:
            job = self._jobs.get(number)
            if job is None or job.view.account != account:
                return
            job.stopped = True
            if job.view.stage in OVER:
                job.gone.set()
            self._kill(job)
            self._changed.notify_all()

    def close(self) -> None:
        """End all processes and delete all files."""
        with self._changed:
            self._closed = True
            jobs = list(self._jobs.values())
            for job in jobs:
                job.stopped = True
                job.gone.set()
                self._kill(job)
            self._changed.notify_all()
        for job in jobs:
            if job.thread is not None:
                job.thread.join(_SOON)
        self._sweep()

    # ---- the thread of a job

    def _run(self, job: _Job) -> None:
        try:
            self._make(job)
        except Exception as error:  # noqa: BLE001  (a page waits for a word, whatever happened)
            log.error("an export ended: %s", type(error).__name__)
            self._is(job, stage=Stage.FAILED, why="other")
        if job.view.stage is not Stage.READY:
            self._delete(job)
        job.gone.wait(self._kept)
        with self._changed:
            self._jobs.pop(job.view.number, None)
        self._delete(job)

    def _delete(self, job: _Job) -> None:
        with suppress(OSError):
            job.view.path.unlink(missing_ok=True)
        if job.process is not None:  # what it had made beside the file, and its own end could not delete
            self._sweep_strays()

    def _sweep_strays(self) -> None:
        with self._changed:
            if any(job.view.stage is Stage.RUNNING for job in self._jobs.values()):
                return
            known = {job.view.path for job in self._jobs.values()}
        with suppress(OSError):
            for path in self._folder.iterdir():
                if path not in known:
                    path.unlink(missing_ok=True)

    def _is(self, job: _Job, **changes: object) -> None:
        with self._changed:
            job.view = replace(job.view, **changes)  # type: ignore[arg-type]
            self._changed.notify_all()

    def _my_turn(self, job: _Job) -> bool:
        """Fewer run than may, and nobody waits longer."""
        stages = [(other.view.number, other.view.stage) for other in self._jobs.values()]
        running = sum(stage is Stage.RUNNING for _, stage in stages)
        first = min((number for number, stage in stages if stage is Stage.WAITING), default=0)
        return job.stopped or (running < AT_ONCE and first == job.view.number)

    def _make(self, job: _Job) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._my_turn(job))
            if job.stopped:
                self._is(job, stage=Stage.CANCELLED)
                return
            job.process = subprocess.Popen(
                self._program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=self._environment()
            )
            self._is(job, stage=Stage.RUNNING)
        word = self._heard(job)
        if self._given_up(job):
            self._is(job, stage=Stage.CANCELLED)
        elif word[0] == "done":
            self._on_record(job, int(word[1]))
        else:
            self._is(job, stage=Stage.FAILED, why=word[1] if len(word) > 1 else "killed")

    @staticmethod
    def _given_up(job: _Job) -> bool:
        return job.stopped

    def _environment(self) -> dict[str, str]:
        """What a library makes on its way to a file belongs into the same folder."""
        return {**os.environ, "TMPDIR": str(self._folder)}

    def _heard(self, job: _Job) -> list[str]:
        """Give the process its order, follow what it says; its last word, `killed` where it had none."""
        process = job.process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        word = ["killed"]
        with process:
            with suppress(OSError):  # it may have ended before it read
                process.stdin.write(job.order)
                process.stdin.flush()
            for line in process.stdout:
                said = line.decode("ascii", "replace").split()
                if said[:1] == ["rows"] and len(said) == 3:
                    self._is(job, rows=int(said[1]), share=int(said[2]))
                elif said[:1] in (["done"], ["failed"]) and len(said) == 2:
                    word = said
        return word

    def _on_record(self, job: _Job, rows: int) -> None:
        """First recorded, then told."""
        told = job.record(rows)
        if job.stopped:
            self._is(job, stage=Stage.CANCELLED)
        elif told is None:
            self._is(job, stage=Stage.READY, rows=rows, share=1000)
        else:
            self._is(job, stage=Stage.FAILED, why="told", told=told)

    @staticmethod
    def _kill(job: _Job) -> None:
        if job.process is not None:
            job.process.kill()
