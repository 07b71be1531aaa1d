"""`ringkeeper probe` on real pseudo-terminals: each of the exchange's modems, and everything that is no modem."""

from __future__ import annotations

import contextlib
import json
import os
import threading
import tty
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import serial

from device import clock
from device.exchange.exchange_loop import ExchangeLoop
from device.exchange.modem_personalities import PERSONALITIES
from device.exchange.modem_port import ModemPort
from device.exchange.virtual_modem import VirtualModem
from device.exchange.wire_changes import Wire, WireChange
from device.modem_probe import Found, Nobody, NotFound, ports_there, probe, stable_name, who_speaks
from firmware_app.__main__ import main
from firmware_app.probe_command import language_of, page, why
from firmware_app.probe_report import report
from tests.scripted_modem import ERROR, OK, ScriptedModem

SENSES = {"CX930xx", "SiLabs"}  # measure the line's voltage


@pytest.fixture
def port(tmp_path: Path) -> Path:
    return tmp_path / "modem"


@pytest.fixture
def plugged(port: Path) -> Iterator[dict[str, VirtualModem]]:
    """Modems of the exchange, each at `port` with its name behind it."""
    loop = ExchangeLoop()
    modems = {name: VirtualModem(personality) for name, personality in PERSONALITIES.items()}
    plugs = [ModemPort(Path(f"{port}-{name}"), modem, loop) for name, modem in modems.items()]
    loop.start()
    in_place = threading.Event()
    for plug in plugs:
        loop.post(plug.plug_in)
    loop.post(in_place.set)
    assert in_place.wait(10)
    yield modems
    for plug in plugs:
        loop.post(plug.unplug)
    loop.close()


@pytest.fixture(params=sorted(PERSONALITIES))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_each_modem_is_named_with_what_it_can_and_cannot_do(
    name: str, port: Path, plugged: dict[str, VirtualModem], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["probe", f"{port}-{name}", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["hook"] is (name in SENSES)
    assert told["caller_id"] in ("formatted", "unformatted")
    assert bool(told["advice"]) is (name not in SENSES)
    assert any("人工确认" in each for each in told["cannot"]) is (name not in SENSES)
    modem = plugged[name]
    assert modem.memory_writes == 0
    assert modem.caller_id_mode == 0  # as it was found
    assert modem.country == next(iter(PERSONALITIES[name].countries), "")
    assert not modem.seized


def test_the_page_reads_in_both_languages(
    port: Path, plugged: dict[str, VirtualModem], capsys: pytest.CaptureFixture[str]
) -> None:
    where = f"{port}-CX930xx"
    assert main(["probe", where, "--language", "zh_CN"]) == 0
    said = capsys.readouterr().out
    assert "Conexant CX93001" in said
    assert "知道有没有人接听" in said
    assert "48." in said
    assert "不缺什么" in said
    assert main(["probe", where, "--language", "en"]) == 0
    said = capsys.readouterr().out
    assert "whether and when somebody answered" in said
    assert "it lacks nothing" in said
    assert f'port = "{where}"' in said
    assert main(["probe", f"{port}-USR5637", "--language", "zh_CN"]) == 0
    said = capsys.readouterr().out
    assert "不能知道有没有人接听：漏接要人工确认" in said
    assert "加一个摘机检测接口" in said
    assert "F6" in said  # the country of its factory, whose caller ID is not China's


def test_a_line_that_is_not_connected_is_said(port: Path, plugged: dict[str, VirtualModem]) -> None:
    plugged["CX930xx"].wire(WireChange(clock.now().mono, Wire.LOOP_LOST))
    found = probe(f"{port}-CX930xx")
    assert isinstance(found, Found)
    told = report(found.model, found.sensing, found.code, found.check)
    assert any("没有接上电话线" in each.zh for each in told.advice)


def test_nothing_is_dialled_or_answered(port: Path) -> None:
    with ScriptedModem(port, {"ATI0": b"\r\n5601\r\n" + OK}) as modem:
        assert isinstance(probe(str(port)), Found)
        asked = [modem.asked.get_nowait() for _ in range(modem.asked.qsize())]
    assert asked[-1] == "ATZ"
    assert not [each for each in asked if each.startswith(("ATA", "ATD", "ATH1", "ATO")) or "&W" in each]


def test_a_modem_that_refuses_everything_is_a_modem_still(port: Path) -> None:
    with ScriptedModem(port, {}, otherwise=ERROR):
        found = probe(str(port))
    assert isinstance(found, Found)
    told = report(found.model, found.sensing, found.code, found.check)
    assert told.title.zh.startswith("不认识的型号")
    assert any("ringkeeper record" in each.en for each in told.advice)
    assert any("cannot hear who calls" in each.en for each in told.cannot)


def reason(port: Path | str) -> Nobody:
    found = probe(str(port))
    assert isinstance(found, NotFound)
    assert why(found).zh
    assert why(found).en
    return found.reason


def test_a_port_that_is_no_port(tmp_path: Path) -> None:
    assert reason(tmp_path / "nothing") is Nobody.ABSENT
    assert reason(tmp_path) is Nobody.NO_PORT
    (tmp_path / "file").write_text("no tty")
    assert reason(tmp_path / "file") is Nobody.NO_PORT


def test_a_port_that_the_monitor_has(port: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with ScriptedModem(port), serial.Serial(str(port), exclusive=True):
        assert reason(port) is Nobody.IN_USE
        assert main(["probe", str(port), "--language", "en"]) == 3
    assert "stop Ringkeeper first" in capsys.readouterr().err


NMEA = b"$GPGGA,092725.00,,,,,0,00,99.99,,,,,,*63\r\n"


@pytest.mark.slow
def test_silence_and_strangers(port: Path, capsys: pytest.CaptureFixture[str]) -> None:
    talkers = {"silent": None, "gps": NMEA, "login": b"Welcome to minicom 2.8\r\n"}
    with contextlib.ExitStack() as closing, ThreadPoolExecutor(len(talkers)) as pool:
        for name, words in talkers.items():
            closing.enter_context(ScriptedModem(Path(f"{port}-{name}"), {}, otherwise=words))
        asked = [["probe", f"{port}-{name}", "--json", "--language", "en"] for name in talkers]
        assert list(pool.map(main, asked)) == [4, 5, 5]
    decoder, text, told = json.JSONDecoder(), capsys.readouterr().out, {}
    while text.strip():
        found, end = decoder.raw_decode(text.lstrip())
        told[found["error"]], text = found["message"], text.lstrip()[end:]
    assert set(told) == {"silent", "nmea", "stranger"}
    assert "NMEA" in told["nmea"]
    assert "Welcome to minicom" in told["stranger"]


def test_unplugged_while_it_is_asked() -> None:
    master, slave = os.openpty()
    tty.setraw(slave)
    name = os.ttyname(slave)

    def pull() -> None:
        os.read(master, 1)  # its first command
        os.close(master)

    puller = threading.Thread(target=pull)
    puller.start()
    assert reason(name) is Nobody.BROKEN
    puller.join()
    os.close(slave)


@pytest.mark.parametrize(
    ("heard", "sent", "who"),
    [
        (b"", b"ATZ\r", Nobody.SILENT),
        (b"ATZ\rATQ0E0V1\r", b"ATZ\rATQ0E0V1\rATZ\r", Nobody.ECHO),
        (b"ATZ\r\nATQ0E0V1\r\n", b"ATZ\rATQ0E0V1\rATZ\r", Nobody.ECHO),
        (b"ATZ\r\nwhat?\r\n", b"ATZ\r", Nobody.STRANGER),
        (b"\xff\xfe\x00", b"ATZ\r", Nobody.STRANGER),
        (b"0,,*47\r\n$GPRMC,1", b"ATZ\r", Nobody.NUMBERS),
    ],
)
def test_who_speaks_when_it_is_no_modem(heard: bytes, sent: bytes, who: Nobody) -> None:
    assert who_speaks(heard, sent) is who


def test_the_name_that_lasts(tmp_path: Path) -> None:
    links = tmp_path / "by-path"
    assert stable_name(str(tmp_path / "ttyACM0"), links) is None
    assert ports_there(links) == []
    links.mkdir()
    for number in (0, 1):
        (tmp_path / f"ttyACM{number}").touch()
        (links / f"usb-{number}").symlink_to(tmp_path / f"ttyACM{number}")
    assert stable_name(str(tmp_path / "ttyACM1"), links) == str(links / "usb-1")
    assert stable_name(str(tmp_path / "other"), links) is None
    assert ports_there(links) == [str(links / "usb-0"), str(links / "usb-1")]


def test_a_name_that_changes_is_warned_of(port: Path) -> None:
    with ScriptedModem(port):
        found = probe(str(port))
    assert isinstance(found, Found)
    told = report(found.model, found.sensing, found.code, found.check)

    def said(name: str, stable: str | None) -> str:
        return "\n".join(each.en for each in page(name, stable, told))

    lasting = "/dev/serial/by-path/usb-0"
    assert f'port = "{lasting}"' in said("/dev/ttyACM0", lasting)
    assert "use the one above" in said("/dev/ttyACM0", lasting)
    assert "no lasting one" in said("/dev/ttyACM0", None)
    assert "order of plugging" in said("/dev/ttyACM0", lasting)
    assert "order of plugging" not in said(lasting, lasting)


def test_the_language_is_the_systems() -> None:
    assert (
        language_of({}) == language_of({"LANG": "C.UTF-8"}) == language_of({"LANG": "zh_CN.UTF-8"}) == "zh_CN"
    )
    assert language_of({"LANG": "en_GB.UTF-8"}) == "en"
    assert language_of({"LANG": "en_GB.UTF-8", "LC_ALL": "zh_CN.UTF-8"}) == "zh_CN"
