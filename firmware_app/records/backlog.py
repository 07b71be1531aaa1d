"""The entries that wait for the disk: bounded, and what goes when they are too many. Not safe for threads by itself.

Rule 1: what can be refused (somebody waits for an answer) is refused beyond `MOST_REFUSABLE` such entries or
        `MOST_BYTES` of their text: no peer, however fast, takes the places of the lines.
Rule 2: when all places are taken, of each call only its newest state is kept (an entry of a call holds the whole call);
        then anomalies go, then the newest entry. What is lost is counted in `lost`.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, fields

from firmware_app.records import entries
from firmware_app.records.outcomes import Pending, Recorded, Refused

MOST_WAITING = 10_000  # entries; months of calls once they are thinned
MOST_REFUSABLE = 1_000  # entries that somebody waits for; a desk makes a few a minute
MOST_BYTES = 4 * 1024 * 1024  # of text in them: a site document may be 200,000 characters

Then = Callable[[Recorded | Refused], None]


@dataclass(frozen=True, slots=True)
class Waiting:
    """An entry that waits. then: whom to tell what became of it; None where nobody can be told no."""

    pending: Pending
    then: Then | None


class Backlog:
    """First in, first out. `lost`: entries that had to be dropped and are not reported yet."""

    def __init__(self) -> None:
        self._queue: deque[Waiting] = deque()
        self._refusable = 0
        self._bytes = 0
        self._thinned = False  # nothing more can be dropped
        self.lost = 0

    def __len__(self) -> int:
        return len(self._queue)

    def add(self, waiting: Waiting) -> bool:
        """Let it wait; False when there is no room, and then it is counted as lost unless it can be refused."""
        size = _size(waiting)
        if not self._room_for(waiting, size):
            self.lost += waiting.then is None
            return False
        self._queue.append(waiting)
        self._count(waiting, 1, size)
        return True

    def take(self, most: int) -> list[Waiting]:
        """The first of them, at most `most`."""
        taken = [self._queue.popleft() for _ in range(min(most, len(self._queue)))]
        for waiting in taken:
            self._count(waiting, -1, -_size(waiting))
        self._thinned = False
        return taken

    def _count(self, waiting: Waiting, entry: int, size: int) -> None:
        if waiting.then is not None:
            self._refusable += entry
            self._bytes += size

    def _room_for(self, waiting: Waiting, size: int) -> bool:
        if waiting.then is not None:
            return (
                len(self._queue) < MOST_WAITING
                and self._refusable < MOST_REFUSABLE
                and self._bytes + size <= MOST_BYTES
            )
        if len(self._queue) >= MOST_WAITING and not self._thinned:
            self._thin()
        return len(self._queue) < MOST_WAITING

    def _thin(self) -> None:
        newest: set[str] = set()
        kept: deque[Waiting] = deque()
        for waiting in reversed(self._queue):
            entry = waiting.pending.entry
            if waiting.then is None and isinstance(entry, entries.CallRecorded):
                if entry.key in newest:
                    continue
                newest.add(entry.key)
            elif waiting.then is None and isinstance(entry, entries.LineAnomaly):
                self.lost += 1
                continue
            kept.appendleft(waiting)
        self._thinned = len(self._queue) - len(kept) < MOST_WAITING // 100
        self._queue = kept


def _size(waiting: Waiting) -> int:
    """Bytes of memory that the texts of an entry take that can be refused."""
    if waiting.then is None:
        return 0
    entry = waiting.pending.entry
    values = [getattr(entry, field.name) for field in fields(entry)]
    texts = [value.content if isinstance(value, entries.Personal) else value for value in values]
    return sum(sys.getsizeof(text) for text in texts if isinstance(text, str))
