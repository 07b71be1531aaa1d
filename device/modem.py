"""The modem driver: a serial port in, line signals out, from a thread of its own. What to send when is `modem_dialogue`'s.

The thread waits in poll(2) on the port and a wake-up pipe until the dialogue's next deadline: one second on an idle line.
It never ends by itself: whatever the port or the modem does is a `LineLost` (told once), a short wait, and a new opening.

Traps met here, each measured (pyserial 3.5 on Linux): an unplugged port is readable and gives nothing, or EIO; a flush raises
termios.error, which is no OSError; `is_open` stays True. `exclusive` keeps only other exclusive openers out. pyserial opens
the port with O_NONBLOCK: a write that does not fit fails at once, so nothing here ever waits for a modem.
Closing a port whose modem does not take its output waits for it up to 30 s (tty closing_wait): the output is flushed before.
"""

from __future__ import annotations

import errno
import logging
import os
import select
import termios
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import serial

from device import clock
from device.interface import CheckResult, Emit
from device.modem_dialogue import ModemDialogue
from device.signals import MILLISECOND, SECOND, Instant, LineLost, LineRestored, LineSignal, seconds

Tap = Callable[[str, bytes, Instant], None]
"""Told of every byte: "<" from the modem or ">" to it. For recordings; called in the driver's thread."""

BAUD = 115_200  # a USB modem ignores it; an external one follows the host's first AT
RETRY_AT_ONCE = 250 * MILLISECOND  # a modem that was only reset is back by then
RETRY = 1 * SECOND  # from one look at a lost port to the next
CLOSING = 0.95  # seconds that close() waits for the thread at most
LONGEST_WAIT = 600 * SECOND
READ_AT_ONCE = 4096
PORT_ERRORS = (OSError, termios.error)  # SerialException is an OSError

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Check:
    """A check that somebody in another thread waits for."""

    deadline: int
    done: threading.Event = field(default_factory=threading.Event)
    result: CheckResult | None = None

    def deliver(self, result: CheckResult) -> None:
        self.result = result
        self.done.set()


class Modem:
    """One modem on one telephone line. A `LineInterface`: see there for start, check and close."""

    def __init__(self, line: str, port: str, *, init: tuple[str, ...] = (), tap: Tap | None = None) -> None:
        """init: the line's own set-up commands, in place of the table's (modem_models.init_problem says which will not do)."""
        self._line = line
        self._port = port
        self._init = init
        self._tap = tap
        self._emit: Emit = _nowhere
        self._lost: str | None = (
            None  # the reason told last; None while the line is heard or before anything was told
        )
        self._lost_since: Instant | None = None  # where the dialogue knows; else when it was noticed
        self._closing = False
        self._requests: deque[_Check] = deque()
        self._waiting: list[_Check] = []
        self._wake_read, self._wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def __repr__(self) -> str:
        return f"<Modem {self._line} on {self._port}>"

    @property
    def line(self) -> str:
        return self._line

    def start(self, emit: Emit) -> None:
        with self._lock:
            if self._thread is not None or self._closing:
                return
            self._emit = emit
            self._thread = threading.Thread(target=self._run, name=f"modem {self._line}", daemon=True)
            self._thread.start()

    def check(self, timeout: float) -> CheckResult:
        request = _Check(clock.now().mono + seconds(timeout))
        with self._lock:
            if self._thread is None or self._closing:
                return CheckResult(answers=False, detail="not open")
            self._requests.append(request)
            self._wake()
        request.done.wait(timeout)
        return request.result or CheckResult(answers=False, detail="no answer in time")

    def close(self) -> None:
        with self._lock:
            if not self._closing:
                self._closing = True
                self._wake()
            thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(CLOSING)
        self._release(thread)

    def _release(self, thread: threading.Thread | None) -> None:
        """The pipe goes when nobody waits on it any more."""
        with self._lock:
            if self._wake_write >= 0 and (thread is None or not thread.is_alive()):
                os.close(self._wake_write)
                os.close(self._wake_read)
                self._wake_write = self._wake_read = -1

    def _wake(self) -> None:
        try:
            os.write(self._wake_write, b".")
        except BlockingIOError:
            return  # the pipe is full of wake-ups already

    # --- the thread --------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._closing:
            try:
                reason = self._listen()
            except Exception:
                log.exception("line %s: the modem driver stumbled", self._line)
                reason = "internal error"
            if not self._closing:
                rest = RETRY if self._lost is not None else RETRY_AT_ONCE
                self._tell_lost(reason)
                self._rest(clock.now().mono + rest)
        self._refuse_checks("closed")

    def _listen(self) -> str:
        """Open the port and listen until something is wrong, or until it is to close; why."""
        try:
            port = serial.Serial(self._port, BAUD, timeout=0, exclusive=True)
        except PORT_ERRORS as error:
            return _why(error)
        try:
            return self._converse(port)
        except PORT_ERRORS as error:
            return _why(error)
        finally:
            _close(port)

    def _converse(self, port: serial.Serial) -> str:
        poll = select.poll()
        poll.register(port.fileno(), select.POLLIN)
        poll.register(self._wake_read, select.POLLIN)
        dialogue = ModemDialogue(self._line, self._init)
        dialogue.begin(clock.now())
        while not self._closing:
            self._send(port, dialogue)
            ready = {fd for fd, _ in poll.poll(_patience(dialogue.next_deadline()))}
            now = clock.now()
            if port.fileno() in ready:
                self._told(dialogue.heard(self._read(port, now), now))
            else:
                self._told(dialogue.expire(now))
            if self._wake_read in ready:
                self._take_requests(dialogue, now)
            if dialogue.failure is not None:
                break
        if dialogue.dropped:
            log.warning("line %s: %d unread lines were too many to record", self._line, dialogue.dropped)
        self._lost_since = dialogue.lost_since(clock.now())
        return dialogue.failure or "closed"

    def _read(self, port: serial.Serial, now: Instant) -> bytes:
        data = os.read(port.fileno(), READ_AT_ONCE)  # pyserial's read asks select twice more
        if not data:
            raise serial.SerialException("unplugged: readable, and nothing to read")
        if self._tap is not None:
            self._tap("<", data, now)
        return data

    def _send(self, port: serial.Serial, dialogue: ModemDialogue) -> None:
        data = dialogue.to_send()
        if data:
            if os.write(port.fileno(), data) < len(data):
                raise serial.SerialException("the modem takes no more bytes")
            if self._tap is not None:
                self._tap(">", data, clock.now())

    def _told(self, signals: list[LineSignal]) -> None:
        for signal in signals:
            if isinstance(signal, LineRestored):
                log.info(
                    "line %s: modem %s on %s, %s", self._line, signal.interface, self._port, signal.sensing
                )
                self._lost = None
            self._emit(signal)

    def _tell_lost(self, reason: str) -> None:
        """Once for each time it is lost; another reason meanwhile goes to the log only."""
        if reason != self._lost:
            log.warning("line %s: %s: %s", self._line, self._port, reason)
        since, self._lost_since = self._lost_since or clock.now(), None
        if self._lost is None:
            self._emit(LineLost(self._line, since, reason))
        self._lost = reason
        self._refuse_checks(reason)

    # --- checks ------------------------------------------------------------------------------------------------------

    def _take_requests(self, dialogue: ModemDialogue, now: Instant) -> None:
        _drain(self._wake_read)
        self._waiting = [request for request in self._waiting if not request.done.is_set()]
        while self._requests:
            request = self._requests.popleft()
            self._waiting.append(request)
            dialogue.check(request.deliver, request.deadline, now)

    def _refuse_checks(self, reason: str) -> None:
        while self._requests:
            self._waiting.append(self._requests.popleft())
        for request in self._waiting:
            if not request.done.is_set():
                request.deliver(CheckResult(answers=False, detail=reason))
        self._waiting.clear()

    def _rest(self, until: int) -> None:
        """Wait before the next opening; close() ends it, a check is refused at once."""
        poll = select.poll()
        poll.register(self._wake_read, select.POLLIN)
        while not self._closing and clock.now().mono < until:
            if poll.poll(_patience(until)):
                _drain(self._wake_read)
                self._refuse_checks(self._lost or "")


def _nowhere(signal: LineSignal) -> None:
    """Where signals go before start: there are none."""


def _patience(deadline: int | None) -> float:
    """Milliseconds for poll(2) until `deadline`, never without an end."""
    wait = LONGEST_WAIT if deadline is None else max(0, deadline - clock.now().mono)
    return wait / MILLISECOND


def _drain(fd: int) -> None:
    try:
        os.read(fd, READ_AT_ONCE)
    except BlockingIOError:
        return


def _close(port: serial.Serial) -> None:
    for step in (port.reset_output_buffer, port.close):
        try:
            step()
        except PORT_ERRORS as error:
            log.debug("closing %s: %s", port.name, error)


def _why(error: Exception) -> str:
    """One short line for a technician. pyserial's own texts repeat the path twice and are cut before the reason."""
    number = next((each for each in error.args if isinstance(each, int)), None)
    if number in (errno.EAGAIN, errno.EBUSY):  # what the lock of an exclusive open gives
        return "another program uses the port"
    if number is not None:
        return os.strerror(number)
    return (str(error).splitlines() or [type(error).__name__])[0][:120]
