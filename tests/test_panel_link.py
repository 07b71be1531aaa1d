"""firmware_app.monitor_link and live against the monitor's real socket, and against sockets that behave badly."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest

from firmware_app.monitor_link import QUIET_FOR, MonitorLink, Subscription
from firmware_app.monitor_socket import Answer, Json, MonitorSocket, bind_unix, failure
from firmware_app.wording import Text
from web_panel.events_page import stream
from web_panel.live import MAX_STREAMS, Live

OURS = Path(__file__)  # stands for a ledger of the user who runs the monitor
SOON = 10.0  # seconds; generous, nothing is measured


class Desk:
    """Answers as a recorder would: at once, from the socket's own thread."""

    def __init__(self) -> None:
        self.recorded: list[tuple[str, Any, str]] = []

    def record(self, kind: str, body: Json, actor: str, answer: Answer) -> None:
        self.recorded.append((kind, body, actor))
        if kind == "CallSeen":
            answer({"ok": True, "seq": 17})
        elif kind == "StillTalking":
            return  # never answers
        else:
            answer(failure("invalid", Text("不可以", "not allowed")))

    def request(
        self, what: str, line: str | None, within: float, answer: Answer, number: str | None = None
    ) -> None:
        answer({"ok": True, "result": [what, line, number], "message": {"en": "done"}})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    deep = tmp_path / ("very-long-folder-name-" * 4) / ("and-another-one-" * 4)
    deep.mkdir(parents=True)
    return deep / "monitor.sock"


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def monitor(path: Path, desk: Desk) -> Iterator[MonitorSocket]:
    server = MonitorSocket(path, desk)
    server.start()
    yield server
    server.close()


def test_recorded(monitor: MonitorSocket, path: Path, desk: Desk) -> None:
    answer = MonitorLink(path, OURS).record("CallSeen", {"call": 12}, "admin")
    assert (answer.ok, answer.seq) == (True, 17)
    assert desk.recorded == [("CallSeen", {"call": 12}, "admin")]


def test_refused(monitor: MonitorSocket, path: Path) -> None:
    answer = MonitorLink(path, OURS).record("Nonsense", {}, "admin")
    assert (answer.ok, answer.error, answer.message) == (
        False,
        "invalid",
        {"zh_CN": "不可以", "en": "not allowed"},
    )


def test_nobody_there(path: Path) -> None:
    assert MonitorLink(path, OURS).record("CallSeen", {"call": 1}, "admin").error == "unreachable"
    assert (
        MonitorLink(path.parent / "no" / "folder", OURS).record("CallSeen", {}, "admin").error
        == "unreachable"
    )


def test_sent_but_not_answered(monitor: MonitorSocket, path: Path) -> None:
    assert (
        MonitorLink(path, OURS, answer_within=0.05).record("StillTalking", {"line": "L2"}, "admin").error
        == "unconfirmed"
    )


@pytest.mark.parametrize(
    "reply", [b"", b"nonsense\n", b"[1]\n", b'{"ok":"yes"}\n', b'{"ok":false}\n', b"[" * 100_000]
)
def test_a_monitor_that_talks_nonsense(path: Path, reply: bytes) -> None:
    listener = bind_unix(path, 0o600)
    listener.setblocking(True)

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(reply)

    thread = threading.Thread(target=serve)
    thread.start()
    assert not MonitorLink(path, OURS).record("CallSeen", {"call": 1}, "admin").ok
    thread.join()
    listener.close()


def test_subscription_hears_reconnects_and_says_so(path: Path, desk: Desk) -> None:
    heard: SimpleQueue[Json | None] = SimpleQueue()
    recorded = threading.Event()
    subscription = Subscription(path, OURS, heard.put, recorded.set)
    subscription.start()
    for life in (1, 2):
        monitor = MonitorSocket(path, desk)
        monitor.publish({"life": life})
        monitor.start()
        assert heard.get(timeout=SOON) == {"life": life}
        monitor.announce({"event": "recorded", "seq": 1})
        assert recorded.wait(SOON)
        recorded.clear()
        monitor.publish({"life": life, "more": True})
        assert heard.get(timeout=SOON) == {"life": life, "more": True}
        monitor.close()
        assert heard.get(timeout=SOON) is None
    subscription.close()
    subscription.close()
    assert not subscription._thread.is_alive()


def test_a_monitor_that_hangs_is_noticed(path: Path) -> None:
    listener = bind_unix(path, 0o600)
    listener.setblocking(True)
    heard: SimpleQueue[Json | None] = SimpleQueue()
    subscription = Subscription(path, OURS, heard.put, lambda: None, quiet_for=0.05)
    subscription.start()
    connection, _ = listener.accept()
    with connection:
        assert connection.recv(100) == b'{"verb":"subscribe"}\n'
        state = json.dumps({"event": "state", "state": {"lines": []}}).encode()
        connection.sendall(state[:9])
        assert connection.recv(100) == b'{"verb":"state"}\n', (
            "after a silence it asks whether anybody is there"
        )
        connection.sendall(state[9:] + b"\n")
        assert heard.get(timeout=SOON) == {"lines": []}, "a pause within a line loses nothing"
        assert heard.get(timeout=SOON) is None, "and after a question without an answer it gives up"
        assert connection.recv(4096) == b'{"verb":"state"}\n', "which it asked once"
    subscription.close()
    listener.close()


FROZEN = """
import sys, threading
from pathlib import Path
from firmware_app.monitor_socket import MonitorSocket
monitor = MonitorSocket(Path(sys.argv[1]), None)
monitor.publish({"lines": []})
monitor.start()
print("up", flush=True)
threading.Event().wait()
"""


def test_a_frozen_monitor_is_noticed_and_its_waking_too(path: Path) -> None:
    """SIGSTOP: the kernel goes on accepting connections and bytes for it."""
    assert 2 * QUIET_FOR <= 10, "seconds in which the page says so"
    heard: SimpleQueue[Json | None] = SimpleQueue()
    command = [sys.executable, "-c", FROZEN, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        subscription = Subscription(path, OURS, heard.put, lambda: None, quiet_for=0.5)
        subscription.start()
        assert heard.get(timeout=SOON) == {"lines": []}
        process.send_signal(signal.SIGSTOP)
        while heard.get(timeout=SOON) is not None:
            pass
        process.send_signal(signal.SIGCONT)
        while heard.get(timeout=SOON) is None:
            pass
        subscription.close()
        process.kill()


def test_subscription_ends_at_once_while_it_waits(path: Path) -> None:
    subscription = Subscription(path, OURS, lambda state: None, lambda: None)
    subscription.start()
    subscription.close()
    assert not subscription._thread.is_alive()


def test_live_tells_changes_once(monitor: MonitorSocket, path: Path) -> None:
    live = Live(path, OURS)
    first = live.present()
    assert first.state is None
    live.start()
    version = live.wait(first.version, SOON)
    assert version not in (None, first.version)
    monitor.publish({"at": "2026-11-23T01:00:00Z", "lines": [1]})
    assert version is not None
    later = live.wait(version, SOON)
    assert live.present().state == {"at": "2026-11-23T01:00:00Z", "lines": [1]}
    assert later is not None
    monitor.publish({"at": "2026-11-23T01:00:01Z", "lines": [1]})  # only the moment differs: no news
    monitor.publish({"at": "2026-11-23T01:00:01Z", "lines": [2]})
    while live.present().state == {"at": "2026-11-23T01:00:00Z", "lines": [1]}:
        assert live.wait(later, SOON) is not None
    assert live.present().state == {"at": "2026-11-23T01:00:01Z", "lines": [2]}
    assert live.present().version.endswith("-3"), "the first word, one change, another change"
    assert live.wait(live.present().version, 0.01) == live.present().version
    live.close()
    assert live.wait(live.present().version, SOON) is None


def test_a_stream_tells_pings_and_ends(path: Path) -> None:
    live = Live(path, OURS)
    welcome = [True]
    events = stream(live, lambda: welcome[0], ping=0.01)
    assert next(events).startswith(b"retry: 3000\nevent: changed\n")
    assert next(events) == b"event: ping\ndata: -\n\n"
    live.touch()
    assert next(events) == f"event: changed\ndata: {live.present().version}\n\n".encode()
    welcome[0] = False
    assert next(events, None) is None, "a sign-in that is over ends its stream"
    events = stream(live, lambda: True)
    next(events)
    live.close()
    assert next(events, None) is None
    live.close()


def test_streams_are_counted(path: Path) -> None:
    live = Live(path, OURS)
    assert [live.take_stream() for _ in range(MAX_STREAMS + 1)] == [True] * MAX_STREAMS + [False]
    live.leave_stream()
    assert live.take_stream()
    live.close()
    live.leave_stream()
    assert not live.take_stream(), "none is opened while all are ended"


def test_a_socket_file_without_a_listener(path: Path) -> None:
    dead = socket.socket(socket.AF_UNIX)
    dead.close()
    path.touch()
    assert MonitorLink(path, OURS).record("CallSeen", {"call": 1}, "admin").error == "unreachable"


LISTENER = """
import os, socket, sys
listener = socket.socket(fileno=int(sys.argv[1]))
if os.getuid() == 0:
    os.setuid(65534)
listener.listen()
print("up", flush=True)
while True:
    connection, _ = listener.accept()
    connection.recv(65536)
    connection.sendall(b'{"ok":true,"seq":9}\\n{"event":"state","state":{"lines":[]}}\\n')
    connection.close()
"""


@pytest.fixture
def impostor(path: Path) -> Iterator[Path]:
    """Somebody of another user than the ledger's listens at `path`; gives the ledger. The kernel notes who calls listen(2)."""
    listener = socket.socket(socket.AF_UNIX)
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    listener.bind(f"/proc/self/fd/{folder}/{path.name}")
    os.close(folder)
    path.chmod(0o777)
    with (
        listener,
        subprocess.Popen(
            [sys.executable, "-c", LISTENER, str(listener.fileno())],
            pass_fds=[listener.fileno()],
            stdout=subprocess.PIPE,
            text=True,
        ) as process,
    ):
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        yield Path("/etc/passwd")  # root's on every machine
        process.terminate()


def test_an_impostor_records_nothing_and_tells_nothing(
    path: Path, impostor: Path, caplog: pytest.LogCaptureFixture
) -> None:
    answer = MonitorLink(path, impostor).record("NumberRevealed", {"account": "admin", "call": 1}, "admin")
    assert (answer.ok, answer.error) == (False, "unreachable")
    heard: SimpleQueue[Json | None] = SimpleQueue()
    subscription = Subscription(path, impostor, heard.put, lambda: None)
    subscription.start()
    while "this is not the monitor" not in caplog.text:
        assert heard.empty()
        threading.Event().wait(0.01)
    subscription.close()
    assert heard.empty()


def test_a_request_gives_its_result(monitor: MonitorSocket, path: Path) -> None:
    answer = MonitorLink(path, OURS).request("dial", within=2, patience=SOON, line="L1", number="15400000001")
    assert (answer.ok, answer.result, answer.message) == (True, ["dial", "L1", "15400000001"], {"en": "done"})
    assert MonitorLink(path.parent / "no", OURS).request("dial", within=2, patience=1).error == "unreachable"


def test_other_events_are_told_to_whoever_wants_them(path: Path, monitor: MonitorSocket) -> None:
    told: SimpleQueue[Json] = SimpleQueue()
    there = threading.Event()
    subscription = Subscription(path, OURS, lambda _: there.set(), lambda: None, told=told.put)
    subscription.start()
    assert there.wait(SOON)
    monitor.announce({"event": "recorded", "seq": 1})
    monitor.announce({"event": "dialling", "line": "L1"})
    assert told.get(timeout=SOON) == {"event": "dialling", "line": "L1"}
    subscription.close()
