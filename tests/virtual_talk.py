"""A dialogue and a modem of the virtual exchange in simulated time: no thread, no port, every wait is a jump of the clock."""

from __future__ import annotations

from device.exchange.modem_personalities import Personality
from device.exchange.virtual_modem import VirtualModem
from device.exchange.wire_changes import Wire, WireChange
from device.interface import DialEnd
from device.modem_dialogue import ModemDialogue
from device.signals import CallerId, Instant, LineSignal, seconds
from tests.support import EPOCH_WALL

CALLER = CallerId("15400001234", "张三", date_time="11230915")


class VirtualTalk:
    """Plugged in at 0 s. `asked` holds what the driver typed, `signals` what it told."""

    def __init__(self, personality: Personality, init: tuple[str, ...] = ()) -> None:
        self.modem = VirtualModem(personality)
        self.dialogue = ModemDialogue("L1", init)
        self.asked: list[str] = []
        self.signals: list[LineSignal] = []
        self.now = 0
        self.dialogue.begin(self._instant())
        self._send()

    def run(self, duration: float) -> list[LineSignal]:
        """What is told within so many seconds."""
        before = len(self.signals)
        until = self.now + seconds(duration)
        while self.dialogue.failure is None and (moment := self._next(until)) <= until:
            self.now = max(self.now, moment)
            self.modem.acts(self.now)  # what it does on the line nobody else hears here
            printed = b"".join(each.data for each in self.modem.output(self.now))
            if printed:
                self.signals += self.dialogue.heard(printed, self._instant())
            else:
                self.signals += self.dialogue.expire(self._instant())
            self._send()
        self.now = until
        return self.signals[before:]

    def wire(self, kind: Wire, after: float = 0.0, caller_id: CallerId | None = None, **how: bool) -> None:
        """Something happens on the line `after` seconds from now."""
        self.run(after)
        self.modem.wire(WireChange(self.now, kind, caller_id, **how))  # type: ignore[arg-type]

    def call(self, *, damaged: bool = False, caller_id: CallerId = CALLER) -> list[LineSignal]:
        """Two bursts with caller ID between them, and the silence that ends the call."""
        before = len(self.signals)
        self.wire(Wire.BURST_STARTED)
        self.wire(Wire.BURST_ENDED, 1.0)
        self.wire(Wire.CALLER_ID_SENT, 1.2, caller_id, damaged=damaged)
        self.wire(Wire.BURST_STARTED, 2.8)
        self.wire(Wire.BURST_ENDED, 1.0)
        self.run(10)
        return self.signals[before:]

    def dial(self, number: str, ends: list[DialEnd]) -> None:
        """Have a number dialled now; `ends` gets how it came out."""
        self.signals += self.dialogue.dial(number, ends.append, self._instant())
        self._send()

    def cancel(self) -> None:
        self.signals += self.dialogue.cancel_dial(self._instant())
        self._send()

    def _instant(self) -> Instant:
        return Instant(self.now, EPOCH_WALL * seconds(1) + self.now)

    def _next(self, otherwise: int) -> int:
        due = [self.dialogue.next_deadline(), self.modem.next_deadline()]
        return min((moment for moment in due if moment is not None), default=otherwise + 1)

    def _send(self) -> None:
        data = self.dialogue.to_send()
        self.asked += data.decode("ascii").split("\r")[:-1]
        self.modem.receive(data, self.now)
