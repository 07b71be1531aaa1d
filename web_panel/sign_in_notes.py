"""Who signed in or out or could not, in, on record, out: `SignInNoted`. A sign-in does not wait for a monitor that is away.

Failures are bounded: a program in the LAN that guesses all day must not fill the card. The last one that is recorded within
an hour says that more are not (`more`).
"""

from __future__ import annotations

import threading
from collections import deque

from device.signals import SECOND, Instant
from firmware_app.monitor_link import MonitorLink

HOUR = 3600 * SECOND
MOST_FAILURES = 60  # on record within an hour
NOBODY = "panel"  # who tells of a try that is nobody's


class SignInNotes:
    """Thread-safe."""

    def __init__(self, link: MonitorLink, most: int = MOST_FAILURES) -> None:
        self._link = link
        self._most = most
        self._lock = threading.Lock()
        self._failures: deque[int] = deque()

    def note(
        self, account: str, what: str, how: str, now: Instant, *, desk: str | None = None, by: str = NOBODY
    ) -> None:
        """Record it. what: in | out | failed | locked; how: password | pin | code. by: whose act it is."""
        if what in ("failed", "locked"):
            told = self._bounded(what, now)
            if told is None:
                return
            what = told
        body = {"account": account, "what": what, "how": how, "desk": desk}
        self._link.record("SignInNoted", body, by)

    def _bounded(self, what: str, now: Instant) -> str | None:
        with self._lock:
            while self._failures and now.mono - self._failures[0] >= HOUR:
                self._failures.popleft()
            if len(self._failures) >= self._most:
                return None
            self._failures.append(now.mono)
            return "more" if len(self._failures) == self._most else what
