"""The program as it runs at a service point, started in a folder of its own; what its sockets say, with the moment it was heard."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from device import clock
from device.signals import SECOND
from tests.bench.emulated_modem import wait_until

ROOT = Path(__file__).resolve().parents[2]
BENCH = ROOT / ".bench"

Message = dict[str, Any]

MONITOR = ("-m", "firmware_app", "monitor")
RING_LAMP, MISSED_LAMP, FAULT_LAMP, BUZZER, BUTTON = 5, 6, 13, 19, 26


@dataclass(frozen=True, slots=True)
class GpioPins:
    ring: int
    hook: int


Ear = Path | GpioPins | str
"""How an ear is wired: a modem's port, pins of the simulated chip, or its keys as TOML."""


def configuration(
    folder: Path,
    lines: Sequence[Ear | Sequence[Ear]],
    *,
    panel_port: int = 18080,
    more: str = "",
) -> Path:
    """Write the configuration of an appliance with these lines, each with one ear or a list of several."""
    text = [
        'language = "en"',
        'data_dir = "data"',
        'run_dir = "run"',
        '[site]\nid = "bench-0001"\nname = "bench"',
        f'[panel]\nhost = "127.0.0.1"\nport = {panel_port}',
        f'[indicators]\nchip = "simulated"\nring = {RING_LAMP}\nmissed = {MISSED_LAMP}\nfault = {FAULT_LAMP}\n'
        f"buzzer = {BUZZER}\nbutton = {BUTTON}",
    ]
    for number, wiring in enumerate(lines, start=1):
        text.append(f'[[line]]\nname = "L{number}"\nnumber = "0356022170{number:02}"')
        if isinstance(wiring, list | tuple):
            text.append(f"ears = [{', '.join(f'{{{keys_of(ear)}}}' for ear in wiring)}]")
        else:
            assert isinstance(wiring, Path | GpioPins | str)
            text.append(keys_of(wiring).replace(", ", "\n"))
    path = folder / "ringkeeper.toml"
    path.write_text("\n".join([*text, more]) + "\n", encoding="utf-8")
    return path


def keys_of(ear: Ear) -> str:
    """The keys of one ear, as they stand in an inline table."""
    match ear:
        case GpioPins(ring=ring, hook=hook):
            return f'interface = "gpio", chip = "simulated", ring_pin = {ring}, hook_pin = {hook}'
        case Path():
            return f'interface = "modem", port = "{ear}"'
        case _:
            return ear


def fresh_folder(name: str) -> Path:
    """An empty folder for one measurement, on the disk of the work tree."""
    folder = BENCH / "run" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def loopback_port() -> int:
    """A TCP port that is free at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Process:
    """One of the program's processes. Its messages go to `log`; it is ended with the `with` block."""

    def __init__(self, folder: Path, arguments: Sequence[str], name: str) -> None:
        self.log = folder / f"{name}.log"
        self.began = clock.now().mono
        with self.log.open("wb") as out:
            self._process = subprocess.Popen(
                [sys.executable, *arguments], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=out, stderr=out
            )
        self.pid = self._process.pid

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def __enter__(self) -> Process:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """Ask it to end; kill it after 3 s."""
        if not self.running:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(3)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def start_monitor(folder: Path, config: Path, program: Sequence[str] = MONITOR) -> Process:
    return Process(folder, [*program, "--config", str(config)], "monitor")


def connect(folder: Path, name: str, timeout: float = 15.0) -> socket.socket:
    """A connection to the Unix socket `name` in `folder`/run, as soon as there is one."""
    connection: socket.socket | None = None

    def tried() -> bool:
        nonlocal connection
        connection = _connected(folder / "run" / name)
        return connection is not None

    if not wait_until(tried, timeout, every=0.005) or connection is None:
        raise TimeoutError(f"nobody answers at {name}: see {folder}/*.log")
    return connection


def _connected(path: Path) -> socket.socket | None:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    descriptor = -1
    try:
        descriptor = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
        connection.connect(f"/proc/self/fd/{descriptor}/{path.name}")  # paths may be longer than 107 bytes
    except OSError:
        connection.close()
        return None
    finally:
        if descriptor >= 0:
            os.close(descriptor)
    return connection


class Hearing:
    """Every line that a socket says, kept with the moment (ns, monotonic) it was heard; a thread reads."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._news = threading.Condition()
        self._heard: list[tuple[int, bytes]] = []
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def send(self, line: str) -> None:
        self._connection.sendall(line.encode() + b"\n")

    @property
    def mark(self) -> int:
        """How many lines were heard; what comes after is found from here on."""
        with self._news:
            return len(self._heard)

    def first(self, wanted: Callable[[bytes], bool], mark: int, timeout: float) -> tuple[int, bytes] | None:
        """The first line after `mark` that is `wanted`, with its moment; None when none came within `timeout` s."""
        until = clock.now().mono + int(timeout * SECOND)
        with self._news:
            while True:
                for place in range(mark, len(self._heard)):
                    if wanted(self._heard[place][1]):
                        return self._heard[place]
                mark = len(self._heard)
                left = until - clock.now().mono
                if left <= 0:
                    return None
                self._news.wait(left / SECOND)

    def since(self, mark: int) -> list[tuple[int, bytes]]:
        with self._news:
            return self._heard[mark:]

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        self._thread.join(1.0)
        self._connection.close()

    def _listen(self) -> None:
        rest = b""
        while True:
            try:
                received = self._connection.recv(65536)
            except OSError:
                return
            at = clock.now().mono
            if not received:
                return
            *lines, rest = (rest + received).split(b"\n")
            with self._news:
                self._heard += [(at, line) for line in lines]
                self._news.notify_all()


@contextlib.contextmanager
def subscribed(folder: Path) -> Iterator[Hearing]:
    """What the monitor in `folder` tells its subscribers."""
    hearing = Hearing(connect(folder, "monitor.sock"))
    hearing.send('{"verb":"subscribe"}')
    try:
        yield hearing
    finally:
        hearing.close()


def message(line: bytes) -> Message:
    found = json.loads(line)
    return found if isinstance(found, dict) else {}


def line_states(line: bytes) -> dict[str, str]:
    """State of each line by name, from a state message; nothing from any other."""
    told = message(line)
    state = told.get("state") or {}
    return (
        {each["name"]: each["state"] for each in state.get("lines", [])}
        if told.get("event") == "state"
        else {}
    )


def all_idle(line: bytes) -> bool:
    states = line_states(line)
    return bool(states) and set(states.values()) == {"idle"}


@contextlib.contextmanager
def pins(folder: Path) -> Iterator[Hearing]:
    """The simulated chip of the monitor in `folder`: drive inputs, hear outputs."""
    hearing = Hearing(connect(folder, "pins.sock"))
    try:
        yield hearing
    finally:
        hearing.close()
