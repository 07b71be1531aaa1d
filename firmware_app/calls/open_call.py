"""The one open call of a line, and its last word: changes in, call events out. Pure. A closed call never changes.

Rule: whatever stamps come in, started <= answered, far answered <= ended, started <= last edge <= ended, and keys never repeat.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from device.signals import CallerId, Instant, Means, seconds
from firmware_app.calls.call import (
    Call,
    CallChanged,
    CallClosed,
    CallEvent,
    CallOpened,
    Direction,
    Disposition,
    Doubt,
    FarEnd,
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

    def open(self, at: Instant, direction: Direction, by: Means | None = None) -> Call:
        """A new call that begins at `at`, sensed `by`, not told yet: complete it and hand it to `tell_opened`."""
        self._last_key = max(at.mono, self._last_key + 1)  # two calls of one stamp still have two keys
        key = f"{self._boot}:{self._line}:{self._last_key}"
        return Call(key, self._line, direction, at, started_by=by)

    def tell_opened(self, call: Call) -> None:
        self.call = call
        self._tell(CallOpened(call))

    def tell_waiting(self, at: Instant, caller_id: CallerId | None, by: Means | None) -> None:
        """A second caller, during the open call, who could not get through: a record of its own, opened and closed at once.

        Nobody knows whether a flash took it. The open call goes on untouched.
        """
        came = replace(self.open(at, Direction.INBOUND, by), caller_id=caller_id)
        if caller_id is not None:
            came = replace(came, caller_id_at=at, caller_id_by=by)
        self._tell(CallOpened(came))
        over = replace(came, ended=at, ended_by=by, disposition=Disposition.UNKNOWN)
        self._tell(CallClosed(replace(over, doubt=Doubt.CALL_WAITING), at))

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
        self, at: Instant, last_edge: Instant | None, doubt: Doubt | None = None, by: Means | None = None
    ) -> None:
        """Nobody answered; without a `doubt` the length of the ringing decides. `at`: when that was certain."""
        call = replace(self.must, answered=None, answered_by=None, answer_error=None)
        edge = None if last_edge is None else max(call.started, last_edge)
        ended = edge or call.started
        short = ended.since(call.started) < SHORT_RING
        by_length = Disposition.ABANDONED if short else Disposition.NO_ANSWER
        came_out = Disposition.UNKNOWN if doubt else by_length
        over = replace(call, last_edge=edge, ended=ended, ended_by=by, disposition=came_out, doubt=doubt)
        self._close(at, over)

    def close_talk(self, at: Instant, ended: Instant, seen: bool, by: Means | None = None) -> None:
        """An answered or outbound call is over. `seen`: its end was, and so the talk time is known."""
        call = self.must
        since = call.answered or call.started
        ended = max(ended, since)
        if call.direction is Direction.INBOUND:
            call = replace(call, disposition=call.disposition or Disposition.ANSWERED)
        else:
            far = None if call.far_answered is None else min(call.far_answered, ended)
            call = replace(call, far_end=call.far_end or FarEnd.UNKNOWN, far_answered=far)
        talk = ended.since(since) if seen else None
        self._close(at, replace(call, ended=ended, ended_by=by, talk=talk))

    def _close(self, at: Instant, call: Call) -> None:
        self.call = None
        if self._is_ours(call):
            self._last_ended = call.ended
        self._tell(CallClosed(call, at))
