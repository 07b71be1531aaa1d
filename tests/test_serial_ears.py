"""Ears on a serial port: a real tty that comes, goes, is taken by another, or never was a tty."""

from __future__ import annotations

import os
import pty
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest
import serial

from device.interface import LineInterface
from device.serial_ears import Board, FskChip
from device.signals import CallerIdHeard, LineLost, LineRestored
from tests.hand_pins import Told
from tests.test_fsk_chip_bytes import SINGLE


class Wire:
    """The far end of a port: a pty behind a link, as a USB converter is behind its by-path name."""

    def __init__(self, link: Path) -> None:
        self.path = link
        self.plug()

    def plug(self) -> None:
        self.master, self.slave = pty.openpty()
        tty.setraw(self.slave)
        self.path.unlink(missing_ok=True)
        self.path.symlink_to(os.ttyname(self.slave))

    def send(self, data: bytes) -> None:
        os.write(self.master, data)

    def unplug(self) -> None:
        self.path.unlink(missing_ok=True)
        os.close(self.slave)
        os.close(self.master)


@pytest.fixture
def wire(tmp_path: Path) -> Iterator[Wire]:
    wire = Wire(tmp_path / "by-path")
    yield wire
    wire.unplug()


@pytest.fixture
def told() -> Told:
    return Told()


def test_a_chip_on_a_port(wire: Wire, told: Told) -> None:
    taken: list[tuple[str, bytes]] = []
    chip = FskChip("L1", str(wire.path), tap=lambda direction, data, at: taken.append((direction, data)))
    interface: LineInterface = chip
    assert interface.line == "L1"
    assert not chip.check(1).answers
    chip.start(told.queue.put)
    chip.start(told.queue.put)  # once is enough
    restored = told.next(LineRestored)
    assert (restored.interface, restored.sensing.caller_id) == ("HT9032", True)
    assert chip.check(1).answers
    wire.send(b"\xff" + SINGLE)
    assert told.next(CallerIdHeard).caller_id.number == "15400000001"
    chip.close()
    chip.close()
    assert b"".join(data for _, data in taken) == b"\xff" + SINGLE
    assert "by-path" in repr(chip)


def test_a_board_that_goes_and_comes_back_is_heard_again(wire: Wire, told: Told) -> None:
    board = Board("L1", str(wire.path), r"CID:(?P<number>\d+)", 9600)
    board.start(told.queue.put)
    told.next(LineRestored)
    wire.unplug()
    assert told.next(LineLost).reason
    assert not board.check(1).answers
    wire.plug()
    told.next(LineRestored)
    wire.send(b"CID:15400000001")  # and no end of line
    assert told.next(CallerIdHeard).caller_id.number == "15400000001"
    board.close()


def test_why_a_port_cannot_be_had(tmp_path: Path, wire: Wire, told: Told) -> None:
    no_tty = tmp_path / "file"
    no_tty.write_text("")
    for path, reason in (
        (tmp_path / "nothing", "No such file or directory"),
        (no_tty, "not a serial port"),
    ):
        chip = FskChip("L1", str(path))
        chip.start(told.queue.put)
        assert told.next(LineLost).reason == reason
        chip.close()
    with serial.Serial(str(wire.path), exclusive=True):
        chip = FskChip("L1", str(wire.path))
        chip.start(told.queue.put)
        assert told.next(LineLost).reason == "another program uses the port"
    told.next(LineRestored)  # once it is free
    chip.close()


def test_closed_before_it_was_started(wire: Wire, told: Told) -> None:
    chip = FskChip("L1", str(wire.path))
    chip.close()
    chip.start(told.queue.put)
    assert told.nothing_more()
