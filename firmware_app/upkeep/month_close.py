"""Closes months: on the 5th of the next month, 03:00 local, and at the start those that were missed. One entry a month, for ever.

It reads the figures and hands them to the recorder; whether a month may be closed the ledger decides (records.deciding_months).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from zoneinfo import ZoneInfo

from device.signals import Instant
from firmware_app.calls.month_figures import month_json, months_due
from firmware_app.records.entries import MonthClosed
from firmware_app.records.figures import Figures
from firmware_app.records.outcomes import Recorded, Refused

log = logging.getLogger(__name__)

AT = "03:00"  # looked for each day: a box that was off on the 5th closes on the 6th
GLANCE = 0.5  # seconds between looks whether to end while a commit is awaited

Then = Callable[[Recorded | Refused], None]
Put = Callable[[MonthClosed, Instant, Then], None]


class MonthClose:
    """`put` hands an entry to the recorder; `now` tells the time."""

    def __init__(self, figures: Figures, timezone: ZoneInfo, put: Put, now: Callable[[], Instant]) -> None:
        self._figures = figures
        self._zone = timezone
        self._put = put
        self._now = now
        self._closing = threading.Event()
        self._busy = threading.Lock()

    def run(self) -> list[str]:
        """Close every month that is due, oldest first; which were closed. Nothing when a run is under way already."""
        if not self._busy.acquire(blocking=False):
            return []
        try:
            first = self._figures.first_month()
            if first is None:
                return []
            due = months_due(first, self._figures.closed_months(), self._now().wall, self._zone)
            return [month for month in due if not self._closing.is_set() and self._close(month)]
        finally:
            self._busy.release()

    def close(self) -> None:
        """End after the month under way; may be called often."""
        self._closing.set()

    def _close(self, month: str) -> bool:
        at = self._now()
        figures = self._figures.month(month, at.wall)
        if figures is None:
            return False
        done = threading.Event()
        outcomes: list[Recorded | Refused] = []

        def then(outcome: Recorded | Refused) -> None:
            outcomes.append(outcome)
            done.set()

        self._put(MonthClosed(month, month_json(figures), ""), at, then)
        while not done.wait(GLANCE) and not self._closing.is_set():
            continue
        closed = bool(outcomes) and isinstance(outcomes[0], Recorded)
        log.info("month %s %s", month, "closed" if closed else "not closed")
        return closed
