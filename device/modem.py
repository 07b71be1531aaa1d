"""The modem driver: a serial port in, line signals out, from a thread of its own. What to send when is `modem_dialogue`'s.

The thread waits in poll(2) on the port and a wake-up pipe until the dialogue's next deadline: one second on an idle line.
It never ends by itself: whatever the port or the modem does is a `LineLost` (told once), a short wait, and a new opening.

Traps met here, each measured (pyserial 3.5 on Linux): an unplugged port is readable and gives nothing, or EIO. pyserial opens
the port with O_NONBLOCK: a write that does not fit fails at once, so nothing here ever waits for a modem. Others: `serial_port`.

A modem is found by its path alone. When another device or another modem answers there than before, that is logged, and
LineRestored names it; it is set up from the beginning like any other.
"""

from __future__ import annotations

import logging
import os
import select
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from device import clock
from device.interface import CheckResult, DialEnd, Emit
from device.modem_dialogue import ModemDialogue
from device.serial_port import PORT_ERRORS, READ_AT_ONCE, LinePort, open_port, why
from device.signals import MILLISECOND, SECOND, Instant, LineLost, LineRestored, LineSignal, seconds

Tap = Callable[[str, bytes, Instant], None]
"""Told of every byte: "<" from the modem or ">" to it. For recordings; called in the driver's thread."""

RETRY_AT_ONCE = 250 * MILLISECOND  # a modem that was only reset is back by then
RETRY = 1 * SECOND  # from one look at a lost port to the next
CLOSING = 0.95  # seconds that close() waits for the thread at most
LONGEST_WAIT = 600 * SECOND

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

    def put(self, dialogue: ModemDialogue, now: Instant) -> list[LineSignal]:
        """Have the modem asked, in the driver's thread."""
        dialogue.check(self.deliver, self.deadline, now)
        return []

    def refuse(self, reason: str) -> None:
        if not self.done.is_set():
            self.deliver(CheckResult(answers=False, detail=reason))


@dataclass(slots=True)
class _Dial:
    """A number to dial; `told` of its end once, whatever happens."""

    number: str
    told: Callable[[DialEnd], None]
    done: bool = False

    def put(self, dialogue: ModemDialogue, now: Instant) -> list[LineSignal]:
        return dialogue.dial(self.number, self.deliver, now)

    def deliver(self, end: DialEnd) -> None:
        if self.done:
            return
        self.done = True
        try:
            self.told(end)
        except Exception:
            log.exception("who asked to dial stumbled")

    def refuse(self, reason: str) -> None:
        self.deliver(DialEnd.LOST)


@dataclass(frozen=True, slots=True)
class _CancelDial:
    done = True  # nobody waits for it

    def put(self, dialogue: ModemDialogue, now: Instant) -> list[LineSignal]:
        return dialogue.cancel_dial(now)

    def refuse(self, reason: str) -> None:
        """What was to be cancelled was told that all is lost."""


_Request = _Check | _Dial | _CancelDial


class Modem:
    """One modem on one telephone line. A `LineInterface` and a `Dialler`: see there for start, check, close and dial."""

    def __init__(self, line: str, port: str, *, init: tuple[str, ...] = (), tap: Tap | None = None) -> None:
        """init: the line's own set-up commands, in place of the table's (which will not do is said when settings are read)."""
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
        self._before: tuple[str, str] | None = None  # device and modem that answered last
        self._requests: deque[_Request] = deque()
        self._waiting: list[_Request] = []
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
        if not self._request(request):
            return CheckResult(answers=False, detail="not open")
        request.done.wait(timeout)
        return request.result or CheckResult(answers=False, detail="no answer in time")

    def dial(self, number: str, told: Callable[[DialEnd], None]) -> None:
        request = _Dial(number, told)
        if not self._request(request):
            request.refuse("not open")

    def cancel_dial(self) -> None:
        self._request(_CancelDial())

    def _request(self, request: _Request) -> bool:
        """Have the driver's thread see to it; False when there is none."""
        with self._lock:
            if self._thread is None or self._closing or not self._thread.is_alive():
                return False
            self._requests.append(request)
            self._wake()
        return True

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
        self._refuse("closed")

    def _listen(self) -> str:
        """Open the port and listen until something is wrong, or until it is to close; why."""
        try:
            port = open_port(self._line, self._port)
        except PORT_ERRORS as error:
            return why(error, self._port)
        dialogue = ModemDialogue(self._line, self._init)
        try:
            return self._converse(port, dialogue)
        except PORT_ERRORS as error:
            return why(error, self._port)
        finally:
            self._leave(port, dialogue)

    def _leave(self, port: LinePort, dialogue: ModemDialogue) -> None:
        """Close the port, and have the telephone line let go of first: nobody else would."""
        if dialogue.holds_line:
            port.let_go()
        port.close()
        dialogue.abandon(DialEnd.CANCELLED if self._closing else DialEnd.LOST)

    def _converse(self, port: LinePort, dialogue: ModemDialogue) -> str:
        poll = select.poll()
        poll.register(port.fd, select.POLLIN)
        poll.register(self._wake_read, select.POLLIN)
        dialogue.begin(clock.now())
        while not self._closing:
            self._send(port, dialogue)
            ready = {fd for fd, _ in poll.poll(_patience(dialogue.next_deadline()))}
            now = clock.now()
            if port.fd in ready:
                self._told(dialogue.heard(self._read(port, now), now), port)
            else:
                self._told(dialogue.expire(now), port)
            if self._wake_read in ready:
                self._take_requests(dialogue, port, now)
            if dialogue.failure is not None:
                break
        if dialogue.dropped:
            log.warning("line %s: %d unread lines were too many to record", self._line, dialogue.dropped)
        self._lost_since = dialogue.lost_since(clock.now())
        return dialogue.failure or "closed"

    def _read(self, port: LinePort, now: Instant) -> bytes:
        data = os.read(port.fd, READ_AT_ONCE)  # pyserial's read asks select twice more
        if not data:
            raise OSError("unplugged: readable, and nothing to read")
        if self._tap is not None:
            self._tap("<", data, now)
        return data

    def _send(self, port: LinePort, dialogue: ModemDialogue) -> None:
        data = dialogue.to_send()
        if data:
            if os.write(port.fd, data) < len(data):
                raise OSError("the modem takes no more bytes")
            if self._tap is not None:
                self._tap(">", data, clock.now())

    def _told(self, signals: list[LineSignal], port: LinePort) -> None:
        for signal in signals:
            if isinstance(signal, LineRestored):
                log.info(
                    "line %s: modem %s on %s, %s", self._line, signal.interface, self._port, signal.sensing
                )
                self._compare(port.device, signal.interface or "unknown")
                self._lost = None
            self._emit(signal)

    def _compare(self, device: str, modem: str) -> None:
        """Is it who was here before?"""
        before, self._before = self._before or (device, modem), (device, modem)
        if before[0] != device:
            log.warning("line %s: %s is %s now, it was %s", self._line, self._port, device, before[0])
        if before[1] != modem:
            log.warning("line %s: another modem than before: %s, it was %s", self._line, modem, before[1])

    def _tell_lost(self, reason: str) -> None:
        """Once for each time it is lost; another reason meanwhile goes to the log only."""
        if reason != self._lost:
            log.warning("line %s: %s: %s", self._line, self._port, reason)
        since, self._lost_since = self._lost_since or clock.now(), None
        if self._lost is None:
            self._emit(LineLost(self._line, since, reason))
        self._lost = reason
        self._refuse(reason)

    # --- requests ----------------------------------------------------------------------------------------------------

    def _take_requests(self, dialogue: ModemDialogue, port: LinePort, now: Instant) -> None:
        _drain(self._wake_read)
        self._waiting = [request for request in self._waiting if not _is_over(request)]
        while self._requests:
            request = self._requests.popleft()
            self._waiting.append(request)
            self._told(request.put(dialogue, now), port)

    def _refuse(self, reason: str) -> None:
        while self._requests:
            self._waiting.append(self._requests.popleft())
        for request in self._waiting:
            request.refuse(reason)
        self._waiting.clear()

    def _rest(self, until: int) -> None:
        """Wait before the next opening; close() ends it, a check is refused at once."""
        poll = select.poll()
        poll.register(self._wake_read, select.POLLIN)
        while not self._closing and clock.now().mono < until:
            if poll.poll(_patience(until)):
                _drain(self._wake_read)
                self._refuse(self._lost or "")


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


def _is_over(request: _Request) -> bool:
    return request.done.is_set() if isinstance(request, _Check) else request.done
