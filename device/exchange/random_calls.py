"""A seed in, calls such as a service point gets out: from numbers nobody has, some answered, some missed, some withheld.

Pure but for its own random numbers: the same seed gives the same calls on each line. It never plans two at once on a line.
"""

from __future__ import annotations

import random

from device.exchange.planned import CourseOfLine, PlannedCall, PlannedDialling
from device.signals import SECOND, Absence, CallerId, seconds

SHARES = {
    "missed": 25,
    "abandoned": 5,
    "answered": 60,
    "outgoing": 5,
}  # of a hundred or so; one in ten is withheld as well
WITHHELD_SHARE = 0.1
CALLS_AGAIN = 0.25  # who calls is often somebody who called before
SHORTEST_PAUSE = 9 * SECOND  # a line machine needs 6 s of silence to know that ringing is over, and a little
NAMES = (None, None, None, None, "张三", "李四", "王小燕")


class LineCalls:
    """The random calls of one line.

    interval: ns between the starts of two calls, on average. speed: shortens what nothing real waits for, the pauses
    between calls and the talk; ringing and caller ID keep their real times, because the listener's timers are real.
    """

    def __init__(self, seed: int | str, line: str, interval: int, speed: float = 1.0) -> None:
        self._chance = random.Random(f"{seed}/{line}")
        self._interval = interval
        self._speed = speed
        self._callers: list[str] = []
        self._missed: list[str] = []
        self._begun = False

    def next_call(self) -> CourseOfLine:
        """The next call. The first is one that nobody answers, from a visible number: a trial has something to show at once."""
        if not self._begun:
            self._begun = True
            number = self._new_number()
            self._missed.append(number)
            return PlannedCall(CallerId(number), bursts=float(self._chance.randint(2, 3)))
        kind = self._chance.choices(list(SHARES), list(SHARES.values()))[0]
        return self._outgoing() if kind == "outgoing" else self._incoming(kind)

    def next_start(self, last_start: int, free_at: int) -> int:
        """When the next call begins, given when the last one did and when the line was free again."""
        interval = self._interval * self._chance.uniform(0.6, 1.4) / self._speed
        pause = SHORTEST_PAUSE + seconds(self._chance.uniform(0.0, 4.0) / self._speed)
        return max(last_start + round(interval), free_at + pause)

    def _incoming(self, kind: str) -> PlannedCall:
        caller_id = self._caller()
        if kind == "answered":
            return PlannedCall(
                caller_id,
                answer_after=seconds(round(self._chance.uniform(3.0, 18.0), 2)),
                talk=seconds(round(self._chance.uniform(5.0, 40.0) / self._speed, 2)),
            )
        if kind == "abandoned":
            return PlannedCall(caller_id, bursts=self._chance.choice((0.4, 0.7, 1.0)))
        if caller_id.number:
            self._missed.append(caller_id.number)
        return PlannedCall(caller_id, bursts=float(self._chance.randint(2, 6)))

    def _outgoing(self) -> PlannedDialling:
        """Often a call back to somebody who was missed."""
        number = self._missed.pop() if self._missed else self._new_number()
        return PlannedDialling(number, seconds(round(self._chance.uniform(5.0, 40.0) / self._speed, 2)))

    def _caller(self) -> CallerId:
        if self._chance.random() < WITHHELD_SHARE:
            return CallerId(absence=self._chance.choice((Absence.PRIVATE, Absence.OUT_OF_AREA, None)))
        again = self._callers and self._chance.random() < CALLS_AGAIN
        number = self._chance.choice(self._callers) if again else self._new_number()
        return CallerId(number, self._chance.choice(NAMES))

    def _new_number(self) -> str:
        """154 has never been given out (libphonenumber), and no local number begins with 0."""
        mobile = self._chance.random() < 0.7
        number = (
            f"154{self._chance.randrange(10**8):08d}"
            if mobile
            else f"03560{self._chance.randrange(10**6):06d}"
        )
        self._callers.append(number)
        return number
