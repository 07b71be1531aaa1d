"""A line's ring, hook and polarity pins in, line signals out. One thread; a chip or pin that is away is a lost line, retried for ever.

The thread sleeps until an edge, a deadline of the ears, or a look at the pins (LOOK): then it re-reads their levels, since
an edge can be lost, and a chip can go without a word (kernels before 6.5 wake nobody). Edges are judged by the kernel's
stamps; before a deadline counts, the edges that wait in the kernel are fetched.
"""

from __future__ import annotations

import logging
import queue
import threading
from dataclasses import dataclass

from device import clock
from device.hook_detector import Flashed, HookDetector, OddBreaks, PulsesDialled, WentOffHook, WentOnHook
from device.interface import CheckResult, Emit
from device.loop_ears import LoopEars, LoopEvent
from device.pins import Edge, PinAwaited, PinFactory, PinUnavailable, Pull, Watch
from device.polarity import PolarityWatch, Reversed
from device.ring_cadence import BurstEnded, BurstStarted, NoiseKind, RingCadence, RingNoise
from device.signals import (
    MILLISECOND,
    SECOND,
    DigitDialled,
    Flash,
    LineLost,
    LineRestored,
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

log = logging.getLogger(__name__)

RETRY = 1 * SECOND  # between two attempts to open a lost line
LOOK = 2 * SECOND  # between two looks at the levels
BELIEVED = 200 * MILLISECOND  # a level that no edge explains is believed when it is so again after this time
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


@dataclass(frozen=True, slots=True)
class _Gone:
    """The factory says that a pin can no longer be heard."""

    reason: str


class _Closing:
    """`close` was called."""


@dataclass(slots=True)
class _Pin:
    """One watched pin, and what its edges said of it."""

    name: str  # ring | hook | reversal
    watch: Watch
    level: int
    seqno: int = 0
    doubted: int | None = None  # since when the pin is not at the level its edges said (ns)


class GpioLine:
    """One line on GPIO pins: a LineInterface. Pins are BCM numbers; `*_active` is the level ("low" | "high") while the
    opto-coupler conducts, or the line is off-hook. `reversal_pin` follows the polarity of the loop, either way round. The factory may serve others too: it is not closed here.
    """

    def __init__(
        self,
        line: str,
        factory: PinFactory,
        *,
        ring_pin: int,
        hook_pin: int | None = None,
        reversal_pin: int | None = None,
        ring_active: str = "low",
        hook_active: str = "low",
    ) -> None:
        self._line = line
        self._factory = factory
        self._ring_pin, self._ring_active = ring_pin, _level(ring_active)
        self._hook_pin, self._hook_active = hook_pin, _level(hook_active)
        self._reversal_pin = reversal_pin
        self._queue: queue.SimpleQueue[Edge | _Gone | _Closing] = queue.SimpleQueue()
        self._emit: Emit = lambda signal: None
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()
        self._pins: dict[int, _Pin] = {}  # by number; empty while the line is lost
        self._ears = LoopEars(RingCadence(), None)
        self._polarity: PolarityWatch | None = None
        self._lost_reason: str | None = None
        self._noise_at: int | None = None
        self._noises = 0

    @property
    def line(self) -> str:
        return self._line

    def start(self, emit: Emit) -> None:
        self._emit = emit
        self._thread = threading.Thread(target=self._run, name=f"gpio-line-{self._line}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._closing.set()
        self._queue.put(_Closing())
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(1.0)

    def check(self, timeout: float) -> CheckResult:
        """Read the pins now. Reading takes no time worth limiting; what is not sensed is None."""
        pins = list(self._pins.values())
        if not pins:
            return CheckResult(answers=False, detail=self._lost_reason or "not open yet")
        try:
            levels = {pin.name: pin.watch.level() for pin in pins}
        except PinUnavailable as error:
            return CheckResult(answers=False, detail=str(error))
        on_hook = levels["hook"] != self._hook_active if "hook" in levels else None
        conducts = levels["ring"] == self._ring_active
        detail = f"ring pin {self._ring_pin} is active now" if conducts else ""
        return CheckResult(answers=True, set_up=True, on_hook=on_hook, detail=detail)

    # -- the thread

    def _run(self) -> None:
        while not self._closing.is_set():
            pause = RETRY
            try:
                self._open()
                self._listen()
            except OSError as error:  # PinUnavailable, or no descriptor left: all may pass
                self._lose(str(error))
                pause = 0 if isinstance(error, PinAwaited) else RETRY
            finally:
                self._release()
            self._wait_for_retry(pause)

    def _open(self) -> None:
        ring_level = self._watch("ring", self._ring_pin, self._ring_active)
        hook = None
        if self._hook_pin is not None:
            hook = HookDetector(self._hook_active, self._watch("hook", self._hook_pin, self._hook_active))
        ring = RingCadence(self._ring_active, ring_level)
        self._ears = LoopEars(ring, hook)
        self._polarity = None
        if self._reversal_pin is not None:
            self._polarity = PolarityWatch(self._watch("reversal", self._reversal_pin, 0))
        self._lost_reason = None
        log.info("%s: listening", self._line)
        sensing = Sensing(
            ring_edges=True, hook=hook is not None, reversal=self._polarity is not None, lag=LAG
        )
        self._tell(LineRestored(self._line, clock.now(), sensing, interface="gpio"))
        if hook is not None:
            found = OffHook if hook.off_hook else OnHook
            self._tell(found(self._line, clock.now(), found=True))

    def _watch(self, name: str, number: int, active: int) -> int:
        """Watch a pin, return its level. The pull makes the idle level, so that a wire that fell off is silent."""
        pull: Pull = "down" if active else "up"
        watch = self._factory.watch(
            number, pull, self._queue.put, lambda reason: self._queue.put(_Gone(reason))
        )
        self._pins[number] = _Pin(name, watch, level=active)
        self._pins[number].level = watch.level()
        return self._pins[number].level

    def _listen(self) -> None:
        look_at = clock.now().mono + LOOK
        while True:
            item = self._next(min([look_at, *self._deadlines()]))
            match item:
                case Edge():
                    self._edge(item)
                case _Gone(reason):
                    raise PinUnavailable(reason)
                case _Closing():
                    return
                case None:
                    self._time_passed()
                    now = clock.now().mono
                    if now >= look_at or any(pin.doubted is not None for pin in self._pins.values()):
                        look_at = now + (BELIEVED if self._look(now) else LOOK)

    def _deadlines(self) -> list[int]:
        moments = (self._ears.next_deadline(), self._polarity.next_deadline() if self._polarity else None)
        return [moment for moment in moments if moment is not None]

    def _next(self, moment: int) -> Edge | _Gone | _Closing | None:
        """What comes before `moment`; None when it is reached."""
        wait = max(0, moment - clock.now().mono) / SECOND
        try:
            return self._queue.get(timeout=wait) if wait else self._queue.get_nowait()
        except queue.Empty:
            return None

    def _time_passed(self) -> None:
        """Tell what is settled. First the edges that happened before and only now are fetched (a busy machine)."""
        now = clock.now().mono
        self._factory.drain()
        if self._queue.empty():
            self._tell_all(self._ears.expire(now))
            if self._polarity is not None:
                self._tell_reversed(self._polarity.expire(now))

    def _edge(self, edge: Edge) -> None:
        pin = self._pins[edge.pin]
        missed = edge.seqno - pin.seqno - 1
        if missed > 0:
            log.warning("%s: %d edges of the %s pin were lost", self._line, missed, pin.name)
            self._unrecognised(edge.mono, f"{missed} edges of the {pin.name} pin lost")
        pin.seqno, pin.level, pin.doubted = edge.seqno, edge.level, None
        if pin.name == "reversal":
            self._polarity_edge(edge.level, edge.mono)
            return
        edge_of = self._ears.ring_edge if pin.name == "ring" else self._ears.hook_edge
        self._tell_all(edge_of(edge.level, edge.mono))

    def _polarity_edge(self, level: int, mono: int) -> None:
        if self._polarity is not None:
            self._tell_reversed(self._polarity.edge(level, mono))

    def _look(self, now: int) -> bool:
        """Compare the pins with what their edges said. True while there is doubt. Raises PinUnavailable."""
        for pin in self._pins.values():
            level = pin.watch.level()
            if level == pin.level:
                pin.doubted = None
            elif pin.doubted is None:
                pin.doubted = now
            elif now - pin.doubted >= BELIEVED:
                self._found(pin, level)
        return any(pin.doubted is not None for pin in self._pins.values())

    def _found(self, pin: _Pin, level: int) -> None:
        since = pin.doubted or 0
        pin.level, pin.doubted = level, None
        log.warning("%s: the %s pin is %d though no edge said so", self._line, pin.name, level)
        self._unrecognised(since, f"edge of the {pin.name} pin lost, found {level}")
        if pin.name == "reversal":
            self._polarity_edge(level, since)
            return
        found = self._ears.ring_found if pin.name == "ring" else self._ears.hook_edge
        self._tell_all(found(level, since))

    def _lose(self, reason: str) -> None:
        """Told once; the log and `check` follow the reason, which may change (a chip is gone, then its path is)."""
        before, self._lost_reason = self._lost_reason, reason
        if reason != before:
            log.warning("%s: lost: %s", self._line, reason)
        if before is None:
            self._tell(LineLost(self._line, clock.now(), reason))

    def _release(self) -> None:
        pins, self._pins = self._pins, {}
        for pin in pins.values():
            pin.watch.close()

    def _wait_for_retry(self, pause: int) -> None:
        """Also drops what the pins said before they were lost."""
        until = clock.now().mono + pause
        while not self._closing.is_set() and self._next(until) is not None:
            continue

    # -- what is told

    def _tell(self, signal: LineSignal) -> None:
        self._emit(signal)

    def _tell_reversed(self, reversals: list[Reversed]) -> None:
        for each in reversals:
            at = clock.at_monotonic(each.mono)
            self._tell(PolarityReversed(self._line, at, each.error, Means.REVERSAL_PIN))

    def _tell_all(self, events: list[LoopEvent]) -> None:
        for event in events:
            signal = self._signal(event)
            if signal is not None:
                self._tell(signal)

    def _signal(self, event: LoopEvent) -> LineSignal | None:
        if isinstance(event, RingNoise):
            return self._noise(event)
        at = clock.at_monotonic(event.mono)
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
        return Unrecognised(self._line, clock.at_monotonic(noise.start), text.encode())

    def _unrecognised(self, mono: int, text: str) -> None:
        self._tell(Unrecognised(self._line, clock.at_monotonic(mono), text.encode()))


def _level(active: str) -> int:
    return 0 if active == "low" else 1
