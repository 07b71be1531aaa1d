"""Who the modem is, from what it says of itself; each of the virtual exchange's modems set up and rung, in simulated time."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.exchange.modem_personalities import PERSONALITIES
from device.exchange.wire_changes import Wire
from device.modem_families import CLUES, EVERYTHING, ROWS, Said, family_of, model_of, next_question
from device.modem_models import CALLER_ID_WAYS, CallerIdMode, Family, Model, Quirk, VoltageBy
from device.signals import CallerIdHeard, Damaged, LineRestored, RingWord
from firmware_app.settings import VIRTUAL_MODEMS
from tests.virtual_talk import CALLER, VirtualTalk

ROOT = Path(__file__).parent.parent
FAMILY_OF = {
    "CX930xx": Family.CONEXANT,
    "USR5637": Family.USR5637,
    "Rockwell": Family.ROCKWELL,
    "MultiTech": Family.MULTITECH,
    "SiLabs": Family.SILABS,
    "ZyXEL": Family.ZYXEL,
    "3Com": Family.THREECOM,
    "Lucent": Family.LUCENT,
}


def asked_of(answers: dict[str, str]) -> tuple[dict[str, tuple[str, ...]], Model]:
    """The questions that a modem with these answers is asked, and who it turns out to be."""
    said: dict[str, tuple[str, ...]] = {}
    while (question := next_question(said)) is not None:
        said[question] = tuple(answers[question].split("\n")) if question in answers else ()
    return said, model_of(said)


@pytest.mark.parametrize(
    ("answers", "family", "title", "firmware"),
    [
        (
            {"ATI0": "56000", "ATI3": "CX93001-EIS_V0.2013-V92"},
            Family.CONEXANT,
            "CX93001",
            "CX93001-EIS_V0.2013-V92",
        ),
        ({"ATI0": "56000"}, Family.CONEXANT, "Conexant CX930xx", ""),
        ({"ATI0": "56000", "ATI3": "V2.210-V90_2M_DLS"}, Family.ROCKWELL, "Rockwell", "V2.210-V90_2M_DLS"),
        (
            {"ATI0": "56000", "ATI3": "ACF3_V1.000-V90_P21_FSH"},
            Family.ROCKWELL,
            "Rockwell",
            "ACF3_V1.000-V90_P21_FSH",
        ),
        (
            {"ATI0": "5601", "ATI7": "Product ID:            5637\nFirmware Version:      1.2.23"},
            Family.USR5637,
            "USR5637",
            "1.2.23",
        ),
        ({"ATI0": "5601"}, Family.USR5637, "USR5637", ""),
        ({"ATI0": "5601", "ATI7": "Product ID:  00568602\nFLASH rev  4.11.2"}, Family.THREECOM, "", "4.11.2"),
        ({"ATI0": "33600"}, Family.ROCKWELL, "Rockwell", ""),
        ({"ATI0": "28800", "ATI6": "RCV288DPi Rev 05BA"}, Family.ROCKWELL, "Rockwell", "05BA"),
        ({"ATI0": "28800", "ATI6": "OK"}, Family.UNKNOWN, "unknown", ""),
        ({"ATI0": "1496"}, Family.ZYXEL, "ZyXEL", ""),
        ({"ATI0": "28642"}, Family.ZYXEL, "ZyXEL", ""),
        ({"ATI0": "2886"}, Family.THREECOM, "3Com / U.S. Robotics", ""),
        (
            {"ATI0": "LT V.90 1.0 MT5634ZBAV Serial Data/Fax/Voice Modem Version 4.09a"},
            Family.MULTITECH,
            "MT5634ZBAV",
            "4.09a",
        ),
        ({"ATI0": "MT5600ZDXV"}, Family.MULTITECH, "MT5600ZDXV", ""),
        ({"ATI0": "Venus V.90 USB U052099a"}, Family.LUCENT, "Lucent", ""),
        ({"ATI0": "Zoom V.90 Serial s052099g -I Z207"}, Family.LUCENT, "Lucent", ""),
        ({"ATI0": "D", "ATI6": "2457"}, Family.SILABS, "Si2457", ""),
        ({"ATI0": "C", "AT+GMI": "+GMI: Silicon Labs"}, Family.SILABS, "Silicon Labs ISOmodem", ""),
        ({"AT+GMI": "+GMI: CONEXANT", "AT+GMM": "V90"}, Family.CONEXANT, "Conexant CX930xx", ""),
        ({"AT+GMI": "Agere Systems"}, Family.LUCENT, "Lucent", ""),
        (
            {"ATI0": "1.04", "AT+GMI": "Cirrus Logic", "AT+GMM": "MD56", "ATI3": "9.9"},
            Family.UNKNOWN,
            "MD56",
            "9.9",
        ),
        ({}, Family.UNKNOWN, "unknown", ""),
    ],
)
def test_it_is_known_by_what_it_says(
    answers: dict[str, str], family: Family, title: str, firmware: str
) -> None:
    _, model = asked_of(answers)
    assert (model.family, model.firmware) == (family, firmware)
    assert model.title == (title or "3Com / U.S. Robotics")


def test_known_modems_are_asked_little_and_unknown_ones_everything_once() -> None:
    assert list(asked_of({"ATI0": "56000", "ATI3": "CX93001"})[0]) == ["ATI0", "ATI3"]
    assert list(asked_of({"ATI0": "1496"})[0]) == ["ATI0"]
    assert list(asked_of({"ATI0": "D", "ATI6": "2434"})[0]) == ["ATI0", "ATI6"]
    assert list(asked_of({})[0]) == ["ATI0", *EVERYTHING]


def test_an_unknown_modem_keeps_its_makers_name() -> None:
    assert asked_of({"ATI0": "?", "AT+GMI": '+GMI: "Best Modems"'})[1].maker == "Best Modems"


def test_a_usr_with_old_firmware_is_noticed() -> None:
    def quirks(firmware: str) -> frozenset[Quirk]:
        return asked_of({"ATI0": "5601", "ATI7": f"Firmware Version:  {firmware}"})[1].quirks

    assert Quirk.OLD_FIRMWARE in quirks("1.2.22")
    assert Quirk.OLD_FIRMWARE not in quirks("1.2.23")
    assert Quirk.OLD_FIRMWARE not in quirks("1.2.x")


def test_every_family_has_a_row_and_a_clue() -> None:
    assert set(ROWS) == set(Family)
    assert {clue.family for clue in CLUES} == set(Family) - {Family.UNKNOWN}
    assert all(row.maker for family, row in ROWS.items() if family is not Family.UNKNOWN)
    assert all(row.can_dial for row in ROWS.values())


@pytest.mark.parametrize(
    ("by", "lines", "number", "volts"),
    [
        (VoltageBy.TRV, (), 48.6, 48.6),
        (VoltageBy.TRV, ("48",), None, None),
        (VoltageBy.LVS, ("3000",), None, 48.0),
        (VoltageBy.LVS, ("D000",), None, -48.0),
        (VoltageBy.LVS, ("d0ff",), None, -48.0),
        (VoltageBy.LVS, ("7F00",), None, 127.0),
        (VoltageBy.LVS, ("8000",), None, -128.0),
        (VoltageBy.LVS, ("0000",), None, 0.0),
        (VoltageBy.LVS, ("RING", "0800"), None, 8.0),
        (VoltageBy.LVS, ("300",), 48.6, None),
    ],
)
def test_volts_of_an_answer(
    by: VoltageBy, lines: tuple[str, ...], number: float | None, volts: float | None
) -> None:
    assert by.volts(lines, number) == volts
    assert by.command.text == by.value


said_by = st.dictionaries(
    st.sampled_from(["ATI0", *EVERYTHING, "ATI9"]),
    st.lists(
        st.text(max_size=12) | st.sampled_from(["56000", "5601", "2457", "D", "LT MT5634"]), max_size=3
    ).map(tuple),
)


@given(said_by)
def test_whatever_is_said_somebody_comes_out(said: Said) -> None:
    assert model_of(said).family is family_of(said)
    assert next_question(said) in {None, "ATI0", *EVERYTHING}


# --- each modem of the virtual exchange ---------------------------------------------------------------------------------


def test_the_exchange_plays_every_family_that_has_a_row() -> None:
    assert list(PERSONALITIES) == list(VIRTUAL_MODEMS)
    assert set(PERSONALITIES) == set(FAMILY_OF)
    assert {*FAMILY_OF.values(), Family.UNKNOWN} == set(Family)


@pytest.fixture(params=sorted(PERSONALITIES))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_it_is_recognised_and_set_up_quickly_and_its_memory_is_left_alone(name: str) -> None:
    talk = VirtualTalk(PERSONALITIES[name])
    restored = next(signal for signal in talk.run(2) if isinstance(signal, LineRestored))
    assert restored.at.mono < 0.5e9  # of simulated time, with the virtual modem's own delays
    assert restored.sensing.caller_id
    assert talk.modem.memory_writes == 0
    assert not any("&W" in command for command in talk.asked)
    assert talk.dialogue.model.family is FAMILY_OF[name]


def test_it_rings_and_says_who_calls(name: str) -> None:
    talk = VirtualTalk(PERSONALITIES[name])
    talk.run(2)
    told = talk.call()
    assert len([signal for signal in told if isinstance(signal, RingWord)]) == 2
    heard = [signal.caller_id for signal in told if isinstance(signal, CallerIdHeard)]
    assert heard[-1].number == CALLER.number
    assert heard[-1].name == CALLER.name


def test_a_damaged_burst_gives_no_number_and_is_told_where_the_whole_message_is_printed(name: str) -> None:
    talk = VirtualTalk(PERSONALITIES[name])
    talk.run(2)
    told = talk.call(damaged=True)
    assert not [signal for signal in told if isinstance(signal, CallerIdHeard)]
    unformatted = talk.dialogue.model.caller_id_mode is CallerIdMode.UNFORMATTED
    assert bool([signal for signal in told if isinstance(signal, Damaged)]) is unformatted


def test_china_is_chosen_where_the_firmware_has_it_and_nothing_else_is_touched(name: str) -> None:
    talk = VirtualTalk(PERSONALITIES[name])
    talk.run(2)
    known = PERSONALITIES[name].countries
    assert talk.modem.country == ("26" if "26" in known else known[0] if known else "")
    assert ("AT+GCI=26" in talk.asked) is ("26" in known)


def test_the_whole_message_is_asked_for_where_it_comes_with_its_checksum() -> None:
    modes = {}
    for name, personality in PERSONALITIES.items():
        talk = VirtualTalk(personality)
        talk.run(2)
        modes[name] = talk.modem.caller_id_mode
        assert talk.dialogue.model.caller_id_mode.value == modes[name]
    two = {name for name, mode in modes.items() if mode == 2}
    assert two == {"CX930xx", "MultiTech", "SiLabs", "Lucent"}  # Rockwell leaves the sum out, USR says (0-16)
    assert set(modes.values()) == {1, 2}


def test_a_call_that_waits_is_named_while_another_talks() -> None:
    talk = VirtualTalk(PERSONALITIES["CX930xx"])
    talk.run(2)
    talk.wire(Wire.OFF_HOOK)
    talk.wire(Wire.CALLER_ID_SENT, 5, CALLER)
    assert [signal for signal in talk.run(1) if isinstance(signal, CallerIdHeard)]
    talk = VirtualTalk(PERSONALITIES["USR5637"])
    talk.run(2)
    talk.wire(Wire.OFF_HOOK)
    talk.wire(Wire.CALLER_ID_SENT, 5, CALLER)
    assert not [signal for signal in talk.run(1) if isinstance(signal, CallerIdHeard)]


def test_a_reading_that_comes_too_late_is_no_caller() -> None:
    """A register is four digits. Digits alone are a caller only of a modem that nobody knows (ELINK 301), while it rings."""
    stranger = replace(PERSONALITIES["USR5637"], identity={}, answers={})
    for modem, callers in (
        (PERSONALITIES["SiLabs"], []),
        (PERSONALITIES["USR5637"], []),
        (stranger, ["3000"]),
    ):
        talk = VirtualTalk(modem)
        talk.run(8)
        talk.wire(Wire.BURST_STARTED)
        talk.run(0.5)
        talk.modem.say(b"\r\n3000\r\n", talk.now)
        told = [signal for signal in talk.run(0.2) if isinstance(signal, CallerIdHeard)]
        assert [signal.caller_id.number for signal in told] == callers


def test_no_command_of_the_table_writes_dials_or_answers() -> None:
    every = [*CALLER_ID_WAYS, *EVERYTHING, *(text for row in ROWS.values() for text in row.caller_id_first)]
    for text in every:
        assert text.startswith("AT")
        assert text.isascii()
        assert "&W" not in text
        assert text[2:3] not in ("A", "D", "O")


# --- docs/MODEMS.md -----------------------------------------------------------------------------------------------------


def documented() -> dict[str, list[str]]:
    """The rows of the table for people, by family."""
    text = (ROOT / "docs" / "MODEMS.md").read_text("utf-8")
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in row] for row in rows]
    return {row[0]: row[2:6] for row in cells if row[0] != "Family"}


def test_the_table_for_people_says_what_the_table_of_the_program_says() -> None:
    known_to_measure = {Family.CONEXANT, Family.SILABS}
    expected = {}
    for family, row in ROWS.items():
        voltage = row.voltage.value if row.voltage and family in known_to_measure else "-"
        latency, error = row.ring_latency / 1e9, row.ring_error / 1e9
        expected[family.value] = [
            row.caller_id_mode.name.lower(),
            voltage,
            "yes" if row.jack_codes else "no",
            f"{latency:.1f} ± {error:.1f}",
        ]
    assert documented() == expected


def test_the_document_names_the_exchanges_modems_and_its_recordings_exist() -> None:
    text = (ROOT / "docs" / "MODEMS.md").read_text("utf-8")
    assert all(name in text.rpartition("##")[2] for name in PERSONALITIES)
    traces = {path.name[:2] for path in (ROOT / "tests" / "traces").glob("[0-9]*.trace")}
    named = {number for row in re.findall(r"[RM]: (\d[\d, ]+)", text) for number in re.findall(r"\d\d", row)}
    assert named
    assert named <= traces
