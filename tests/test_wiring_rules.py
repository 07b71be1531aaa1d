"""The ears of a line in the configuration: each kind's keys, what may be had only once, what a line cannot do."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware_app.init_commands import init_problem
from firmware_app.settings import SettingsError, parse
from firmware_app.wiring import (
    AudioWiring,
    BoardWiring,
    DtmfChipWiring,
    FskChipWiring,
    GpioWiring,
    ModemWiring,
)

HERE = Path("/etc/ringkeeper/ringkeeper.toml")
HEAD = 'language = "en"\n[site]\nid = "jc-zezhou-0001"\nname = "站"\n'
ONE = HEAD + '[[line]]\nname = "L1"\nnumber = "03562217000"\ninterface = "modem"\nport = "/dev/one"\n'
SECOND = '[[line]]\nname = "L2"\nnumber = "03562217001"\n'
GPIO = '{interface="gpio", ring_pin=17, hook_pin=27}'
MODEM = '{interface="modem", port="/dev/two"}'
AUDIO = '{interface="audio", device="hw:1,0"}'


def ears(*items: str, more: str = "") -> str:
    """A file whose second line has these ears, and `more` keys beside them."""
    return f"{ONE}{SECOND}{more}ears = [ {', '.join(items)} ]\n"


def wrong(text: str, language: str = "en") -> list[str]:
    with pytest.raises(SettingsError) as caught:
        parse(text.replace('"en"', f'"{language}"').encode(), HERE)
    return [each.in_language(language) for each in caught.value.problems]


def warned(text: str) -> list[str]:
    return [each.in_language("en") for each in parse(text.encode(), HERE).warnings]


def test_a_line_with_several_ears_has_them_in_order_and_by_name() -> None:
    line = parse(ears(GPIO, MODEM, AUDIO, '{interface="modem", port="/dev/three"}').encode(), HERE).lines[1]
    assert line.wirings == (
        GpioWiring("auto", 17, 27),
        ModemWiring("/dev/two"),
        AudioWiring("hw:1,0"),
        ModemWiring("/dev/three"),
    )
    assert line.wiring == line.wirings[0]
    assert list(line.ears) == ["gpio", "modem", "audio", "modem2"]


def test_every_kind_of_ear_is_read_with_all_its_keys() -> None:
    line = parse(
        ears(
            '{interface="gpio", chip="box", ring_pin=1, hook_pin=2, reversal_pin=3, ring_active="high", hook_active="high"}',
            '{interface="modem", port="modems/a", init=["AT&F", "ATE0V1S0=0", "AT+VCID=1;+GCI=26"]}',
            '{interface="audio", device="pipes/L2", rate=48000, dtmf_start="D", dtmf_end="C"}',
            '{interface="ht9032", port="/dev/ttyAMA1"}',
            '{interface="mt8870", chip="box", q_pins=[4, 5, 6, 7], std_pin=8}',
            """{interface="board", port="/dev/ttyAMA2", pattern='TEL (?P<number>\\d+)', baud=1200}""",
        ).encode(),
        HERE,
    ).lines[1]
    assert line.wirings == (
        GpioWiring("box", 1, 2, "high", "high", 3),
        ModemWiring("/etc/ringkeeper/modems/a", ("AT&F", "ATE0V1S0=0", "AT+VCID=1;+GCI=26")),
        AudioWiring("/etc/ringkeeper/pipes/L2", 48000, "D", "C"),
        FskChipWiring("/dev/ttyAMA1"),
        DtmfChipWiring("box", (4, 5, 6, 7), 8),
        BoardWiring("/dev/ttyAMA2", r"TEL (?P<number>\d+)", 1200),
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (ears(), "line[2].ears: it is empty; there must be at least one"),
        (ears(GPIO, more='interface = "modem"\n'), "line[2].interface: with ears it belongs into one of them"),
        (ears(GPIO, more="ring_pin = 3\n"), "line[2].ring_pin: with ears it belongs into one of them"),
        (ears(GPIO, more="rng_pin = 3\n"), "line[2].rng_pin: unknown key. Allowed are: name, number, ears"),
        (f"{ONE}{SECOND}ears = 3\n", 'line[2].ears: found 3, it must be written ears = [ {interface = "…", …}, … ]'),
        (f'{ONE}{SECOND}ears = ["gpio"]\n', 'line[2].ears: found ["gpio"], it must be written ears = [ {interface = "…", …}, … ]'),
        (ears(*(f'{{interface="modem", port="m{number}"}}' for number in range(9))), "line[2].ears: 9 ears; 8 at most"),
        (ears(GPIO, '{port="/dev/x"}'), 'line[2].ears[2].interface: missing; it must be "modem" or "gpio" or "audio" or "ht9032" or "mt8870" or "board"'),
        (ears(GPIO, MODEM, '{interface="audio", devise="hw:1,0", device="hw:1,0"}'), "line[2].ears[3].devise: unknown key; did you mean device?"),
        (ears(GPIO, '{interface="modem", port="/dev/x", ring_pin=4}'), 'line[2].ears[2].ring_pin: belongs to interface = "gpio"'),
        # had twice, across ears and lines
        (ears(GPIO, '{interface="mt8870", q_pins=[5, 6, 27, 8], std_pin=9}'), "line[2].ears[2].q_pins: found 27, which line[2].ears[1].hook_pin has already"),
        (ears(GPIO, '{interface="modem", port="/dev/one"}'), 'line[2].ears[2].port: found "/dev/one", which line[1].port has already'),
        (ears('{interface="ht9032", port="/dev/x"}', '{interface="board", port="/dev/./x", pattern="(?P<number>[0-9]+)"}'), 'line[2].ears[2].port: found "/dev/./x", which line[2].ears[1].port has already'),
        (ears(AUDIO, '{interface="audio", device="plughw:CARD=1,DEV=0"}'), 'line[2].ears[2].device: found "plughw:CARD=1,DEV=0", which line[2].ears[1].device has already'),
        (ears('{interface="audio", device="./a.wav"}', '{interface="audio", device="a/../a.wav"}'), 'line[2].ears[2].device: found "a/../a.wav", which line[2].ears[1].device has already'),
        (ears('{interface="mt8870", q_pins=[5, 6, 7, 8], std_pin=8}'), "line[2].ears[1].std_pin: found 8, which line[2].ears[1].q_pins has already"),
        # form, on both sides of each bound
        (ears('{interface="mt8870", q_pins=[5, 6, 7], std_pin=8}'), "line[2].ears[1].q_pins: found [5, 6, 7], allowed is four different pins [Q1, Q2, Q3, Q4], each from 0 to 27 (BCM numbering)"),
        (ears('{interface="mt8870", q_pins=[5, 6, 7, 7], std_pin=8}'), "line[2].ears[1].q_pins: found [5, 6, 7, 7], allowed is four different pins [Q1, Q2, Q3, Q4], each from 0 to 27 (BCM numbering)"),
        (ears('{interface="mt8870", q_pins=[5, 6, 7, 28], std_pin=8}'), "line[2].ears[1].q_pins: found [5, 6, 7, 28], allowed is four different pins [Q1, Q2, Q3, Q4], each from 0 to 27 (BCM numbering)"),
        (ears('{interface="mt8870", q_pins=[5, 6, 7, true], std_pin=8}'), "line[2].ears[1].q_pins: found [5, 6, 7, true], allowed is four different pins [Q1, Q2, Q3, Q4], each from 0 to 27 (BCM numbering)"),
        (ears('{interface="audio", device="hw:1", rate=7999}'), "line[2].ears[1].rate: found 7999, allowed is a whole number from 8000 to 48000"),
        (ears('{interface="audio", device="hw:1", rate=48001}'), "line[2].ears[1].rate: found 48001, allowed is a whole number from 8000 to 48000"),
        (ears('{interface="audio", device="hw:1", dtmf_start=""}'), 'line[2].ears[1].dtmf_start: found "", allowed is 1 to 16 different DTMF symbols out of 0-9 A-D * #'),
        (ears('{interface="audio", device="hw:1", dtmf_end="E"}'), 'line[2].ears[1].dtmf_end: found "E", allowed is 1 to 16 different DTMF symbols out of 0-9 A-D * #'),
        (ears('{interface="audio", device="hw:1", dtmf_end="CC"}'), 'line[2].ears[1].dtmf_end: found "CC", allowed is 1 to 16 different DTMF symbols out of 0-9 A-D * #'),
        (ears('{interface="audio"}'), "line[2].ears[1].device: missing; it must be the name of a sound card, such as \"hw:1,0\", or the path of a WAV file or a named pipe"),
        (ears('{interface="board", port="/dev/x", pattern="([0-9]+)"}'), 'line[2].ears[1].pattern: found "([0-9]+)": it lacks the group of the number, (?P<number>…)'),
        (ears('{interface="board", port="/dev/x", pattern="(?P<number>[0-9]+)", baud=1201}'), "line[2].ears[1].baud: found 1201, allowed is one of 1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200"),
        (ears('{interface="modem", port="/dev/x", init=[]}'), "line[2].ears[1].init: found [], allowed is 1 to 16 commands that begin with AT"),
        (ears('{interface="modem", port="/dev/x", init=["ATZ", "AT&W"]}'), 'line[2].ears[1].init[2]: found "AT&W": it writes into the modem\'s memory, which is not allowed'),
        (f'{ears(AUDIO, """{interface="audio", device="/dev/shm/x"}""")}[exchange]\n'.replace("/dev/one", "one"), 'line[2].ears[2].device: found "/dev/shm/x"; with [exchange] the virtual exchange makes this path, it cannot be a real device'),
    ],
)  # fmt: skip
def test_a_mistake_in_an_ear_is_told(text: str, told: str) -> None:
    assert wrong(text) == [told]


def test_an_ear_is_named_by_line_and_place_in_chinese_too() -> None:
    text = ears(GPIO, MODEM, '{interface="audio", device="hw:1,0", rate=1}')
    assert wrong(text, "zh_CN") == ["line[2].ears[3].rate：现在是 1，应为：8000 到 48000 的整数"]
    assert wrong(ears(), "zh_CN") == ["line[2].ears：是空的，至少要有一项"]


def test_all_mistakes_of_all_ears_are_told_at_once() -> None:
    text = ears(
        '{interface="gpio", ring_pin=28}', '{interface="modem"}', '{interface="board", port="/dev/x"}'
    )
    assert [line.split(":")[0] for line in wrong(text)] == [
        "line[2].ears[1].ring_pin",
        "line[2].ears[2].port",
        "line[2].ears[3].pattern",
    ]


NO_RING = (
    "nothing senses ringing: rings and waiting times are not exact, and calls without caller ID are not heard"
)
NO_HOOK = "no hook sensor: every call on this line will have to be settled by a person"
BY_SOUND = (
    "no hook sensor, the sound alone tells: calls of which it cannot tell will have to be settled by a person"
)
NO_NUMBER = "nothing reads caller ID: no call on this line will have a number"


@pytest.mark.parametrize(
    ("items", "told"),
    [
        ((GPIO, MODEM, AUDIO), []),
        ((MODEM, AUDIO), []),
        ((AUDIO,), [BY_SOUND]),
        ((GPIO, AUDIO), []),
        (('{interface="gpio", ring_pin=17}', AUDIO), [BY_SOUND]),
        ((GPIO,), [NO_NUMBER]),
        (('{interface="ht9032", port="/dev/x"}', '{interface="board", port="/dev/y", pattern="(?P<number>.)"}'), [NO_RING, NO_HOOK]),
        (('{interface="board", port="/dev/y", pattern="(?P<ring>R)|(?P<number>.)"}',), [NO_HOOK]),
    ],
)  # fmt: skip
def test_what_none_of_the_ears_can_do_is_warned_of(items: tuple[str, ...], told: list[str]) -> None:
    assert warned(ears(*items)) == [f"line[2].ears: {each}" for each in told]


def test_one_interface_of_the_new_kinds_is_warned_of_by_its_key() -> None:
    text = f'{ONE}{SECOND}interface = "audio"\ndevice = "hw:1,0"\n'
    assert warned(text) == [f"line[2].interface: {BY_SOUND}"]


@pytest.mark.parametrize(
    "command",
    ["ATZ", "AT&F", "at+vcid=1", "ATE0V1Q0S0=0", "AT S0=0 S7=60", "AT-STE=1;+VCID=1", "AT#CLS=8#CID=1", "AT$JSCID=4,1",
     "ATS40.2=1S41.6=1", "AT%CCID=1", "AT*ID1", "ATH", "ATH0", "AT+VLS=0", "ATM0L0X3", "AT&C1&D2", "ATS0?", "AT\\N3", "ATW1",
     "AT+FCLASS=8;+VCID=1", "AT+GCI=B5", "AT-SDR=1"],
)  # fmt: skip
def test_a_set_up_that_harms_nothing_is_let_through(command: str) -> None:
    assert init_problem(command) is None


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (command, why)
        for why, commands in {
            "memory": ("AT&W", "AT&F&W0", "at e0 & w", "AT&Z0=15400000000", "AT*W", "AT+VCID=1;&W", "AT&Y1", "AT%W", "AT\\W", "AT$W1", "AT-W", "AT#W", "AT+NVW=1"),
            "takes the line": ("ATD15400000000", "ATE0DT1", "ATA", "ATM0A", "ATH1", "ATO", "AT+VLS=1", "AT+VLS=01", "AT#VLS=4", "AT+VLS=a", "AT+VLS=,1", "AT+VTX", "AT+VRX", "AT+VTS=1", "AT+VCID=1;D1", "AT#CLS=8D1", "AT%C1D1", "AT#CC1A"),
            "S0 must be 0": ("ATS0=1", "ATE0S0=2", "AT S00=1"),
            "begins with AT": ("", "AT", "A", "+VCID=1", "AT" + "M" * 99, 7),
            "not understood": ("AT\r\nATD1", "AT铃", "AT\x00", "AT=1", "AT+", "AT&", "AT+VCID=1DT5"),
        }.items()
        for command in commands
    ],
)  # fmt: skip
def test_a_set_up_that_acts_or_writes_is_refused(command: object, why: str) -> None:
    problem = init_problem(command)
    assert problem is not None
    assert why in problem.en
