"""The modem's port as a host sees it: a real pseudo-terminal, opened with pyserial."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import serial

from device import clock
from device.exchange.exchange_loop import ExchangeLoop
from device.exchange.modem_port import ModemPort
from device.exchange.virtual_modem import Printed, Says, VirtualModem
from device.exchange.wire_changes import Wire, WireChange
from device.signals import SECOND, CallerId

PATIENCE = 10.0  # seconds; only ever waited in full when something is broken


class Socket:
    """The telephone socket of a test: a port on a loop, with calls into the loop that wait until they were carried out."""

    def __init__(self, path: Path, *, pieces: bool = False) -> None:
        self.loop = ExchangeLoop()
        self.printed: list[Printed] = []
        self.port = ModemPort(path, VirtualModem(), self.loop, told=self._note, pieces=pieces)
        self.loop.start()

    def _note(self, printed: Printed, written: int) -> None:
        assert printed.due <= written
        self.printed.append(printed)

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

    def wire(self, kind: Wire, caller_id: CallerId | None = None) -> None:
        change = WireChange(clock.now().mono, kind, caller_id=caller_id)
        self.do(lambda: self.port.wire(change))

    def close(self) -> None:
        if self.loop.running:
            self.do(self.port.unplug)
        self.loop.close()


@pytest.fixture
def socket(tmp_path: Path) -> Iterator[Socket]:
    socket = Socket(tmp_path / "run" / "L1")
    socket.do(socket.port.plug_in)
    yield socket
    socket.close()


def open_port(path: Path) -> serial.Serial:
    return serial.Serial(str(path), 115200, timeout=PATIENCE, write_timeout=PATIENCE, exclusive=True)


def ask(host: serial.Serial, command: bytes) -> bytes:
    host.write(command)
    return bytes(host.read_until(b"OK\r\n"))


def test_a_host_talks_to_it_and_hears_a_call(socket: Socket) -> None:
    with open_port(socket.port.path) as host:
        assert ask(host, b"ATE0\r") == b"ATE0\r\r\nOK\r\n"
        assert ask(host, b"ATI0\r") == b"\r\n56000\r\n\r\nOK\r\n"
        ask(host, b"AT+VCID=1\r")
        socket.wire(Wire.BURST_STARTED)
        assert host.read_until(b"RING\r\n") == b"\r\nRING\r\n"
        socket.wire(Wire.BURST_ENDED)
        socket.wire(Wire.CALLER_ID_SENT, CallerId("15400001234"))
        assert host.read_until(b"1234\r\n") == b"\r\nNMBR = 15400001234\r\n"
        socket.do(lambda: None)  # the loop is through with the task that wrote it
    kinds = [printed.kind for printed in socket.printed]
    assert kinds[-2:] == [Says.RING, Says.CALLER_ID]


def test_nothing_is_kept_for_a_host_that_is_not_there(socket: Socket) -> None:
    socket.do(lambda: socket.port.say(b"long ago"))
    with open_port(socket.port.path) as host:
        assert ask(host, b"ATE0\r") == b"ATE0\r\r\nOK\r\n"
    with open_port(socket.port.path) as host:  # a second visit finds the modem as it was left
        assert ask(host, b"AT\r") == b"\r\nOK\r\n"


def test_a_host_that_never_reads_blocks_nobody(socket: Socket) -> None:
    with open_port(socket.port.path):
        for _ in range(64):
            socket.do(lambda: socket.port.say(bytes(4096)))
        socket.wire(Wire.BURST_STARTED)


def test_unplugging_takes_the_port_from_under_the_host_and_plugging_in_brings_another(socket: Socket) -> None:
    with open_port(socket.port.path) as host:
        ask(host, b"ATE0+VCID=1\r")
        socket.do(socket.port.unplug)
        assert not socket.port.plugged_in
        assert not os.path.lexists(socket.port.path)
        with pytest.raises((serial.SerialException, OSError)):
            host.read(1)
    socket.wire(Wire.BURST_STARTED)
    socket.do(socket.port.unplug)
    socket.do(socket.port.plug_in)
    socket.do(socket.port.plug_in)
    with open_port(socket.port.path) as host:
        assert ask(host, b"AT+VCID?\r").endswith(b"\r\n0\r\n\r\nOK\r\n")


def test_a_hung_modem_answers_nothing_until_it_comes_to_itself(socket: Socket) -> None:
    with open_port(socket.port.path) as host:
        ask(host, b"ATE0\r")
        socket.do(lambda: socket.port.hang(True))
        socket.do(lambda: socket.port.hang(True))
        host.write(b"ATI0\r")
        socket.wire(Wire.BURST_STARTED)
        socket.wire(Wire.BURST_ENDED)
        socket.do(lambda: socket.port.hang(False))
        assert ask(host, b"AT\r") == b"\r\nOK\r\n"


def test_garbage_comes_and_goes(socket: Socket) -> None:
    with open_port(socket.port.path) as host:
        ask(host, b"ATE0\r")
        socket.do(lambda: socket.port.garble(clock.now().mono + SECOND))
        assert host.read(30)
        socket.do(lambda: socket.port.garble(clock.now().mono))
        host.timeout = 0.2
        while host.read(4096):
            pass
        host.timeout = PATIENCE
        assert ask(host, b"AT\r") == b"\r\nOK\r\n"


def test_every_byte_may_come_alone(tmp_path: Path) -> None:
    socket = Socket(tmp_path / "L1", pieces=True)
    socket.do(socket.port.plug_in)
    with open_port(socket.port.path) as host:
        assert ask(host, b"ATI3\r") == b"ATI3\r\r\nCX93001-EIS_V0.2013-V92\r\n\r\nOK\r\n"
    socket.close()


def test_an_old_link_is_replaced_and_a_real_file_is_not(tmp_path: Path) -> None:
    path = tmp_path / "L1"
    path.symlink_to("/nowhere")
    socket = Socket(path)
    socket.do(socket.port.plug_in)
    assert os.readlink(path).startswith("/dev/pts/")
    path.unlink()
    path.symlink_to("/somebody/else")
    socket.do(socket.port.unplug)
    assert os.readlink(path) == "/somebody/else"
    path.unlink()
    path.write_text("mine")
    with pytest.raises(FileExistsError):
        socket.do(socket.port.plug_in)
    assert path.read_text() == "mine"
    socket.close()


def test_nothing_happens_to_what_is_unplugged(tmp_path: Path) -> None:
    socket = Socket(tmp_path / "L1")
    assert not socket.port.host_present
    socket.do(lambda: socket.port.hang(True))
    socket.do(lambda: socket.port.garble(clock.now().mono + SECOND))
    socket.do(lambda: socket.port.say(b"x"))
    socket.close()
    socket.close()
    socket.loop.post(lambda: pytest.fail("a closed loop ran a task"))
