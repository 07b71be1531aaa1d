"""The ears of a line as the file has them in, their wirings out; what is wrong or probably not meant goes to the reading.

A line has either `interface` with its keys, or `ears`, a list of such tables. What may be had only once (a pin of a chip, a
port, a sound card) is claimed across all ears of all lines. It opens nothing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path

from firmware_app.init_commands import init_problem
from firmware_app.line_pattern import pattern_problem
from firmware_app.settings_rules import Problem, Rule, Table, choice, printable, shown, whole
from firmware_app.wiring import BAUD as DEFAULT_BAUD
from firmware_app.wiring import (
    DTMF_END,
    DTMF_START,
    INTERFACES,
    AudioWiring,
    BoardWiring,
    DtmfChipWiring,
    FskChipWiring,
    GpioWiring,
    ModemWiring,
    Wiring,
)
from firmware_app.wiring import RATE as DEFAULT_RATE
from firmware_app.wording import Text

MOST_EARS = 8
SIMULATED = "simulated"
UART_PINS = (14, 15)  # the console of a Raspberry Pi: its boot messages would ring the bell
MOST_INIT = 16  # commands

INTERFACE = choice(*INTERFACES)
PORT = printable(
    4096, '设备路径，例如 "/dev/serial/by-path/…"', 'the path of a device, such as "/dev/serial/by-path/…"'
)
CHIP = printable(
    128,
    '"auto"、芯片标签、/dev/gpiochip… 或 "simulated"',
    '"auto", a chip\'s label, /dev/gpiochip… or "simulated"',
)
PIN = whole(0, 27, "（BCM 编号）", " (BCM numbering)")
Q_PINS = Rule(
    list,
    Text(
        "四个不同的引脚 [Q1, Q2, Q3, Q4]，每个 0 到 27（BCM 编号）",
        "four different pins [Q1, Q2, Q3, Q4], each from 0 to 27 (BCM numbering)",
    ),
    lambda value: len(value) == 4 and all(map(PIN.admits, value)) and len(set(value)) == 4,
)
LEVEL = choice("low", "high")
DEVICE = printable(
    4096,
    '声卡名称，例如 "hw:1,0"，或 WAV 文件、命名管道的路径',
    'the name of a sound card, such as "hw:1,0", or the path of a WAV file or a named pipe',
)
RATES_OF_SOUND = whole(8000, 48000)
SYMBOLS = Rule(
    str,
    Text("1 到 16 个不重复的 DTMF 符号：0-9 A-D * #", "1 to 16 different DTMF symbols out of 0-9 A-D * #"),
    lambda value: re.fullmatch(r"[0-9A-D*#]{1,16}", value) is not None and len(set(value)) == len(value),
)
RATES = (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200)
BAUD = Rule(
    int,
    Text("、".join(map(str, RATES)), "one of " + ", ".join(map(str, RATES))),
    lambda value: value in RATES,
)
COMMANDS = Rule(
    list,
    Text(f"1 到 {MOST_INIT} 条以 AT 开头的命令", f"1 to {MOST_INIT} commands that begin with AT"),
    lambda value: 0 < len(value) <= MOST_INIT,
)
PATTERN = Rule(str, Text("带 (?P<number>…) 的正则表达式", "a regular expression with (?P<number>…)"))

PINS_OF_A_LINE = ("ring_pin", "hook_pin", "reversal_pin")
KEYS = {word: tuple(field.name for field in fields(kind)) for word, kind in INTERFACES.items()}
ALL_KEYS = tuple(dict.fromkeys(key for keys in KEYS.values() for key in keys))


@dataclass(frozen=True, slots=True)
class Place:
    """Where the file is, and whether a virtual exchange plays the lines in it."""

    path: Path
    virtual: bool

    def below(self, written: str) -> str:
        return str(below(self.path, written))


def below(path: Path, written: str) -> Path:
    """An absolute path as it is, a relative one from the folder of the file. Links stay links (by-path names of ports)."""
    return Path(os.path.normpath(path.parent / written))


def ears_of(table: Table, place: Place) -> tuple[Wiring, ...]:
    """The wirings of the line in `table`; none when it cannot be told which there are. All its keys are taken."""
    if "ears" in table.values:
        return _several(table, place)
    wiring = _ear(table, place)
    table.known("ears")
    table.finish()
    _warn_of_gaps(table, () if wiring is None else (wiring,), "interface")
    return () if wiring is None else (wiring,)


def _several(table: Table, place: Place) -> tuple[Wiring, ...]:
    table.belongs_elsewhere(
        ("interface", *ALL_KEYS), "有 ears 时，应写进其中一项", "with ears it belongs into one of them"
    )
    tables = table.inline_tables("ears", 'ears = [ {interface = "…", …}, … ]')
    table.finish()
    if table.values["ears"] == []:
        table.complain("ears", "是空的，至少要有一项", "it is empty; there must be at least one")
    if len(tables) > MOST_EARS:
        table.complain(
            "ears", f"有 {len(tables)} 项，最多 {MOST_EARS} 项", f"{len(tables)} ears; {MOST_EARS} at most"
        )
    wirings: list[Wiring] = []
    for each in tables:
        wiring = _ear(each, place)
        each.finish()
        if wiring is not None:
            wirings.append(wiring)
    if len(wirings) == len(tables):
        _warn_of_gaps(table, tuple(wirings), "ears")
    return tuple(wirings)


def _ear(table: Table, place: Place) -> Wiring | None:
    interface = table.take("interface", INTERFACE)
    if interface is None:  # there is no telling which keys belong here
        table.known(*ALL_KEYS)
        return None
    for key in ALL_KEYS:
        owners = [f'"{word}"' for word, keys in KEYS.items() if key in keys]
        if f'"{interface}"' not in owners:
            table.belongs_elsewhere(
                (key,), f"只用于 interface = {'、'.join(owners)}", f"belongs to interface = {_or(owners)}"
            )
    return READERS[interface](table, place)


def _or(words: list[str]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " or " + words[-1]


# ---- one reader for each kind of ear ---------------------------------------------------------------------------------


def _modem(table: Table, place: Place) -> ModemWiring:
    port = _port(table, place, "port", PORT)
    commands = table.optional("init", COMMANDS) or []
    for number, command in enumerate(commands, start=1):
        problem = init_problem(command)
        if problem is not None:
            key = f"{table.key('init')}[{number}]"
            table.reading.problems.append(Problem(key, _found(command, problem)))
    return ModemWiring(port, tuple(each for each in commands if isinstance(each, str)))


def _found(value: object, problem: Text) -> Text:
    return Text(f"现在是 {shown(value)}，{problem.zh}", f"found {shown(value)}: {problem.en}")


def _gpio(table: Table, place: Place) -> GpioWiring:
    chip = table.take_or("chip", CHIP, "auto")
    wiring = GpioWiring(
        chip=chip,
        ring_pin=table.take("ring_pin", PIN) or 0,
        hook_pin=table.optional("hook_pin", PIN),
        ring_active=table.take_or("ring_active", LEVEL, "low"),
        hook_active=table.take_or("hook_active", LEVEL, "low"),
        reversal_pin=table.optional("reversal_pin", PIN),
    )
    claim_pins(table, chip, PINS_OF_A_LINE)
    return wiring


def _audio(table: Table, place: Place) -> AudioWiring:
    written = table.values.get("device")
    if isinstance(written, str) and "/" in written:  # as an ALSA name never has it
        device = _port(table, place, "device", DEVICE)
    else:
        device = table.take("device", DEVICE) or ""
        if device:
            table.claim("device", "sound card", *_card(device))
    return AudioWiring(
        device,
        table.take_or("rate", RATES_OF_SOUND, DEFAULT_RATE),
        table.take_or("dtmf_start", SYMBOLS, DTMF_START),
        table.take_or("dtmf_end", SYMBOLS, DTMF_END),
    )


def _card(device: str) -> tuple[str, ...]:
    """Card and device of an ALSA name: "hw:1", "plughw:1,0" and "hw:CARD=1,DEV=0" are one capture, which has one user."""
    found = re.fullmatch(r"(?:plug)?hw:(?:CARD=)?([^,=]+)(?:,(?:DEV=)?(\d+))?(?:,.*)?", device)
    return (found[1], found[2] or "0") if found else (device,)


def _fsk_chip(table: Table, place: Place) -> FskChipWiring:
    return FskChipWiring(_port(table, place, "port", PORT))


def _dtmf_chip(table: Table, place: Place) -> DtmfChipWiring:
    chip = table.take_or("chip", CHIP, "auto")
    pins = table.take("q_pins", Q_PINS) or [0, 0, 0, 0]
    wiring = DtmfChipWiring(
        chip,
        (pins[0], pins[1], pins[2], pins[3]),
        table.take("std_pin", PIN) or 0,
        table.take_or("dtmf_start", SYMBOLS, DTMF_START),
        table.take_or("dtmf_end", SYMBOLS, DTMF_END),
    )
    claim_pins(table, chip, ("q_pins", "std_pin"))
    return wiring


def _board(table: Table, place: Place) -> BoardWiring:
    port = _port(table, place, "port", PORT)
    pattern = table.take("pattern", PATTERN)
    problem = None if pattern is None else pattern_problem(pattern)
    if problem is not None:
        table.reading.problems.append(Problem(table.key("pattern"), _found(pattern, problem)))
    return BoardWiring(port, pattern or "", table.take_or("baud", BAUD, DEFAULT_BAUD))


READERS: dict[str, Callable[[Table, Place], Wiring]] = {
    "modem": _modem,
    "gpio": _gpio,
    "audio": _audio,
    "ht9032": _fsk_chip,
    "mt8870": _dtmf_chip,
    "board": _board,
}


# ---- what may be had only once ---------------------------------------------------------------------------------------


def _port(table: Table, place: Place, key: str, rule: Rule[str]) -> str:
    """The full path at `key`, claimed; empty when it is wrong or missing."""
    written = table.take(key, rule)
    if written is None:
        return ""
    full = place.below(written)
    table.claim(key, "port", full)
    if place.virtual and full.startswith("/dev/"):
        table.complain(
            key,
            f"现在是 {shown(written)}；有 [exchange] 时虚拟交换机会占用此路径，不能用真实设备",
            f"found {shown(written)}; with [exchange] the virtual exchange makes this path, it cannot be a real device",
        )
    return full


def claim_pins(table: Table, chip: str, names: tuple[str, ...]) -> None:
    """A pin has one use on its chip, and pins of the UART rather none."""
    for name in names:
        value = table.values.get(name)
        for pin in value if isinstance(value, list) else [value]:
            if PIN.admits(pin):
                _claim_pin(table, chip, name, pin)


def _claim_pin(table: Table, chip: str, name: str, pin: object) -> None:
    table.claim(name, "pin", chip, pin, found=pin)
    if chip == SIMULATED:
        return
    table.share(name, chip, pin)
    if pin in UART_PINS:
        table.warn(
            name,
            f"GPIO{pin} 是串口（UART）引脚，启动信息会造成误触发，请换一个",
            f"GPIO{pin} is a pin of the UART, whose boot messages make false triggers; better take another",
        )


# ---- what a line cannot do -------------------------------------------------------------------------------------------


def _warn_of_gaps(table: Table, wirings: tuple[Wiring, ...], key: str) -> None:
    """What none of the ears can sense. A modem may sense the hook or not: which it is shows when it is plugged in."""
    if not wirings:
        return
    modem, pins, sound, hook_pin = (
        any(found(each) for each in wirings) for found in (_is_modem, _is_pins, _is_sound, _has_hook_pin)
    )
    if not (modem or pins or sound or any(map(_says_ring, wirings))):
        table.warn(
            key,
            "没有振铃检测：响铃次数和等待时长不准，没有来电显示的来电听不到",
            "nothing senses ringing: rings and waiting times are not exact, and calls without caller ID are not heard",
        )
    if not (modem or hook_pin):
        _warn_of_hook(table, "hook_pin" if pins and len(wirings) == 1 else key, sound=sound)
    if all(map(_is_pins, wirings)):
        table.warn(
            key,
            "没有来电显示：此线路的来电都没有号码",
            "nothing reads caller ID: no call on this line will have a number",
        )


def _warn_of_hook(table: Table, key: str, *, sound: bool) -> None:
    if sound:
        table.warn(
            key,
            "没有摘机检测，只能从声音推断：听不出来的来电会记为待确认",
            "no hook sensor, the sound alone tells: calls of which it cannot tell will have to be settled by a person",
        )
        return
    table.warn(
        key,
        "没有摘机检测：此线路的来电都会记为待确认",
        "no hook sensor: every call on this line will have to be settled by a person",
    )


def _is_modem(wiring: Wiring) -> bool:
    return isinstance(wiring, ModemWiring)


def _is_pins(wiring: Wiring) -> bool:
    return isinstance(wiring, GpioWiring)


def _is_sound(wiring: Wiring) -> bool:
    return isinstance(wiring, AudioWiring)


def _has_hook_pin(wiring: Wiring) -> bool:
    return isinstance(wiring, GpioWiring) and wiring.hook_pin is not None


def _says_ring(wiring: Wiring) -> bool:
    return isinstance(wiring, BoardWiring) and "(?P<ring>" in wiring.pattern
