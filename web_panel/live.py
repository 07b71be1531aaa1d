"""What the monitor says is true now, kept for all pages, and one condition on which all open streams wait for a change.

One subscription serves the whole process; a stop wakes everything that waits, so that the panel ends at once.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from firmware_app.monitor_link import Subscription

MAX_STREAMS = 24  # of 48 server threads: the other half is for pages


@dataclass(frozen=True, slots=True)
class Present:
    """The monitor's last word on the present; `state` None while the monitor is away, empty before its first word."""

    state: Mapping[str, Any] | None
    version: str


def _same(one: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> bool:
    """Whether two states differ in nothing but the moment they were told."""
    return one is not None and other is not None and {**one, "at": ""} == {**other, "at": ""}


class Live:
    """The present, and a place to wait for the next change. Thread-safe."""

    def __init__(self, socket_path: Path, ledger: Path) -> None:
        self._changed = threading.Condition()
        self._closing = False
        self._streams = 0
        self._count = 0
        self._life = secrets.token_hex(4)  # a restarted panel must not repeat a version
        self._state: Mapping[str, Any] | None = None
        self._subscription = Subscription(socket_path, ledger, self._heard, self.touch)

    def start(self) -> None:
        self._subscription.start()

    def close(self) -> None:
        """Wake and end everything that waits; may be called often."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._subscription.close()

    def _heard(self, state: Mapping[str, Any] | None) -> None:
        with self._changed:
            if not _same(state, self._state):
                self._state = state
                self._bump()

    def touch(self) -> None:
        """Something on the pages may have changed: an entry was committed, a number is shown or hidden."""
        with self._changed:
            self._bump()

    def _bump(self) -> None:
        self._count += 1
        self._changed.notify_all()

    @property
    def _version(self) -> str:
        return f"{self._life}-{self._count}"

    def present(self) -> Present:
        with self._changed:
            return Present(self._state, self._version)

    def wait(self, version: str, timeout: float) -> str | None:
        """The version once it is no longer `version`, or the same after `timeout` seconds; None when all must end."""
        with self._changed:
            self._changed.wait_for(lambda: self._closing or self._version != version, timeout)
            return None if self._closing else self._version

    def take_stream(self) -> bool:
        """Whether one more stream may be opened; if so it counts until `leave_stream`."""
        with self._changed:
            if self._closing or self._streams >= MAX_STREAMS:
                return False
            self._streams += 1
            return True

    def leave_stream(self) -> None:
        with self._changed:
            self._streams -= 1
