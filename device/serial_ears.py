"""Ears that only listen on a serial port: an FSK receiver chip, a caller-ID board. Bytes in, line signals out, from a thread.

What the bytes mean is the matter of a pure reader (fsk_chip_bytes, board_lines); this is the port alone. The thread waits in
poll(2) on the port and a wake-up pipe, and never ends by itself: a port that is away or goes is a `LineLost`, told once, and
is tried again each second. Nothing is ever sent: such a chip cannot be asked how it is, and a check says just that.
"""

from __future__ import annotations

import errno
import logging
import os
import select
import termios
import threading
from collections.abc import Callable
from typing import Protocol

import serial

from device import clock
from device.board_lines import BoardLines
from device.fsk_chip_bytes import FskChipBytes
from device.interface import CheckResult, Emit
from device.signals import MILLISECOND, SECOND, Instant, LineLost, LineRestored, LineSignal, Sensing

Tap = Callable[[str, bytes, Instant], None]
"""Told of every byte ("<" only): for recordings; called in the driver's thread."""

HT9032_BAUD = 1200
RETRY = 1 * SECOND
CLOSING = 0.95  # seconds that close() waits for the thread at most
LONGEST_WAIT = 600 * SECOND
READ_AT_ONCE = 4096
PORT_ERRORS = (
    OSError,
    termios.error,
    ValueError,
)  # SerialException is an OSError; ValueError: a baud rate it cannot do

log = logging.getLogger(__name__)


class Reader(Protocol):
    """A pure reader of one opening of the port."""

    @property
    def sensing(self) -> Sensing: ...

    @property
    def interface(self) -> str: ...

    def heard(self, data: bytes, at: Instant) -> list[LineSignal]: ...

    def next_deadline(self) -> int | None: ...

    def expire(self, now: Instant) -> list[LineSignal]: ...


class SerialEar:
    """One such ear on one telephone line. A `LineInterface`: see there for start, check and close."""

    def __init__(
        self, line: str, port: str, baud: int, reader: Callable[[], Reader], tap: Tap | None = None
    ) -> None:
        self._line = line
        self._port = port
        self._baud = baud
        self._reader = reader
        self._tap = tap
        self._emit: Emit = lambda signal: None
        self._state = "not open yet"  # why nothing is heard; empty while the port is open
        self._told_lost = False
        self._closing = threading.Event()
        self._wake_read, self._wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def __repr__(self) -> str:
        return f"<SerialEar {self._line} on {self._port}>"

    @property
    def line(self) -> str:
        return self._line

    def start(self, emit: Emit) -> None:
        with self._lock:
            if self._thread is not None or self._closing.is_set():
                return
            self._emit = emit
            self._thread = threading.Thread(target=self._run, name=f"serial-{self._line}", daemon=True)
            self._thread.start()

    def check(self, timeout: float) -> CheckResult:
        """Whether the port is open; whether the chip behind it lives shows only when somebody rings."""
        state = self._state
        return CheckResult(answers=not state, detail=state or "the port is open; it only listens")

    def close(self) -> None:
        with self._lock:
            self._closing.set()
            if self._wake_write >= 0:
                os.write(self._wake_write, b".")
            thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(CLOSING)
        with self._lock:
            if self._wake_write >= 0 and (thread is None or not thread.is_alive()):
                os.close(self._wake_write)
                os.close(self._wake_read)
                self._wake_write = self._wake_read = -1

    # --- the thread --------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                reason = self._listen()
            except Exception:
                log.exception("line %s: the driver of %s stumbled", self._line, self._port)
                reason = "internal error"
            if not self._closing.is_set():
                self._lose(reason)
                self._closing.wait(RETRY / SECOND)

    def _listen(self) -> str:
        """Open the port and listen until something is wrong, or until it is to close; why."""
        try:
            port = serial.Serial(self._port, self._baud, timeout=0, exclusive=True)
        except PORT_ERRORS as error:
            return _why(error)
        try:
            return self._hear(port.fileno())
        except PORT_ERRORS as error:
            return _why(error)
        finally:
            try:
                port.close()
            except PORT_ERRORS as error:
                log.debug("closing %s: %s", self._port, error)

    def _hear(self, fd: int) -> str:
        reader = self._reader()
        poll = select.poll()
        poll.register(fd, select.POLLIN)
        poll.register(self._wake_read, select.POLLIN)
        self._restored(reader)
        while not self._closing.is_set():
            ready = {each for each, _ in poll.poll(_patience(reader.next_deadline()))}
            now = clock.now()
            signals = reader.heard(self._read(fd, now), now) if fd in ready else reader.expire(now)
            for signal in signals:
                self._emit(signal)
        return "closed"

    def _read(self, fd: int, now: Instant) -> bytes:
        data = os.read(fd, READ_AT_ONCE)
        if not data:
            raise serial.SerialException("unplugged: readable, and nothing to read")
        if self._tap is not None:
            self._tap("<", data, now)
        return data

    def _restored(self, reader: Reader) -> None:
        log.info("line %s: %s on %s", self._line, reader.interface, self._port)
        self._state, self._told_lost = "", False
        self._emit(LineRestored(self._line, clock.now(), reader.sensing, reader.interface))

    def _lose(self, reason: str) -> None:
        """Told once for each time it is lost; another reason meanwhile goes to the log only."""
        if reason != self._state:
            log.warning("line %s: %s: %s", self._line, self._port, reason)
        self._state = reason
        if not self._told_lost:
            self._told_lost = True
            self._emit(LineLost(self._line, clock.now(), reason))


class FskChip(SerialEar):
    """An HT9032 whose cooked output is wired to the UART `port`."""

    def __init__(self, line: str, port: str, *, tap: Tap | None = None) -> None:
        super().__init__(line, port, HT9032_BAUD, lambda: FskChipBytes(line), tap)


class Board(SerialEar):
    """A board that prints the caller's number as text on `port`; `pattern` as in board_lines."""

    def __init__(self, line: str, port: str, pattern: str, baud: int, *, tap: Tap | None = None) -> None:
        super().__init__(line, port, baud, lambda: BoardLines(line, pattern), tap)


def _patience(deadline: int | None) -> float:
    """Milliseconds for poll(2) until `deadline`, never without an end."""
    wait = LONGEST_WAIT if deadline is None else max(0, deadline - clock.now().mono)
    return wait / MILLISECOND


def _why(error: Exception) -> str:
    """One short line for a technician."""
    within = (
        error.__context__.args if error.__context__ is not None else ()
    )  # pyserial wraps what termios said
    number = next((each for each in (*error.args, *within) if isinstance(each, int)), None)
    if number in (errno.EAGAIN, errno.EBUSY):
        return "another program uses the port"
    if number == errno.ENOTTY:
        return "not a serial port"
    if number is not None:
        return os.strerror(number)
    return (str(error).splitlines() or [type(error).__name__])[0][:120]
