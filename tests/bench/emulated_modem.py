"""One emulated modem on a pseudo-terminal that a measurement drives: what it prints, and the moment each byte left.

It is the virtual exchange's own modem (device/exchange), so that the program and its peers hear the very same thing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from device import clock
from device.exchange.exchange_loop import ExchangeLoop
from device.exchange.modem_port import ModemPort
from device.exchange.virtual_modem import Printed, Says, VirtualModem
from device.exchange.wire_changes import Wire, WireChange
from device.signals import CallerId

PATIENCE = 10.0  # seconds for the loop's thread to do one thing

RING = b"\r\nRING\r\n"


class EmulatedModem:
    """A CX930xx at `path`. Methods may be called from the measuring thread; the modem lives in the loop's."""

    def __init__(self, path: Path, loop: ExchangeLoop) -> None:
        self.path = path
        self._loop = loop
        self._said = threading.Event()
        self._said_at = 0
        self._replied = threading.Event()
        self._modem = VirtualModem()
        self._port = ModemPort(path, self._modem, loop, told=self._told)
        self._do(self._port.plug_in)

    def say(self, data: bytes) -> int:
        """Print `data`; the moment (ns, monotonic) just before its bytes are written."""
        self._said.clear()
        self._loop.post(lambda: self._port.say(data))
        if not self._said.wait(PATIENCE):
            raise TimeoutError("the emulated modem did not print")
        return self._said_at

    def caller_id(self, caller_id: CallerId) -> None:
        """The exchange sends `caller_id`; the modem prints it in the mode its host chose, 20 ms later."""
        self._wire(WireChange(clock.now().mono, Wire.CALLER_ID_SENT, caller_id))

    def lift(self) -> None:
        """The handset of the telephone on this line is lifted."""
        self._wire(WireChange(clock.now().mono, Wire.OFF_HOOK))

    def put_back(self) -> None:
        self._wire(WireChange(clock.now().mono, Wire.ON_HOOK))

    def unplug(self) -> None:
        self._do(self._port.unplug)

    def plug_in(self) -> None:
        self._do(self._port.plug_in)

    def hang(self, hung: bool) -> None:
        """Answer no more (True), or again."""
        self._do(lambda: self._port.hang(hung))

    @property
    def mode(self) -> int:
        """Caller-ID mode as the host set it: 0 off, 1 formatted, 2 unformatted."""
        return self._modem.caller_id_mode

    def host_present(self) -> bool:
        found: list[bool] = []
        self._do(lambda: found.append(self._port.host_present))
        return found[0]

    def set_up(self, timeout: float) -> bool:
        """Wait until a host has switched caller ID on; whether it did within `timeout` seconds."""
        return wait_until(lambda: self.mode > 0 and self.host_present(), timeout)

    def _wire(self, change: WireChange) -> None:
        self._do(lambda: self._port.wire(change))

    def _do(self, task: Callable[[], None]) -> None:
        done = threading.Event()

        def run() -> None:
            task()
            done.set()

        self._loop.post(run)
        if not done.wait(PATIENCE):
            raise TimeoutError("the emulated modem's thread did not answer")

    def _told(self, printed: Printed, at: int) -> None:
        if printed.kind in (Says.RAW, Says.CALLER_ID):
            self._said_at = at
            self._said.set()


def wait_until(true: Callable[[], bool], timeout: float, every: float = 0.02) -> bool:
    """Look every `every` seconds until `true()` or `timeout` seconds are over; the last answer."""
    until = clock.now().mono + int(timeout * 1e9)
    idle = threading.Event()
    while not true():
        if clock.now().mono > until:
            return False
        idle.wait(every)
    return True
