"""Random calls begun at their moments, on several lines at once, each as soon as the monitor listens there."""

from __future__ import annotations

from collections.abc import Callable

from device import clock
from device.exchange.exchange_loop import ExchangeLoop
from device.exchange.random_calls import LineCalls
from device.exchange.virtual_line import VirtualLine
from device.signals import MILLISECOND, SECOND

LOOK = 150 * MILLISECOND  # how often to look whether the monitor listens
FIRST_CALL_AFTER = 1500 * MILLISECOND  # a monitor that has just set up its line gets a moment
FIRST_CALLS_APART = 600 * MILLISECOND  # the first calls of all lines begin within 3 s
BUSY_PAUSE = 1 * SECOND  # somebody else uses the line: look again then


class RandomPlayer:
    """Plays random calls for ever, or (with `begun`, which is told of each) one on each line."""

    def __init__(
        self,
        loop: ExchangeLoop,
        seed: int | str,
        interval: int,
        speed: float,
        *,
        begun: Callable[[], None] | None = None,
    ) -> None:
        self._loop = loop
        self._seed = seed
        self._interval = interval
        self._speed = speed
        self._begun = begun

    def play(self, lines: tuple[VirtualLine, ...], *, wait: bool) -> None:
        """Begin, or (`wait`) begin on each line once the monitor listens there; in the loop's thread."""
        for place, line in enumerate(lines):
            calls = LineCalls(self._seed, line.name, self._interval, self._speed)
            self._await_monitor(line, calls, FIRST_CALL_AFTER + FIRST_CALLS_APART * min(place, 2), wait)

    def _await_monitor(self, line: VirtualLine, calls: LineCalls, after: int, wait: bool) -> None:
        if line.outlet.heard or not wait:
            self._call_at(line, calls, clock.now().mono + after)
        else:
            self._loop.after(LOOK, lambda: self._await_monitor(line, calls, after, wait))

    def _call_at(self, line: VirtualLine, calls: LineCalls, start: int) -> None:
        self._loop.at(start, lambda: self._call(line, calls, start))

    def _call(self, line: VirtualLine, calls: LineCalls, start: int) -> None:
        if line.busy:
            self._call_at(line, calls, clock.now().mono + BUSY_PAUSE)
            return
        changes = line.begin(calls.next_call(), start)
        if self._begun is not None:
            self._begun()
            return
        self._call_at(line, calls, calls.next_start(start, changes[-1].at))
