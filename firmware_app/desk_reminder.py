"""What waits unseen, and whether the clerk is there, in; when the desk should be reminded of it out. Pure.

At once when the clerk comes back, then again and again; not out of service hours, not in quiet hours, and not while somebody
talks or a line rings: then a little later.
"""

from __future__ import annotations

from collections.abc import Sequence

from device.signals import SECOND, Instant
from firmware_app.reminding import Quiet, is_quiet

MINUTE = 60 * SECOND
LATER = 10 * SECOND  # ns until the next look while the line is busy
CLOSED = MINUTE  # ns until the next look out of hours and in quiet hours


class DeskReminder:
    """every: ns between two reminders, None: only when the clerk comes back."""

    def __init__(self, every: int | None, quiet: Sequence[Quiet]) -> None:
        self._every = every
        self._quiet = tuple(quiet)
        self._waiting = False
        self._present = True
        self._next: int | None = None  # monotonic ns

    def now_is(self, now: Instant, *, waiting: bool, present: bool) -> None:
        """How things stand. waiting: missed calls that nobody has looked at."""
        due = waiting and present
        was_due = self._waiting and self._present
        came_back = not self._present
        self._waiting, self._present = waiting, present
        if not due:
            self._next = None
        elif not was_due:
            # a call that was missed just now has had its beep
            self._next = now.mono if came_back else self._after(now.mono)

    def _after(self, mono: int) -> int | None:
        return None if self._every is None else mono + self._every

    def next_deadline(self) -> int | None:
        """Monotonic ns at which to call `expire`; None while nothing is due."""
        return self._next

    def expire(self, now: Instant, *, minute: int, in_hours: bool, busy: bool) -> bool:
        """Whether to remind now. minute: of the day, by the point's clock; busy: somebody talks, or a line rings."""
        if self._next is None or now.mono < self._next:
            return False
        if not in_hours or is_quiet(self._quiet, minute):
            self._next = now.mono + CLOSED
            return False
        if busy:
            self._next = now.mono + LATER
            return False
        self._next = self._after(now.mono)
        return True
