"""A tiny modem on a pseudo-terminal for driver tests: answers AT lines from a table, says what it is told to, hangs on demand."""

from __future__ import annotations

import contextlib
import os
import queue
import select
import threading
import tty
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Self

from device.modem import Modem, Tap
from device.signals import LineSignal

OK = b"\r\nOK\r\n"
ERROR = b"\r\nERROR\r\n"
Answer = bytes | Callable[[], bytes]
PLAIN: Mapping[str, Answer] = {  # a modem with caller ID and without AT-TRV
    "ATI0": b"\r\n5601\r\n" + OK,
    "AT+VCID?": b"\r\n1\r\n" + OK,
    "AT-TRV": ERROR,
}


def reading(volts: float) -> bytes:
    """What AT-TRV is answered."""
    return b"\r\n%.1f\r\n" % volts + OK


class ScriptedModem:
    """Plugged in as long as the `with` block lasts; `asked` holds every command line it was sent."""

    def __init__(
        self, path: Path, answers: Mapping[str, Answer] = PLAIN, *, otherwise: Answer | None = OK
    ) -> None:
        self.path = path
        self.answers = dict(answers)
        self.otherwise = otherwise
        self.silent = False
        self.asked: queue.Queue[str] = queue.Queue()
        self._stop_read, self._stop_write = os.pipe()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._master = -1

    def __enter__(self) -> Self:
        self._master, slave = os.openpty()
        tty.setraw(slave)
        self.path.symlink_to(os.ttyname(slave))
        self._slave = slave  # kept open, so that the pty lives while nobody has the port
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        os.write(self._stop_write, b".")
        self._thread.join()
        self.path.unlink()
        for fd in (self._slave, self._master, self._stop_read, self._stop_write):
            os.close(fd)

    def say(self, data: bytes) -> None:
        with contextlib.suppress(OSError):
            os.write(self._master, data)

    def await_command(self, text: str, timeout: float = 30) -> None:
        """Until this command is asked (again)."""
        while self.asked.get(timeout=timeout) != text:
            continue

    def _serve(self) -> None:
        line = b""
        while True:
            ready, _, _ = select.select([self._master, self._stop_read], [], [])
            if self._stop_read in ready:
                return
            *lines, line = (line + os.read(self._master, 4096)).split(b"\r")
            for each in lines:
                self._answer(each.decode("ascii", "replace"))

    def _answer(self, command: str) -> None:
        self.asked.put(command)
        answer = self.answers.get(command, self.otherwise)
        if answer is not None and not self.silent:
            self.say(answer if isinstance(answer, bytes) else answer())


class Listening:
    """The driver under test and what it told. Closes the driver at the end of the `with` block."""

    def __init__(self, port: Path, tap: Tap | None = None) -> None:
        self.modem = Modem("L1", str(port), tap=tap)
        self.signals: list[LineSignal] = []
        self._told: queue.Queue[LineSignal] = queue.Queue()

    def __enter__(self) -> Self:
        self.modem.start(self._told.put)
        return self

    def __exit__(self, *exc: object) -> None:
        self.modem.close()
        self.drain()

    def until(self, kind: type[LineSignal], timeout: float = 60) -> LineSignal:
        """The next signal of that kind; the ones before it are kept in `signals` too."""
        while True:
            signal = self._told.get(timeout=timeout)
            self.signals.append(signal)
            if isinstance(signal, kind):
                return signal

    def drain(self) -> list[LineSignal]:
        """All that was told so far."""
        while not self._told.empty():
            self.signals.append(self._told.get())
        return self.signals
