"""Who waits, the opening hours and the moment in; which channel should send now, and when to look again, out. Pure.

A channel sends when a waiting caller has waited its working minutes and it has not told of them yet: told of is who had
waited as long at its last message, so that the ledger's last message is all that a restart must know. At most one message in ten minutes,
none in quiet hours. A failure is tried again after 30 s, then each time later, up to ten minutes; one that may
have arrived after all is tried again after ten.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol
from zoneinfo import ZoneInfo

from device.signals import SECOND, Instant
from firmware_app.calls.civil_time import civil
from firmware_app.reminding import Reminder, is_quiet
from firmware_app.uplink.messages import Fate

MINUTE = 60 * SECOND
SPACING = 10 * MINUTE  # between two messages of one channel (the issue: at most one per 10 min)
FIRST_RETRY = 30 * SECOND
LONG = 30 * MINUTE  # of failing, after which it is told; once
LOOK = MINUTE  # while somebody waits: the wall clock may be set, quiet hours end


class Hours(Protocol):
    """calls.opening_hours.OpeningHours, as far as it is needed here."""

    def worked(self, start: int, end: int) -> int: ...

    def after(self, start: int, working: int) -> int | None: ...


@dataclass(slots=True)
class _Channel:
    """sent_wall: of its last message; free: monotonic ns before which it sends nothing; busy: one is under way."""

    after: int
    reminder: Reminder
    sent_wall: int | None = None
    free: int = 0
    busy: bool = False
    failures: int = 0
    failing_since: int | None = None
    told: bool = False


class Reminders:
    """All channels of one point."""

    def __init__(self, reminders: Iterable[Reminder], timezone: ZoneInfo) -> None:
        self._zone = timezone
        self._channels = {each.name: _Channel(each.after_minutes * MINUTE, each) for each in reminders}

    def restore(self, name: str, sent_wall: int, now: Instant) -> None:
        """The last message of channel `name`, by the ledger. A clock that was set back since does not let two through."""
        channel = self._channels.get(name)
        if channel is not None:
            channel.sent_wall = min(sent_wall, now.wall)
            channel.free = now.mono + SPACING - max(0, now.wall - sent_wall)

    def due(self, now: Instant, clocks: Sequence[int], hours: Hours) -> list[str]:
        """The channels that should send now. clocks: since when each waiting caller waits, ns UTC, in order."""
        minute = civil(now.wall, self._zone) // MINUTE % (24 * 60)
        return [
            name
            for name, channel in self._channels.items()
            if not channel.busy
            and channel.free <= now.mono
            and not is_quiet(channel.reminder.quiet, minute)
            and _has_news(channel, now.wall, clocks, hours)
        ]

    def look_again(self, now: Instant, clocks: Sequence[int], hours: Hours) -> int | None:
        """ns from now after which to ask `due` again, if nothing is heard before; None while nobody waits."""
        moments = [LOOK]
        for channel in self._channels.values():
            overdue = _overdue(channel, now.wall, clocks, hours)
            if channel.free > now.mono:
                moments.append(channel.free - now.mono)
            if overdue < len(clocks):
                turn = hours.after(clocks[overdue], channel.after)
                moments += [] if turn is None else [max(turn - now.wall, SECOND)]
        return min(moments) if clocks else None

    def begun(self, name: str) -> None:
        """A reminder is on its way."""
        self._channels[name].busy = True

    def ended(self, name: str, fate: Fate, now: Instant) -> bool:
        """What became of it. Whether that is to be recorded: each message sent, and once that it fails for long."""
        channel = self._channels[name]
        channel.busy = False
        if fate is Fate.SENT:
            channel.sent_wall, channel.free = now.wall, now.mono + SPACING
            channel.failures, channel.failing_since, channel.told = 0, None, False
            return True
        rest = SPACING if fate is Fate.UNSURE else min(FIRST_RETRY << channel.failures, SPACING)
        channel.free = now.mono + rest
        channel.failures = min(channel.failures + 1, 16)
        channel.failing_since = now.mono if channel.failing_since is None else channel.failing_since
        lasting = not channel.told and now.mono - channel.failing_since >= LONG
        channel.told = channel.told or lasting
        return lasting


def _overdue(channel: _Channel, wall: int, clocks: Sequence[int], hours: Hours) -> int:
    """How many of `clocks` had run as long as the channel wants by `wall`: the first so many."""
    return bisect_left(clocks, True, key=lambda clock: hours.worked(clock, wall) < channel.after)


def _has_news(channel: _Channel, wall: int, clocks: Sequence[int], hours: Hours) -> bool:
    count = _overdue(channel, wall, clocks, hours)
    if count == 0:
        return False
    sent = channel.sent_wall
    return sent is None or hours.worked(clocks[count - 1], sent) < channel.after
