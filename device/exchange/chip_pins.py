"""Changes on the wire in, edges of a DTMF receiver chip's pins out (MT8870 on the simulated chip), each with its scheduled stamp."""

from __future__ import annotations

from device import clock
from device.dtmf_chip_hearing import CODES, TONE_TO_STD
from device.exchange.exchange_loop import ExchangeLoop, Timer
from device.exchange.pins_client import PinsClient
from device.exchange.planned import FalseKind, FaultKind
from device.exchange.wire_changes import Wire, WireChange
from device.signals import MILLISECOND

LATCHED = 1 * MILLISECOND  # Q stands this long before StD rises
CALLER_BEAT = (70 * MILLISECOND, 140 * MILLISECOND)  # a tone, and from one to the next, of an exchange
PRESSED_BEAT = (100 * MILLISECOND, 200 * MILLISECOND)


class ChipPins:
    """The outlet of one line's DTMF chip. Everything but the constructor belongs to the loop's thread."""

    def __init__(self, client: PinsClient, loop: ExchangeLoop, q_pins: tuple[int, ...], std_pin: int) -> None:
        self._client = client
        self._loop = loop
        self._q = q_pins
        self._std = std_pin
        self._code = 0
        self._waiting: list[tuple[int, int, int]] = []  # stamp, pin, level; in order
        self._timer: Timer | None = None

    @property
    def heard(self) -> bool:
        return self._client.connected

    @property
    def holds_line(self) -> bool:
        return bool(self._waiting)

    def open(self) -> None:
        now = clock.now().mono
        self._code = 0
        self._client.drive([(pin, 0, now) for pin in (self._std, *self._q)])

    def wire(self, change: WireChange) -> None:
        if change.kind is Wire.TONES:
            self._hear(change.tones, change.at, *CALLER_BEAT)
        elif change.kind is Wire.DIGIT and not change.pulses:
            self._hear(change.digit, change.at, *PRESSED_BEAT)

    def fault(self, kind: FaultKind, until: int | None) -> bool:
        return False

    def false(self, kind: FalseKind, start: int, lasts: int | None, seed: int) -> bool:
        return False

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._waiting.clear()
        self.open()

    def _hear(self, symbols: str, at: int, on: int, beat: int) -> None:
        for number, symbol in enumerate(symbols):
            rise = at + number * beat + TONE_TO_STD
            code = CODES.index(symbol)
            changed = [bit for bit in range(4) if (code ^ self._code) >> bit & 1]
            self._waiting += [(rise - LATCHED, self._q[bit], code >> bit & 1) for bit in changed]
            self._waiting += [(rise, self._std, 1), (rise + on, self._std, 0)]
            self._code = code
        self._play()

    def _play(self) -> None:
        """Drive all that is due, and come again for the next."""
        if self._timer is not None:
            self._timer.cancel()
        now = clock.now().mono
        due = [edge for edge in self._waiting if edge[0] <= now]
        del self._waiting[: len(due)]
        self._client.drive([(pin, level, at) for at, pin, level in due])
        self._timer = self._loop.at(self._waiting[0][0], self._play) if self._waiting else None
