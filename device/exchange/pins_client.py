"""Levels of simulated pins in, text lines to the monitor's pins socket out; what its outputs do comes back. It reconnects for ever.

Wire format (device/simulated_chip.py serves it): `level <pin> <0|1>` of each pin and `ready` on connecting, then
`drive <pin> <0|1> <mono_ns>`, to the monitor; `pin <pin> <0|1>` and `error <reason>` from it. So a monitor that starts late or
starts again finds the line as it is, and no edge that never was.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from pathlib import Path

from device.exchange.exchange_loop import ExchangeLoop, Timer
from device.exchange.unix_paths import unix_address
from device.signals import MILLISECOND

RECONNECT = 250 * MILLISECOND
LONGEST_BACKLOG = 65_536  # bytes kept for a monitor that does not read; then the connection is given up
LONGEST_LINE = 256

logger = logging.getLogger(__name__)


class PinsClient:
    """One connection for all pins. Everything but the constructor belongs to the loop's thread."""

    def __init__(
        self,
        path: Path,
        loop: ExchangeLoop,
        *,
        changed: Callable[[], None],
        output: Callable[[int, int], None],
    ) -> None:
        self._path = path
        self._loop = loop
        self._changed = changed
        self._output = output
        self._levels: dict[int, tuple[int, int]] = {}  # pin → level and stamp, as last driven
        self._socket: socket.socket | None = None
        self._retry: Timer | None = None
        self._unsent = bytearray()
        self._partial = bytearray()
        self._closed = False

    @property
    def connected(self) -> bool:
        return self._socket is not None

    def open(self) -> None:
        """Connect, now or as soon as somebody listens."""
        if self._closed or self._socket is not None:
            return
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        try:
            with unix_address(self._path) as address:
                connection.connect(address)
        except OSError:  # nobody listens yet, or the folder is not made yet
            connection.close()
            self._retry = self._loop.after(RECONNECT, self.open)
            return
        self._socket = connection
        self._loop.watch(connection.fileno(), self._read)
        logger.info("connected to the simulated pins")
        self._send([f"level {pin} {level}" for pin, (level, _) in sorted(self._levels.items())] + ["ready"])
        self._changed()

    def drive(self, changes: list[tuple[int, int, int]]) -> None:
        """Drive pins: (pin, level, scheduled stamp in ns) each, in order. A stamp never goes back on its pin."""
        sent = []
        for pin, level, stamp in changes:
            before = self._levels.get(pin)
            stamp = stamp if before is None else max(stamp, before[1])
            self._levels[pin] = (level, stamp)
            if before is None or before[0] != level:
                sent.append(f"drive {pin} {level} {stamp}")
        self._send(sent)

    def close(self) -> None:
        """Leave the monitor alone. Idempotent."""
        self._closed = True
        if self._retry is not None:
            self._retry.cancel()
        self._disconnect()

    def _send(self, lines: list[str]) -> None:
        if self._socket is None or not lines:
            return
        self._unsent += "".join(f"{line}\n" for line in lines).encode("ascii")
        self._flush()

    def _flush(self) -> None:
        assert self._socket is not None
        try:
            sent = self._socket.send(self._unsent) if self._unsent else 0
        except BlockingIOError:
            sent = 0
        except OSError:
            self._lost()
            return
        del self._unsent[:sent]
        if len(self._unsent) > LONGEST_BACKLOG:
            self._lost()
            return
        self._loop.watch(self._socket.fileno(), self._ready, write=bool(self._unsent))

    def _ready(self) -> None:
        self._read()
        if self._socket is not None:
            self._flush()

    def _read(self) -> None:
        assert self._socket is not None
        try:
            data = self._socket.recv(4096)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._lost()
            return
        *lines, self._partial = (self._partial + data).split(b"\n")
        del self._partial[LONGEST_LINE:]
        for line in lines:
            self._hear(bytes(line))

    def _hear(self, line: bytes) -> None:
        words = line.split()
        if len(words) == 3 and words[0] == b"pin" and words[1].isdigit() and words[2] in (b"0", b"1"):
            self._output(int(words[1]), int(words[2]))
        else:
            logger.warning("the simulated pins say: %r", line[:LONGEST_LINE])

    def _lost(self) -> None:
        logger.info("the simulated pins are gone")
        self._disconnect()
        self._changed()
        if not self._closed:
            self._retry = self._loop.after(RECONNECT, self.open)

    def _disconnect(self) -> None:
        if self._socket is not None:
            self._loop.unwatch(self._socket.fileno())
            self._socket.close()
            self._socket = None
        self._unsent.clear()
        self._partial.clear()
