"""The monitor's socket with real Unix sockets: verbs, slow peers, broken lines, deep folders, a quick end."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from firmware_app.monitor_socket import (
    MAX_LINE,
    MOST_ASKED,
    MOST_PEERS,
    Answer,
    Json,
    MonitorSocket,
    groups_of,
)


class NotingDesk:
    """Answers records at once with a counted seq and keeps requests until told."""

    def __init__(self) -> None:
        self.recorded: list[tuple[str, Json, str]] = []
        self.requested: list[tuple[str, str | None, float]] = []
        self.numbers: list[str | None] = []

    def record(self, kind: str, body: Json, actor: str, answer: Answer) -> None:
        self.recorded.append((kind, body, actor))
        answer({"ok": True, "seq": len(self.recorded)})

    def request(
        self, what: str, line: str | None, within: float, answer: Answer, number: str | None = None
    ) -> None:
        self.requested.append((what, line, within))
        self.numbers.append(number)
        threading.Thread(target=answer, args=({"ok": True, "result": what},)).start()


class Peer:
    """A client in blocking style."""

    def __init__(self, path: Path) -> None:
        self.connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.connection.settimeout(10)
        folder = os.open(path.parent, os.O_PATH)
        self.connection.connect(f"/proc/self/fd/{folder}/{path.name}")
        os.close(folder)
        self.reader = self.connection.makefile("rb")

    def say(self, message: Any) -> None:  # noqa: ANN401
        self.connection.sendall(json.dumps(message).encode() + b"\n")

    def hear(self) -> dict[str, Any]:
        heard = json.loads(self.reader.readline())
        assert isinstance(heard, dict)
        return heard

    def ask(self, message: Any) -> dict[str, Any]:  # noqa: ANN401
        self.say(message)
        return self.hear()

    def close(self) -> None:
        self.reader.close()
        self.connection.close()


@pytest.fixture
def desk() -> NotingDesk:
    return NotingDesk()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    deep = tmp_path / ("a-folder-with-a-long-name-" * 5)  # beyond the 107 bytes of a socket's address
    return deep / "monitor.sock"


@pytest.fixture
def served(path: Path, desk: NotingDesk) -> Iterator[MonitorSocket]:
    serving = MonitorSocket(path, desk)
    serving.start()
    yield serving
    serving.close()


@pytest.fixture
def peer(served: MonitorSocket, path: Path) -> Iterator[Peer]:
    connected = Peer(path)
    yield connected
    connected.close()


def test_a_record_is_answered_with_its_seq(peer: Peer, desk: NotingDesk) -> None:
    asked = {"verb": "record", "kind": "CallSeen", "body": {"call": 3}, "actor": "clerk"}
    assert peer.ask(asked) == {"ok": True, "seq": 1}
    assert desk.recorded == [("CallSeen", {"call": 3}, "clerk")]


def test_state_is_what_was_published_last(served: MonitorSocket, peer: Peer) -> None:
    served.publish({"lamps": {"ring": "off"}})
    served.publish({"lamps": {"ring": "slow"}})
    assert peer.ask({"verb": "state"}) == {"ok": True, "state": {"lamps": {"ring": "slow"}}}


def test_a_subscriber_hears_the_present_and_then_each_change(served: MonitorSocket, peer: Peer) -> None:
    served.publish({"n": 1})
    assert peer.ask({"verb": "subscribe"}) == {"event": "state", "state": {"n": 1}}
    served.publish({"n": 2})
    served.announce({"event": "missed", "call": 7})
    assert peer.hear() == {"event": "state", "state": {"n": 2}}
    assert peer.hear() == {"event": "missed", "call": 7}


def test_who_has_not_subscribed_hears_nothing_unasked(served: MonitorSocket, peer: Peer) -> None:
    served.announce({"event": "missed", "call": 7})
    assert "state" in peer.ask({"verb": "state"})


@pytest.mark.parametrize(
    "line",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"verb":"steal"}', b'{"verb":"record"}', b'{"verb":7}', b"[" * 50_000,
     b'{"verb":"request","what":"silence","within_s":true}', b'{"verb":"request","what":"silence","within_s":-1}',
     b'{"verb":"record","kind":"CallSeen","body":{},"actor":""}'],
)  # fmt: skip
def test_a_line_that_is_not_understood_is_answered_and_the_next_one_heard(peer: Peer, line: bytes) -> None:
    peer.connection.sendall(line + b"\n")
    refused = peer.hear()
    assert refused["ok"] is False
    assert refused["error"] == "invalid"
    assert set(refused["message"]) == {"zh_CN", "en"}
    assert peer.ask({"verb": "state"})["ok"] is True


def test_a_request_is_answered_from_another_thread(peer: Peer, desk: NotingDesk) -> None:
    asked = {"verb": "request", "what": "silence", "line": None, "within_s": 2}
    assert peer.ask(asked) == {"ok": True, "result": "silence"}
    assert desk.requested == [("silence", None, 2.0)]
    assert desk.numbers == [None]
    peer.ask({"verb": "request", "what": "dial", "line": "L1", "number": "15400000001", "within_s": 5})
    assert desk.numbers == [None, "15400000001"]


def test_an_endless_line_drops_that_peer_only(served: MonitorSocket, peer: Peer, path: Path) -> None:
    other = Peer(path)
    try:
        peer.connection.sendall(b"x" * (MAX_LINE + 1))
        assert peer.reader.readline() == b""
        assert other.ask({"verb": "state"})["ok"] is True
    finally:
        other.close()


def test_a_subscriber_that_never_reads_is_dropped_and_delays_nobody(
    served: MonitorSocket, peer: Peer, path: Path
) -> None:
    sleeper = Peer(path)
    sleeper.say({"verb": "subscribe"})
    sleeper.hear()
    try:
        for _ in range(400):
            served.announce({"event": "big", "text": "x" * 10_000})
        assert peer.ask({"verb": "state"})["ok"] is True
        received = b""
        while chunk := sleeper.connection.recv(1 << 20):
            received += chunk
        assert len(received) < 400 * 10_000
    finally:
        sleeper.close()


def test_close_is_quick_repeatable_and_removes_the_socket(path: Path, desk: NotingDesk) -> None:
    serving = MonitorSocket(path, desk)
    serving.start()
    peer = Peer(path)
    serving.close()
    serving.close()
    assert peer.reader.readline() == b""
    peer.close()
    assert not path.exists()


def test_a_socket_left_by_a_killed_monitor_is_taken_over(path: Path, desk: NotingDesk) -> None:
    path.parent.mkdir(parents=True)
    folder = os.open(path.parent, os.O_PATH)
    left = socket.socket(socket.AF_UNIX)
    left.bind(f"/proc/self/fd/{folder}/{path.name}")
    left.close()
    os.close(folder)
    serving = MonitorSocket(path, desk)
    serving.start()
    peer = Peer(path)
    assert peer.ask({"verb": "state"})["ok"] is True
    peer.close()
    serving.close()


def test_the_kernel_tells_the_groups_of_a_peer() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert sorted(groups_of(ours)) == sorted(os.getgroups())


def test_half_a_surrogate_pair_is_answered_like_any_nonsense(peer: Peer) -> None:
    peer.connection.sendall(b'{"verb":"record","kind":"\\ud800","actor":"x","body":{}}\n')
    assert peer.hear() == {"ok": True, "seq": 1}
    assert peer.ask({"verb": "state"})["ok"] is True


class EchoingDesk(NotingDesk):
    """Answers with what it was asked, as a refusal does."""

    def record(self, kind: str, body: Json, actor: str, answer: Answer) -> None:
        answer({"ok": False, "error": kind})


def test_an_answer_that_quotes_nonsense_stops_nobody(path: Path) -> None:
    serving = MonitorSocket(path, EchoingDesk())
    serving.start()
    peer = Peer(path)
    peer.connection.sendall(b'{"verb":"record","kind":"\\ud800","actor":"x","body":{}}\n')
    assert peer.hear() == {"ok": False, "error": "?"}
    assert peer.ask({"verb": "state"})["ok"] is True
    peer.close()
    serving.close()


@pytest.mark.parametrize("actor", ["monitor", "desk", "seed", "x" * 65])
def test_nobody_may_sign_as_the_box_or_at_length(peer: Peer, desk: NotingDesk, actor: str) -> None:
    refused = peer.ask({"verb": "record", "kind": "CallSeen", "body": {"call": 3}, "actor": actor})
    assert (refused["ok"], refused["error"]) == (False, "invalid")
    assert desk.recorded == []


class SlowDesk(NotingDesk):
    """Keeps the answers until they are given."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: list[Answer] = []

    def record(self, kind: str, body: Json, actor: str, answer: Answer) -> None:
        self.answers.append(answer)


def test_a_peer_that_floods_is_told_to_wait_and_may_go_on_when_answered(path: Path) -> None:
    desk = SlowDesk()
    serving = MonitorSocket(path, desk)
    serving.start()
    peer = Peer(path)
    asked = {"verb": "record", "kind": "CallSeen", "body": {"call": 3}, "actor": "clerk"}
    for _ in range(MOST_ASKED + 1):
        peer.say(asked)
    assert peer.hear()["error"] == "busy"
    assert len(desk.answers) == MOST_ASKED
    for answer in desk.answers:
        answer({"ok": True, "seq": 1})
    assert [peer.hear()["ok"] for _ in range(MOST_ASKED)] == [True] * MOST_ASKED
    peer.say(asked)
    assert peer.ask({"verb": "state"})["ok"] is True
    assert len(desk.answers) == MOST_ASKED + 1
    peer.close()
    serving.close()


def test_large_records_count_by_their_size(path: Path) -> None:
    desk = SlowDesk()
    serving = MonitorSocket(path, desk)
    serving.start()
    peer = Peer(path)
    large = {
        "verb": "record",
        "kind": "SiteDocumentChanged",
        "body": {"content": "x" * 200_000},
        "actor": "a",
    }
    for _ in range(3):
        peer.say(large)
    assert peer.hear()["error"] == "busy"
    assert len(desk.answers) == 2
    peer.close()
    serving.close()


def test_a_peer_too_many_is_turned_away_and_the_others_served(served: MonitorSocket, path: Path) -> None:
    peers = [Peer(path) for _ in range(MOST_PEERS)]
    assert peers[-1].ask({"verb": "state"})["ok"] is True
    late = Peer(path)
    assert late.reader.readline() == b""
    assert peers[0].ask({"verb": "state"})["ok"] is True
    for peer in [*peers, late]:
        peer.close()


def test_peers_hear_whether_the_uplink_listens(served: MonitorSocket, path: Path, peer: Peer) -> None:
    served.publish({"n": 1})
    peer.ask({"verb": "subscribe", "as": "somebody"})
    uplink = Peer(path)
    assert uplink.ask({"verb": "subscribe", "as": "uplink"}) == {"event": "state", "state": {"n": 1}}
    assert peer.hear() == {"event": "state", "state": {"n": 1, "uplink": True}}
    assert served.listens("uplink")
    assert peer.ask({"verb": "state"}) == {"ok": True, "state": {"n": 1, "uplink": True}}
    second = Peer(path)
    second.ask({"verb": "subscribe", "as": "uplink"})
    uplink.close()
    served.publish({"n": 2})
    assert peer.hear() == {"event": "state", "state": {"n": 2, "uplink": True}}, "one is still there"
    second.close()
    assert peer.hear() == {"event": "state", "state": {"n": 2}}
    assert not served.listens("uplink")
