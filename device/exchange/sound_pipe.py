"""A sounding line in, a named pipe of samples out (16 bit, little endian, mono), in real time: the end of a sound tap's cable.

While nobody reads, nothing is written; what a slow reader leaves unread is lost, as with a sound card.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import stat
from pathlib import Path

from device import clock
from device.exchange.exchange_loop import ExchangeLoop, Timer
from device.exchange.planned import FalseKind, FaultKind
from device.exchange.sounding_line import SoundingLine
from device.exchange.wire_changes import WireChange
from device.signals import MILLISECOND, SECOND

CHUNK = 20 * MILLISECOND  # from one write to the next
READER_LOOK = 200 * MILLISECOND  # how often to look whether somebody reads
MOST_BEHIND = 1 * SECOND  # a loop that stood still does not catch up for ever

logger = logging.getLogger(__name__)


class SoundPipe:
    """The outlet of one line's sound. Everything but the constructor belongs to the loop's thread."""

    def __init__(self, path: Path, loop: ExchangeLoop, rate: int = 8000) -> None:
        self.path = path
        self._loop = loop
        self._rate = rate
        self._line = SoundingLine(rate)
        self._fd: int | None = None
        self._timer: Timer | None = None
        self._unplugged = False
        self._next = 0  # the moment of the next sample (ns)

    @property
    def heard(self) -> bool:
        return self._fd is not None

    @property
    def holds_line(self) -> bool:
        return False

    def open(self) -> None:
        """Make the pipe. OSError when the path is taken by something that is no pipe."""
        if os.path.lexists(self.path) and not stat.S_ISFIFO(os.lstat(self.path).st_mode):
            raise FileExistsError(errno.EEXIST, "not a named pipe", str(self.path))
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            os.mkfifo(self.path, 0o600)
        self._unplugged = False
        self._await_reader()

    def wire(self, change: WireChange) -> None:
        self._line.wire(change)

    def fault(self, kind: FaultKind, until: int | None) -> bool:
        if kind is not FaultKind.UNPLUG:
            return False
        if until is None:
            self.open()
        else:
            self._unplugged = True
            self._hang_up()
            self.path.unlink(missing_ok=True)
        return True

    def false(self, kind: FalseKind, start: int, lasts: int | None, seed: int) -> bool:
        return False

    def close(self) -> None:
        """Take the pipe away. Idempotent."""
        self._unplugged = True
        self._hang_up()
        with contextlib.suppress(OSError):
            if stat.S_ISFIFO(os.lstat(self.path).st_mode):
                self.path.unlink()

    def _await_reader(self) -> None:
        if self._unplugged:
            return
        try:
            self._fd = os.open(self.path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:  # ENXIO: nobody reads; ENOENT: somebody took the pipe away
            self._timer = self._loop.after(READER_LOOK, self._await_reader)
            return
        logger.info("somebody listens at %s", self.path)
        self._next = clock.now().mono
        self._play()

    def _play(self) -> None:
        """Write all samples up to now."""
        if self._fd is None:
            return
        now = clock.now().mono
        self._next = max(self._next, now - MOST_BEHIND)
        count = (now - self._next) * self._rate // SECOND
        samples = self._line.render(self._next, count)
        self._next += count * SECOND // self._rate
        try:
            os.write(self._fd, (samples * 32767).astype("<i2").tobytes())
        except BlockingIOError:
            pass  # nobody takes it: lost
        except OSError:  # EPIPE: the reader has gone
            self._hang_up()
            self._await_reader()
            return
        self._timer = self._loop.after(CHUNK, self._play)

    def _hang_up(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None
            self._line.render(clock.now().mono, 0)  # what is over is forgotten
