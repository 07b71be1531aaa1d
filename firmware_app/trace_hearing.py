"""A recording of one line in, item by item the line signals that it means out: a decoder for each ear. Pure; it reads no clock.

What was recorded raw is decoded anew, by what decodes it in the appliance: the bytes of a modem, the edges of ring, hook and
polarity pins. Signals that the driver told beside them are taken only where the raw items cannot tell them (line lost and
restored, what was found at an opening, what the merging of ears says). Of every other ear the driver's signals are taken.
"""

from __future__ import annotations

from collections.abc import Sequence

from device.loop_hearing import LoopHearing
from device.modem_replay import ModemReplay
from device.pins import HOOK, REVERSAL, RING, PinUse
from device.signals import (
    DigitDialled,
    Instant,
    LineLost,
    LineRestored,
    LineSignal,
    Means,
    OffHook,
    OnHook,
    PolarityReversed,
    RingStarted,
    Sensing,
    SensingChanged,
    SoundHeard,
)
from device.trace import Decoded, Edge, Heard, Item, Sent, Trace

PINS = (RING, HOOK, REVERSAL)
NO_MODEM = (Means.FSK_CHIP, Means.CALLER_ID_BOARD, Means.SERIAL_BOX)  # bytes of these are no modem's


def line_of(trace: Trace) -> str:
    return next((item.signal.line for item in trace.items if isinstance(item, Decoded)), "L1")


def ear_of(item: Item) -> str | None:
    """The name of the ear that said `item`, empty where there is one; None of a note, or a line that is none."""
    return item.ear if isinstance(item, Heard | Sent | Edge | Decoded) else None


def hearings_of(trace: Trace, ring_active: int, hook_active: int) -> list[EarHearing]:
    """One hearing for each ear, in the order in which they spoke; one without a name where the trace names none."""
    line = line_of(trace)
    ears = tuple(dict.fromkeys(ear for item in trace.items if (ear := ear_of(item)) is not None)) or ("",)
    return [
        EarHearing(line, ear, [item for item in trace.items if ear_of(item) == ear], ring_active, hook_active)
        for ear in ears
    ]


def sensing_of(items: Sequence[Item]) -> Sensing:
    """What an ear of a recording can tell, where it does not say so itself."""
    edges = {item.role for item in items if isinstance(item, Edge)}
    kinds = {type(item.signal) for item in items if isinstance(item, Decoded)}
    asked = any(isinstance(item, Sent) and b"-TRV" in item.data.upper() for item in items)
    return Sensing(
        ring_edges=RING in edges or RingStarted in kinds,
        hook=asked or HOOK in edges or bool(kinds & {OffHook, OnHook}),
        digits=DigitDialled in kinds,
        caller_id=any(isinstance(item, Heard) for item in items),
        sound=SoundHeard in kinds,
        reversal=REVERSAL in edges or PolarityReversed in kinds,
    )


class EarHearing:
    """What the items of one ear mean."""

    def __init__(
        self, line: str, ear: str, items: Sequence[Item], ring_active: int, hook_active: int
    ) -> None:
        self.line, self.ear = line, ear
        self._items = items
        told = [item.signal for item in items if isinstance(item, Decoded)]
        is_modem = not any(getattr(signal, "means", None) in NO_MODEM for signal in told)
        bytes_too = is_modem and any(isinstance(item, Heard) for item in items)
        self._modem = ModemReplay(line) if bytes_too else None
        self._pins = _pins(line, items, ring_active, hook_active)

    @property
    def assumed_sensing(self) -> Sensing | None:
        """What it can tell, where the recording does not say so."""
        told = any(
            isinstance(item, Decoded) and isinstance(item.signal, LineRestored) for item in self._items
        )
        return None if told else sensing_of(self._items)

    def hear(self, item: Item) -> list[LineSignal]:
        match item:
            case Heard(at, data) if self._modem is not None:
                return self._modem.heard(data, Instant(at, at))
            case Sent(at, data) if self._modem is not None:
                self._modem.sent(data, Instant(at, at))
            case Edge(at, role, level) if self._pins is not None and role in PINS:
                return self._pins.edge(role, level, at)
            case Decoded(_, signal) if not self._raw or _is_only_told(signal):
                return [signal]
            case _:
                pass
        return []

    @property
    def _raw(self) -> bool:
        return self._modem is not None or self._pins is not None

    def next_deadline(self) -> int | None:
        return None if self._pins is None else self._pins.next_deadline()

    def expire(self, now: int) -> list[LineSignal]:
        return [] if self._pins is None else self._pins.expire(now)


def _is_only_told(signal: LineSignal) -> bool:
    return isinstance(signal, LineLost | LineRestored | SensingChanged) or _is_found(signal)


def _is_found(signal: LineSignal) -> bool:
    return isinstance(signal, OffHook | OnHook) and signal.found


def _pins(line: str, items: Sequence[Item], ring_active: int, hook_active: int) -> LoopHearing | None:
    """The reader of the pins; None where there is no edge of one."""
    edges = [item for item in items if isinstance(item, Edge) and item.role in PINS]
    if not edges:
        return None
    found = next(
        (item.signal for item in items if isinstance(item, Decoded) and _is_found(item.signal)), None
    )
    turned = next((edge.level for edge in edges if edge.role == REVERSAL), 0)
    active = {RING: ring_active, HOOK: hook_active, REVERSAL: 0}
    idle = {RING: 1 - ring_active, HOOK: 1 - hook_active, REVERSAL: 1 - turned}
    levels = idle | ({HOOK: hook_active} if isinstance(found, OffHook) else {})
    wired = {RING, *(edge.role for edge in edges)}
    pins = {name: PinUse(name, number, active[name]) for number, name in enumerate(PINS) if name in wired}
    return LoopHearing(line, pins, {name: levels[name] for name in pins}, lambda mono: Instant(mono, mono))
