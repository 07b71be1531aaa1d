"""Asks of the panel and the uplink go to the monitor's socket, answers and changes come back; it records nothing itself, never raises.

`MonitorLink.record` and `.request` are one short connection an ask. `Subscription` is the one long connection of the whole
process: a thread that reconnects for ever, and says so when nobody is there.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

Json = Mapping[str, Any]

ANSWER_WITHIN = 8.0  # seconds for a commit: a card that stalls for 500 ms several times is still in time
QUIET_FOR = 5.0  # seconds without a word before the monitor is asked whether it is there, and for its answer
RETRY_FIRST, RETRY_LAST = 0.25, 3.0  # seconds between attempts to connect
MAX_LINE = 4 * 1024 * 1024  # bytes; the monitor drops a peer that leaves 1 MiB unread


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of an ask. error: the monitor's own word, or `unreachable` (nothing was recorded) or `unconfirmed`
    (it was sent, no answer came: it may have been recorded). result: what a request gave."""

    ok: bool
    seq: int | None = None
    error: str = ""
    message: Mapping[str, str] | None = None  # the monitor's sentence in each language
    result: Any = None


def connect_unix(path: Path, timeout: float) -> socket.socket:
    """A connection to the Unix socket at `path`, however deep (its address is limited to 107 bytes, unix(7)).

    Raises OSError when nobody listens there.
    """
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.settimeout(timeout)
            connection.connect(f"/proc/self/fd/{folder}/{path.name}")
        except OSError:
            connection.close()
            raise
    finally:
        os.close(folder)
    return connection


class ImpostorError(OSError):
    """Whoever listens is not the user whose ledger it is."""


def connect_monitor(path: Path, timeout: float, ledger: Path) -> socket.socket:
    """A connection to the monitor at `path`: to root, or to the user whose `ledger` it is, by the kernel's word (SO_PEERCRED).

    Somebody else who put a socket there could say "recorded" of what never was. Raises ImpostorError then, OSError when there
    is no ledger yet or nobody listens.
    """
    connection = connect_unix(path, timeout)
    try:
        packed = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        _pid, uid, _gid = struct.unpack("iII", packed)
        if uid not in (0, ledger.stat().st_uid):
            raise ImpostorError(f"user {uid} listens at {path}, the ledger is another's")
    except OSError:
        connection.close()
        raise
    return connection


class _Lines:
    """The lines that come in on `connection`. A time-out between two pieces of one line loses nothing."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._pending = bytearray()

    def next(self) -> bytes:
        """The next whole line; empty at the end, which an endless line is too. Raises OSError (TimeoutError among them)."""
        while b"\n" not in self._pending:
            received = self._connection.recv(65536)
            if not received or len(self._pending) > MAX_LINE:
                return b""
            self._pending += received
        line, _, rest = self._pending.partition(b"\n")
        self._pending = rest
        return bytes(line) + b"\n"


def _understood(line: bytes) -> Json | None:
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return message if isinstance(message, dict) else None


class MonitorLink:
    """Asks the monitor behind `path`, whose `ledger` it is, to record what people do, or to do something now."""

    def __init__(self, path: Path, ledger: Path, answer_within: float = ANSWER_WITHIN) -> None:
        self._path = path
        self._ledger = ledger
        self._answer_within = answer_within

    def record(self, kind: str, body: Json, actor: str) -> Answer:
        """Have one entry recorded; returns after its commit, or with the reason why not. Blocks at most `answer_within` seconds."""
        return self._ask({"verb": "record", "kind": kind, "body": body, "actor": actor}, self._answer_within)

    def request(self, what: str, *, within: float, patience: float, **more: str) -> Answer:
        """Have something done that begins within `within` seconds (a line check, a dialling: `more` is line, number).

        Returns when it is over. Blocks at most `patience` seconds: longer than what is asked for takes.
        """
        return self._ask({"verb": "request", "what": what, "within_s": within, **more}, patience)

    def _ask(self, ask: Json, patience: float) -> Answer:
        try:
            connection = connect_monitor(self._path, patience, self._ledger)
        except OSError:
            return Answer(ok=False, error="unreachable")
        with connection:
            try:
                connection.sendall(json.dumps(ask, ensure_ascii=False).encode() + b"\n")
                reply = _understood(_Lines(connection).next())
            except OSError:
                reply = None
        return _answer(reply)


def _answer(reply: Json | None) -> Answer:
    if reply is None:
        return Answer(ok=False, error="unconfirmed")
    message = reply.get("message")
    told = message if isinstance(message, dict) else None
    if reply.get("ok") is True:
        return Answer(ok=True, seq=reply.get("seq"), message=told, result=reply.get("result"))
    return Answer(ok=False, error=str(reply.get("error", "")), message=told)


class Subscription:
    """Calls `heard(state)` with each state the monitor tells, `heard(None)` when it is away, `recorded()` when something was
    committed and `told(event)` with every other event; all from a thread of its own. `role`: who it is that listens."""

    def __init__(
        self,
        path: Path,
        ledger: Path,
        heard: Callable[[Json | None], None],
        recorded: Callable[[], None],
        quiet_for: float = QUIET_FOR,
        *,
        told: Callable[[Json], None] = lambda event: None,
        role: str | None = None,
    ) -> None:
        self._path = path
        self._ledger = ledger
        self._heard = heard
        self._recorded = recorded
        self._other = told
        hello = {"verb": "subscribe"} | ({} if role is None else {"as": role})
        self._hello = json.dumps(hello, separators=(",", ":")).encode() + b"\n"
        self._quiet_for = quiet_for
        self._there = False
        self._stop = threading.Event()
        self._guard = threading.Lock()
        self._connection: socket.socket | None = None
        self._thread = threading.Thread(target=self._run, name="subscription", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """End the thread; may be called often."""
        self._stop.set()
        with self._guard:
            if self._connection is not None:
                self._hang_up(self._connection)
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(timeout=1.0)

    @staticmethod
    def _hang_up(connection: socket.socket) -> None:
        try:
            connection.shutdown(socket.SHUT_RDWR)  # close() alone would not wake a reader
        except OSError:
            return  # the other end was quicker

    def _run(self) -> None:
        pause, accused = RETRY_FIRST, False
        while not self._stop.is_set():
            try:
                connection = connect_monitor(self._path, self._quiet_for, self._ledger)
            except OSError as error:
                if isinstance(error, ImpostorError) and not accused:
                    accused = True
                    log.error("this is not the monitor: %s", error)
                pause = min(pause * 2, RETRY_LAST)
            else:
                pause, accused = RETRY_FIRST, False
                with connection:
                    self._follow(connection)
                if self._there:
                    log.info("the monitor is away")
                self._there = False
                self._heard(None)
            self._stop.wait(pause)

    def _follow(self, connection: socket.socket) -> None:
        with self._guard:
            self._connection = connection
        try:
            if not self._stop.is_set():
                connection.sendall(self._hello)
                self._listen(connection)
        except OSError:
            return
        finally:
            with self._guard:
                self._connection = None

    def _listen(self, connection: socket.socket) -> None:
        """Until the connection ends, or a question about the state stays without an answer as long as the silence was."""
        asked = False
        lines = _Lines(connection)
        while True:
            try:
                line = lines.next()
            except TimeoutError:
                if asked:
                    return
                asked = True
                connection.sendall(b'{"verb":"state"}\n')
                continue
            if not line:
                return
            asked = False
            self._take(_understood(line) or {})

    def _take(self, message: Json) -> None:
        if isinstance(message.get("state"), dict):
            if (
                not self._there
            ):  # the kernel accepts a connection to a frozen monitor too: only its word counts
                log.info("the monitor is there")
            self._there = True
            self._heard(message["state"])
        elif message.get("event") in ("recorded", "missed"):
            self._recorded()
        elif "event" in message:
            self._other(message)
