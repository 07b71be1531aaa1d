"""Pins of a line in, line signals out, from a thread; a chip or pin that is away is a lost line, retried for ever.

What the edges mean is the matter of a pure reader (loop_hearing, dtmf_chip_hearing); this is the pins alone.
The thread sleeps until an edge, a deadline of the reader, or a look at the pins (LOOK): then it re-reads their levels, since
an edge can be lost, and a chip can go without a word (kernels before 6.5 wake nobody). Edges are judged by the kernel's
stamps; before a deadline counts, the edges that wait in the kernel are fetched.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from device import clock
from device.interface import CheckResult, Emit
from device.pins import Edge, PinAwaited, PinFactory, PinUnavailable, PinUse, Pull, Watch
from device.signals import (
    MILLISECOND,
    SECOND,
    Instant,
    LineLost,
    LineRestored,
    LineSignal,
    Sensing,
    Unrecognised,
)

log = logging.getLogger(__name__)

RETRY = 1 * SECOND  # between two attempts to open a lost line
LOOK = 2 * SECOND  # between two looks at the levels
BELIEVED = 200 * MILLISECOND  # a level that no edge explains is believed when it is so again after this time


class PinReader(Protocol):
    """Pure: what edges of pins mean, for one opening of them."""

    @property
    def interface(self) -> str: ...

    @property
    def sensing(self) -> Sensing: ...

    def begin(self, now: Instant) -> list[LineSignal]:
        """What was found at opening."""
        ...

    def edge(self, name: str, level: int, mono: int) -> list[LineSignal]: ...

    def found(self, name: str, level: int, mono: int) -> list[LineSignal]:
        """A pin has another level than its edges said."""
        ...

    def next_deadline(self) -> int | None: ...

    def expire(self, now: int) -> list[LineSignal]: ...

    def check(self, levels: Mapping[str, int]) -> CheckResult: ...


ReaderMade = Callable[[Mapping[str, int]], PinReader]
"""Makes the reader of one opening, from the levels the pins have then."""


@dataclass(frozen=True, slots=True)
class _Gone:
    """The factory says that a pin can no longer be heard."""

    reason: str


class _Closing:
    """`close` was called."""


@dataclass(slots=True)
class _Pin:
    """One watched pin, and what its edges said of it."""

    name: str
    watch: Watch
    level: int
    seqno: int = 0
    doubted: int | None = None  # since when the pin is not at the level its edges said (ns)


class PinEar:
    """One ear on pins: a LineInterface. The factory may serve others too: it is not closed here."""

    def __init__(
        self, line: str, factory: PinFactory, uses: tuple[PinUse, ...], reader_made: ReaderMade
    ) -> None:
        self._line = line
        self._factory = factory
        self._uses = uses
        self._reader_made = reader_made
        self._reader: PinReader | None = None  # of this opening
        self._queue: queue.SimpleQueue[Edge | _Gone | _Closing] = queue.SimpleQueue()
        self._emit: Emit = lambda signal: None
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()
        self._pins: dict[int, _Pin] = {}  # by number; empty while the line is lost
        self._lost_reason: str | None = None

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
        pins, reader = list(self._pins.values()), self._reader
        if not pins or reader is None:
            return CheckResult(answers=False, detail=self._lost_reason or "not open yet")
        try:
            return reader.check({pin.name: pin.watch.level() for pin in pins})
        except PinUnavailable as error:
            return CheckResult(answers=False, detail=str(error))

    # -- the thread

    def _run(self) -> None:
        while not self._closing.is_set():
            pause = RETRY
            try:
                self._listen(self._open())
            except OSError as error:  # PinUnavailable, or no descriptor left: all may pass
                self._lose(str(error))
                pause = 0 if isinstance(error, PinAwaited) else RETRY
            except Exception:
                log.exception("%s: the driver of its pins stumbled", self._line)
                self._lose("internal error")
            finally:
                self._release()
            self._wait_for_retry(pause)

    def _open(self) -> PinReader:
        levels = {use.name: self._watch(use) for use in self._uses}
        reader = self._reader = self._reader_made(levels)
        self._lost_reason = None
        log.info("%s: listening (%s)", self._line, reader.interface)
        self._emit(LineRestored(self._line, clock.now(), reader.sensing, reader.interface))
        self._tell_all(reader.begin(clock.now()))
        return reader

    def _watch(self, use: PinUse) -> int:
        """Watch a pin, return its level. The pull makes the idle level, so that a wire that fell off is silent."""
        pull: Pull = "down" if use.active else "up"
        watch = self._factory.watch(
            use.number, pull, self._queue.put, lambda reason: self._queue.put(_Gone(reason))
        )
        self._pins[use.number] = _Pin(use.name, watch, level=use.active)
        self._pins[use.number].level = watch.level()
        return self._pins[use.number].level

    def _listen(self, reader: PinReader) -> None:
        look_at = clock.now().mono + LOOK
        while True:
            deadline = reader.next_deadline()
            item = self._next(min(look_at, deadline) if deadline is not None else look_at)
            match item:
                case Edge():
                    self._edge(reader, item)
                case _Gone(reason):
                    raise PinUnavailable(reason)
                case _Closing():
                    return
                case None:
                    self._time_passed(reader)
                    now = clock.now().mono
                    if now >= look_at or any(pin.doubted is not None for pin in self._pins.values()):
                        look_at = now + (BELIEVED if self._look(reader, now) else LOOK)

    def _next(self, moment: int) -> Edge | _Gone | _Closing | None:
        """What comes before `moment`; None when it is reached."""
        wait = max(0, moment - clock.now().mono) / SECOND
        try:
            return self._queue.get(timeout=wait) if wait else self._queue.get_nowait()
        except queue.Empty:
            return None

    def _time_passed(self, reader: PinReader) -> None:
        """Tell what is settled. First the edges that happened before and only now are fetched (a busy machine)."""
        now = clock.now().mono
        self._factory.drain()
        if self._queue.empty():
            self._tell_all(reader.expire(now))

    def _edge(self, reader: PinReader, edge: Edge) -> None:
        pin = self._pins[edge.pin]
        missed = edge.seqno - pin.seqno - 1
        if missed > 0:
            log.warning("%s: %d edges of the %s pin were lost", self._line, missed, pin.name)
            self._unrecognised(edge.mono, f"{missed} edges of the {pin.name} pin lost")
        pin.seqno, pin.level, pin.doubted = edge.seqno, edge.level, None
        self._tell_all(reader.edge(pin.name, edge.level, edge.mono))

    def _look(self, reader: PinReader, now: int) -> bool:
        """Compare the pins with what their edges said. True while there is doubt. Raises PinUnavailable."""
        for pin in self._pins.values():
            level = pin.watch.level()
            if level == pin.level:
                pin.doubted = None
            elif pin.doubted is None:
                pin.doubted = now
            elif now - pin.doubted >= BELIEVED:
                self._found(reader, pin, level)
        return any(pin.doubted is not None for pin in self._pins.values())

    def _found(self, reader: PinReader, pin: _Pin, level: int) -> None:
        since = pin.doubted or 0
        pin.level, pin.doubted = level, None
        log.warning("%s: the %s pin is %d though no edge said so", self._line, pin.name, level)
        self._unrecognised(since, f"edge of the {pin.name} pin lost, found {level}")
        self._tell_all(reader.found(pin.name, level, since))

    def _lose(self, reason: str) -> None:
        """Told once; the log and `check` follow the reason, which may change (a chip is gone, then its path is)."""
        before, self._lost_reason = self._lost_reason, reason
        if reason != before:
            log.warning("%s: lost: %s", self._line, reason)
        if before is None:
            self._emit(LineLost(self._line, clock.now(), reason))

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

    def _tell_all(self, signals: list[LineSignal]) -> None:
        for signal in signals:
            self._emit(signal)

    def _unrecognised(self, mono: int, text: str) -> None:
        self._emit(Unrecognised(self._line, clock.at_monotonic(mono), text.encode()))
