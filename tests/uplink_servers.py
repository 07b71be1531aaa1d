"""Servers on the loopback for the tests of the uplink: one that answers HTTP, one that behaves badly, one that takes mail."""

from __future__ import annotations

import base64
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PEM = Path(__file__).parent / "loopback.pem"
SOON = 10.0


def server_tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(PEM)
    return context


@dataclass
class Taken:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes


class Answering:
    """An HTTP server that notes what it takes and answers `status` and `answer`. Its address is `url`."""

    def __init__(self, tls: bool = False, host: str = "127.0.0.1") -> None:
        self.status, self.answer = 200, b'{"errcode":0,"errmsg":"ok"}'
        self.more: dict[str, str] = {}
        self.taken: list[Taken] = []
        self._come = threading.Semaphore(0)
        self._server = ThreadingHTTPServer((host, 0), self._handler())
        self._server.daemon_threads = True
        if tls:
            self._server.socket = server_tls().wrap_socket(self._server.socket, server_side=True)
        scheme = "https" if tls else "http"
        self.url = f"{scheme}://{host}:{self._server.server_port}/send?access_token=abc"
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        box = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                box.taken.append(Taken(self.path, dict(self.headers.items()), body))
                self.send_response(box.status)
                for name, value in box.more.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(box.answer)))
                self.end_headers()
                self.wfile.write(box.answer)
                box._come.release()

            def log_message(self, *_: object) -> None:
                return

        return Handler

    def wait(self) -> Taken:
        """The next request."""
        assert self._come.acquire(timeout=SOON)
        return self.taken[-1]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def answering(tls: bool = False, host: str = "127.0.0.1") -> Iterator[Answering]:
    server = Answering(tls, host)
    try:
        yield server
    finally:
        server.close()


@contextmanager
def talking(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that does `talk` with each connection; gives its port."""
    listener = socket.create_server(("127.0.0.1", 0))
    threads = []

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threads.append(threading.Thread(target=held, args=(connection,), daemon=True))
                threads[-1].start()

    def held(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            talk(connection)

    accepting = threading.Thread(target=serve, daemon=True)
    accepting.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for thread in [accepting, *threads]:
            thread.join(SOON)


def silent(connection: socket.socket) -> None:
    """Takes everything, says nothing, until the other end goes."""
    while connection.recv(65536):
        pass


def drips(connection: socket.socket) -> None:
    """Answers one byte at a time, without end."""
    pause = threading.Event()
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while True:
        connection.sendall(b"x")
        pause.wait(0.02)


@dataclass
class PostOffice:
    """An SMTP server (RFC 5321) that notes the mails it takes. `refuse`: command to the answer it gets instead."""

    tls: str = "ssl"
    refuse: dict[str, bytes] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    mails: list[str] = field(default_factory=list)

    def __call__(self, connection: socket.socket) -> None:
        if self.tls == "ssl":
            connection = server_tls().wrap_socket(connection, server_side=True)
        with ExitStack() as stack:
            self._serve(stack.enter_context(connection), stack)

    def _serve(self, connection: socket.socket, stack: ExitStack) -> None:
        connection.sendall(self.refuse.get("HELLO", b"220 post.example ESMTP\r\n"))
        file = stack.enter_context(connection.makefile("rb"))
        while line := file.readline():
            words = line.decode().strip()
            command = words.partition(" ")[0].upper()
            self.said.append(words)
            if command in self.refuse:
                connection.sendall(self.refuse[command])
            elif command == "STARTTLS":
                connection.sendall(b"220 go ahead\r\n")
                connection = stack.enter_context(server_tls().wrap_socket(connection, server_side=True))
                file = stack.enter_context(connection.makefile("rb"))
            elif command == "DATA":
                self._take(connection, file)
            else:
                connection.sendall(self._plain(command, words))

    def _plain(self, command: str, words: str) -> bytes:
        match command:
            case "EHLO":
                offer = b"250-STARTTLS\r\n" if self.tls == "starttls" else b""
                return b"250-post.example\r\n" + offer + b"250 AUTH PLAIN\r\n"
            case "AUTH":
                self.logins.append(base64.b64decode(words.split()[-1]).decode())
                return b"235 welcome\r\n"
            case "QUIT":
                return b"221 bye\r\n"
            case _:
                return b"250 ok\r\n"

    def _take(self, connection: socket.socket, file: object) -> None:
        connection.sendall(b"354 go on\r\n")
        lines: list[str] = []
        while (line := file.readline().decode()) != ".\r\n":  # type: ignore[attr-defined]
            lines.append(line)
        self.mails.append("".join(lines))
        connection.sendall(self.refuse.get("END", b"250 taken\r\n"))
