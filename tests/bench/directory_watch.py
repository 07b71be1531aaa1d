"""A folder in, the moment that a file of some name is removed from it out (inotify(7)).

A SQLite database in its default journal mode has committed when its `-journal` is unlinked (sqlite.org/atomiccommit.html
3.11): so another program's commit is seen from outside, without asking its database and thereby getting in its way.
"""

from __future__ import annotations

import ctypes
import os
import struct
import threading
from pathlib import Path

from device import clock
from device.signals import SECOND

IN_DELETE = 0x200
HEADER = struct.Struct("iIII")


class RemovalWatch:
    """Tells when `name` in `folder` is removed, until `close`."""

    def __init__(self, folder: Path, name: str) -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        self._fd = libc.inotify_init1(os.O_CLOEXEC)
        if self._fd < 0 or libc.inotify_add_watch(self._fd, os.fsencode(folder), IN_DELETE) < 0:
            raise OSError(ctypes.get_errno(), "inotify")
        self._name = os.fsencode(name)
        self._news = threading.Condition()
        self._removals: list[int] = []
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def mark(self) -> int:
        with self._news:
            return len(self._removals)

    def first(self, mark: int, timeout: float) -> int | None:
        """The moment (ns, monotonic) of the first removal after `mark`; None when there was none within `timeout` s."""
        until = clock.now().mono + int(timeout * SECOND)
        with self._news:
            while len(self._removals) <= mark:
                left = until - clock.now().mono
                if left <= 0:
                    return None
                self._news.wait(left / SECOND)
            return self._removals[mark]

    def _listen(self) -> None:
        while True:
            events = os.read(self._fd, 4096)
            at = clock.now().mono
            offset = 0
            while offset < len(events):
                *_, length = HEADER.unpack_from(events, offset)
                offset += HEADER.size
                found = events[offset : offset + length].rstrip(b"\0")
                offset += length
                if found == self._name:
                    with self._news:
                        self._removals.append(at)
                        self._news.notify_all()
