"""A port's path in, the open serial port out, or why it cannot be had in words for a technician. It reads and writes nothing on it
but to let go of a telephone line.

Two paths may lead to one device: a by-path link that moved, ttyACM0 and its link. The second line that asks for it is refused by
the first one's name; other programs are kept out by the exclusive lock (TIOCEXCL and flock, both only for who asks for them too).

Traps met here, each measured (pyserial 3.5 on Linux): a flush raises termios.error, which is no OSError; `is_open` stays True.
Closing a port whose modem does not take its output waits for it up to 30 s (tty closing_wait): the output is flushed before.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import re
import select
import stat
import termios
import threading
from pathlib import Path

import serial

BAUD = 115_200  # a USB modem ignores it; an external one follows the host's first AT
PORT_ERRORS = (OSError, termios.error)  # SerialException is an OSError
LET_GO = ((b"\r", 100), (b"ATH\r", 300))  # what to send, and ms that its answer is waited for
READ_AT_ONCE = 4096

log = logging.getLogger(__name__)


class PortRefusedError(OSError):
    """The port is there and cannot be had; the text says why."""


class LinePort:
    """One port, open for one line. Made by `open_port`."""

    _taken: dict[int, LinePort] = {}  # noqa: RUF012  by device number, of this process
    _lock = threading.Lock()

    def __init__(self, line: str, path: str) -> None:
        self.line = line
        self.path = path
        self.device = os.path.realpath(path)  # what the path leads to now
        self._number = 0
        self._serial: serial.Serial | None = None

    @property
    def fd(self) -> int:
        return -1 if self._serial is None else int(self._serial.fileno())

    def open(self) -> None:
        """OSError or termios.error when it cannot be."""
        status = os.stat(self.path)
        self._claim(status.st_rdev if stat.S_ISCHR(status.st_mode) else 0)
        try:
            self._serial = serial.Serial(self.path, BAUD, timeout=0, exclusive=True)
            if os.fstat(self.fd).st_rdev != status.st_rdev:
                raise PortRefusedError("the port moved to another device this moment")
        except BaseException:
            self.close()
            raise

    def let_go(self) -> None:
        """Have the modem let go of its telephone line, whatever it does. Closing drops DTR, which does it too (&D2)."""
        if self.fd < 0:
            return
        poll = select.poll()
        poll.register(self.fd, select.POLLIN)
        with contextlib.suppress(*PORT_ERRORS):
            for data, patience in LET_GO:
                os.write(self.fd, data)
                if poll.poll(patience):
                    os.read(self.fd, READ_AT_ONCE)

    def close(self) -> None:
        """Idempotent."""
        port, self._serial = self._serial, None
        if port is not None:
            with contextlib.suppress(*PORT_ERRORS):
                port.dtr = False
            for step in (port.reset_output_buffer, port.close):
                try:
                    step()
                except PORT_ERRORS as error:
                    log.debug("closing %s: %s", self.path, error)
        with self._lock:
            if self._taken.get(self._number) is self:
                del self._taken[self._number]

    def _claim(self, number: int) -> None:
        with self._lock:
            other = self._taken.get(number)
            if other is not None:
                raise PortRefusedError(
                    f"this is the port of line {other.line} too: {other.path} is {self.device}"
                )
            if number:
                self._number, self._taken[number] = number, self


def open_port(line: str, path: str) -> LinePort:
    """OSError or termios.error when it cannot be; `why` has the words for it."""
    port = LinePort(line, path)
    port.open()
    return port


def why(error: Exception, path: str) -> str:
    """One short line for a technician. pyserial's own texts repeat the path twice and are cut before the reason."""
    if isinstance(error, PortRefusedError):
        return str(error)[:200]
    number = next((each for each in error.args if isinstance(each, int)), None)
    if number in (errno.EAGAIN, errno.EBUSY):  # what the lock of an exclusive open gives
        return "another program uses the port"
    if number == errno.ENOENT:
        return os.strerror(errno.ENOENT) + _moved(path)
    if number is not None:
        return os.strerror(number)
    return (str(error).splitlines() or [type(error).__name__])[0][:120]


def _moved(path: str) -> str:
    """A numbered name changes when a modem comes back while the old one is still open: say which is there instead."""
    name = re.fullmatch(r"(.*\D)\d+", Path(path).name)
    if name is None:
        return ""
    alike = re.compile(re.escape(name[1]) + r"\d+")
    with contextlib.suppress(OSError):
        others = sorted(each.name for each in Path(path).parent.iterdir() if alike.fullmatch(each.name))
        if others:
            return f"; {', '.join(others[:4])} is there: a name in /dev/serial/by-path stays the same"
    return ""
