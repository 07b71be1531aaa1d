"""The whole appliance with every kind of ear that is no modem: sound cards, decoder chips, a caller-ID board, a reversal pin.

The monitor is a process of its own; what its configuration says is simulated the virtual exchange plays, over real pipes, ttys
and the simulated chip. The lines of one test work at the same time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from device.exchange.exchange import Exchange
from device.exchange.exchange_settings import lines_of
from device.exchange.planned import CourseOfLine, FarEnd, FaultKind, PlannedCall, PlannedDialling, Sent
from device.signals import CallerId, seconds
from firmware_app import settings
from firmware_app.records.reading import Reader
from tests.bench.appliance import (
    Ear,
    Hearing,
    all_idle,
    configuration,
    line_states,
    message,
    start_monitor,
    subscribed,
)
from tests.test_appliance import calls, ringkeeper

PATIENCE = 45.0
CHIP_PINS = ((4, 18, 25), (16, 20, 21), (17, 27, 24))  # ring, hook, reversal
Call = dict[str, Any]


def pins(line: int) -> str:
    ring, hook, reversal = CHIP_PINS[line]
    return f'interface = "gpio", chip = "simulated", ring_pin = {ring}, hook_pin = {hook}, reversal_pin = {reversal}'


def sound(folder: Path, line: int) -> str:
    return f'interface = "audio", device = "{folder}/run/sound{line}"'


class Box:
    """An appliance with these lines, its monitor and the exchange that plays them."""

    def __init__(self, folder: Path, lines: Sequence[Sequence[Ear]]) -> None:
        (folder / "run").mkdir()
        self.folder = folder
        self.config = configuration(folder, lines)
        played, real = lines_of(settings.load(self.config))
        assert not real
        self.exchange = Exchange(played, pins_socket=folder / "run" / "pins.sock")

    @contextmanager
    def listening(self) -> Iterator[Hearing]:
        with (
            self.exchange,
            start_monitor(self.folder, self.config) as process,
            subscribed(self.folder) as told,
        ):
            assert told.first(all_idle, 0, PATIENCE), process.log.read_text()
            assert self.exchange.wait_heard(PATIENCE)
            yield told

    def play(self, hearing: Hearing, *plans: Sequence[CourseOfLine]) -> None:
        """What each line does, one thing after the other, all lines at once; until all is recorded."""
        players = [
            self.player(hearing, f"L{number}", courses) for number, courses in enumerate(plans, start=1)
        ]
        for player in players:
            player.join()

    def player(self, hearing: Hearing, line: str, courses: Sequence[CourseOfLine]) -> threading.Thread:
        player = threading.Thread(target=self._play, args=(hearing, line, courses))
        player.start()
        return player

    def _play(self, hearing: Hearing, line: str, courses: Sequence[CourseOfLine]) -> None:
        for course in courses:
            mark = hearing.mark
            self.exchange.begin(line, course)
            hearing.first(lambda told: line_states(told).get(line, "idle") != "idle", mark, PATIENCE)
            hearing.first(lambda told: line_states(told).get(line) == "idle", hearing.mark, PATIENCE)

    def calls_of(self, line: str) -> list[Call]:
        return [call for call in calls(self.config) if call["line"] == line]

    def faults_open(self) -> list[tuple[str, str]]:
        reader = Reader(self.folder / "data" / "ledger.db")
        try:
            return [(fault.kind, fault.detail) for fault in reader.faults_open()]
        finally:
            reader.close()


def facts(call: Call, *names: str) -> tuple[Any, ...]:
    return tuple(call[name] for name in names)


def called(number: str, bursts: float = 1, sent: Sent = Sent.BETWEEN) -> PlannedCall:
    return PlannedCall(CallerId(number), bursts=bursts, sent=sent)


def answered(number: str, after: float, talk: float, sent: Sent = Sent.BETWEEN) -> PlannedCall:
    return PlannedCall(CallerId(number), answer_after=seconds(after), talk=seconds(talk), sent=sent)


def test_pins_and_a_sound_card_together_know_all_of_a_call(tmp_path: Path) -> None:
    box = Box(tmp_path, [[pins(0), sound(tmp_path, 1)], [pins(1), sound(tmp_path, 2)]])
    with box.listening() as hearing:
        box.play(
            hearing,
            [answered("15400000001", 3.2, 2), called("03560111222", sent=Sent.TONES)],
            [
                PlannedDialling("15400000002", talk=seconds(8.5), far=FarEnd.REVERSES),
                PlannedDialling("110", talk=seconds(4), far=FarEnd.BUSY),
            ],
        )
    by_fsk, by_tones = box.calls_of("L1")
    assert facts(by_fsk, "disposition", "number", "ring_bursts", "far_end") == (
        "answered",
        "15400000001",
        1,
        None,
    )
    assert facts(by_fsk, "started_by", "caller_id_by", "answered_by", "ended_by") == (
        "ring_pin",
        "sound",
        "hook_pin",
        "hook_pin",
    )
    assert by_fsk["answer_delay_s"] == pytest.approx(3.2, abs=0.05)
    assert facts(by_tones, "disposition", "number", "caller_id_by") == ("abandoned", "03560111222", "sound")
    assert by_tones["ringing_s"] == pytest.approx(1.0, abs=0.05), (
        "from the first burst on, not from the tones"
    )
    assert by_tones["caller_id_at"] < by_tones["started_at"]

    reached, busy = box.calls_of("L2")
    assert facts(reached, "direction", "number", "digits_by") == ("outbound", "15400000002", "sound")
    assert facts(reached, "far_end", "far_answered_by", "ended_by") == (
        "answered",
        "reversal_pin",
        "hook_pin",
    )
    assert reached["started_at"] < reached["far_answered_at"] < reached["ended_at"]
    assert facts(busy, "number", "far_end", "far_answered_at") == ("110", "busy", None)
    assert ringkeeper(box.config, "verify").returncode == 0


def test_a_sound_card_alone_tells_what_it_can_prove_and_no_more(tmp_path: Path) -> None:
    """Missed, answered, a word of a second that hardly proves an answer, somebody who dials at once."""
    box = Box(tmp_path, [[sound(tmp_path, number)] for number in (1, 2, 3, 4)])
    with box.listening() as hearing:
        box.play(
            hearing,
            [called("15400000001", bursts=2)],
            [answered("15400000002", 3.2, 4, Sent.TONES)],
            [answered("15400000003", 3.2, 1.8)],
            [PlannedDialling("110", talk=seconds(4), far=FarEnd.BUSY)],
        )
    missed, taken, doubtful, dialled = (box.calls_of(f"L{number}")[0] for number in (1, 2, 3, 4))
    assert facts(missed, "disposition", "number", "ring_bursts", "ended_by") == (
        "no_answer",
        "15400000001",
        2,
        "sound",
    )
    assert facts(taken, "disposition", "number", "answered_by", "caller_id_by") == (
        "answered",
        "15400000002",
        "sound",
        "sound",
    )
    assert taken["answer_delay_s"] == pytest.approx(3.2, abs=taken["uncertainty_s"])
    assert 0.5 < taken["uncertainty_s"] < 3, "between the end of the burst and the first word"
    assert doubtful["number"] == "15400000003"
    assert doubtful["disposition"] in ("unknown", "answered"), (
        "a word too short for an answer is no missed call"
    )
    assert (doubtful["answered_at"] is None) is (doubtful["disposition"] == "unknown")
    assert facts(dialled, "direction", "number", "far_end", "digits_by", "started_by") == (
        "outbound",
        "110",
        "busy",
        "sound",
        "sound",
    )
    assert ringkeeper(box.config, "verify").returncode == 0


def dtmf_chip(*q_pins: int, std: int) -> str:
    return f'interface = "mt8870", chip = "simulated", q_pins = {list(q_pins)}, std_pin = {std}'


@pytest.fixture
def chips(tmp_path: Path) -> Box:
    fsk_chip = f'interface = "ht9032", port = "{tmp_path}/run/ht9032"'
    board = f'interface = "board", port = "{tmp_path}/run/board", pattern = \'CID:(?P<number>[0-9PO]+)\''
    first = [pins(0), dtmf_chip(20, 21, 22, 23, std=16), fsk_chip, board]
    return Box(tmp_path, [first, [pins(2), dtmf_chip(7, 8, 9, 10, std=11)]])


def ear_is(ear: str, state: str) -> Callable[[bytes], bool]:
    """Whether a state message says so of an ear of L1, with a reason where it is lost."""

    def found(told: bytes) -> bool:
        lines = (message(told).get("state") or {"lines": []})["lines"]
        return any(
            (each["name"], each["state"], bool(each["reason"])) == (ear, state, state == "lost")
            for line in lines
            for each in line["ears"]
        )

    return found


def test_chips_and_a_board_go_on_when_one_of_them_is_pulled_out(chips: Box) -> None:
    with chips.listening() as hearing:
        mark = hearing.mark
        first = [answered("15400000001", 3.5, 3)]
        second = [called("15400000003", sent=Sent.TONES), PlannedDialling("110", talk=seconds(1))]
        players = [chips.player(hearing, "L1", first), chips.player(hearing, "L2", second)]
        assert hearing.first(lambda told: line_states(told).get("L1") == "ringing", mark, PATIENCE)
        chips.exchange.fault("L1", FaultKind.UNPLUG, lasts=3)  # of the first ear that can be: the HT9032
        assert hearing.first(ear_is("ht9032", "lost"), mark, PATIENCE)
        assert hearing.first(lambda told: "FaultBegan" in message(told).get("kinds", ()), mark, PATIENCE)
        ((kind, detail),) = chips.faults_open()
        assert (kind, detail.partition(":")[0]) == ("ear_lost", "ht9032")
        back = hearing.mark
        assert hearing.first(ear_is("ht9032", "listening"), back, PATIENCE)
        assert hearing.first(lambda told: "FaultEnded" in message(told).get("kinds", ()), back, PATIENCE)
        assert not chips.faults_open()
        players[0].join()
        chips.play(hearing, [called("15400000002")])
        players[1].join()
    without, fsk = chips.calls_of("L1")
    assert facts(without, "disposition", "number", "answered_by") == ("answered", "15400000001", "hook_pin")
    assert without["caller_id_by"] == "caller_id_board", "the chip was away"
    assert without["answer_delay_s"] == pytest.approx(3.5, abs=0.05)
    assert facts(fsk, "number", "caller_id_by") == ("15400000002", "fsk_chip")
    tones, dialled = chips.calls_of("L2")
    assert facts(tones, "number", "caller_id_by") == ("15400000003", "dtmf_chip")
    assert facts(dialled, "number", "digits_by", "far_end") == ("110", "dtmf_chip", "unknown")
