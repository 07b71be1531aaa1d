"""config/ringkeeper.toml to frozen dataclasses, or a SettingsError that names everything wrong in it at once.

`parse` is pure but for the table of time zones; `load` reads the file and looks for the system's run folder.
config/ringkeeper.toml explains each key and shows its default; tests/test_repository.py holds the two together.
"""

from __future__ import annotations

import re
import tomllib
import zoneinfo
from dataclasses import dataclass
from pathlib import Path

from firmware_app.reminding import SILENT, Escalation, Reminder
from firmware_app.reminding_rules import escalation, reminders
from firmware_app.settings_rules import Problem, Reading, Rule, Table, choice, printable, whole
from firmware_app.wiring import Wiring, ear_names
from firmware_app.wiring_rules import CHIP, PIN, Place, below, claim_pins, ears_of
from firmware_app.wording import Text

MOST_LINES = 8
SYSTEM_RUN_DIR = Path("/run/ringkeeper")


@dataclass(frozen=True, slots=True)
class Site:
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line and its ears, one or several, in the order of the file."""

    name: str
    number: str
    wirings: tuple[Wiring, ...]

    @property
    def wiring(self) -> Wiring:
        """The first ear."""
        return self.wirings[0]

    @property
    def ears(self) -> dict[str, Wiring]:
        """The ears by name: the word of its interface, from the second of a kind on with a number."""
        return dict(zip(ear_names(self.wirings), self.wirings, strict=True))


@dataclass(frozen=True, slots=True)
class Indicators:
    """GPIO numbers (BCM); None where there is no such lamp. `chip` as in GpioWiring."""

    chip: str = "auto"
    ring: int | None = None
    ring_red: int | None = None
    missed: int | None = None
    fault: int | None = None
    buzzer: int | None = None
    button: int | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    host: str = "127.0.0.1"
    port: int = 8080


@dataclass(frozen=True, slots=True)
class Exchange:
    """The virtual telephone exchange of a trial (`ringkeeper run` starts it when this table is there)."""

    seed: int | None = None
    calls_per_minute: float = 4.0
    modem: str = "CX930xx"  # one of VIRTUAL_MODEMS


@dataclass(frozen=True, slots=True)
class Settings:
    """warnings: what is allowed and probably not meant; shown by `ringkeeper check-config`."""

    path: Path
    language: str  # zh_CN | en
    timezone: str
    data_dir: Path
    run_dir: Path
    site: Site
    lines: tuple[Line, ...]
    indicators: Indicators
    panel: Panel
    exchange: Exchange | None
    line_check_at: str = "08:00"
    escalation: Escalation = SILENT
    reminders: tuple[Reminder, ...] = ()
    warnings: tuple[Problem, ...] = ()


class SettingsError(Exception):
    """The file cannot be used. Its text has one line for each problem, in the language of the configuration."""

    def __init__(self, path: Path, problems: list[Problem], language: str) -> None:
        self.path = path
        self.problems = tuple(problems)
        self.language = language
        separator = ": " if language == "en" else "："
        super().__init__("\n".join(f"{path}{separator}{each.in_language(language)}" for each in problems))


# ---- what each key may hold ------------------------------------------------------------------------------------------

LANGUAGE = choice("zh_CN", "en")
TIMEZONE = Rule(
    str,
    Text('时区名称，例如 "Asia/Shanghai"', 'the name of a time zone, such as "Asia/Shanghai"'),
    lambda value: _is_timezone(value),
)
FOLDER = printable(4096, "文件夹路径", "the path of a folder")
SITE_ID = Rule(
    str,
    Text(
        '3 到 64 个小写字母、数字和连字符，例如 "jc-zezhou-0001"',
        '3 to 64 small letters, digits and hyphens, such as "jc-zezhou-0001"',
    ),
    lambda value: len(value) in range(3, 65) and re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", value) is not None,
)
SITE_NAME = printable(64, "1 到 64 个字的站点名称", "the name of the service point, 1 to 64 characters")
LINE_NAME = printable(
    16, '1 到 16 个字、不含空格的线路名，例如 "L1"', 'a name of 1 to 16 characters without spaces, such as "L1"',
    lambda value: " " not in value,
)  # fmt: skip
NUMBER = Rule(
    str,
    Text(
        '本机号码，3 到 20 位数字（带引号），例如 "03562217000"',
        "the line's own number, 3 to 20 digits in quotes",
    ),
    lambda value: re.fullmatch(r"\+?[0-9]{3,20}", value) is not None,
)
HOST = Rule(
    str,
    Text(
        '本机地址或主机名，例如 "127.0.0.1"', 'an address of this machine or a host name, such as "127.0.0.1"'
    ),
    lambda value: re.fullmatch(r"[A-Za-z0-9.:_-]{1,253}", value) is not None,
)
TCP_PORT = whole(1, 65535)
TIME_OF_DAY = Rule(
    str,
    Text('"00:00" 到 "23:59" 的时刻', 'a time of day from "00:00" to "23:59"'),
    lambda value: re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", value) is not None,
)
SEED = whole(0, 2**63 - 1)
CALLS_PER_MINUTE = Rule(
    float,
    Text("0（只听吩咐）或 0.1 到 60 的数", "0 (only what it is told) or a number from 0.1 to 60"),
    lambda value: value == 0 or 0.1 <= value <= 60,
)
VIRTUAL_MODEMS = (
    "CX930xx",
    "USR5637",
    "Rockwell",
    "MultiTech",
    "SiLabs",
    "ZyXEL",
    "3Com",
    "Lucent",
)  # docs/MODEMS.md
MODEM = choice(*VIRTUAL_MODEMS)

LAMPS = ("ring", "ring_red", "missed", "fault", "buzzer", "button")


def _is_timezone(name: str) -> bool:
    try:
        zoneinfo.ZoneInfo(name)
    # an absolute path or NUL is a ValueError, a folder such as "Asia" an OSError
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        return False
    return True


# ---- reading ---------------------------------------------------------------------------------------------------------


def load(path: Path) -> Settings:
    """The settings in the file at `path`; SettingsError when it cannot be read or anything in it is wrong."""
    try:
        content = path.read_bytes()
    except OSError as error:  # which language the reader wants stands in the file
        what = f"无法读取 / cannot be read: {error.strerror or error}"
        if isinstance(error, FileNotFoundError):
            what += "（用 --config FILE 指定 / name it with --config FILE）"
        raise SettingsError(path, [Problem("", Text(what, what))], "zh_CN") from None
    # the same for everybody who asks, monitor, panel and shell: whether one may write there is not asked
    return parse(content, path.absolute(), SYSTEM_RUN_DIR if SYSTEM_RUN_DIR.is_dir() else None)


def parse(content: bytes, path: Path, system_run_dir: Path | None = None) -> Settings:
    """The settings in `content`; relative paths in it start at the folder of `path`. SettingsError says all that is wrong."""
    text = _decoded(content, path)
    language = "en" if re.search(r'^\s*language\s*=\s*["\']en["\']', text, re.MULTILINE) else "zh_CN"
    try:
        values = tomllib.loads(text)
    # TOMLDecodeError is a ValueError, and so is a number of 5,000 digits
    except (ValueError, RecursionError) as error:
        raise SettingsError(path, [_syntax_problem(error, text)], language) from None
    return from_table(values, path, system_run_dir)


def from_table(values: dict[str, object], path: Path, system_run_dir: Path | None = None) -> Settings:
    """The settings in a TOML document that was read already."""
    reading = Reading()
    top = Table(values, "", reading)
    language = top.take_or("language", LANGUAGE, "zh_CN")
    timezone = top.take_or("timezone", TIMEZONE, "Asia/Shanghai")
    data_dir = below(path, top.take_or("data_dir", FOLDER, "/var/lib/ringkeeper"))
    run_dir = top.optional("run_dir", FOLDER)
    line_check_at = top.take_or("line_check_at", TIME_OF_DAY, "08:00")
    site = _site(top.table("site"))
    lines = _lines(top, path)
    indicators = _indicators(top.table("indicators"))
    panel = _panel(top.table("panel"))
    at_the_desk = escalation(top.table("escalation"))
    to_the_head = reminders(top, path)
    exchange = _exchange(top.table("exchange")) if "exchange" in values else None
    top.finish()
    if reading.problems:
        raise SettingsError(path, reading.problems, language)
    return Settings(
        path=path,
        language=language,
        timezone=timezone,
        data_dir=data_dir,
        run_dir=below(path, run_dir) if run_dir else (system_run_dir or data_dir / "run"),
        site=site,
        lines=lines,
        indicators=indicators,
        panel=panel,
        exchange=exchange,
        line_check_at=line_check_at,
        escalation=at_the_desk,
        reminders=to_the_head,
        warnings=tuple(reading.warnings),
    )


def _decoded(content: bytes, path: Path) -> str:
    """UTF-8 with or without a byte order mark (Windows editors write one)."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        what = Text(
            f"第 {line} 行不是 UTF-8 编码，请另存为 UTF-8",
            f"line {line} is not UTF-8; save the file as UTF-8",
        )
        raise SettingsError(path, [Problem("", what)], "zh_CN") from None


def _syntax_problem(error: Exception, text: str) -> Problem:
    """tomllib says where in its message, in English: "Invalid value (at line 3, column 8)"."""
    place = re.search(r" \(at line (\d+), column (\d+)\)$", str(error))
    what = str(error)[: place.start()] if place else str(error)
    if place is None:
        return Problem("", Text(f"不符合 TOML 语法：{what}", f"not valid TOML: {what}"))
    line, column = place.groups()
    written = text.split("\n")[int(line) - 1 :][:1]
    broken = any(each.count("{") > each.count("}") for each in written)  # the commonest mistake with `ears`
    hint = Text("（{ … } 要写在同一行）", " ({ … } must stand on one line)") if broken else Text("", "")
    return Problem(
        "",
        Text(
            f"第 {line} 行第 {column} 列不符合 TOML 语法：{what}{hint.zh}",
            f"line {line}, column {column}: not valid TOML: {what}{hint.en}",
        ),
    )


def _site(table: Table) -> Site:
    site = Site(table.take("id", SITE_ID) or "", table.take("name", SITE_NAME) or "")
    table.finish()
    return site


def _lines(top: Table, path: Path) -> tuple[Line, ...]:
    tables = top.tables("line")
    if "line" not in top.values or top.values["line"] == []:
        top.complain(
            "line", "缺少线路，至少要有一节 [[line]]", "missing; there must be at least one [[line]]"
        )
    if len(tables) > MOST_LINES:
        top.complain(
            "line",
            f"有 {len(tables)} 条线路，最多 {MOST_LINES} 条",
            f"{len(tables)} lines; one appliance serves {MOST_LINES} at most",
        )
    place = Place(path, "exchange" in top.values)
    return tuple(_line(table, place) for table in tables)


def _line(table: Table, place: Place) -> Line:
    name = table.take("name", LINE_NAME)
    if name is not None:
        table.claim("name", "line", name)
    number = table.take("number", NUMBER)
    return Line(name or "", number or "", ears_of(table, place))


def _indicators(table: Table) -> Indicators:
    chip = table.take_or("chip", CHIP, "auto")
    ring, ring_red, missed, fault, buzzer, button = (table.optional(lamp, PIN) for lamp in LAMPS)
    claim_pins(table, chip, LAMPS)
    table.finish()
    return Indicators(chip, ring, ring_red, missed, fault, buzzer, button)


def _panel(table: Table) -> Panel:
    panel = Panel(table.take_or("host", HOST, "127.0.0.1"), table.take_or("port", TCP_PORT, 8080))
    table.finish()
    return panel


def _exchange(table: Table) -> Exchange:
    exchange = Exchange(
        seed=table.optional("seed", SEED),
        calls_per_minute=table.number_or("calls_per_minute", CALLS_PER_MINUTE, 4.0),
        modem=table.take_or("modem", MODEM, "CX930xx"),
    )
    table.finish()
    return exchange
