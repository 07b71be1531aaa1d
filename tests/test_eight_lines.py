"""Eight lines at once: while one modem storms, hangs and is pulled out, every call of the seven others is recorded right."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from device.exchange.exchange_loop import ExchangeLoop
from tests.bench.appliance import Hearing, all_idle, configuration, start_monitor, subscribed
from tests.bench.eight_lines_section import BETWEEN_CALLS, LINES, WELL, hung, pulled_out, storm, well_are_idle
from tests.bench.emulated_modem import RING, EmulatedModem
from tests.bench.latency_section import LIFTED, PUT_BACK, caller_id_block
from tests.test_appliance import calls

TROUBLES = {"storm": storm, "hung": hung, "pulled out": pulled_out}


@contextlib.contextmanager
def eight_modems(folder: Path) -> Iterator[list[EmulatedModem]]:
    loop = ExchangeLoop()
    loop.start()
    try:
        yield [EmulatedModem(folder / f"tty{number}", loop) for number in range(1, LINES + 1)]
    finally:
        loop.close()


def call_all(modems: list[EmulatedModem], first: int, hearing: Hearing) -> None:
    """An answered call on every line but the last, all at the same time; the numbers count from `first`."""
    mark = hearing.mark
    for modem in modems[:-1]:
        modem.say(RING)
    for number, modem in enumerate(modems[:-1]):
        modem.say(caller_id_block(first + number, named=False))
    for words in (LIFTED, PUT_BACK):
        for modem in modems[:-1]:
            modem.say(words)
    assert hearing.first(well_are_idle, mark, 30)
    threading.Event().wait(BETWEEN_CALLS)  # what rings earlier rang in the talk


@pytest.mark.parametrize("trouble", list(TROUBLES))
def test_the_calls_of_the_seven_others_are_recorded_right(tmp_path: Path, trouble: str) -> None:
    with eight_modems(tmp_path) as modems:
        config = configuration(tmp_path, [modem.path for modem in modems])
        with start_monitor(tmp_path, config) as process, subscribed(tmp_path) as hearing:
            assert hearing.first(all_idle, 0, 30), process.log.read_text()
            threading.Event().wait(BETWEEN_CALLS)
            with TROUBLES[trouble](modems[-1]):
                for first in (100, 200):
                    call_all(modems, first, hearing)
            assert process.running
    recorded = [call for call in calls(config) if call["line"] in WELL]
    assert {(call["line"], call["number"]) for call in recorded} == {
        (line, f"154{first + place:08}") for first in (100, 200) for place, line in enumerate(WELL)
    }
    assert len(recorded) == 2 * len(WELL), "no call was made of another line's noise"
    assert {(call["disposition"], call["ring_bursts"]) for call in recorded} == {("answered", 1)}
