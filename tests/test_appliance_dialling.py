"""The whole appliance dials through the modem of a line that other ears hear too: what they hear of it is one call."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

from device.exchange.planned import PlannedLift
from device.signals import seconds
from tests.bench.appliance import Hearing, all_idle, message
from tests.test_appliance_sounds import PATIENCE, Box, facts, pins, sound

NUMBER = "15400000002"
CHIP = 'interface = "mt8870", chip = "simulated", q_pins = [22, 23, 9, 10], std_pin = 11'


def modem(folder: Path, line: int) -> str:
    return f'interface = "modem", port = "{folder}/run/modem{line}"'


def dial(hearing: Hearing, line: str, number: str = NUMBER) -> None:
    request = {"verb": "request", "what": "dial", "line": line, "number": number, "within_s": 5}
    hearing.send(json.dumps(request))


def ended(hearing: Hearing, mark: int, line: str) -> str:
    """How the dialling came out."""
    told = hearing.first(lambda told: _end(told, line) is not None, mark, PATIENCE)
    assert told is not None
    return str(_end(told[1], line))


def _end(told: bytes, line: str) -> Any:  # noqa: ANN401
    said = message(told)
    own = (said.get("event"), said.get("line"), said.get("stage")) == ("dialling", line, "ended")
    return said["result"] if own else None


def test_what_the_modem_dials_is_one_call_with_the_digits_of_the_better_ear(tmp_path: Path) -> None:
    lines = [[modem(tmp_path, 1), pins(0), CHIP], [modem(tmp_path, 2), pins(1), sound(tmp_path, 2)]]
    box = Box(tmp_path, lines)
    with box.listening() as hearing:
        mark = hearing.mark
        for line in ("L1", "L2"):
            dial(hearing, line)
        threading.Event().wait(5.0)  # the digits are out, the modems have measured the lines that they hold
        for line in ("L1", "L2"):
            box.exchange.begin(line, PlannedLift(seconds(12)))
        assert [ended(hearing, mark, line) for line in ("L1", "L2")] == ["handed_over", "handed_over"]
        assert box.exchange.wait_idle(PATIENCE)
        assert hearing.first(all_idle, hearing.mark - 1, PATIENCE)

    (by_chip,) = box.calls_of("L1")
    assert facts(by_chip, "direction", "number", "digits_by") == ("outbound", NUMBER, "dtmf_chip")
    assert facts(by_chip, "started_by", "ended_by", "far_end") == ("hook_pin", "hook_pin", "unknown")
    (by_sound,) = box.calls_of("L2")
    assert facts(by_sound, "direction", "number", "digits_by") == ("outbound", NUMBER, "sound")
    assert facts(by_sound, "started_by", "ended_by", "far_end") == ("hook_pin", "hook_pin", "answered")
    for call in (by_chip, by_sound):
        assert call["talk_s"] > 12, "one call, from the modem's dialling to the putting down of the telephone"
    assert box.faults_open() == []
