"""A serial port in, who answers there out: the modem with what it senses, or why there is none. Never answers or dials a line.

It opens the port alone (the lock that the monitor takes too), sets the modem up as the driver does, looks at the line once and
leaves the modem as it was: its country as before, ATZ.
"""

from __future__ import annotations

import errno
import os
import re
import select
import termios
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

import serial

from device import clock
from device.interface import CheckResult
from device.modem_dialogue import ModemDialogue
from device.modem_models import Model
from device.signals import MILLISECOND, SECOND, LineRestored, LineSignal, Sensing

BAUD = 115_200  # as the driver
PATIENCE = 60 * SECOND  # an unknown modem that leaves many questions unanswered
CHECK_PATIENCE = 10 * SECOND
LEAVING = 2 * SECOND
MOST_HEARD = 512  # bytes kept to tell what speaks there
BY_PATH = Path("/dev/serial/by-path")
PORT_ERRORS = (OSError, termios.error)


class Nobody(Enum):
    """Why no modem was found."""

    ABSENT = "absent"
    FORBIDDEN = "forbidden"
    NO_PORT = "no_port"  # a file, a folder, a device that is no serial port
    IN_USE = "in_use"
    BROKEN = "broken"  # the port is there and fails, or was unplugged meanwhile
    SILENT = "silent"
    NUMBERS = "nmea"  # a satellite receiver
    ECHO = "echo"
    STRANGER = "stranger"  # something speaks, and answers no AT


@dataclass(frozen=True, slots=True)
class Found:
    """A modem, set up. `check`: what it said of its line."""

    model: Model
    sensing: Sensing
    code: str  # what ATI0 says
    check: CheckResult


@dataclass(frozen=True, slots=True)
class NotFound:
    reason: Nobody
    detail: str = ""  # the system's words
    heard: bytes = b""  # the beginning of what was said there


def probe(port: str) -> Found | NotFound:
    """Who is at `port`. Blocks at most PATIENCE and a little; raises nothing but KeyboardInterrupt."""
    try:
        opened = serial.Serial(port, BAUD, timeout=0, exclusive=True)
    except PORT_ERRORS as error:
        return _not_opened(port, error)
    talk = _Talk(opened)
    try:
        return talk.meet()
    except PORT_ERRORS as error:
        return NotFound(Nobody.BROKEN, _words(error), bytes(talk.heard))
    finally:
        talk.leave()


def stable_name(port: str, folder: Path = BY_PATH) -> str | None:
    """The name of `port` that stays the same when devices are numbered anew; None when it has none."""
    try:
        target = os.path.realpath(port)
        return next(
            (str(link) for link in sorted(folder.iterdir()) if os.path.realpath(link) == target), None
        )
    except OSError:
        return None


def ports_there(folder: Path = BY_PATH) -> list[str]:
    """The serial ports that have a stable name."""
    try:
        return [str(link) for link in sorted(folder.iterdir())]
    except OSError:
        return []


@dataclass(slots=True)
class _Talk:
    """The conversation over one opened port."""

    port: serial.Serial
    dialogue: ModemDialogue = field(default_factory=lambda: ModemDialogue("probe"))
    heard: bytearray = field(default_factory=bytearray)
    sent: bytearray = field(default_factory=bytearray)
    restored: LineRestored | None = None
    checked: CheckResult | None = None

    def meet(self) -> Found | NotFound:
        self.dialogue.begin(clock.now())
        self._go_on(PATIENCE, lambda: self.restored is not None)
        if self.restored is None:
            heard = bytes(self.heard[:MOST_HEARD])
            return NotFound(who_speaks(heard, bytes(self.sent)), heard=heard)
        now = clock.now()
        self.dialogue.check(self._take_check, now.mono + CHECK_PATIENCE, now)
        self._go_on(CHECK_PATIENCE, lambda: self.checked is not None)
        check = self.checked or CheckResult(answers=False)
        return Found(self.dialogue.model, self.restored.sensing, self.restored.interface, check)

    def _go_on(self, patience: int, over: Callable[[], bool]) -> None:
        end = clock.now().mono + patience
        while not over() and self.dialogue.failure is None and clock.now().mono < end:
            self._send(self.dialogue.to_send())
            self._step(end)

    def _take_check(self, result: CheckResult) -> None:
        self.checked = result

    def leave(self) -> None:
        """The modem as it was found, the port closed."""
        try:
            model = self.dialogue.model
            if model.country != model.country_before:
                self._command(f"AT+GCI={model.country_before}")
            if self.restored is not None:
                self._command("ATZ")
            self.port.reset_output_buffer()
        except PORT_ERRORS:
            pass  # unplugged: nothing to leave behind
        finally:
            self.port.close()

    def _command(self, text: str) -> None:
        before = len(self.heard)
        self._send(text.encode("ascii") + b"\r")
        end = clock.now().mono + LEAVING
        while not re.search(rb"OK|ERROR", self.heard[before:]) and clock.now().mono < end:
            self.heard += self._read(end)

    def _send(self, data: bytes) -> None:
        if data:
            self.sent += data
            os.write(self.port.fileno(), data)

    def _step(self, end: int) -> None:
        data = self._read(min(end, self.dialogue.next_deadline() or end))
        now = clock.now()
        self._take(self.dialogue.heard(data, now) if data else self.dialogue.expire(now))
        if len(self.heard) < MOST_HEARD:
            self.heard += data

    def _take(self, signals: list[LineSignal]) -> None:
        for signal in signals:
            if isinstance(signal, LineRestored):
                self.restored = signal

    def _read(self, until: int) -> bytes:
        poll = select.poll()
        poll.register(self.port.fileno(), select.POLLIN)
        if not poll.poll(max(0, until - clock.now().mono) / MILLISECOND):
            return b""
        data = os.read(self.port.fileno(), MOST_HEARD)
        if not data:
            raise serial.SerialException("unplugged")
        return data


def who_speaks(heard: bytes, sent: bytes) -> Nobody:
    """What it is that says such things to these commands, when it is no modem."""
    if not heard:
        return Nobody.SILENT
    if re.search(rb"\$G[A-Z]{4},", heard):
        return Nobody.NUMBERS
    if heard.replace(b"\n", b"").startswith(sent[: len(heard)].replace(b"\n", b"")[:3]):
        rest = heard.replace(b"\r", b"").replace(b"\n", b"")
        return Nobody.ECHO if rest in sent.replace(b"\r", b"") else Nobody.STRANGER
    return Nobody.STRANGER


def _not_opened(port: str, error: Exception) -> NotFound:
    number = next((each for each in error.args if isinstance(each, int)), None)
    if number in (errno.EAGAIN, errno.EBUSY):
        return NotFound(Nobody.IN_USE)
    if number in (errno.ENOENT, errno.ENXIO, errno.ENODEV):
        return NotFound(Nobody.ABSENT)
    if number in (errno.EACCES, errno.EPERM):
        return NotFound(Nobody.FORBIDDEN)
    if number in (errno.EISDIR, errno.ENOTTY, errno.EINVAL) or Path(port).is_file():
        return NotFound(Nobody.NO_PORT)
    return NotFound(Nobody.BROKEN, _words(error))


def _words(error: Exception) -> str:
    number = next((each for each in error.args if isinstance(each, int)), None)
    return os.strerror(number) if number is not None else str(error)[:120]
