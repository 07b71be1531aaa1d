"""A host and port in, a connection with or without TLS out, that ends for good when its time is up.

A time-out of a socket counts anew with each byte: a server that sends one every few seconds would hold a thread for ever.
`Deadline` ends whatever waits on the connection, a handshake too.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from types import TracebackType

STEP = 8.0  # seconds without a byte
TOTAL = 20.0  # seconds from the first look-up of the name to the last byte of the answer


class Deadline:
    """Within it, whatever `watch` was told of is shut down after `total` seconds."""

    def __init__(self, total: float = TOTAL) -> None:
        self._guard = threading.Lock()
        self._passed = False
        self._held: list[socket.socket] = []
        self._timer = threading.Timer(total, self._strike)
        self._timer.daemon = True

    def __enter__(self) -> Deadline:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        with self._guard:
            for held in self._held:
                held.close()
            self._held.clear()

    def watch(self, connection: socket.socket) -> None:
        """`connection` is ended with the rest. A second descriptor is held: TLS takes the first one away from its socket."""
        with self._guard:
            self._held.append(connection.dup())
        if self._passed:
            self._strike()

    def _strike(self) -> None:
        with self._guard:
            self._passed = True
            for held in self._held:
                with contextlib.suppress(OSError):
                    held.shutdown(socket.SHUT_RDWR)

    @property
    def passed(self) -> bool:
        return self._passed


def trust(ca_file: str) -> ssl.SSLContext:
    """The system's certificates, and those in `ca_file`. Raises OSError (ssl.SSLError is one)."""
    context = ssl.create_default_context()
    if ca_file:
        context.load_verify_locations(cafile=ca_file)
    return context


def connect(
    host: str, port: int, tls: ssl.SSLContext | None, deadline: Deadline, step: float = STEP
) -> socket.socket:
    """A connection, watched by `deadline`. Raises OSError."""
    plain = socket.create_connection((host, port), timeout=step)
    try:
        deadline.watch(plain)
        return plain if tls is None else tls.wrap_socket(plain, server_hostname=host)
    except BaseException:
        plain.close()
        raise
