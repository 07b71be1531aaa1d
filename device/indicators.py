"""Patterns in, light and sound out; presses of the desk button in, SHORT and LONG out. Over gpiozero; knows nothing of calls.

One thread for each indicator plays its pattern, so that `show` only says what to play and a pin that hangs holds nobody up.
An output that cannot be opened, or goes away, says so in `problem`, tells whoever wants to know, and is tried again for
ever. gpiozero's own `blink` is
not used: it cannot come back to a pattern after a blip, and waits for its thread when it is changed.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Mapping
from itertools import chain, cycle
from typing import Any

from gpiozero import LED, Buzzer, DigitalInputDevice
from gpiozero.exc import GPIOZeroError

from device import clock
from device.desk_press import DeskPress
from device.interface import Pattern, Press
from device.pins import PinFactory
from device.signals import SECOND, Instant

log = logging.getLogger(__name__)

RETRY = 1.0  # seconds between two attempts to open a pin
RENEW = 8.0  # seconds after which a resting output is written again: a chip that went away is noticed, and lit when it is back

Steps = tuple[tuple[bool, float], ...]
"""On or off, and for how many seconds; repeated. A single step rests."""

REST = float("inf")
DARK: Steps = ((False, REST),)

LAMP: Mapping[Pattern, Steps] = {
    Pattern.OFF: DARK,
    Pattern.SLOW: ((True, 0.5), (False, 0.5)),  # 1 Hz
    Pattern.FAST: (
        (True, 0.125),
        (False, 0.125),
    ),  # 4 Hz: told from slow at a glance, and no risk to anybody (< 5 Hz)
    Pattern.SOLID: ((True, REST),),
    Pattern.CHIRP: ((True, 0.125), (False, 0.125)),  # a lamp cannot chirp: fast
    Pattern.RING: ((True, REST),),  # nor ring: solid
}
SOUND: Mapping[Pattern, Steps] = {
    Pattern.OFF: DARK,
    Pattern.SLOW: ((True, 0.2), (False, 1.8)),
    Pattern.FAST: ((True, 0.1), (False, 0.4)),
    Pattern.SOLID: ((True, REST),),
    Pattern.CHIRP: ((True, 0.06), (False, 0.94)),
    Pattern.RING: ((True, 0.8), (False, 0.4)),
}
BLIP_LAMP = 0.15  # seconds of the opposite: a flash of a dark lamp, a wink of a lit one
BLIP_SOUND = 0.06

ProblemTold = Callable[[str, str | None], None]
"""Told a name ("button" of the button) and what is wrong, as it begins or changes; None as it ends. Must return at once."""


def _nobody(name: str, problem: str | None) -> None:
    """Nobody wants to know: `problem` can still be read."""


FAILURES = (OSError, GPIOZeroError)  # what a pin can answer with: PinUnavailable, or gpiozero's own


class _Output:
    """An Indicator on one pin. `device` makes gpiozero's object for it."""

    def __init__(
        self,
        name: str,
        device: Callable[[], Any],
        patterns: Mapping[Pattern, Steps],
        blip: float,
        told: ProblemTold,
    ) -> None:
        self._name = name
        self._told = told
        self._make = device
        self._patterns = patterns
        self._blip = blip
        self._device: Any = None
        self._problem: str | None = None
        self._pattern = Pattern.OFF
        self._blips = False  # one is asked for
        self._changed = threading.Condition()
        self._changes = 0
        self._closed = False
        self._open()
        self._thread = threading.Thread(target=self._play, name=f"indicator-{name}", daemon=True)
        self._thread.start()

    @property
    def name(self) -> str:
        return self._name

    @property
    def pattern(self) -> Pattern:
        """What is shown, or shown again after a blip."""
        return self._pattern

    @property
    def problem(self) -> str | None:
        """Why nothing can be shown, one short line; None when all is well."""
        return self._problem

    def show(self, pattern: Pattern) -> None:
        """From now on `pattern`; the one that is shown already goes on undisturbed. BLIP once, then the former again."""
        with self._changed:
            if self._closed or pattern is self._pattern:
                return
            if pattern is Pattern.BLIP:
                self._blips = True
            else:
                self._pattern, self._blips = pattern, False
            self._changes += 1
            self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changes += 1
            self._changed.notify_all()
        self._thread.join(1.0)

    # -- the thread

    def _play(self) -> None:
        while True:
            with self._changed:
                if self._closed:
                    break
                changes, steps = self._changes, self._steps()
            self._play_until_changed(steps, changes)
        self._release()

    def _steps(self) -> chain[tuple[bool, float]]:
        """What to do from now on: the blip that was asked for, then the pattern, without end."""
        steps = self._patterns[self._pattern]
        blip: Steps = ()
        if self._blips:
            self._blips = False
            blip = ((not steps[0][0], self._blip),)
            if len(steps) > 1:  # a blinking lamp is dark before and after, so that the flash is one more
                blip = ((False, self._blip), (True, self._blip), (False, self._blip))
        return chain(blip, cycle(steps))

    def _play_until_changed(self, steps: chain[tuple[bool, float]], changes: int) -> None:
        for on, length in steps:
            written = self._write(on)
            with self._changed:
                if self._changed.wait_for(lambda: self._changes != changes, self._pause(length, written)):
                    return

    def _pause(self, length: float, written: bool) -> float:
        return min(length, RENEW) if written else RETRY

    def _write(self, on: bool) -> bool:
        """Set the output, opening it if needed. False when it cannot be."""
        if self._device is None and not self._open():
            return False
        try:
            self._device.value = on
        except FAILURES as error:
            self._fail(error)
            self._release()
            return False
        return True

    def _open(self) -> bool:
        try:
            self._device = self._make()
        except FAILURES as error:
            self._fail(error)
            return False
        if self._problem is not None:
            log.info("%s: works again", self._name)
            self._problem = None
            self._told(self._name, None)
        return True

    def _fail(self, error: Exception) -> None:
        problem = str(error)
        if problem != self._problem:
            log.warning("%s: %s", self._name, problem)
            self._problem = problem
            self._told(self._name, problem)

    def _release(self) -> None:
        device, self._device = self._device, None
        if device is not None:
            try:
                device.off()
            except FAILURES as error:
                log.debug("%s: %s", self._name, error)
            device.close()


class Lamp(_Output):
    """A lamp on one pin, lit when the pin is high."""

    def __init__(self, name: str, factory: PinFactory, pin: int, told: ProblemTold = _nobody) -> None:
        super().__init__(name, lambda: LED(pin, pin_factory=factory), LAMP, BLIP_LAMP, told)


class Beeper(_Output):
    """An active buzzer on one pin (it makes its own tone), heard while the pin is high."""

    def __init__(self, name: str, factory: PinFactory, pin: int, told: ProblemTold = _nobody) -> None:
        super().__init__(name, lambda: Buzzer(pin, pin_factory=factory), SOUND, BLIP_SOUND, told)


class DeskButton:
    """A button between one pin and ground: a Button of device.interface.

    gpiozero's DigitalInputDevice, not its Button: that one has a thread that wakes ten times a second. No bounce_time
    either: the simulation ignores it, and the kernel's drops edges (gpiozero #1039); DeskPress judges raw edges.
    """

    def __init__(self, factory: PinFactory, pin: int, told: ProblemTold = _nobody) -> None:
        self._factory = factory
        self._pin = pin
        self._told = told
        self._queue: queue.SimpleQueue[tuple[bool, int] | None] = queue.SimpleQueue()
        self._device: Any = None
        self._press = DeskPress()
        self._pressed: Callable[[Press, Instant], None] = lambda press, at: None
        self._problem: str | None = None
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._open()

    @property
    def problem(self) -> str | None:
        """Why no press can be noticed, one short line; None when all is well."""
        return self._problem

    def start(self, pressed: Callable[[Press, Instant], None]) -> None:
        self._pressed = pressed
        self._thread = threading.Thread(target=self._run, name="desk-button", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._closing.set()
        self._queue.put(None)
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(1.0)
        self._release()

    # -- gpiozero's thread

    def _went_down(self) -> None:
        self._queue.put((True, clock.now().mono))

    def _came_up(self) -> None:
        self._queue.put((False, clock.now().mono))

    # -- our thread

    def _run(self) -> None:
        while not self._closing.is_set():
            self._listen_once()

    def _listen_once(self) -> None:
        deadline = self._press.next_deadline()
        rest = RENEW if self._problem is None else RETRY
        wait = rest if deadline is None else max(0.0, (deadline - clock.now().mono) / SECOND)
        try:
            item = self._queue.get(timeout=wait) if wait else self._queue.get_nowait()
        except queue.Empty:
            if deadline is None:
                self._look()
            else:
                self._tell(self._press.expire(clock.now().mono))
            return
        if item is not None:
            self._tell(self._press.edge(*item))

    def _tell(self, presses: list[tuple[Press, int]]) -> None:
        for press, mono in presses:
            self._pressed(press, clock.at_monotonic(mono))

    def _look(self) -> None:
        """Nothing happened for a while: is the pin still there, and was no edge lost?"""
        if self._device is None:
            self._open()
            return
        try:
            down = bool(self._device.value)
        except FAILURES as error:
            self._fail(error)
            self._release()
            return
        self._tell(self._press.edge(down, clock.now().mono))

    def _open(self) -> None:
        try:
            self._device = DigitalInputDevice(self._pin, pull_up=True, pin_factory=self._factory)
            self._device.when_activated = self._went_down
            self._device.when_deactivated = self._came_up
            self._press = DeskPress(down=bool(self._device.value))
        except FAILURES as error:
            self._fail(error)
            return
        if self._problem is not None:
            log.info("button: works again")
            self._problem = None
            self._told("button", None)

    def _fail(self, error: Exception) -> None:
        problem = str(error)
        if problem != self._problem:
            log.warning("button: %s", problem)
            self._problem = problem
            self._told("button", problem)

    def _release(self) -> None:
        device, self._device = self._device, None
        if device is not None:
            device.close()
