"""The one open call of a line, and its last word: changes in, call events out. Pure. A closed call never changes.

Rule: whatever stamps come in, started <= answered <= ended, started <= last edge <= ended, and keys never repeat.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from device.signals import Instant, seconds
from firmware_app.calls.call import (
    Call,
    CallChanged,
    CallClosed,
    CallEvent,
    CallOpened,
    Direction,
    Disposition,
)

SHORT_RING = seconds(5.0)  # DOMAIN 2.2, AB_SHORT: about one burst


class OpenCall:
    """Holds the call while it is open."""

    def __init__(self, line: str, boot: str, tell: Callable[[CallEvent], None]) -> None:
        self._line = line
        self._boot = boot
        self._tell = tell
        self._last_key = -1
        self._last_ended: Instant | None = None
        self.call: Call | None = None

    @property
    def must(self) -> Call:
        """The open call, where the state says that there is one."""
        assert self.call is not None
        return self.call

    def is_stale(self, at: Instant) -> bool:
        """Whether `at` lies before the end of the last call: it cannot begin another."""
        return self._last_ended is not None and at < self._last_ended

    def not_before_last(self, at: Instant) -> Instant:
        """`at`, or the end of the last call when that is later."""
        return at if self._last_ended is None else max(at, self._last_ended)

    def open(self, at: Instant, direction: Direction) -> Call:
        """A new call that begins at `at`, not told yet: complete it and hand it to `tell_opened`."""
        self._last_key = max(at.mono, self._last_key + 1)  # two calls of one stamp still have two keys
        return Call(f"{self._boot}:{self._line}:{self._last_key}", self._line, direction, at)

    def tell_opened(self, call: Call) -> None:
        self.call = call
        self._tell(CallOpened(call))

    def take_up(self, call: Call) -> bool:
        """A call of before a restart, already told. False when it is of another boot."""
        self.call = call
        if self._is_ours(call):
            self._last_key = max(self._last_key, call.started.mono)
        return self._is_ours(call)

    def _is_ours(self, call: Call) -> bool:
        return call.key.startswith(f"{self._boot}:")

    def change(self, at: Instant, call: Call) -> None:
        self.call = call
        self._tell(CallChanged(call, at))

    def close_unanswered(
        self, at: Instant, last_edge: Instant | None, disposition: Disposition | None = None
    ) -> None:
        """Nobody answered; without a `disposition` the length of the ringing decides. `at`: when that was certain."""
        started = self.must.started
        edge = None if last_edge is None else max(started, last_edge)
        ended = edge or started
        short = ended.since(started) < SHORT_RING
        came_out = disposition or (Disposition.ABANDONED if short else Disposition.NO_ANSWER)
        self._close(at, replace(self.must, answered=None, last_edge=edge, ended=ended, disposition=came_out))

    def close_talk(self, at: Instant, ended: Instant, seen: bool) -> None:
        """An answered or outbound call is over. `seen`: its end was, and so the talk time is known."""
        call = self.must
        since = call.answered or call.started
        ended = max(ended, since)
        came_out = Disposition.ANSWERED if call.answered else None
        self._close(
            at, replace(call, ended=ended, talk=ended.since(since) if seen else None, disposition=came_out)
        )

    def _close(self, at: Instant, call: Call) -> None:
        self.call = None
        if self._is_ours(call):
            self._last_ended = call.ended
        self._tell(CallClosed(call, at))
