"""The ledger's files as the kernel sees them: still where they were opened, still readable? It never opens or closes them.

Closing any descriptor of a file drops all of the process's locks on it, SQLite's too (fcntl(2), "Record locks"); so the
descriptors that SQLite holds are asked, and names are only looked at.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

AT_ONCE = 1024 * 1024  # bytes

_Identity = tuple[int, int]


class LedgerFiles:
    """The database at `path` and its log, as they are now: to be made when SQLite has opened both. OSError."""

    def __init__(self, path: Path) -> None:
        places = (path, path.with_name(path.name + "-wal"))
        self._known: dict[Path, _Identity] = {place: _identity(os.stat(place)) for place in places}
        self._held = [held for held, identity in _open_files() if identity in self._known.values()]

    def in_place(self) -> bool:
        """False when a file was deleted or replaced: what SQLite writes then can be found by nobody."""
        try:
            return all(_identity(os.stat(place)) == known for place, known in self._known.items())
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError:  # the disk does not say; the commit itself did not fail
            return True

    def unreadable(self) -> str | None:
        """Why the files cannot be read to their end (read(2): EIO of a failing card), None when they can."""
        try:
            for held in self._held:
                place = 0
                while found := os.pread(held, AT_ONCE, place):
                    place += len(found)
        except OSError as error:
            return error.strerror
        return None


def _identity(status: os.stat_result) -> _Identity:
    return status.st_dev, status.st_ino


def _open_files() -> Iterator[tuple[int, _Identity]]:
    for name in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):  # the descriptor of this very list is closed by now
            yield int(name), _identity(os.fstat(int(name)))
