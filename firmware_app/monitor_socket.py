"""The monitor's Unix socket: JSON lines in from local peers, answers and changes out; it decides nothing and never blocks the loop.

One thread serves all peers. The loop and the recorder hand it finished JSON through `publish`, `announce` and the
`answer` callback they were given; a peer that does not read is dropped, a line that is not understood is answered.

Verbs: record · state · subscribe · request (docs/ARCHITECTURE.md, "Two meeting places").
"""

from __future__ import annotations

import json
import logging
import os
import selectors
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from firmware_app.wording import Text

log = logging.getLogger(__name__)

MAX_LINE = 256 * 1024  # bytes of one request: a site document is the largest
MAX_WAITING = 1024 * 1024  # bytes a peer may leave unread before it is dropped
MOST_PEERS = 32  # panel, run and a technician's commands are five
MOST_ASKED = 32  # records of one peer that are not answered yet
MOST_ASKED_BYTES = 512 * 1024  # of the same, as sent
MOST_GROUPS = 1024  # bytes, what Python's getsockopt takes: 256 groups
MOST_ACTOR = 64  # characters
OWN_ACTORS = ("monitor", "desk", "seed")  # who the box itself is in the journal: no peer may say it is that
ROLES = ("uplink",)  # processes of which peers want to know whether they listen
SO_PEERGROUPS = 59  # socket(7), Linux 4.13; Python has no name for it

Json = Mapping[str, Any]
Answer = Callable[[Json], None]


class Desk(Protocol):
    """Where requests go. Both return at once; `answer` is called later, from any thread, exactly once."""

    def record(self, kind: str, body: Json, actor: str, answer: Answer) -> None: ...

    def request(
        self, what: str, line: str | None, within: float, answer: Answer, number: str | None = None
    ) -> None: ...


def failure(code: str, message: Text) -> Json:
    """The answer to something that was not done: a code for programs, a sentence for people."""
    return {"ok": False, "error": code, "message": {"zh_CN": message.zh, "en": message.en}}


NOT_UNDERSTOOD = Text(
    "请求格式不对：每行须是一个 JSON 对象", "not understood: each line must be one JSON object"
)
UNKNOWN_VERB = Text(
    "没有这个动词；可用：record、state、subscribe、request",
    "no such verb; record, state, subscribe, request exist",
)
TOO_MUCH = Text("还有太多请求没有完成，请稍后再试", "too many requests are under way; try again later")
BAD_FIELDS = Text("请求的字段缺失或类型不对", "a field of the request is missing or of the wrong type")


@dataclass(slots=True, eq=False)
class _Peer:
    connection: socket.socket
    received: bytearray = field(default_factory=bytearray)
    waiting: bytearray = field(default_factory=bytearray)
    subscribed: bool = False
    role: str | None = None  # who it says it is, of ROLES
    asked: int = 0  # records under way
    asked_bytes: int = 0


def encode(message: Json) -> bytes:
    """One JSON line."""
    text = json.dumps(message, ensure_ascii=False, separators=(",", ":"))
    return (
        text.encode("utf-8", "replace") + b"\n"
    )  # an answer may quote half a surrogate pair that a peer sent


def bind_unix(path: Path, mode: int) -> socket.socket:
    """A listening Unix socket at `path`, however deep (the address is limited to 107 bytes, unix(7): go by the folder's fd)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        listener.bind(f"/proc/self/fd/{folder}/{path.name}")
    finally:
        os.close(folder)
    path.chmod(mode)
    listener.listen(2 * MOST_PEERS)  # a connect to a full queue fails at once (unix(7))
    listener.setblocking(False)
    return listener


def _is_welcome(connection: socket.socket) -> bool:
    """Whether the peer is root, ourselves, or of our group (SO_PEERCRED: the kernel's word, not the peer's)."""
    _pid, uid, gid = struct.unpack("iII", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    return uid in (0, os.getuid()) or gid == os.getgid() or os.getgid() in groups_of(connection)


def groups_of(connection: socket.socket) -> tuple[int, ...]:
    """The supplementary groups of the peer; none when it has more than anybody needs (ERANGE)."""
    try:
        packed = connection.getsockopt(socket.SOL_SOCKET, SO_PEERGROUPS, MOST_GROUPS)
    except OSError:
        return ()
    return struct.unpack(f"{len(packed) // 4}I", packed)


def _may_be(actor: object) -> bool:
    return isinstance(actor, str) and 0 < len(actor) <= MOST_ACTOR and actor not in OWN_ACTORS


class MonitorSocket:
    """Serves `path` until `close`. `publish` sets the state that is told; `announce` tells subscribers of an event."""

    def __init__(self, path: Path, desk: Desk) -> None:
        self._path = path
        self._desk = desk
        self._state: Json = {}
        self._outbox: deque[tuple[_Peer | None, bytes, int]] = (
            deque()
        )  # to whom (None: every subscriber), what, see _send
        self._peers: set[_Peer] = set()
        self._listening: tuple[str, ...] = ()  # the roles that are there now
        self._closing = False
        self._listener = bind_unix(path, 0o660)
        self._wake_in, self._wake_out = socket.socketpair()
        self._wake_in.setblocking(False)
        self._wake_out.setblocking(False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._selector.register(self._wake_out, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._serve, name="monitor-socket", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def publish(self, state: Json) -> None:
        """Make `state` the present state and tell it to subscribers."""
        self._state = state
        self._send(None, encode({"event": "state", "state": self._present()}))

    def listens(self, role: str) -> bool:
        """Whether a peer of that role has subscribed and is still there. From any thread."""
        return role in self._listening

    def _present(self) -> Json:
        """The state, and the roles that listen."""
        return {**self._state, **dict.fromkeys(self._listening, True)}

    def announce(self, event: Json) -> None:
        self._send(None, encode(event))

    def close(self) -> None:
        """End the thread and remove the socket; may be called often."""
        if self._closing:
            return
        self._closing = True
        self._wake()
        if self._thread.is_alive():
            self._thread.join(timeout=1.0)
        self._path.unlink(missing_ok=True)

    def _send(self, peer: _Peer | None, line: bytes, asked: int = 0) -> None:
        """From any thread. `asked`: minus the size of the record that this answers."""
        self._outbox.append((peer, line, asked))
        self._wake()

    def _wake(self) -> None:
        try:
            self._wake_in.send(b"w")
        except OSError:
            return  # full: the thread is about to wake anyway; closed: nobody is left to wake

    def _serve(self) -> None:
        while not self._closing:
            for key, mask in self._selector.select():
                if key.fileobj is self._listener:
                    self._accept()
                elif key.fileobj is self._wake_out:
                    self._wake_out.recv(4096)
                else:
                    self._guarded(key.data, mask)
            self._post()
        for peer in list(self._peers):
            self._drop(peer)
        self._selector.close()
        for end in (self._listener, self._wake_in, self._wake_out):
            end.close()

    def _guarded(self, peer: _Peer, mask: int) -> None:
        """Whatever one peer sends, the others are served on."""
        try:
            self._attend(peer, mask)
        except Exception:
            log.exception("monitor socket: a peer was dropped")
            self._drop(peer)

    def _accept(self) -> None:
        try:
            connection, _ = self._listener.accept()
        except OSError:
            return
        if not _is_welcome(connection):
            log.warning("monitor socket: a peer that is neither of our user nor of our group was refused")
            connection.close()
            return
        if len(self._peers) >= MOST_PEERS:
            log.warning("monitor socket: a peer too many was refused")
            connection.close()
            return
        connection.setblocking(False)
        peer = _Peer(connection)
        self._peers.add(peer)
        self._selector.register(connection, selectors.EVENT_READ, peer)

    def _attend(self, peer: _Peer, mask: int) -> None:
        if mask & selectors.EVENT_READ:
            try:
                received = peer.connection.recv(65536)
            except BlockingIOError:
                return
            except OSError:
                received = b""
            if not received:
                self._drop(peer)
                return
            self._take(peer, received)
        if mask & selectors.EVENT_WRITE:
            self._flush(peer)

    def _take(self, peer: _Peer, received: bytes) -> None:
        peer.received += received
        *lines, rest = peer.received.split(b"\n")
        peer.received = bytearray(rest)
        for line in lines:
            self._understand(peer, bytes(line))
        if len(peer.received) > MAX_LINE:
            self._drop(peer)

    def _understand(self, peer: _Peer, line: bytes) -> None:
        answer = self._answer_to(peer)
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            answer(failure("invalid", NOT_UNDERSTOOD))
            return
        if not isinstance(message, dict):
            answer(failure("invalid", NOT_UNDERSTOOD))
            return
        match message.get("verb"):
            case "state":
                answer({"ok": True, "state": self._present()})
            case "subscribe":
                self._post()  # what was published before is in the state this peer is told now
                peer.subscribed = True
                peer.role = next((role for role in ROLES if role == message.get("as")), None)
                answer({"event": "state", "state": self._present()})
                self._roles_changed()
            case "record":
                self._record(peer, message, len(line), answer)
            case "request":
                self._request(message, answer)
            case _:
                answer(failure("invalid", UNKNOWN_VERB))

    def _roles_changed(self) -> None:
        """Tell subscribers when a role has come or gone."""
        there = tuple(role for role in ROLES if any(peer.role == role for peer in self._peers))
        if there != self._listening:
            self._listening = there
            self.publish(self._state)

    def _record(self, peer: _Peer, message: Json, size: int, answer: Answer) -> None:
        kind, body, actor = message.get("kind"), message.get("body"), message.get("actor")
        if not (isinstance(kind, str) and isinstance(body, dict) and _may_be(actor)):
            answer(failure("invalid", BAD_FIELDS))
        elif peer.asked >= MOST_ASKED or peer.asked_bytes + size > MOST_ASKED_BYTES:
            answer(failure("busy", TOO_MUCH))
        else:
            self._desk.record(kind, body, str(actor), self._counted(peer, size))

    def _counted(self, peer: _Peer, size: int) -> Answer:
        """An answer that gives the peer its place for another record back."""
        peer.asked += 1
        peer.asked_bytes += size

        def answer(message: Json) -> None:
            self._send(peer, encode(message), -size)

        return answer

    def _request(self, message: Json, answer: Answer) -> None:
        """`number` is what dial asks for; nothing else has it."""
        what, line, within = message.get("what"), message.get("line"), message.get("within_s")
        number = message.get("number")
        right = isinstance(within, int | float) and not isinstance(within, bool) and 0 < within <= 600
        words = all(each is None or isinstance(each, str) for each in (line, number))
        if isinstance(what, str) and words and right:
            self._desk.request(what, line, float(within or 0), answer, number)
        else:
            answer(failure("invalid", BAD_FIELDS))

    def _answer_to(self, peer: _Peer) -> Answer:
        def answer(message: Json) -> None:
            self._send(peer, encode(message))

        return answer

    def _post(self) -> None:
        """Move what waits into the peers' buffers and write as far as they take it."""
        touched = set()
        while self._outbox:
            addressee, line, asked = self._outbox.popleft()
            if addressee and asked:
                addressee.asked -= 1
                addressee.asked_bytes += asked
            for peer in [addressee] if addressee else [peer for peer in self._peers if peer.subscribed]:
                peer.waiting += line
                touched.add(peer)
        for peer in touched & self._peers:
            self._flush(peer)

    def _flush(self, peer: _Peer) -> None:
        try:
            sent = peer.connection.send(peer.waiting) if peer.waiting else 0
            del peer.waiting[:sent]
        except BlockingIOError:
            sent = 0
        except OSError:
            self._drop(peer)
            return
        if len(peer.waiting) > MAX_WAITING:
            log.warning("monitor socket: a peer that does not read was dropped")
            self._drop(peer)
            return
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if peer.waiting else 0)
        self._selector.modify(peer.connection, wanted, peer)

    def _drop(self, peer: _Peer) -> None:
        if peer in self._peers:
            self._peers.discard(peer)
            self._selector.unregister(peer.connection)
            peer.connection.close()
            if peer.role is not None:
                self._roles_changed()
