"""Script lines in over a Unix socket, carried out now; each is answered `ok` or `error …`. Peers are local: the socket is its owner's."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable
from pathlib import Path

from device.exchange.exchange_loop import ExchangeLoop
from device.exchange.unix_paths import unix_address

LONGEST_LINE = 4096
MOST_PEERS = 8

Obey = Callable[[str], str]
"""A script line in, the answer out (`ok` or `error …`)."""


class ControlSocket:
    """Listens at `path`. Everything but the constructor belongs to the loop's thread."""

    def __init__(self, path: Path, loop: ExchangeLoop, obey: Obey) -> None:
        self._path = path
        self._loop = loop
        self._obey = obey
        self._listener: socket.socket | None = None
        self._peers: dict[socket.socket, bytearray] = {}

    def open(self) -> None:
        """Listen. OSError when another exchange listens there, or the path is something else."""
        folder = self._path.parent
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o750)  # as the monitor makes it, whatever the umask: its sockets will be here
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        try:
            with unix_address(self._path) as address:
                if self._path.is_socket() and not _answers(address):
                    self._path.unlink()  # left behind by one that was killed
                listener.bind(address)
            self._path.chmod(0o600)
            listener.listen(MOST_PEERS)
        except OSError:
            listener.close()
            raise
        self._listener = listener
        self._loop.watch(listener.fileno(), self._accept)

    def close(self) -> None:
        """Idempotent."""
        for peer in tuple(self._peers):
            self._drop(peer)
        if self._listener is not None:
            self._loop.unwatch(self._listener.fileno())
            self._listener.close()
            self._listener = None
            self._path.unlink(missing_ok=True)

    def _accept(self) -> None:
        assert self._listener is not None
        with contextlib.suppress(OSError):
            peer, _ = self._listener.accept()
            if len(self._peers) >= MOST_PEERS:
                peer.send("error 连接太多 / too many connections\n".encode())
                peer.close()
                return
            peer.setblocking(False)
            self._peers[peer] = bytearray()
            self._loop.watch(peer.fileno(), lambda: self._read(peer))

    def _read(self, peer: socket.socket) -> None:
        try:
            data = peer.recv(LONGEST_LINE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data or len(self._peers[peer]) + len(data) > 2 * LONGEST_LINE:
            self._drop(peer)
            return
        *lines, self._peers[peer] = (self._peers[peer] + data).split(b"\n")
        answers = [self._obey(line.decode("utf-8", "replace")) for line in lines if line.strip()]
        try:
            peer.sendall("".join(answer + "\n" for answer in answers).encode("utf-8"))
        except OSError:
            self._drop(peer)

    def _drop(self, peer: socket.socket) -> None:
        self._loop.unwatch(peer.fileno())
        peer.close()
        del self._peers[peer]


def _answers(address: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(address)
        except OSError:
            return False
    return True


def send_lines(path: Path, lines: list[str], timeout: float = 5.0) -> list[str]:
    """Send script lines to a running exchange; its answers. OSError when none listens there or it does not answer in time."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(timeout)
        with unix_address(path) as address:
            connection.connect(address)
        connection.sendall("".join(line.replace("\n", " ") + "\n" for line in lines).encode("utf-8"))
        with connection.makefile("r", encoding="utf-8") as answers:
            return [answers.readline().rstrip("\n") for line in lines if line.strip()]
