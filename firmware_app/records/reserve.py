"""A file that keeps a little of the disk for the day it is full: made in advance, given up when the ledger needs the room."""

from __future__ import annotations

import logging
import os
from pathlib import Path

log = logging.getLogger(__name__)

SIZE = 1024 * 1024  # bytes: some 80 durable entries at 12 KiB of log each (WAL, synchronous=FULL; make bench)


class Reserve:
    """`SIZE` bytes at `path`. Neither call raises: a disk that fails is told by the ledger, not by its reserve."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def make(self) -> bool:
        """Set the bytes aside; True when they are. posix_fallocate(3) takes the blocks, a sparse file would not."""
        try:
            held = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                if os.fstat(held).st_size < SIZE:
                    os.posix_fallocate(held, 0, SIZE)
            finally:
                os.close(held)
        except OSError as error:
            log.warning("no reserve: %s", error.strerror)
            self.free()
            return False
        return True

    def free(self) -> bool:
        """Give the bytes back to the disk; True when there were any."""
        try:
            self._path.unlink()
        except OSError:
            return False
        return True
