"""A dialogue and a make-believe modem in simulated time: no thread, no port, every wait is a jump of the clock."""

from __future__ import annotations

from collections.abc import Callable

from device.interface import DialEnd
from device.modem_dialogue import ModemDialogue
from device.signals import MILLISECOND, Instant, LineSignal, seconds
from tests.support import EPOCH_WALL, at

OK, ERROR = b"\r\nOK\r\n", b"\r\nERROR\r\n"
LATENCY = 20 * MILLISECOND


def conexant(volts: Callable[[float], float] = lambda now: 48.6) -> Callable[[str, float], bytes | None]:
    """A CX930xx whose line has that voltage at a time (s)."""

    def answer(command: str, now: float) -> bytes | None:
        return {
            "ATI0": b"\r\n56000\r\n" + OK,
            "AT+VCID?": b"\r\n+VCID: 1\r\n" + OK,
            "AT-TRV": b"\r\n%.1f\r\n" % volts(now) + OK,
        }.get(command, OK)

    return answer


def plain(command: str, now: float) -> bytes | None:
    """A modem with caller ID and without AT-TRV."""
    return {"ATI0": b"\r\n5601\r\n" + OK, "AT+VCID?": b"\r\n1\r\n" + OK, "AT-TRV": ERROR}.get(command, OK)


class Talk:
    """Opens at 0 s. `says` puts bytes of the modem at a time; `run` goes on to a time."""

    def __init__(self, answer: Callable[[str, float], bytes | None] = plain) -> None:
        self.dialogue = ModemDialogue("L1")
        self.answer = answer
        self.latency = LATENCY
        self.asked: list[tuple[float, str]] = []
        self.signals: list[LineSignal] = []
        self.now = 0
        self._coming: list[tuple[int, int, bytes]] = []
        self.dialogue.begin(at(0))
        self._take()

    def says(self, when: float, data: bytes) -> None:
        self._coming.append((seconds(when), len(self._coming), data))

    def run(self, until: float) -> list[LineSignal]:
        """The signals told on the way to `until` seconds, or to a failure."""
        before = len(self.signals)
        steps = 0
        while self.dialogue.failure is None and (moment := self._next()) <= seconds(until):
            steps += 1
            assert steps < 100_000, "the dialogue spins"
            self.now = max(self.now, moment)
            self._step()
        if self.dialogue.failure is None:
            self.now = seconds(until)
        return self.signals[before:]

    def dial(self, number: str, when: float) -> list[DialEnd]:
        """Have a number dialled at a time; the list gets its end."""
        self.run(when)
        ends: list[DialEnd] = []
        self.signals += self.dialogue.dial(number, ends.append, at(when))
        self._take()
        return ends

    def cancel(self, when: float) -> None:
        self.run(when)
        self.signals += self.dialogue.cancel_dial(at(when))
        self._take()

    def sent(self, command: str, since: float = 0) -> list[float]:
        """When that command was asked, in seconds."""
        return [when for when, text in self.asked if text == command and when >= since]

    def _next(self) -> int:
        deadline = self.dialogue.next_deadline()
        due = [moment for moment, _, _ in self._coming]
        return min(due + ([] if deadline is None else [deadline]))

    def _step(self) -> None:
        self._coming.sort()
        moment = Instant(self.now, EPOCH_WALL * seconds(1) + self.now)
        if self._coming and self._coming[0][0] <= self.now:
            self.signals += self.dialogue.heard(self._coming.pop(0)[2], moment)
        else:
            self.signals += self.dialogue.expire(moment)
        self._take()

    def _take(self) -> None:
        for line in self.dialogue.to_send().split(b"\r")[:-1]:
            command = line.decode("ascii")
            self.asked.append((self.now / seconds(1), command))
            answer = self.answer(command, self.now / seconds(1))
            if answer is not None:
                self._coming.append((self.now + self.latency, len(self._coming), answer))
