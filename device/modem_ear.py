"""Modem events and readings of the voltage in, the line signals of both together out: one hook, however many tell of it. Pure:
it asks for nothing and knows no clock.

A modem may know the hook three ways: by its line's voltage, by codes of the telephone in its own jack (a serial box says as much),
and because it holds the line itself while it dials. Each fact is told once, by the exacter one:

Rule 1: what says "off-hook" first tells it; the others say what is known already.
Rule 2: the code of a telephone put down counts at once where no voltage is measured. Where it is, another telephone may hold the line
        still: the voltage decides, and the code gives the moment.
Rule 3: a line that rings is on the hook: where putting down was not told, the ring tells it, with that error (LINE.md 1.5).
"""

from __future__ import annotations

from dataclasses import replace

from device.line_voltage import LineVoltage, Reading
from device.modem_events import BurstReport, Code, Digits, ModemEvent, Ring
from device.modem_hearing import ModemHearing
from device.modem_models import Family, Model, VoltageBy
from device.signals import MILLISECOND, Instant, LineSignal, Means, OffHook, OnHook

REGISTER_DIGITS = 4
TOGETHER = 500 * MILLISECOND  # a code and a reading so near each other's error speak of one event


class ModemEar:
    """All that is heard of one line through one modem, from the opening of its port on."""

    def __init__(self, line: str) -> None:
        self._line = line
        self.hearing = ModemHearing(line)
        self.voltage = LineVoltage(line)
        self._lifted: bool | None = None  # as told
        self._since: Instant | None = None  # when that was
        self._reads_registers = (
            False  # its readings are four digits, which a late answer leaves alone on their line
        )
        self._put_down: OnHook | None = None  # told by a code, while the voltage still says off-hook

    @property
    def lifted(self) -> bool:
        """The line is off-hook, as far as was told."""
        return bool(self._lifted)

    def knows(self, model: Model) -> None:
        """Which modem it is: how late it says RING, and so how long a reading may be one of a burst that was not told yet."""
        self._reads_registers = model.voltage is VoltageBy.LVS
        if model.family is not Family.UNKNOWN:
            self.hearing.known_modem(model.ring_latency, model.ring_error)
            self.voltage = LineVoltage(self._line, settles=model.ring_latency + model.ring_error)

    def hear(self, event: ModemEvent, at: Instant) -> list[LineSignal]:
        """What the modem says by itself."""
        self.hearing.talking = self.lifted
        if self._reads_registers and isinstance(event, Digits) and len(event.digits) == REGISTER_DIGITS:
            return []  # the answer to a question that was given up: no caller
        signals = self.hearing.hear(event, at)
        if isinstance(event, Ring | BurstReport) or event == Code("R"):
            signals = [*self._rings(at), *signals]
        return self._told_once(signals)

    def measured(self, reading: Reading) -> list[LineSignal]:
        """One reading of the line's voltage."""
        return self._told_once(self.voltage.read(reading, ringing=self.hearing.ringing(reading.at.mono)))

    def seized(self, at: Instant, error: int) -> list[LineSignal]:
        """The modem itself holds the line, since `at`."""
        return self._told_once([OffHook(self._line, at, error, means=Means.MODEM)])

    def released(self, at: Instant, error: int, *, held: bool) -> list[LineSignal]:
        """The modem let go of the line at `at`; `held`: a telephone holds it, the off-hook goes on."""
        if self.voltage.known:
            self.voltage.assume(lifted=held, at=at)
        return [] if held else self._told_once([OnHook(self._line, at, error, means=Means.MODEM)])

    # --- one hook ----------------------------------------------------------------------------------------------------

    def _rings(self, at: Instant) -> list[LineSignal]:
        start, end = self.hearing.last_burst
        by_voltage = self.voltage.burst(start, end, at)
        if by_voltage or not self._lifted or self.voltage.off_hook or self._since is None:
            return by_voltage
        half = max(0, start - self._since.mono) // 2
        return [OnHook(self._line, self._since.plus(half), half, means=Means.MODEM)]

    def _told_once(self, signals: list[LineSignal]) -> list[LineSignal]:
        told: list[LineSignal] = []
        for signal in signals:
            if isinstance(signal, OffHook):
                told += self._off(signal)
            elif isinstance(signal, OnHook):
                told += self._on(signal)
            else:
                told.append(signal)
        return told

    def _off(self, signal: OffHook) -> list[LineSignal]:
        self._put_down = None
        over = self._lifted is False and self._since is not None and signal.at < self._since
        if self._lifted or (over and not signal.found):
            return []
        self._lifted, self._since = True, signal.at
        return [signal]

    def _on(self, signal: OnHook) -> list[LineSignal]:
        by_code = signal.means in (Means.TELEPHONE_JACK, Means.SERIAL_BOX)
        if by_code and self._lifted and self.voltage.off_hook:
            self._put_down = signal
            return []
        put_down, self._put_down = self._put_down, None
        if put_down is not None and abs(put_down.at.since(signal.at)) <= signal.error + TOGETHER:
            signal = replace(put_down, found=signal.found)
        if self._lifted is False:
            return []
        self._lifted, self._since = False, signal.at
        return [signal]
