"""A GPIO chip that is not there: gpiozero's MockFactory, its pins driven over a Unix socket by the virtual exchange.

Lines of text. A client says, on connecting, `level <pin> <0|1>` of each pin that has a level by now, then `ready`; and
then `drive <pin> <0|1> <mono_ns>` for each edge (when it was *scheduled*, CLOCK_MONOTONIC: a busy box bends the time of a
call, never the record). A level is no edge: nobody is told of it, it is what a line finds. Before the first `ready` or
`drive` nobody plays this chip, and a line's pin cannot be had: whatever were found then would be invented. The chip says
`pin <pin> <0|1>` for each output, on connecting and at each change, and `error <reason>` to a line that it cannot follow.
A driven pin keeps its level when the client goes away, as a wire does. It is chosen by name (`chip = "simulated"`), never
by default.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import threading
from pathlib import Path

from gpiozero import PinInfo
from gpiozero.exc import GPIOPinInUse, GPIOZeroError
from gpiozero.pins.mock import MockFactory, MockPin

from device import clock
from device.pins import Edge, EdgeTold, PinAwaited, PinBusy, PinUnavailable, Pull, WatchLost
from device.pins_socket import EXPECTED, MAX_CLIENTS, MAX_LINE, Drive, Level, PinsPeer, Ready, listen, parse

REVISION = "a02082"  # a Pi 3B: the 40-pin header, GPIO 0-27, whatever GPIOZERO_MOCK_REVISION says
AWAITED = 0.8  # seconds to wait for somebody who plays the chip; an exchange looks for it four times a second
CLOSED = "the simulated chip was closed"
UNPLAYED = "nobody plays the simulated chip yet"


class SimulatedPin(MockPin):  # type: ignore[misc]
    """A MockPin with an outside: what drives it from there is stronger than the pull, and its edges have a stamp."""

    def __init__(self, factory: SimulatedFactory, info: PinInfo) -> None:
        self._outside: bool | None = None  # None: nothing drives it, the pull decides
        self._pulling = False
        self._rest = False  # the state an output was opened with: its "off"
        super().__init__(factory, info)

    def drive(self, level: int, mono: int) -> None:
        """Drive the pin from outside, as of `mono` (ns). Nothing happens when it had that level already."""
        self._outside = bool(level)
        if not self._change_state(bool(level)):
            return
        self._last_change = mono / 1e9  # what gpiozero's devices get as ticks
        self._factory.edge(self._number, level, mono)
        if self._when_changed is not None and self._edges in ("both", "rising" if level else "falling"):
            self._call_when_changed()

    def found(self, level: int) -> None:
        """Put the pin at a level it has had for some time: no edge, nobody is told."""
        self._outside = bool(level)
        self._change_state(bool(level))

    def drive_high(self) -> None:
        self._drive_or_pull(1)

    def drive_low(self) -> None:
        self._drive_or_pull(0)

    def _drive_or_pull(self, level: int) -> None:
        if not self._pulling:
            self.drive(level, clock.now().mono)
        elif self._outside is None:
            self._change_state(bool(level))

    def _set_pull(self, value: str) -> None:
        self._pulling = True
        try:
            super()._set_pull(value)
        finally:
            self._pulling = False

    def output_with_state(self, state: bool) -> None:
        self._rest = bool(state)
        self._state = bool(state)
        self.function = "output"

    def _set_function(self, value: str) -> None:
        before = self._function
        super()._set_function(value)
        if value == "output":
            self._factory.output_changed(self._number, int(self._state))
        elif before == "output":
            if self._outside is not None:
                self._state = self._outside
            self._factory.output_changed(self._number, 0)  # an input lights no lamp

    def _change_state(self, value: bool) -> bool:
        changed = bool(super()._change_state(value))
        if changed and self._function == "output":
            self._factory.output_changed(self._number, int(value))
        return changed

    def close(self) -> None:
        if self._function == "output":
            self.state = self._rest
        super().close()


class _SimulatedWatch:
    """One listener of one pin. It is the requester of gpiozero's reservation, so that no device takes the pin too."""

    def __init__(self, factory: SimulatedFactory, pin: int, told: EdgeTold, lost: WatchLost) -> None:
        self._factory = factory
        self.pin = pin
        self.told = told
        self.lost = lost
        self.seqno = 0

    def _conflicts_with(self, other: object) -> bool:
        return True

    def level(self) -> int:
        return self._factory.level(self)

    def close(self) -> None:
        self._factory.unwatch(self)


class SimulatedFactory(MockFactory):  # type: ignore[misc]
    """Simulated pins with a socket at `socket_path`. Raises OSError when it cannot listen there."""

    def __init__(self, socket_path: Path) -> None:
        super().__init__(revision=REVISION, pin_class=SimulatedPin)
        self._lock = threading.RLock()
        self._watches: dict[int, _SimulatedWatch] = {}
        self._clients: dict[int, PinsPeer] = {}
        self._said: dict[int, int] = {}  # outputs, as the clients know them
        self._closing = threading.Event()
        self._played = threading.Event()  # somebody said what levels the pins have; also set by closing
        self._path = socket_path
        self._listener = listen(socket_path)
        self._inode = socket_path.stat().st_ino
        self._wake_read, self._wake_write = os.pipe()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._selector.register(self._wake_read, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._serve, name="simulated-chip", daemon=True)
        self._thread.start()

    # -- what a line uses

    def watch(self, pin: int, pull: Pull, told: EdgeTold, lost: WatchLost) -> _SimulatedWatch:
        """As every factory's; but waits for up to 0.8 s while nobody plays the chip, then raises PinAwaited."""
        played = self._played.wait(AWAITED)
        with self._lock:
            if self._closing.is_set():
                raise PinUnavailable(CLOSED)
            if not played:
                raise PinAwaited(UNPLAYED)
            watch = _SimulatedWatch(self, pin, told, lost)
            try:
                simulated = self.pin(pin)
                self.reserve_pins(watch, pin)
            except GPIOPinInUse:
                raise PinBusy(f"pin {pin} is in use already") from None
            except GPIOZeroError as error:
                raise PinUnavailable(str(error)) from None
            simulated.function = "input"
            simulated.pull = pull
            self._watches[pin] = watch
            return watch

    def unwatch(self, watch: _SimulatedWatch) -> None:
        with self._lock:
            if self._watches.get(watch.pin) is watch:
                del self._watches[watch.pin]
                self.release_pins(watch, watch.pin)

    def level(self, watch: _SimulatedWatch) -> int:
        with self._lock:
            if self._watches.get(watch.pin) is not watch:
                raise PinUnavailable(CLOSED if self._closing.is_set() else f"pin {watch.pin} is not watched")
            return int(self.pin(watch.pin).state)

    def drain(self) -> None:
        with self._lock:
            for client in list(self._clients.values()):
                self._read(client)

    # -- the pins' outside

    def drive(self, pin: int, level: int, mono: int) -> None:
        """Drive an input from outside, as of `mono` (ns). Raises PinUnavailable for an output or an unknown pin."""
        with self._lock:
            self._input(pin).drive(level, mono)
            self.ready()

    def found(self, pin: int, level: int) -> None:
        """Put an input at a level without an edge. Raises PinUnavailable for an output or an unknown pin."""
        with self._lock:
            self._input(pin).found(level)

    def ready(self) -> None:
        """From now on the pins have the levels of somebody who plays them: lines may open."""
        self._played.set()

    def _input(self, pin: int) -> SimulatedPin:
        try:
            simulated: SimulatedPin = self.pin(pin)
        except GPIOZeroError as error:
            raise PinUnavailable(str(error)) from None
        if simulated.function == "output":
            raise PinBusy(f"pin {pin} is an output")
        return simulated

    def edge(self, pin: int, level: int, mono: int) -> None:
        """A pin says that it was driven."""
        watch = self._watches.get(pin)
        if watch is not None:
            watch.seqno += 1
            watch.told(Edge(pin, level, mono, watch.seqno))

    def output_changed(self, pin: int, level: int) -> None:
        """A pin says that it drives, or drives no more."""
        with self._lock:
            if self._said.get(pin) != level:
                self._said[pin] = level
                self._say_to_all(f"pin {pin} {level}")

    def outputs(self) -> dict[int, int]:
        """The pins that are outputs, with their levels."""
        with self._lock:
            pins = {pin._number: pin for pin in self.pins.values()}
            return {
                number: int(pin.state) for number, pin in sorted(pins.items()) if pin.function == "output"
            }

    # -- the socket

    def _serve(self) -> None:
        while not self._closing.is_set():
            for key, _ in self._selector.select():
                with self._lock:
                    if self._closing.is_set():
                        return
                    if key.fileobj is self._listener:
                        self._accept()
                    elif isinstance(key.data, PinsPeer):
                        self._read(key.data)

    def _accept(self) -> None:
        try:
            connection, _ = self._listener.accept()
        except OSError:
            return
        connection.setblocking(False)
        client = PinsPeer(connection)
        if len(self._clients) >= MAX_CLIENTS:
            client.say("error too many clients")
            connection.close()
            return
        self._clients[connection.fileno()] = client
        self._selector.register(connection, selectors.EVENT_READ, client)
        for pin, level in self.outputs().items():
            self._say(client, f"pin {pin} {level}")

    def _read(self, client: PinsPeer) -> None:
        for data in client.received():
            if not data:
                return self._drop(client)
            for line in client.lines(data):
                self._obey(client, line)
            if len(client.partial) > MAX_LINE:
                self._say(client, "error line too long")
                return self._drop(client)
        return None

    def _obey(self, client: PinsPeer, line: bytes) -> None:
        if not line.strip():
            return
        try:
            match parse(line):
                case Drive(pin, level, mono):
                    self.drive(pin, level, mono)
                case Level(pin, level):
                    self.found(pin, level)
                case Ready():
                    self.ready()
                case None:
                    self._say(client, f"error {EXPECTED}")
        except PinUnavailable as error:
            self._say(client, f"error {error}")

    def _say(self, client: PinsPeer, text: str) -> None:
        if not client.say(text):
            self._drop(client)

    def _say_to_all(self, text: str) -> None:
        for client in list(self._clients.values()):
            self._say(client, text)

    def _drop(self, client: PinsPeer) -> None:
        descriptor = client.connection.fileno()
        if self._clients.pop(descriptor, None) is not None:
            self._selector.unregister(client.connection)
            client.connection.close()

    def close(self) -> None:
        with self._lock:
            if self._closing.is_set():
                return
            super().close()  # clients still hear the outputs go off
            self._closing.set()
            self._played.set()
            watches, self._watches = list(self._watches.values()), {}
            os.write(self._wake_write, b"x")
        for watch in watches:
            watch.lost(CLOSED)
        if self._thread is not threading.current_thread():
            self._thread.join(1.0)
        with self._lock:
            self._close_socket()

    def _close_socket(self) -> None:
        for client in list(self._clients.values()):
            self._drop(client)
        self._selector.close()
        self._listener.close()
        os.close(self._wake_read)
        os.close(self._wake_write)
        with contextlib.suppress(OSError):  # only our own: another monitor may listen there by now
            if self._path.stat().st_ino == self._inode:
                self._path.unlink()
