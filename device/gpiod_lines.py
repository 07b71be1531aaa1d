"""Pins asked of the kernel through libgpiod v2, and one thread that hears their edges. Knows nothing of gpiozero or lines."""

from __future__ import annotations

import errno
import logging
import os
import select
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import gpiod
from gpiod.line import Bias
from gpiod.line import Edge as Detect

from device.pins import ChipMissing, PinBusy, PinUnavailable

log = logging.getLogger(__name__)

AUTO_LABELS = ("pinctrl-rp1", "pinctrl-bcm2711", "pinctrl-bcm2835")
"""The chip behind the header of a Pi 5, a Pi 4, any older Pi. Its number differs between kernels, the label does not."""

CONSUMER = "ringkeeper"  # what gpioinfo shows beside a pin that we have
BUFFER = (
    1024  # edges the kernel keeps: 10 s of 50 pulses a second, should this process be stopped for so long
)

BIAS: dict[str, Bias] = {"up": Bias.PULL_UP, "down": Bias.PULL_DOWN, "floating": Bias.DISABLED}
DETECT: dict[str, Detect] = {
    "none": Detect.NONE,
    "rising": Detect.RISING,
    "falling": Detect.FALLING,
    "both": Detect.BOTH,
}
GONE = select.EPOLLHUP | select.EPOLLERR


def find_chip(chip: str) -> str:
    """The path of `chip` ("auto", a label or a path). Raises ChipMissing, or PinUnavailable when it may not be opened."""
    if chip.startswith("/"):
        return chip
    labels, denied = chip_labels()
    for wanted in AUTO_LABELS if chip == "auto" else (chip,):
        if wanted in labels:
            return labels[wanted]
    if denied:
        raise PinUnavailable(f"{denied} may not be opened: is this user in the group gpio?")
    found = ", ".join(labels) or "none"
    raise ChipMissing(f"no GPIO chip {chip!r} (there: {found})")


def chip_labels() -> tuple[dict[str, str], str]:
    """The chips of this machine, label → path, and the path of one that may not be opened ("" when all may)."""
    labels: dict[str, str] = {}
    denied = ""
    for path in sorted(str(path) for path in Path("/dev").glob("gpiochip*")):
        try:
            with gpiod.Chip(path) as chip:
                labels.setdefault(chip.get_info().label, path)
        except PermissionError:
            denied = path
        except OSError as error:  # it went away meanwhile, or is no GPIO chip
            log.debug("%s: %s", path, error)
    return labels, denied


def request(chip: str, pin: int, settings: gpiod.LineSettings) -> gpiod.LineRequest:
    """Ask the kernel for one pin. Raises PinUnavailable or one of its kinds."""
    path = find_chip(chip)
    try:
        line = gpiod.request_lines(path, {pin: settings}, consumer=CONSUMER, event_buffer_size=BUFFER)
    except ValueError:
        raise PinUnavailable(f"{path} has no pin {pin}") from None
    except OSError as error:
        raise _explained(error, path, pin) from None
    os.set_blocking(line.fd, False)
    return line


def _explained(error: OSError, path: str, pin: int) -> PinUnavailable:
    match error.errno:
        case errno.EBUSY:
            return PinBusy(f"pin {pin} of {path} is in use by another program")
        case errno.ENOENT | errno.ENODEV | errno.ENXIO:
            return ChipMissing(f"{path} is not there")
        case errno.EACCES | errno.EPERM:
            return PinUnavailable(f"{path} may not be opened: is this user in the group gpio?")
        case _:
            return PinUnavailable(f"pin {pin} of {path}: {error.strerror or error}")


@dataclass(slots=True, eq=False)
class Listener:
    """One request whose edges are wanted. `told` and `lost` are called under the factory's lock."""

    line: gpiod.LineRequest
    told: Callable[[gpiod.EdgeEvent], None]
    lost: Callable[[str], None]


class EdgeReader:
    """One thread that sleeps in epoll until the kernel has an edge of any request. It starts with the first listener."""

    def __init__(self, lock: threading.RLock) -> None:
        self._lock = lock
        self._listeners: dict[int, Listener] = {}
        self._epoll = select.epoll()
        self._wake_read, self._wake_write = os.pipe()
        self._epoll.register(self._wake_read, select.EPOLLIN)
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()

    def add(self, listener: Listener) -> None:
        self._listeners[listener.line.fd] = listener
        self._epoll.register(listener.line.fd, select.EPOLLIN)
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="gpio-edges", daemon=True)
            self._thread.start()

    def remove(self, listener: Listener) -> None:
        """Before the request is released (a released one has no descriptor). Harmless when it was not added."""
        if not listener.line:
            return
        descriptor = listener.line.fd
        if self._listeners.get(descriptor) is listener:
            del self._listeners[descriptor]
            self._epoll.unregister(descriptor)

    def drain(self) -> None:
        for descriptor in list(self._listeners):
            self._read(descriptor, gone=False)

    def _run(self) -> None:
        while not self._closing.is_set():
            for descriptor, events in self._epoll.poll():
                with self._lock:
                    if not self._closing.is_set():
                        self._read(descriptor, gone=bool(events & GONE))

    def _read(self, descriptor: int, *, gone: bool) -> None:
        listener = self._listeners.get(descriptor)
        if listener is None:
            return
        try:
            while listener.line and (events := listener.line.read_edge_events()):
                for event in events:
                    listener.told(event)
        except BlockingIOError:
            if gone:
                self._lose(listener, "the GPIO chip is gone")
        except OSError as error:
            self._lose(listener, f"the pin cannot be read: {error.strerror or error}")

    def _lose(self, listener: Listener, reason: str) -> None:
        self.remove(listener)
        listener.lost(reason)

    def close(self) -> None:
        """Called without the lock: the thread may be waiting for it."""
        self._closing.set()
        os.write(self._wake_write, b"x")
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(1.0)
        self._epoll.close()
        os.close(self._wake_read)
        os.close(self._wake_write)
