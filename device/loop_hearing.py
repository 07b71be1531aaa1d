"""Edges of a line's ring, hook and polarity pins in, line signals out. Pure: no pin, no clock, no thread; never raises.

`instant` gives the moment of a monotonic stamp (its wall time is the driver's matter; a replay has none).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from device.hook_detector import Flashed, HookDetector, OddBreaks, PulsesDialled, WentOffHook, WentOnHook
from device.interface import CheckResult
from device.loop_ears import LoopEars, LoopEvent
from device.pins import HOOK, REVERSAL, RING, PinUse
from device.polarity import PolarityWatch, Reversed
from device.ring_cadence import BurstEnded, BurstStarted, NoiseKind, RingCadence, RingNoise
from device.signals import (
    MILLISECOND,
    SECOND,
    DigitDialled,
    Flash,
    Instant,
    LineSignal,
    Means,
    OffHook,
    OnHook,
    PolarityReversed,
    RingEnded,
    RingStarted,
    Sensing,
    Unrecognised,
)

NOISE_PAUSE = 60 * SECOND  # between two reports of noise: a loose wire must not fill the ledger
ORDINARY_CLICKS = 4  # edges; a reversal, a hang-up next door, lightning: every line has them

RING_ERROR = 40 * MILLISECOND  # one cycle: the opto may not see the first and the last half wave
HOOK_ERROR = 20 * MILLISECOND  # the switch bounces

# On-hook is told 0.72 s after the loop opened, the end of a burst 0.3 s, a polarity 0.22 s; the rest is for a busy box.
# (A pulse-dialled 1 that comes first waits for company up to 4 s: it belongs to the same open call either way.)
LAG = 900 * MILLISECOND

PLAIN: dict[type[LoopEvent], tuple[type[RingStarted | RingEnded | OffHook | OnHook], int, Means]] = {
    BurstStarted: (RingStarted, RING_ERROR, Means.RING_PIN),
    BurstEnded: (RingEnded, RING_ERROR, Means.RING_PIN),
    WentOffHook: (OffHook, HOOK_ERROR, Means.HOOK_PIN),
    WentOnHook: (OnHook, HOOK_ERROR, Means.HOOK_PIN),
}


class LoopHearing:
    """The ear of one line on pins. `pins`: those that are wired, by name; a new one for each opening of them."""

    interface = "gpio"

    def __init__(
        self,
        line: str,
        pins: Mapping[str, PinUse],
        levels: Mapping[str, int],
        instant: Callable[[int], Instant],
    ) -> None:
        self._line = line
        self._pins = pins
        self._instant = instant
        hook = HookDetector(pins[HOOK].active, levels[HOOK]) if HOOK in pins else None
        self._ears = LoopEars(RingCadence(pins[RING].active, levels[RING]), hook)
        self._polarity = PolarityWatch(levels[REVERSAL]) if REVERSAL in pins else None
        self._noise_at: int | None = None
        self._noises = 0

    @property
    def sensing(self) -> Sensing:
        return Sensing(ring_edges=True, hook=HOOK in self._pins, reversal=REVERSAL in self._pins, lag=LAG)

    def begin(self, now: Instant) -> list[LineSignal]:
        """How the hook was found."""
        off_hook = self._ears.off_hook
        if off_hook is None:
            return []
        kind = OffHook if off_hook else OnHook
        return [kind(self._line, now, found=True, means=Means.HOOK_PIN)]

    def edge(self, name: str, level: int, mono: int) -> list[LineSignal]:
        """The pin `name` changed to `level` at `mono` (ns)."""
        if name == REVERSAL:
            return self._reversals(self._polarity.edge(level, mono) if self._polarity else [])
        return self._signals((self._ears.ring_edge if name == RING else self._ears.hook_edge)(level, mono))

    def found(self, name: str, level: int, mono: int) -> list[LineSignal]:
        """The pin `name` was looked at (`mono`), and had another level than its edges said: one was lost."""
        if name == RING:
            return self._signals(self._ears.ring_found(level, mono))
        return self.edge(name, level, mono)

    def next_deadline(self) -> int | None:
        """When `expire` should be called, if no edge comes before (ns)."""
        polarity = None if self._polarity is None else self._polarity.next_deadline()
        moments = (self._ears.next_deadline(), polarity)
        return min((moment for moment in moments if moment is not None), default=None)

    def expire(self, now: int) -> list[LineSignal]:
        """Say what is settled by `now` (ns)."""
        reversals = [] if self._polarity is None else self._polarity.expire(now)
        return self._signals(self._ears.expire(now)) + self._reversals(reversals)

    def check(self, levels: Mapping[str, int]) -> CheckResult:
        """What the pins' levels say at this moment."""
        on_hook = levels[HOOK] != self._pins[HOOK].active if HOOK in levels else None
        ring = self._pins[RING]
        conducts = levels[RING] == ring.active
        detail = f"ring pin {ring.number} is active now" if conducts else ""
        return CheckResult(answers=True, set_up=True, on_hook=on_hook, detail=detail)

    # -- what is told

    def _reversals(self, reversals: list[Reversed]) -> list[LineSignal]:
        return [
            PolarityReversed(self._line, self._instant(each.mono), each.error, Means.REVERSAL_PIN)
            for each in reversals
        ]

    def _signals(self, events: list[LoopEvent]) -> list[LineSignal]:
        told = (self._signal(event) for event in events)
        return [signal for signal in told if signal is not None]

    def _signal(self, event: LoopEvent) -> LineSignal | None:
        if isinstance(event, RingNoise):
            return self._noise(event)
        at = self._instant(event.mono)
        match event:
            case Flashed():
                return Flash(self._line, at, Means.HOOK_PIN)
            case PulsesDialled(digit=digit):
                return DigitDialled(self._line, at, digit, HOOK_ERROR, Means.HOOK_PIN)
            case OddBreaks(count=count):
                return Unrecognised(self._line, at, f"{count} short breaks of the loop".encode())
            case _:
                signal, error, means = PLAIN[type(event)]
                return signal(self._line, at, error, means=means)

    def _noise(self, noise: RingNoise) -> LineSignal | None:
        """A report of what the ring detector heard and nobody understands; seldom, with the number of those between."""
        if noise.kind is NoiseKind.CLICKS and noise.edges <= ORDINARY_CLICKS:
            return None
        self._noises += 1
        if self._noise_at is not None and noise.end - self._noise_at < NOISE_PAUSE:
            return None
        length = (noise.end - noise.start) // MILLISECOND
        text = f"ring detector: {noise.kind.value}, {noise.edges} edges in {length} ms; {self._noises} since last told"
        self._noise_at, self._noises = noise.end, 0
        return Unrecognised(self._line, self._instant(noise.start), text.encode())
