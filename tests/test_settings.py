"""Settings: every mistake in a file is found at once and told with key, finding and what is allowed; nothing else is raised."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from firmware_app.settings import Exchange, SettingsError, load, parse
from firmware_app.wiring import GpioWiring, ModemWiring

HERE = Path("/etc/ringkeeper/ringkeeper.toml")

GOOD = """
language = "en"
[site]
id = "jc-zezhou-0001"
name = "示例便民服务站"
[[line]]
name = "L1"
number = "03562217000"
interface = "modem"
port = "/dev/serial/by-path/one"
[[line]]
name = "L2"
number = "03562217001"
interface = "gpio"
ring_pin = 17
hook_pin = 27
[indicators]
ring = 5
[panel]
port = 8081
"""


def wrong(text: str, old: str = "", new: str = "") -> list[str]:
    """The lines of the error that `text`, with `old` replaced by `new`, gives (without the name of the file)."""
    assert old in text
    with pytest.raises(SettingsError) as caught:
        parse(text.replace(old, new, 1).encode(), HERE)
    return [
        line.removeprefix(f"{HERE}: ").removeprefix(f"{HERE}：") for line in str(caught.value).splitlines()
    ]


def line_block(name: str, pin: int, chip: str = "auto") -> str:
    return (
        f'[[line]]\nname = "{name}"\nnumber = "0356221{pin:04}"\ninterface = "gpio"\n'
        f'chip = "{chip}"\nring_pin = {pin}\nhook_pin = {pin + 1}\n'
    )


def test_a_good_file_is_read() -> None:
    settings = parse(GOOD.encode(), HERE)
    assert settings.language == "en"
    assert settings.timezone == "Asia/Shanghai"
    assert settings.data_dir == Path("/var/lib/ringkeeper")
    assert settings.run_dir == Path("/var/lib/ringkeeper/run")
    assert [line.name for line in settings.lines] == ["L1", "L2"]
    assert settings.lines[0].wiring == ModemWiring("/dev/serial/by-path/one")
    assert settings.lines[1].wiring == GpioWiring("auto", 17, 27)
    assert (settings.indicators.ring, settings.indicators.buzzer) == (5, None)
    assert (settings.panel.host, settings.panel.port) == ("127.0.0.1", 8081)
    assert settings.exchange is None
    assert [each.key for each in settings.warnings] == ["line[2].interface"], "it never has a number"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        # unknown keys
        ("ring_pin = 17", "ring_pin = 17\nrng_active = 'low'", ["line[2].rng_active: unknown key; did you mean ring_active?"]),
        ("[panel]", "[pannel]", ["pannel: unknown key; did you mean panel?"]),
        ('language = "en"', 'language = "en"\n"铃 声" = 1', ['"铃 声": unknown key. Allowed are: language, timezone, data_dir, run_dir, line_check_at, site, line, indicators, panel, escalation, reminder']),
        # wrong types: a bool is not a number, a number is not a string
        ("port = 8081", "port = true", ["panel.port: found true, allowed is a whole number from 1 to 65535"]),
        ("port = 8081", 'port = "8081"', ['panel.port: found "8081", allowed is a whole number from 1 to 65535']),
        ("port = 8081", "port = 8081.0", ["panel.port: found 8081.0, allowed is a whole number from 1 to 65535"]),
        ('"03562217000"', "3562217000", ["line[1].number: found 3562217000, allowed is the line's own number, 3 to 20 digits in quotes"]),
        ("ring = 5", "ring = [5]", ["indicators.ring: found [5], allowed is a whole number from 0 to 27 (BCM numbering)"]),
        ("ring = 5", "ring = {a = 5}", ["indicators.ring: found {a}, allowed is a whole number from 0 to 27 (BCM numbering)"]),
        ("ring = 5", "ring = 2026-11-23", ["indicators.ring: found 2026-11-23, allowed is a whole number from 0 to 27 (BCM numbering)"]),
        # bounds, on both sides
        ("port = 8081", "port = 0", ["panel.port: found 0, allowed is a whole number from 1 to 65535"]),
        ("port = 8081", "port = 65536", ["panel.port: found 65536, allowed is a whole number from 1 to 65535"]),
        ("ring_pin = 17", "ring_pin = 28", ["line[2].ring_pin: found 28, allowed is a whole number from 0 to 27 (BCM numbering)"]),
        ("ring_pin = 17", "ring_pin = -1", ["line[2].ring_pin: found -1, allowed is a whole number from 0 to 27 (BCM numbering)"]),
        ("ring_pin = 17", f"ring_pin = 0x{'f' * 5000}", [f"line[2].ring_pin: found 0x{'f' * 57}…, allowed is a whole number from 0 to 27 (BCM numbering)"]),
        # missing
        ("ring_pin = 17\n", "", ["line[2].ring_pin: missing; it must be a whole number from 0 to 27 (BCM numbering)"]),
        ('port = "/dev/serial/by-path/one"', "", ['line[1].port: missing; it must be the path of a device, such as "/dev/serial/by-path/…"']),
        # a key of the other interface
        ("ring_pin = 17", 'ring_pin = 17\nport = "/dev/x"', ['line[2].port: belongs to interface = "modem", "ht9032" or "board"']),
        ('interface = "modem"', 'interface = "modem"\nhook_pin = 4', ['line[1].hook_pin: belongs to interface = "gpio"']),
        ('interface = "modem"', 'interface = "isdn"', ['line[1].interface: found "isdn", allowed is "modem" or "gpio" or "audio" or "ht9032" or "mt8870" or "board"']),
        # had twice
        ("ring = 5", "ring = 17", ["indicators.ring: found 17, which line[2].ring_pin has already"]),
        ("hook_pin = 27", "hook_pin = 17", ["line[2].hook_pin: found 17, which line[2].ring_pin has already"]),
        ("ring = 5", "ring = 5\nmissed = 5", ["indicators.missed: found 5, which indicators.ring has already"]),
        ('name = "L2"', 'name = "L1"', ['line[2].name: found "L1", which line[1].name has already']),
        ('interface = "gpio"\nring_pin = 17\nhook_pin = 27', 'interface = "modem"\nport = "/dev/serial/../serial/by-path/one"', ['line[2].port: found "/dev/serial/../serial/by-path/one", which line[1].port has already']),
        # form
        ('"jc-zezhou-0001"', '"JC 1"', ['site.id: found "JC 1", allowed is 3 to 64 small letters, digits and hyphens, such as "jc-zezhou-0001"']),
        ('"jc-zezhou-0001"', '"jc"', ['site.id: found "jc", allowed is 3 to 64 small letters, digits and hyphens, such as "jc-zezhou-0001"']),
        ('name = "L1"', 'name = "L 1"', ['line[1].name: found "L 1", allowed is a name of 1 to 16 characters without spaces, such as "L1"']),
        ('name = "L1"', 'name = "\\u0000"', ['line[1].name: found "\\u0000", allowed is a name of 1 to 16 characters without spaces, such as "L1"']),
        ('language = "en"', 'language = "en"\ntimezone = "Asia"', ['timezone: found "Asia", allowed is the name of a time zone, such as "Asia/Shanghai"']),
        ('language = "en"', 'language = "en"\ntimezone = "/etc/localtime"', ['timezone: found "/etc/localtime", allowed is the name of a time zone, such as "Asia/Shanghai"']),
        ('language = "en"', 'language = "en"\nline_check_at = "24:00"', ['line_check_at: found "24:00", allowed is a time of day from "00:00" to "23:59"']),
        ('[panel]', '[panel]\nhost = "ten dot one"', ['panel.host: found "ten dot one", allowed is an address of this machine or a host name, such as "127.0.0.1"']),
        ('[panel]', '[exchange]\ncalls_per_minute = 0.01\n[panel]', ["line[1].port: found \"/dev/serial/by-path/one\"; with [exchange] the virtual exchange makes this path, it cannot be a real device", "exchange.calls_per_minute: found 0.01, allowed is 0 (only what it is told) or a number from 0.1 to 60"]),
        ('[site]\nid = "jc-zezhou-0001"\nname = "示例便民服务站"', 'site = 1', ["site: found 1, allowed is a table [site]", 'site.id: missing; it must be 3 to 64 small letters, digits and hyphens, such as "jc-zezhou-0001"', "site.name: missing; it must be the name of the service point, 1 to 64 characters"]),
    ],
)  # fmt: skip
def test_a_mistake_is_told(old: str, new: str, expected: list[str]) -> None:
    assert wrong(GOOD, old, new) == expected


def test_all_mistakes_are_told_at_once_in_the_language_of_the_file() -> None:
    text = (
        GOOD.replace('"en"', '"zh_CN"')
        .replace("ring_pin = 17", "ring_pin = 40")
        .replace("ring = 5", "ring = 27")
        .replace("8081", "0")
    )
    assert wrong(text) == [
        "line[2].ring_pin：现在是 40，应为：0 到 27 的整数（BCM 编号）",
        "indicators.ring：现在是 27，已被 line[2].hook_pin 使用",
        "panel.port：现在是 0，应为：1 到 65535 的整数",
    ]


def test_a_bad_language_is_told_in_chinese() -> None:
    assert wrong(GOOD, '"en"', '"de"') == ['language：现在是 "de"，应为："zh_CN" 或 "en"']


def test_one_bracket_too_few_is_explained() -> None:
    text = GOOD[: GOOD.index("[[line]]")] + '[line]\nname = "L1"\n'
    assert wrong(text) == ["line: found {name}, it must be written [[line]] (double brackets)"]


@pytest.mark.parametrize(("count", "told"), [(8, None), (9, "line: 9 lines; one appliance serves 8 at most")])
def test_one_to_eight_lines(count: int, told: str | None) -> None:
    head = GOOD[: GOOD.index("[[line]]")]
    text = head + "".join(line_block(f"L{nr}", 2 * nr, "auto") for nr in range(count))
    if told is None:
        assert len(parse(text.encode(), HERE).lines) == count
    else:
        assert wrong(text) == [told]


@pytest.mark.parametrize("lines", ["", "line = []\n"])
def test_no_line_at_all(lines: str) -> None:
    assert wrong(lines + GOOD[: GOOD.index("[[line]]")]) == [
        "line: missing; there must be at least one [[line]]"
    ]


def test_the_same_pin_of_another_chip_is_another_pin() -> None:
    text = GOOD.replace("ring = 5", 'chip = "expander"\nring = 17')
    assert parse(text.encode(), HERE).indicators.ring == 17


def test_the_uart_and_a_missing_hook_sensor_are_warned_of() -> None:
    text = GOOD.replace("ring_pin = 17\nhook_pin = 27", "ring_pin = 14")
    told = [each.in_language("en") for each in parse(text.encode(), HERE).warnings]
    assert told == [
        "line[2].ring_pin: GPIO14 is a pin of the UART, whose boot messages make false triggers; better take another",
        "line[2].hook_pin: no hook sensor: every call on this line will have to be settled by a person",
        "line[2].interface: nothing reads caller ID: no call on this line will have a number",
    ]
    simulated = text.replace("ring_pin = 14", 'chip = "simulated"\nring_pin = 14\nhook_pin = 4')
    assert [each.key for each in parse(simulated.encode(), HERE).warnings] == ["line[2].interface"]


def test_the_exchange_has_defaults_and_takes_whole_numbers() -> None:
    text = GOOD.replace("/dev/serial/by-path/one", "modem-L1")
    assert parse(f"{text}[exchange]\n".encode(), HERE).exchange == Exchange(None, 4.0, "CX930xx")
    given = parse(
        f'{text}[exchange]\nseed = 7\ncalls_per_minute = 12\nmodem = "USR5637"\n'.encode(), HERE
    ).exchange
    assert given == Exchange(7, 12.0, "USR5637")
    assert isinstance(given.calls_per_minute, float)


def test_relative_paths_start_at_the_folder_of_the_file() -> None:
    text = 'data_dir = "../.demo"\nrun_dir = "run"\n' + GOOD.replace(
        "/dev/serial/by-path/one", "../.demo/modem-L1"
    )
    settings = parse(text.encode(), Path("/srv/shop/config/demo.toml"))
    assert settings.data_dir == Path("/srv/shop/.demo")
    assert settings.run_dir == Path("/srv/shop/config/run")
    assert settings.lines[0].wiring == ModemWiring("/srv/shop/.demo/modem-L1")


def test_the_run_folder_of_the_system_is_taken_where_there_is_one() -> None:
    assert parse(GOOD.encode(), HERE, Path("/run/ringkeeper")).run_dir == Path("/run/ringkeeper")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (
            b'language = "en"\nport 8080\n',
            "line 2, column 6: not valid TOML: Expected '=' after a key in a key/value pair",
        ),
        (
            b'language = "en"\nears = [\n  {interface="gpio",\nring_pin=17} ]\n',
            "key part ({ … } must stand on one line)",
        ),
        (b'language = "en"\nx = "', "not valid TOML: Unterminated string (at end of document)"),
        (b"x = " + b"9" * 5000, "不符合 TOML 语法：Exceeds the limit"),
        (b"x = " + b"[" * 100_000, "不符合 TOML 语法："),
        (b'language = "en"\nx = \xcc\xfa\n', "第 2 行不是 UTF-8 编码，请另存为 UTF-8"),
        (GOOD.encode("utf-16"), "第 1 行不是 UTF-8 编码，请另存为 UTF-8"),
        (b"", "site.id：缺少此项"),
    ],
    ids=["syntax", "broken table", "unterminated", "digits", "nesting", "gbk", "utf-16", "empty"],
)
def test_a_file_that_is_no_toml(content: bytes, told: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse(content, HERE)
    assert told in str(caught.value)
    assert str(caught.value).startswith(str(HERE))


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm() -> None:
    content = b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode()
    assert parse(content, HERE).panel.port == 8081


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.toml", tmp_path):
        with pytest.raises(SettingsError, match="无法读取 / cannot be read") as caught:
            load(path)
        assert str(path) in str(caught.value)


def test_load_takes_paths_from_the_folder_it_is_called_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "site.toml").write_text('data_dir = "data"\n' + GOOD, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    settings = load(Path("site.toml"))
    assert settings.path == tmp_path / "site.toml"
    assert settings.data_dir == tmp_path / "data"
    assert os.path.isabs(settings.run_dir)


def test_one_pin_under_two_names_of_a_chip_is_worth_a_word() -> None:
    text = GOOD.replace('interface = "gpio"', 'interface = "gpio"\nchip = "/dev/gpiochip0"')
    warned = parse(text.replace("ring = 5", "ring = 17").encode(), HERE).warnings
    assert any(each.key == "indicators.ring" and "used twice" in each.in_language("en") for each in warned), (
        warned
    )
