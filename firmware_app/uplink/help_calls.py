"""Help that is asked for at the point, and the moment, in; which channel should tell of which, and when to look again, out. Pure.

Somebody is in a difficult talk now: it is told at once, also in quiet hours, and only while it is of use. A failure is tried again
twice; one that may have arrived is not. What the ledger says a channel has told already is not told again after a restart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from device.signals import SECOND, Instant
from firmware_app.reminding import Reminder
from firmware_app.uplink.messages import Fate

OF_USE = 10 * 60 * SECOND  # after which nobody would be helped any more
RETRY = 15 * SECOND
MOST_TRIES = 3


@dataclass(frozen=True, slots=True)
class HelpWanted:
    """Help that nobody has come to give yet. id: its place in the ledger; wall: when it was asked for, ns UTC."""

    id: int
    line: str | None
    wall: int


@dataclass(slots=True)
class _Channel:
    """told: the ids that need no more telling; tries: how often one was tried; free: monotonic ns before which nothing is sent."""

    told: set[int] = field(default_factory=set)
    tries: dict[int, int] = field(default_factory=dict)
    busy: int | None = None
    free: int = 0


class HelpCalls:
    """The channels whose table says `help = true`."""

    def __init__(self, reminders: Iterable[Reminder]) -> None:
        self._channels = {each.name: _Channel() for each in reminders if each.help}

    def restore(self, told: Mapping[str, int], wanted: Sequence[HelpWanted]) -> None:
        """told: the ledger's last word on each channel about help, as a place in it: what was asked before needs no more telling."""
        for name, channel in self._channels.items():
            channel.told |= {each.id for each in wanted if each.id < told.get(name, 0)}

    def due(self, now: Instant, wanted: Sequence[HelpWanted]) -> list[tuple[str, HelpWanted]]:
        """What each free channel should tell now: the latest that it has not told of."""
        found = []
        for name, channel in self._channels.items():
            left = self._left(channel, now, wanted)
            if left and channel.busy is None and channel.free <= now.mono:
                found.append((name, left[-1]))
        return found

    def look_again(self, now: Instant, wanted: Sequence[HelpWanted]) -> int | None:
        """ns from now after which to ask `due` again; None when nothing is left to be tried."""
        waits = [
            max(channel.free - now.mono, SECOND)
            for channel in self._channels.values()
            if channel.busy is None and self._left(channel, now, wanted)
        ]
        return min(waits, default=None)

    def begun(self, name: str, help_id: int) -> None:
        """A message about it is on its way."""
        self._channels[name].busy = help_id

    def ended(self, name: str, fate: Fate, now: Instant) -> bool:
        """What became of it. Whether that is to be recorded: what was sent, and what is given up."""
        channel = self._channels[name]
        about, channel.busy = channel.busy, None
        if about is None:
            return False
        tries = channel.tries[about] = channel.tries.get(about, 0) + 1
        over = fate is not Fate.FAILED or tries >= MOST_TRIES
        if over:
            channel.told.add(about)
        else:
            channel.free = now.mono + RETRY
        return over

    def _left(self, channel: _Channel, now: Instant, wanted: Sequence[HelpWanted]) -> list[HelpWanted]:
        return [each for each in wanted if each.id not in channel.told and now.wall - each.wall < OF_USE]
