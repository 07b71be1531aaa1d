"""The whole appliance with a line that several ears hear: one record of what they heard, and one that is lost stops no other."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from device.exchange.exchange import Exchange
from device.exchange.exchange_lines import ModemLine, PinLine
from device.exchange.planned import FaultKind
from firmware_app.records.reading import Reader
from tests.bench.appliance import GpioPins, Hearing, configuration, message, start_monitor, subscribed
from tests.test_appliance import calls, is_idle

PINS = GpioPins(ring=17, hook=27)
NUMBER = "15400000001"


class TwoEars:
    """Line L1 behind pins and a modem (and a sound card that is not there). The exchange plays each ear's own wire."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        port = folder / "run" / "L1"
        port.parent.mkdir()
        sound = 'interface = "audio", device = "no/such/file.wav"'
        self.config = configuration(folder, [[PINS, port, sound]])
        self.exchange = Exchange(
            [ModemLine("modem", port), PinLine("pins", ring_pin=PINS.ring, hook_pin=PINS.hook)],
            pins_socket=folder / "run" / "pins.sock",
        )

    def call(self, **how: Any) -> None:  # noqa: ANN401
        self.exchange.call("pins", **how)
        self.exchange.call("modem", NUMBER, **how)


@pytest.fixture
def heard(tmp_path: Path) -> Iterator[tuple[TwoEars, Hearing]]:
    line = TwoEars(tmp_path)
    with line.exchange, start_monitor(tmp_path, line.config) as process, subscribed(tmp_path) as hearing:
        assert hearing.first(lambda told: ears_of(told).get("modem") == "listening", 0, 20), (
            process.log.read_text()
        )
        assert hearing.first(lambda told: ears_of(told).get("gpio") == "listening", 0, 20)
        assert hearing.first(is_idle("L1"), 0, 20)
        yield line, hearing


def ears_of(told: bytes) -> dict[str, str]:
    """How the ears of L1 are, from a state message."""
    state = message(told).get("state") or {"lines": []}
    return {ear["name"]: ear["state"] for line in state["lines"] for ear in line["ears"]}


def ask(hearing: Hearing, what: str, **more: str) -> dict[str, Any]:
    """The answer to a request."""
    mark = hearing.mark
    hearing.send(json.dumps({"verb": "request", "what": what, "line": "L1", "within_s": 5, **more}))
    found = hearing.first(lambda told: "ok" in message(told), mark, 40)
    assert found is not None
    return message(found[1])


def test_two_ears_make_one_record_of_an_answered_call(heard: tuple[TwoEars, Hearing]) -> None:
    line, hearing = heard
    line.call(answer_after=7.2, talk=5)
    assert hearing.first(lambda told: b'"state":"talking"' in told, 0, 20)
    refused = ask(hearing, "dial", number="15400000002")
    assert (refused["ok"], refused["error"]) == (False, "line_in_use")
    assert hearing.first(is_idle("L1"), hearing.mark, 30)
    (call,) = calls(line.config)
    assert (call["disposition"], call["number"]) == ("answered", NUMBER)
    assert call["answer_delay_s"] == pytest.approx(7.2, abs=0.05), "as the pin has it"
    assert call["talk_s"] == pytest.approx(5.0, abs=0.1)


def test_an_ear_that_is_lost_is_said_and_the_other_goes_on(heard: tuple[TwoEars, Hearing]) -> None:
    line, hearing = heard
    assert hearing.first(lambda told: ears_of(told).get("audio") == "lost", 0, 10)
    mark = hearing.mark
    line.exchange.fault("modem", FaultKind.UNPLUG, lasts=14)
    gone = hearing.first(lambda told: ears_of(told).get("modem") == "lost", mark, 10)
    assert gone is not None
    assert ears_of(gone[1])["gpio"] == "listening"
    line.exchange.call("pins", ring=2)
    assert hearing.first(lambda told: message(told).get("event") == "missed", mark, 30)
    back = hearing.first(lambda told: ears_of(told).get("modem") == "listening", hearing.mark - 1, 30)
    assert back is not None
    (call,) = calls(line.config)
    assert (call["disposition"], call["ring_bursts"], call["ringing_s"]) == ("no_answer", 2, 6.0)


def test_the_check_asks_every_ear(heard: tuple[TwoEars, Hearing]) -> None:
    line, hearing = heard
    mark = hearing.mark
    answer = ask(hearing, "check_line")
    results = {what: passed for what, passed, _ in answer["result"][0]["results"]}
    assert {name: results[f"{name}.answers"] for name in ("gpio", "modem", "audio")} == {
        "gpio": True,
        "modem": True,
        "audio": False,
    }
    assert hearing.first(lambda told: "CheckRun" in message(told).get("kinds", ()), mark, 10)
    reader = Reader(line.folder / "data" / "ledger.db")
    try:
        assert any(check.line == "L1" for check in reader.last_checks())
    finally:
        reader.close()


def test_the_modem_of_the_line_dials_and_lets_go_when_the_handset_is_lifted(
    heard: tuple[TwoEars, Hearing],
) -> None:
    line, hearing = heard
    mark = hearing.mark
    hearing.send(
        json.dumps({"verb": "request", "what": "dial", "line": "L1", "number": "15400000002", "within_s": 5})
    )
    begun = hearing.first(lambda told: b'"begun"' in told, mark, 10)
    assert begun is not None
    assert message(begun[1]) == {"event": "dialling", "line": "L1", "stage": "begun"}
    refused = ask(hearing, "dial", number="15400000003")
    assert refused["error"] in ("busy", "line_in_use")
    threading.Event().wait(5)  # the digits are out, the modem has measured the line that it holds
    line.exchange.lift("modem", lasts=8)
    ended = hearing.first(lambda told: b'"ended"' in told, mark, 30)
    assert ended is not None
    assert message(ended[1])["result"] == "handed_over"
    answer = hearing.first(lambda told: message(told).get("ok") is True, mark, 10)
    assert answer is not None
    assert message(answer[1])["message"]["zh_CN"] == "已拨出，请在话机上通话"


def test_a_dialling_is_cancelled(heard: tuple[TwoEars, Hearing]) -> None:
    _, hearing = heard
    mark = hearing.mark
    hearing.send(
        json.dumps({"verb": "request", "what": "dial", "line": "L1", "number": "15400000002", "within_s": 5})
    )
    assert hearing.first(lambda told: b'"begun"' in told, mark, 10)
    hearing.send('{"verb":"request","what":"cancel_dial","line":"L1","within_s":5}')
    ended = hearing.first(lambda told: b'"ended"' in told, mark, 30)
    assert ended is not None
    assert message(ended[1])["result"] == "cancelled"
