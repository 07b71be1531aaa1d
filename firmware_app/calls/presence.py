"""What happens at the desk in, what is believed of the clerk's presence, and from what, out (DB 1405/T 086-2025, 5.1.2).

Pure. A missed call in service hours means away, since it began to ring; the next off-hook on any line, press or signed-in
action means back. What a person says stands beside it, and always goes on record. A call that was missed while somebody
used another telephone says nothing of the desk. Who lifts is taken for a person: whoever asks leaves machines out.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum

from device.signals import Instant

REMEMBERED = 32  # uses of the telephones that are over; more than are ever made while one call rings


class Source(Enum):
    """Who says so. The first two are said by a person, the others inferred."""

    BUTTON = "button"
    PANEL = "panel"
    MISSED_CALL = "missed_call"
    OFF_HOOK = "off_hook"
    ACTION = "action"


SAID = (Source.BUTTON, Source.PANEL)


@dataclass(frozen=True, slots=True)
class Believed:
    """To be recorded. since_wall: ns of UTC, where it is believed since another moment than the one it is recorded at."""

    present: bool
    source: Source
    since_wall: int | None = None


@dataclass(slots=True)
class _Use:
    """Somebody was at the desk from `start` to `end` (monotonic ns); None: still is."""

    line: str | None
    start: Instant
    end: int | None
    source: Source


class DeskPresence:
    """One desk. `present`: as the ledger had it when the program began."""

    def __init__(self, present: bool) -> None:
        self.present = present
        self._using: dict[str, _Use] = {}
        self._over: deque[_Use] = deque(maxlen=REMEMBERED)

    def off_hook(self, line: str, at: Instant, *, lifted: bool) -> list[Believed]:
        """A handset is up. lifted: its lift was sensed (else it was found so)."""
        self._using[line] = _Use(line, at, None, Source.OFF_HOOK)
        return self._back(Source.OFF_HOOK) if lifted else []

    def on_hook(self, line: str, at: Instant) -> None:
        """It was put down, or nobody talks into it any more."""
        use = self._using.pop(line, None)
        if use is not None:
            use.end = max(at.mono, use.start.mono)
            self._over.append(use)

    def acted(self, at: Instant) -> list[Believed]:
        """Somebody who has signed in recorded something."""
        self._over.append(_Use(None, at, at.mono, Source.ACTION))
        return self._back(Source.ACTION)

    def said(self, present: bool, source: Source, at: Instant) -> Believed:
        """A person said so, by the button or the page: it goes on record, whatever was believed."""
        if present:
            self._over.append(_Use(None, at, at.mono, source))
        self.present = present
        return Believed(present, source)

    def missed(self, started: Instant, last_edge: Instant) -> list[Believed]:
        """A call in service hours rang from `started` to `last_edge`, and nobody took it."""
        uses = [*self._over, *self._using.values()]
        if not self.present or any(_meets(use, started.mono, last_edge.mono) for use in uses):
            return []
        away = Believed(False, Source.MISSED_CALL, started.wall)
        later = [use for use in uses if use.start.mono > last_edge.mono]
        self.present = bool(later)
        if not later:
            return [away]
        first = min(later, key=lambda use: use.start.mono)
        return [away, Believed(True, first.source, first.start.wall)]

    def _back(self, source: Source) -> list[Believed]:
        if self.present:
            return []
        self.present = True
        return [Believed(True, source)]


def _meets(use: _Use, start: int, end: int) -> bool:
    return use.start.mono <= end and (use.end is None or use.end >= start)
