"""The pins' client against a socket server of the test's own, and against the monitor's real simulated chip."""

from __future__ import annotations

import queue
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from device import clock
from device.exchange.exchange_loop import ExchangeLoop
from device.exchange.pins_client import LONGEST_BACKLOG, PinsClient
from device.pins import Edge
from device.simulated_chip import SimulatedFactory

PATIENCE = 10.0


class Bench:
    """A client on a loop, and what it told."""

    def __init__(self, path: Path) -> None:
        self.loop = ExchangeLoop()
        self.changes: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self.outputs: queue.SimpleQueue[tuple[int, int]] = queue.SimpleQueue()
        self.client = PinsClient(
            path,
            self.loop,
            changed=lambda: self.changes.put(self.client.connected),
            output=lambda pin, level: self.outputs.put((pin, level)),
        )
        self.loop.start()

    def do(self, task: Callable[[], object]) -> None:
        done = threading.Event()
        self.loop.post(lambda: (task(), done.set()))
        assert done.wait(PATIENCE)

    def close(self) -> None:
        self.do(self.client.close)
        self.do(self.client.close)
        self.loop.close()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "pins.sock")
    yield bench
    bench.close()


def listen(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.settimeout(PATIENCE)
    listener.bind(str(path))
    listener.listen()
    return listener


def test_a_monitor_that_comes_late_finds_the_line_as_it_is(bench: Bench, tmp_path: Path) -> None:
    before = clock.now().mono
    bench.do(bench.client.open)
    bench.do(lambda: bench.client.drive([(17, 1, before), (27, 0, before)]))
    bench.do(lambda: bench.client.drive([(17, 0, before + 5), (17, 0, before + 6)]))
    with listen(tmp_path / "pins.sock") as listener:
        server, _ = listener.accept()
        with server, server.makefile("r") as lines:
            assert [lines.readline() for _ in range(3)] == ["level 17 0\n", "level 27 0\n", "ready\n"]
            assert bench.changes.get(timeout=PATIENCE) is True
            late = clock.now().mono + 10**12
            bench.do(lambda: bench.client.drive([(17, 1, late), (17, 0, late - 1)]))
            assert [lines.readline() for _ in range(2)] == [f"drive 17 1 {late}\n", f"drive 17 0 {late}\n"]
            server.sendall(b"pin 5 1\nerror what?\npin x 1\npin 6")
            assert bench.outputs.get(timeout=PATIENCE) == (5, 1)
            server.sendall(b" 0\n")
            assert bench.outputs.get(timeout=PATIENCE) == (6, 0)


def test_a_monitor_that_starts_again_is_found_again(bench: Bench, tmp_path: Path) -> None:
    bench.do(lambda: bench.client.drive([(17, 1, 1)]))
    for _ in range(2):
        listener = listen(tmp_path / "pins.sock")
        bench.do(bench.client.open)
        server, _ = listener.accept()
        assert bench.changes.get(timeout=PATIENCE) is True
        with server.makefile("r") as lines:
            assert [lines.readline(), lines.readline()] == ["level 17 1\n", "ready\n"]
        server.close()
        listener.close()
        assert bench.changes.get(timeout=PATIENCE) is False


def test_one_that_does_not_read_is_given_up(bench: Bench, tmp_path: Path) -> None:
    with listen(tmp_path / "pins.sock") as listener:
        bench.do(bench.client.open)
        server, _ = listener.accept()
        with server:
            assert bench.changes.get(timeout=PATIENCE) is True
            for turn in range(LONGEST_BACKLOG // 4):
                bench.do(
                    lambda turn=turn: bench.client.drive([(17, turn % 2, turn), (17, 1 - turn % 2, turn)])
                )
                if not bench.changes.empty():
                    break
            assert bench.changes.get(timeout=PATIENCE) is False


def test_what_does_not_fit_at_once_is_sent_when_there_is_room(bench: Bench, tmp_path: Path) -> None:
    with listen(tmp_path / "pins.sock") as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        bench.do(bench.client.open)
        server, _ = listener.accept()
        with server, server.makefile("r") as lines:
            assert lines.readline() == "ready\n"
            changes = [(17, turn % 2, turn) for turn in range(1, 2400)]
            for at in range(0, len(changes), 100):
                bench.do(lambda at=at: bench.client.drive(changes[at : at + 100]))
            for pin, level, stamp in changes:
                assert lines.readline() == f"drive {pin} {level} {stamp}\n"


def test_the_real_simulated_chip_hears_the_scheduled_stamps(tmp_path: Path) -> None:
    folder = tmp_path / ("deep" * 20) / ("er" * 20)  # more than the 107 bytes of a socket address
    folder.mkdir(parents=True)
    bench = Bench(folder / "pins.sock")
    edges: queue.SimpleQueue[Edge] = queue.SimpleQueue()
    factory = SimulatedFactory(folder / "pins.sock")
    try:
        bench.do(bench.client.open)
        factory.watch(17, "up", edges.put, lambda reason: None)
        stamp = clock.now().mono - 123_456_789
        bench.do(lambda: bench.client.drive([(17, 0, stamp), (17, 1, stamp + 7)]))
        heard = [edges.get(timeout=PATIENCE) for _ in range(2)]
        assert [(edge.level, edge.mono) for edge in heard] == [(0, stamp), (1, stamp + 7)]
    finally:
        factory.close()
        bench.close()
