"""Ends of the pins that a test holds in its hand: a client of the simulated chip, and a chip made by hand."""

from __future__ import annotations

import os
import queue
import socket
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from device.pins import Edge, EdgeTold, PinUnavailable, Pull, WatchLost
from device.signals import LineSignal
from tests import pulse_trains

WAIT = 20  # seconds; generous: nothing here is about time


class Client:
    """The exchange's end of the socket."""

    def __init__(self, path: Path) -> None:
        folder = os.open(path.parent, os.O_PATH)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(WAIT)
        self._socket.connect(f"/proc/self/fd/{folder}/{path.name}")
        os.close(folder)
        self._lines = self._socket.makefile("r", encoding="utf-8", newline="\n")

    def say(self, text: str) -> None:
        self._socket.sendall(text.encode())

    def hear(self) -> str:
        """The next line; "" when the chip hung up."""
        return self._lines.readline().rstrip("\n")

    def drive(self, pin: int, edges: list[pulse_trains.Edge]) -> None:
        """Edges of one pin, told in one breath, as the kernel's buffer would hold them."""
        self.say("".join(f"drive {pin} {level} {stamp}\n" for level, stamp in edges))

    def known(self) -> None:
        """Wait until the chip has taken the connection."""
        self.say("?\n")
        assert self.hear().startswith("error expected")

    def close(self) -> None:
        self._lines.close()
        self._socket.close()


S = TypeVar("S", bound=LineSignal)


class Told:
    """What the line said, one after the other."""

    def __init__(self) -> None:
        self.queue: queue.SimpleQueue[LineSignal] = queue.SimpleQueue()

    def next(self, kind: type[S]) -> S:
        signal = self.queue.get(timeout=WAIT)
        assert isinstance(signal, kind), signal
        return signal

    def nothing_more(self) -> bool:
        return self.queue.empty()


class HandWatch:
    """A pin whose level and edges the test makes up, also those that a kernel would lose."""

    def __init__(self, pin: int, level: int, told: EdgeTold, lost: WatchLost) -> None:
        self.pin, self.at, self.told, self.lost, self.open = pin, level, told, lost, True

    def level(self) -> int:
        if not self.open:
            raise PinUnavailable("unplugged")
        return self.at

    def edge(self, level: int, mono: int, seqno: int) -> None:
        self.at = level
        self.told(Edge(self.pin, level, mono, seqno))

    def close(self) -> None:
        self.open = False


class HandFactory:
    """A chip in the test's hand: present or not, with edges that wait to be drained."""

    def __init__(self) -> None:
        self.missing: str | None = None
        self.pins: dict[int, HandWatch] = {}
        self.waiting: list[Callable[[], None]] = []

    def watch(self, pin: int, pull: Pull, told: EdgeTold, lost: WatchLost) -> HandWatch:
        if self.missing:
            raise PinUnavailable(self.missing)
        self.pins[pin] = HandWatch(pin, int(pull == "up"), told, lost)
        return self.pins[pin]

    def drain(self) -> None:
        waiting, self.waiting = self.waiting, []
        for tell in waiting:
            tell()

    def close(self) -> None:
        """Nothing to release."""
