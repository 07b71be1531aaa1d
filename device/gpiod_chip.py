"""gpiozero's pins, and watches, over libgpiod v2: requests for pins in, levels and stamped edges out. Never polls.

Why not lgpio: it polls twice a millisecond for one input (5 % of a Pi), has no wheel for Python 3.13 and needs a writable
working directory (ADR on pins). No PWM: the buzzer is an active one.

Lock order: a pin's own lock of gpiozero's first, the factory's lock last.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import gpiod
from gpiod.line import Direction, Value
from gpiozero import PinInfo
from gpiozero.exc import (
    GPIOPinInUse,
    PinInvalidBounce,
    PinInvalidEdges,
    PinInvalidFunction,
    PinInvalidPull,
    PinPWMUnsupported,
    PinSetInput,
    PinUnknownPi,
)
from gpiozero.pins.local import LocalPiFactory, LocalPiPin

from device.gpiod_lines import BIAS, DETECT, EdgeReader, Listener, request
from device.pins import Edge, EdgeTold, PinBusy, PinUnavailable, Pull, WatchLost

log = logging.getLogger(__name__)

HEADER_REVISION = 0xA02082  # a board that is no Pi: its pins are numbered as on a Pi 3B's header


class _GpiodWatch:
    """One pin of a line. It is the requester of gpiozero's reservation, so that no device takes the pin too."""

    def __init__(self, factory: GpiodFactory, pin: int, told: EdgeTold, lost: WatchLost) -> None:
        self._factory = factory
        self._pin = pin
        self._told = told
        self._lost = lost
        self._listener: Listener | None = None
        self._over = f"pin {pin} is no longer watched"  # why nothing is heard, once that is so

    def _conflicts_with(self, other: object) -> bool:
        return True

    def open(self, settings: gpiod.LineSettings) -> None:
        with self._factory.lock:
            line = request(self._factory.chip, self._pin, settings)
            self._listener = Listener(line, self._tell, self.lose)
            self._factory.reader.add(self._listener)

    def _tell(self, event: gpiod.EdgeEvent) -> None:
        level = int(event.event_type is gpiod.EdgeEvent.Type.RISING_EDGE)
        self._told(Edge(self._pin, level, event.timestamp_ns, event.line_seqno))

    def lose(self, reason: str) -> None:
        if self._listener is not None:
            self._over = reason
            self.close()
            self._lost(reason)

    def level(self) -> int:
        with self._factory.lock:
            if self._listener is None:
                raise PinUnavailable(self._over)
            try:
                return int(self._listener.line.get_value(self._pin) is Value.ACTIVE)
            except OSError as error:
                raise PinUnavailable(f"pin {self._pin} cannot be read: {error.strerror or error}") from None

    def close(self) -> None:
        with self._factory.lock:
            listener, self._listener = self._listener, None
            if listener is not None:
                self._factory.reader.remove(listener)
                listener.line.release()
        self._factory.forget(self, self._pin)


class GpiodPin(LocalPiPin):  # type: ignore[misc]
    """A pin for gpiozero's LED, Buzzer and inputs. It is asked of the kernel when it is first used, and given back by close."""

    def __init__(self, factory: GpiodFactory, info: PinInfo) -> None:
        super().__init__(factory, info)
        self._line: gpiod.LineRequest | None = None
        self._listener: Listener | None = None
        self._as_input()

    def _as_input(self) -> None:
        self._function = "input"
        self._pull: str = self.info.pull or "floating"
        self._bounce: float | None = None
        self._edges = "both"
        self._rest = False  # the state an output was opened with: its "off"

    def _settings(self) -> gpiod.LineSettings:
        if self._function == "output":
            return gpiod.LineSettings(direction=Direction.OUTPUT, output_value=Value(int(self._rest)))
        return gpiod.LineSettings(
            direction=Direction.INPUT,
            bias=BIAS[self._pull],
            edge_detection=DETECT[self._edges] if self._listener else DETECT["none"],
            debounce_period=timedelta(seconds=self._bounce or 0),
        )

    def _apply(self) -> gpiod.LineRequest:
        """Make the kernel's settings of the pin ours; ask for the pin when we do not have it."""
        if self._line is None:
            self._line = request(self.factory.chip, self._number, self._settings())
        else:
            with self._known_errors():
                self._line.reconfigure_lines({self._number: self._settings()})
        return self._line

    @contextlib.contextmanager
    def _known_errors(self) -> Iterator[None]:
        """What the kernel refuses becomes PinUnavailable, and the pin is given back: the next use asks for it anew."""
        try:
            yield
        except OSError as error:
            self._release()
            raise PinUnavailable(f"pin {self._number}: {error.strerror or error}") from None

    def _release(self) -> None:
        if self._listener is not None:
            self.factory.reader.remove(self._listener)
            self._listener = None
        if self._line is not None:
            self._line.release()
            self._line = None

    # -- function, state, pull

    def _get_function(self) -> str:
        return self._function

    def _set_function(self, value: str) -> None:
        if value not in ("input", "output"):
            raise PinInvalidFunction(f"invalid function {value!r} for pin {self!r}")
        with self.factory.lock:
            self._function = value
            self._apply()

    def output_with_state(self, state: bool) -> None:
        with self.factory.lock:
            self._function, self._rest = "output", bool(state)
            self._apply()

    def _get_state(self) -> bool:
        with self.factory.lock:
            line = self._line or self._apply()
            with self._known_errors():
                return line.get_value(self._number) is Value.ACTIVE

    def _set_state(self, value: bool) -> None:
        if self._function != "output":
            raise PinSetInput(f"cannot set state of pin {self!r}")
        with self.factory.lock:
            line = self._line or self._apply()
            with self._known_errors():
                line.set_value(self._number, Value(int(bool(value))))

    def _get_pull(self) -> str:
        return self._pull

    def _set_pull(self, value: str) -> None:
        if value not in BIAS:
            raise PinInvalidPull(f"invalid pull {value!r} for pin {self!r}")
        with self.factory.lock:
            self._pull = value
            self._apply()

    def _get_frequency(self) -> None:
        return None

    def _set_frequency(self, value: float | None) -> None:
        if value is not None:
            raise PinPWMUnsupported(f"PWM is not supported on pin {self!r}: use an active buzzer")

    # -- edges

    def _get_bounce(self) -> float | None:
        return self._bounce

    def _set_bounce(self, value: float | None) -> None:
        if value is not None and value < 0:
            raise PinInvalidBounce("bounce must be 0 or greater")
        with self.factory.lock:
            self._bounce = value
            self._apply()

    def _get_edges(self) -> str:
        return self._edges

    def _set_edges(self, value: str) -> None:
        if value not in DETECT:
            raise PinInvalidEdges(f"invalid edges {value!r} for pin {self!r}")
        with self.factory.lock:
            self._edges = value
            self._apply()

    def _enable_event_detect(self) -> None:
        with self.factory.lock:
            line = self._line or self._apply()
            self._listener = Listener(line, self._tell, self._lost)
            self._apply()
            self.factory.reader.add(self._listener)

    def _disable_event_detect(self) -> None:
        with self.factory.lock:
            if self._listener is not None:
                self.factory.reader.remove(self._listener)
                self._listener = None
                self._apply()

    def _tell(self, event: gpiod.EdgeEvent) -> None:
        """Not gpiozero's `_call_when_changed`: for a handler that was collected it takes a lock (see the lock order)."""
        handler = self._get_when_changed()
        if handler is not None:
            handler(event.timestamp_ns / 1e9, event.event_type is gpiod.EdgeEvent.Type.RISING_EDGE)

    def _lost(self, reason: str) -> None:
        log.warning("%r: %s", self, reason)
        self._release()

    def close(self) -> None:
        with contextlib.suppress(PinUnavailable):  # the chip may be gone; then there is nothing to drive
            self.when_changed = None
        with self.factory.lock:
            if self._line is not None and self._function == "output":
                with contextlib.suppress(PinUnavailable):
                    self.state = self._rest
            self._release()
            self._as_input()


class GpiodFactory(LocalPiFactory):  # type: ignore[misc]
    """Pins of a real chip: "auto" (the header of whichever Pi this is), a label, or a path."""

    def __init__(self, chip: str = "auto") -> None:
        super().__init__()
        self.lock = threading.RLock()
        # LocalPiFactory shares these among all factories of the process; then closing one would close the others' pins.
        # That nobody drives a pin twice is seen to by the kernel. One lock for all: a refused reservation prints the
        # holder, which reads its pin.
        self.pins: dict[PinInfo, GpiodPin] = {}
        self._reservations: defaultdict[PinInfo, list[Any]] = defaultdict(list)
        self._res_lock = self.lock
        self.pin_class = GpiodPin
        self.chip = chip
        self.reader = EdgeReader(self.lock)
        self._watches: set[_GpiodWatch] = set()
        self._closed = False

    def _get_revision(self) -> int:
        try:
            return int(super()._get_revision())
        except PinUnknownPi:
            return HEADER_REVISION

    def watch(self, pin: int, pull: Pull, told: EdgeTold, lost: WatchLost) -> _GpiodWatch:
        watch = _GpiodWatch(self, pin, told, lost)
        self._reserve(watch, pin)
        try:
            watch.open(
                gpiod.LineSettings(direction=Direction.INPUT, bias=BIAS[pull], edge_detection=DETECT["both"])
            )
        except PinUnavailable:
            self.forget(watch, pin)
            raise
        with self.lock:
            self._watches.add(watch)
        return watch

    def _reserve(self, watch: _GpiodWatch, pin: int) -> None:
        if self._closed:
            raise PinUnavailable(f"the GPIO chip {self.chip!r} was closed")
        try:
            self.reserve_pins(watch, pin)
        except GPIOPinInUse:
            raise PinBusy(f"pin {pin} is in use already") from None

    def forget(self, watch: _GpiodWatch, pin: int) -> None:
        """A watch is over: the pin is free for others."""
        with self.lock:
            self._watches.discard(watch)
        self.release_pins(watch, pin)

    def drain(self) -> None:
        with self.lock:
            if not self._closed:
                self.reader.drain()

    def close(self) -> None:
        with self.lock:
            if self._closed:
                return
            self._closed = True
            watches = list(self._watches)
        for watch in watches:
            watch.lose("the GPIO chip was closed")
        super().close()
        self.reader.close()
