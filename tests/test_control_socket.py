"""Script lines handed to a running exchange, and what it answers."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from device.exchange.control_socket import LONGEST_LINE, MOST_PEERS, ControlSocket, send_lines
from device.exchange.exchange_loop import ExchangeLoop

PATIENCE = 10.0


class Bench:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.heard: list[str] = []
        self.loop = ExchangeLoop()
        self.control = ControlSocket(path, self.loop, self._obey)
        self.loop.start()
        self.do(self.control.open)

    def _obey(self, line: str) -> str:
        self.heard.append(line)
        return "ok" if "L1" in line else "error 没有 / none"

    def do(self, task: Callable[[], object]) -> None:
        done = threading.Event()
        failed: list[OSError] = []

        def carry_out() -> None:
            try:
                task()
            except OSError as error:
                failed.append(error)
            done.set()

        self.loop.post(carry_out)
        assert done.wait(PATIENCE)
        if failed:
            raise failed[0]

    def close(self) -> None:
        self.do(self.control.close)
        self.do(self.control.close)
        self.loop.close()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "run" / "exchange.sock")
    yield bench
    bench.close()


def test_each_line_is_answered(bench: Bench) -> None:
    assert send_lines(bench.path, ["L1 hangup", "  ", "L9 x\ny"]) == ["ok", "error 没有 / none"]
    assert bench.heard == ["L1 hangup", "L9 x y"]
    assert bench.path.stat().st_mode & 0o777 == 0o600


def test_a_flood_and_too_many_peers_are_dropped(bench: Bench) -> None:
    flood = socket.socket(socket.AF_UNIX)
    flood.settimeout(PATIENCE)
    flood.connect(str(bench.path))
    with pytest.raises((BrokenPipeError, ConnectionResetError)):
        flood.sendall(b"x" * LONGEST_LINE * 1000)
    flood.close()
    peers = [socket.socket(socket.AF_UNIX) for _ in range(MOST_PEERS + 1)]
    for peer in peers:
        peer.settimeout(PATIENCE)
        peer.connect(str(bench.path))
    assert peers[-1].makefile("r").readline() == "error 连接太多 / too many connections\n"
    peers[0].close()
    for peer in peers:
        peer.close()
    for _ in range(2):  # the loop has seen them go
        bench.do(lambda: None)
    assert send_lines(bench.path, ["L1"]) == ["ok"]


def test_one_that_was_killed_leaves_no_trouble_and_a_running_one_is_not_pushed_out(
    bench: Bench, tmp_path: Path
) -> None:
    left = tmp_path / "left.sock"
    dead = socket.socket(socket.AF_UNIX)
    dead.bind(str(left))
    dead.close()
    second = ControlSocket(left, bench.loop, lambda line: "ok")
    bench.do(second.open)
    assert send_lines(left, ["x"]) == ["ok"]
    bench.do(second.close)
    assert not left.exists()
    with pytest.raises(OSError, match="in use"):
        bench.do(ControlSocket(bench.path, bench.loop, lambda line: "ok").open)
    assert send_lines(bench.path, ["L1"]) == ["ok"]


def test_nobody_there(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        send_lines(tmp_path / "nobody", ["x"])


def test_a_run_folder_that_the_exchange_makes_is_closed_to_others(tmp_path: Path) -> None:
    """It may be there before the monitor: who may write in the folder could stand in for the monitor's sockets."""
    before = os.umask(0)
    try:
        bench = Bench(tmp_path / "run" / "exchange.sock")
    finally:
        os.umask(before)
    bench.close()
    assert (tmp_path / "run").stat().st_mode & 0o777 == 0o750
