"""web_panel.serving: a real server and real sockets; no address and no slow hand can hold all of it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from waitress import wasyncore

from device.signals import SECOND
from tests.bench.emulated_modem import wait_until
from tests.panel_box import SOON, Box
from tests.panel_process import Browser, running_panel
from web_panel import serving
from web_panel.serving import AN_ADDRESS

HALF = b"GET /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nX-a: "
WHOLE = b"GET /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    box = Box(tmp_path)
    box.account()
    box.start()
    yield box
    box.close()


@pytest.fixture
def closing_all() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def connected(stack: ExitStack, port: int, address: str = "127.0.0.1") -> socket.socket:
    return stack.enter_context(
        socket.create_connection(("127.0.0.1", port), SOON, source_address=(address, 0))
    )


def was_hung_up(end: socket.socket) -> bool:
    try:
        return end.recv(1) == b""
    except ConnectionResetError:
        return True


def is_served(stack: ExitStack, port: int) -> bool:
    """Whether one more connection of the greedy address gets an answer; the server may not know yet who has left."""
    another = connected(stack, port, "127.0.0.2")
    try:
        another.sendall(WHOLE)
        return another.recv(12) == b"HTTP/1.1 200"
    except ConnectionError:
        return False


def test_one_address_cannot_hold_all_connections(box: Box, closing_all: ExitStack) -> None:
    with running_panel(box) as panel, closing(Browser(panel.port)) as browser:
        browser.sign_in()
        held = [connected(closing_all, panel.port, "127.0.0.2") for _ in range(serving.ALL)]
        for end in held[:AN_ADDRESS]:
            end.sendall(HALF)
        assert browser.ask("GET", "/").status == 200
        assert all(was_hung_up(end) for end in held[AN_ADDRESS:])
        held[0].sendall(b"b\r\n\r\n")
        assert held[0].recv(12) == b"HTTP/1.1 200", "those before are served"
        held[0].close()
        assert wait_until(lambda: is_served(closing_all, panel.port), 20), (
            "and a place that is left is free again"
        )


def test_a_browser_with_every_stream_is_served_beside_a_greedy_address(
    box: Box, closing_all: ExitStack
) -> None:
    with running_panel(box) as panel, closing(Browser(panel.port)) as browser:
        greedy = [connected(closing_all, panel.port, "127.0.0.2") for _ in range(serving.ALL)]
        browser.sign_in()
        streams = [browser.ask("GET", "/events") for _ in range(24)]
        assert [stream.status for stream in streams] == [200] * 24
        for _ in range(40):
            with closing(Browser(panel.port)) as poll:
                poll.cookies = browser.cookies
                assert poll.ask("GET", "/today/fragment").status == 200
        assert len(greedy) == serving.ALL


# ---- a request that does not come to its end


def hello(environ: dict[str, Any], start: Any) -> list[bytes]:  # noqa: ANN401
    environ["wsgi.input"].read()
    start("200 OK", [("Content-Length", "2")])
    return [b"hi"]


@pytest.fixture
def port() -> Iterator[int]:
    """A server that waits a fifth of a second for a request, and not an idle minute less."""
    sockets: dict[int, Any] = {}
    server = serving.listen(hello, "127.0.0.1", 0, sockets, request_within=SECOND // 5)
    ended = []

    def serve() -> None:
        while not ended:
            wasyncore.loop(timeout=0.05, map=sockets, use_poll=True, count=1)

    thread = Thread(target=serve)
    thread.start()
    yield server.effective_port
    ended.append(True)
    thread.join()
    server.task_dispatcher.shutdown()
    wasyncore.close_all(sockets)


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"G",
        HALF,
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhal",
    ],
    ids=["nothing", "a letter", "half a header", "half a body", "half a chunk"],
)
def test_a_request_that_does_not_end_is_hung_up_on(port: int, closing_all: ExitStack, sent: bytes) -> None:
    first, later = connected(closing_all, port), connected(closing_all, port)
    first.sendall(sent)
    assert was_hung_up(first)
    later.close()


def test_dripping_gains_nothing(port: int, closing_all: ExitStack) -> None:
    end = connected(closing_all, port)
    end.sendall(HALF)
    end.settimeout(0.02)
    for _ in range(round(SOON / 0.02)):
        try:
            end.sendall(b"a")
            assert end.recv(1) == b""
        except TimeoutError:
            continue
        except (BrokenPipeError, ConnectionResetError):
            pass
        break
    else:
        raise AssertionError("it was kept as long as it dripped")


def test_between_two_requests_a_connection_is_kept(port: int, closing_all: ExitStack) -> None:
    patient, slow = connected(closing_all, port), connected(closing_all, port)
    for _ in range(2):
        patient.sendall(WHOLE)
        assert patient.recv(12) == b"HTTP/1.1 200"
        while not patient.recv(4096).endswith(b"hi"):
            continue
        if slow.fileno() >= 0:
            assert was_hung_up(slow), "so long it was idle"
            slow.close()
    patient.sendall(WHOLE + HALF)
    while not patient.recv(4096).endswith(b"hi"):
        continue
    assert was_hung_up(patient), "a second request must come to its end too"
