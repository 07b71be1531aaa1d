"""What is said on the pins' socket: bytes of a client in, whole commands out; a socket to listen at. It touches no pin."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

log = logging.getLogger(__name__)

MAX_LINE = 256  # bytes; a client that sends a longer line is no exchange
MAX_CLIENTS = 16
MAX_STAMP = 2**63  # the kernel's stamps are signed 64 bit
EXPECTED = "expected: drive <pin> <0|1> <mono_ns>, level <pin> <0|1>, or ready"


@dataclass(frozen=True, slots=True)
class Drive:
    """An edge, scheduled for `mono` (ns)."""

    pin: int
    level: int
    mono: int


@dataclass(frozen=True, slots=True)
class Level:
    """A level the pin has had for some time: no edge."""

    pin: int
    level: int


class Ready:
    """All levels are told."""


def parse(line: bytes) -> Drive | Level | Ready | None:
    """A client's line as a command; None when it is none."""
    match line.split():
        case [b"drive", pin, level, mono] if _is_level(pin, level) and mono.isdigit() and len(mono) <= 19:
            stamp = int(mono)
            return Drive(int(pin), int(level), stamp) if stamp < MAX_STAMP else None
        case [b"level", pin, level] if _is_level(pin, level):
            return Level(int(pin), int(level))
        case [b"ready"]:
            return Ready()
        case _:
            return None


def _is_level(pin: bytes, level: bytes) -> bool:
    return pin.isdigit() and len(pin) <= 3 and level in (b"0", b"1")


class PinsPeer:
    """One connection: what it sent and was not a whole line yet."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.partial = b""

    def lines(self, data: bytes) -> list[bytes]:
        *whole, self.partial = (self.partial + data).split(b"\n")
        return whole

    def received(self) -> Iterator[bytes]:
        """All that lies in the socket, in pieces; an empty piece when the other side is gone."""
        while True:
            try:
                data = self.connection.recv(4096)
            except BlockingIOError:
                return
            except OSError:
                data = b""
            yield data
            if not data:
                return

    def say(self, text: str) -> bool:
        """Send a line; False when the client is gone or does not read (the chip waits for nobody)."""
        data = text.encode() + b"\n"
        try:
            return self.connection.send(data) == len(data)
        except OSError:
            return False


def listen(path: Path) -> socket.socket:
    """A listening Unix socket at `path`, for its owner only. A file that nobody answers at is replaced.

    A socket address holds 107 bytes (unix(7)); through the folder's descriptor the path may be as deep as it likes.
    """
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    try:
        address = f"/proc/self/fd/{folder}/{path.name}"
        _remove_stale(path, address)
        listener.bind(address)
        path.chmod(0o600)
        listener.listen(MAX_CLIENTS)
    except OSError:
        listener.close()
        raise
    finally:
        os.close(folder)
    return listener


def _remove_stale(path: Path, address: str) -> None:
    if not path.is_socket():
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(address)
        except ConnectionRefusedError:
            path.unlink()
            log.info("removed the socket of a chip that is gone: %s", path.name)
