"""Calls as they now look in, what to tell of them out: each is opened once, changed while it is open, closed once. Pure.

Rule: the key of a call is the one it was told with first, whatever becomes known of its beginning; keys never repeat.
"""

from __future__ import annotations

from dataclasses import replace

from device.signals import Instant
from firmware_app.calls.call import Call, CallChanged, CallClosed, CallEvent, CallOpened


class ToldCalls:
    """What was told of one line: at most one open call, but for a second caller's."""

    def __init__(self, boot: str) -> None:
        self._boot = boot
        self._last = -1  # the highest number in a key
        self.call: Call | None = None

    def take_up(self, call: Call) -> None:
        """A call that was told before a restart."""
        self.call = call
        if call.key.startswith(f"{self._boot}:"):
            self._last = max(self._last, _number(call.key))

    def shows(self, call: Call, at: Instant) -> list[CallEvent]:
        """The open call looks like this now; `at`: since when."""
        if self.call is None:
            self.call = self._new(call)
            return [CallOpened(self.call)]
        shown = replace(call, key=self.call.key)
        if shown == self.call:
            return []
        self.call = shown
        return [CallChanged(shown, at)]

    def closed(self, closed: Call, at: Instant) -> list[CallEvent]:
        """The open call is over, for good."""
        assert self.call is not None
        key, self.call = self.call.key, None
        return [CallClosed(replace(closed, key=key), at)]

    def aside(self, opened: Call, closed: Call, at: Instant) -> list[CallEvent]:
        """A call of its own while another is open, that is over at once (a second caller)."""
        new = self._new(opened)
        return [CallOpened(new), CallClosed(replace(closed, key=new.key), at)]

    def _new(self, call: Call) -> Call:
        self._last = max(_number(call.key), self._last + 1)
        return replace(call, key=f"{call.key.rpartition(':')[0]}:{self._last}")


def _number(key: str) -> int:
    """A key ends in the stamp of the call's first word (open_call)."""
    return int(key.rpartition(":")[2])
