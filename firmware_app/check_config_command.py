"""`ringkeeper check-config`: a configuration file in, what it wires or everything that is wrong in it out. Changes nothing."""

from __future__ import annotations

import argparse
import os
import sys
from importlib.util import find_spec
from pathlib import Path

from firmware_app import secret_files
from firmware_app.reminding import Reminder
from firmware_app.settings import Line, Settings, SettingsError, load
from firmware_app.wiring import (
    AudioWiring,
    BoardWiring,
    DtmfChipWiring,
    FskChipWiring,
    GpioWiring,
    ModemWiring,
    Wiring,
)
from firmware_app.wording import Text

DEFAULT_CONFIG = Path("/etc/ringkeeper/ringkeeper.toml")

ROLES = {"ring": Text("振铃", "ring"), "hook": Text("摘机", "hook"), "reversal": Text("反极", "reversal")}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        default=Path(os.environ.get("RINGKEEPER_CONFIG", DEFAULT_CONFIG)),
        help=f"配置文件 / configuration (default {DEFAULT_CONFIG})",
    )
    parser.epilog = (
        "逐项检查配置文件，一次列出全部问题；不打开任何设备。配置正确时退出码为 0，否则为 1。\n"
        "Checks every key and lists all problems at once; opens no device. Exit code 0 when all is right, else 1."
    )


def run(args: argparse.Namespace) -> int:
    """Print the summary and return 0, or the problems on stderr and return 1."""
    try:
        settings = load(args.config)
    except SettingsError as wrong:
        print(wrong, file=sys.stderr)
        return 1
    print("\n".join(text.in_language(settings.language) for text in summary(settings)))
    note = Text("注意：", "note: ").in_language(settings.language)
    warnings = [warning.in_language(settings.language) for warning in settings.warnings]
    warnings += [
        text.in_language(settings.language) for text in (*_not_installed(settings), *_secrets(settings))
    ]
    for warning in warnings:
        print(f"{note}{warning}", file=sys.stderr)
    return 0


def _not_installed(settings: Settings) -> list[Text]:
    """What the lines need beside the program itself."""
    heard = [
        line.name for line in settings.lines if any(isinstance(ear, AudioWiring) for ear in line.wirings)
    ]
    if not heard or find_spec("numpy") is not None:
        return []
    return [
        Text(
            f"{'、'.join(heard)}：监听声音需要 numpy，尚未安装，请执行：make sound",
            f"{', '.join(heard)}: to hear sound needs numpy, which is not installed. Type: make sound",
        )
    ]


def _secrets(settings: Settings) -> list[Text]:
    """What is wrong with the files that hold secrets."""
    return [text for reminder in settings.reminders for text in secret_files.complaints(reminder)]


def summary(settings: Settings) -> list[Text]:
    """What the file wires, one line each: the technician reads it against the cables."""
    site, panel = settings.site, settings.panel
    host = f"[{panel.host}]" if ":" in panel.host else panel.host
    texts = [
        Text(f"配置正确：{settings.path}", f"the configuration is right: {settings.path}"),
        Text(f"站点  {site.id}  {site.name}", f"site  {site.id}  {site.name}"),
        *map(_line, settings.lines),
        *_indicators(settings),
        *map(_reminder, settings.reminders),
        Text(f"面板  http://{host}:{panel.port}/", f"panel  http://{host}:{panel.port}/"),
        Text(f"数据  {settings.data_dir}", f"data  {settings.data_dir}"),
    ]
    if settings.exchange is not None:
        texts.append(Text("虚拟交换机：试用，不接真实线路", "virtual exchange: a trial, no real line"))
    return texts


def _reminder(reminder: Reminder) -> Text:
    """Never where to: a robot's address is its secret."""
    told = f"{reminder.name}  {reminder.kind}"
    return Text(
        f"提醒  {told}  {reminder.after_minutes} 分钟后",
        f"reminder  {told}  after {reminder.after_minutes} min",
    )


def _line(line: Line) -> Text:
    ears = [_ear(wiring) for wiring in line.wirings]
    return Text(
        f"线路  {line.name}  {line.number}  {'；'.join(ear.zh for ear in ears)}",
        f"line  {line.name}  {line.number}  {'; '.join(ear.en for ear in ears)}",
    )


def _ear(wiring: Wiring) -> Text:
    match wiring:
        case ModemWiring(port=port, init=init):
            own = Text("，自定初始化", ", own set-up") if init else Text("", "")
            return Text(f"调制解调器 {port}{own.zh}", f"modem {port}{own.en}")
        case GpioWiring():
            return _pins(wiring)
        case AudioWiring(device=device, rate=rate):
            return Text(f"声卡 {device} {rate} Hz", f"sound {device} {rate} Hz")
        case FskChipWiring(port=port):
            return Text(f"HT9032 {port}", f"HT9032 {port}")
        case DtmfChipWiring(chip=chip, q_pins=q_pins, std_pin=std_pin):
            told = f"MT8870 {chip}  Q1-Q4 {' '.join(f'GPIO{pin}' for pin in q_pins)}, StD GPIO{std_pin}"
            return Text(told, told)
        case BoardWiring(port=port, pattern=pattern, baud=baud):
            told = f"{port} {baud} Bd  {pattern}"
            return Text(f"来电显示板 {told}", f"caller-ID board {told}")


def _pins(wiring: GpioWiring) -> Text:
    wired = wiring.pins().items()
    zh = "，".join(f"{ROLES[role].zh} GPIO{pin}" for role, pin in wired)
    en = ", ".join(f"{ROLES[role].en} GPIO{pin}" for role, pin in wired)
    return Text(f"{wiring.chip}  {zh}", f"{wiring.chip}  {en}")


def _indicators(settings: Settings) -> list[Text]:
    wired = settings.indicators
    names = (
        ("振铃灯", "ring lamp", wired.ring),
        ("红色振铃灯", "red ring lamp", wired.ring_red),
        ("漏接灯", "missed-call lamp", wired.missed),
        ("故障灯", "fault lamp", wired.fault),
        ("蜂鸣器", "buzzer", wired.buzzer),
        ("按钮", "button", wired.button),
    )
    there = [(zh, en, pin) for zh, en, pin in names if pin is not None]
    if not there:
        return [Text("指示灯  无", "indicators  none")]
    zh = "，".join(f"{name} GPIO{pin}" for name, _, pin in there)
    en = ", ".join(f"{name} GPIO{pin}" for _, name, pin in there)
    return [Text(f"指示灯  {wired.chip}  {zh}", f"indicators  {wired.chip}  {en}")]
