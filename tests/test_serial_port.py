"""Ports that move, ports that are shared, and letting go of a telephone line: real pseudo-terminals, the real driver."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest

from device.serial_port import PORT_ERRORS, PortRefusedError, open_port, why
from device.signals import LineLost, LineRestored
from tests.scripted_modem import OK, PLAIN, Listening, ScriptedModem


def refused(line: str, path: Path) -> str:
    try:
        open_port(line, str(path)).close()
    except PORT_ERRORS as error:
        return why(error, str(path))
    return ""


def test_two_paths_to_one_device_are_refused_by_the_name_of_the_first_line(tmp_path: Path) -> None:
    by_path = tmp_path / "by-path"
    with ScriptedModem(tmp_path / "ttyACM0") as modem:
        by_path.symlink_to(modem.path)
        first = open_port("L1", str(modem.path))
        assert refused("L2", by_path) == f"this is the port of line L1 too: {modem.path} is {first.device}"
        first.close()
        first.close()
        assert refused("L2", by_path) == ""


def test_a_port_that_could_not_be_opened_is_free_again(tmp_path: Path) -> None:
    with ScriptedModem(tmp_path / "modem") as modem:
        fd = os.open(modem.path, os.O_RDWR | os.O_NOCTTY)
        held = open_port("L1", str(modem.path))
        held.close()
        os.close(fd)
        assert refused("L1", modem.path) == ""
    (tmp_path / "file").write_text("no tty")
    assert refused("L1", tmp_path / "file")
    assert refused("L2", tmp_path / "file")


def test_a_numbered_port_that_is_gone_says_which_is_there(tmp_path: Path) -> None:
    (tmp_path / "ttyACM1").touch()
    (tmp_path / "ttyACM10").touch()
    (tmp_path / "ttyUSB0").touch()
    reason = refused("L1", tmp_path / "ttyACM0")
    assert reason.startswith("No such file or directory; ttyACM1, ttyACM10 is there")
    assert "by-path" in reason
    assert refused("L1", tmp_path / "modem") == "No such file or directory"
    assert refused("L1", tmp_path / "ttyS7") == "No such file or directory"
    assert refused("L1", tmp_path / "nowhere" / "ttyACM0") == "No such file or directory"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (BlockingIOError(11, "x"), "another program uses the port"),
        (OSError(5, "x"), "Input/output error"),
        (OSError("unplugged"), "unplugged"),
        (OSError(), "OSError"),
        (PortRefusedError("moved"), "moved"),
    ],
)
def test_reasons_are_short_and_plain(error: OSError, reason: str) -> None:
    assert why(error, "/port") == reason


def test_a_line_whose_port_is_another_lines_is_lost_and_says_so_and_the_other_goes_on(tmp_path: Path) -> None:
    with ScriptedModem(tmp_path / "one") as modem, Listening(modem.path) as first:
        first.until(LineRestored)
        link = tmp_path / "two"
        link.symlink_to(modem.path)
        with Listening(link) as second:
            lost = second.until(LineLost)
            assert isinstance(lost, LineLost)
            assert lost.reason.startswith("this is the port of line L1 too")
            with ScriptedModem(tmp_path / "other") as other:  # the link comes to point where it should
                aside = tmp_path / "aside"
                aside.symlink_to(other.path)
                aside.replace(link)
                second.until(LineRestored)
        assert first.modem.check(30).answers


@pytest.mark.slow
def test_a_modem_that_comes_back_as_another_device_or_as_another_modem_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    link = tmp_path / "by-path"
    with caplog.at_level(logging.WARNING, "device.modem"), Listening(link) as heard:
        # both are there at once, so that the second terminal has another name
        with ScriptedModem(tmp_path / "ttyACM1", {**PLAIN, "ATI0": b"\r\n33600\r\n" + OK}) as other:
            with ScriptedModem(tmp_path / "ttyACM0") as modem:
                link.symlink_to(modem.path)
                heard.until(LineRestored)
            heard.until(LineLost)
            link.unlink()
            caplog.clear()
            link.symlink_to(other.path)
            back = heard.until(LineRestored)
        assert isinstance(back, LineRestored)
        assert back.interface == "33600"
    said = [record.getMessage() for record in caplog.records]
    assert any("another modem than before: 33600, it was 5601" in text for text in said)
    assert any("by-path is" in text and "it was" in text for text in said)


def test_letting_go_hangs_up_and_a_port_without_a_reader_holds_nothing_up(tmp_path: Path) -> None:
    with ScriptedModem(tmp_path / "modem") as modem:
        port = open_port("L1", str(modem.path))
        port.let_go()
        modem.await_command("ATH")
        modem.silent = True
        port.let_go()
        port.close()
        port.let_go()  # closed: nothing happens
